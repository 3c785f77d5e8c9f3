/**
 * The syntax tree of the AppArmor profile language (apparmor.d(5)). Every node keeps its place.
 * Words are as the parser sees them: without quotes, with character escapes resolved, globs still globs.
 */
import type { Place } from '../../model/place.ts'

/** What may stand before a rule: `priority=10 audit deny owner`. */
export interface Qualifiers {
  readonly audit: boolean
  readonly deny: boolean
  /** `owner`: only files of the acting user; `other`: only files of others. */
  readonly owner?: 'owner' | 'other'
  /** AppArmor 4: a higher one overrides a lower one, even a `deny`. 0 where nothing is written. */
  readonly priority: number
  /** AppArmor 4: a user is asked. */
  readonly prompt: boolean
}

interface Written {
  readonly place: Place
}
interface Qualified extends Written {
  readonly qualifiers: Qualifiers
}

/** `fstype=(ext4, tmpfs)`, `options in (ro, nosuid)`, `peer=NAME`. */
export interface Condition {
  readonly name: string
  readonly place: Place
  /** `=`, `in`, `:=`, or none for a name alone. */
  readonly operator: '=' | 'in' | ':=' | ''
  readonly values: readonly string[]
}

/** A file rule: `owner /path rwk,`, `/bin/x Cx -> child,`, `l subset /a -> /b,`, `link /a -> /b,` or `file,`. */
export interface FileRule extends Qualified {
  readonly kind: 'file'
  /** The glob, with variables expanded where the tree is resolved. */
  readonly path: string
  /** Letters of `rwalkmx`, each once. */
  readonly permissions: string
  /** How a program is executed, `ix`, `Px`, `pux` ...; plain `x` in deny rules and beside a target; absent without `x`. */
  readonly exec?: string
  /** Whether the environment is scrubbed at exec, where `safe` or `unsafe` is written. */
  readonly scrub?: boolean
  /** The profile that an execution changes to. */
  readonly target?: string
  /** What a link may point to; absent with `l` means any file of which the link's permissions are a subset. */
  readonly linkTo?: string
  readonly subset: boolean
  /** `file,`: every file, everything but execution without inheriting. */
  readonly everything: boolean
}
export interface CapabilityRule extends Qualified {
  readonly kind: 'capability'
  /** Lower case, without `cap_`; none means all. */
  readonly names: readonly string[]
}
export interface NetworkRule extends Qualified {
  readonly kind: 'network'
  /** None means all. */
  readonly access: readonly string[]
  readonly family?: string
  /** Type (`stream`) or protocol (`tcp`). */
  readonly type?: string
  readonly conditions: readonly Condition[]
  readonly peer: readonly Condition[]
}
export interface MountRule extends Qualified {
  readonly kind: 'mount' | 'remount' | 'umount'
  readonly conditions: readonly Condition[]
  readonly source?: string
  readonly target?: string
}
export interface PivotRootRule extends Qualified {
  readonly kind: 'pivot_root'
  readonly oldRoot?: string
  readonly newRoot?: string
  readonly target?: string
}
export interface PeerRule extends Qualified {
  readonly kind: 'signal' | 'ptrace' | 'unix' | 'dbus' | 'userns' | 'io_uring' | 'mqueue'
  /** None means all that this kind has. */
  readonly access: readonly string[]
  readonly conditions: readonly Condition[]
  /** What stands in `peer=( ... )`. */
  readonly peer: readonly Condition[]
  /** The name of a message queue. */
  readonly name?: string
}
export interface ChangeProfileRule extends Qualified {
  readonly kind: 'change_profile'
  readonly scrub?: boolean
  readonly exec?: string
  /** `**` where none is written. */
  readonly target: string
}
export interface RlimitRule extends Written {
  readonly kind: 'rlimit'
  readonly name: string
  /** As written, with its unit. */
  readonly value: string
}
/** `all,` of AppArmor 4: a rule of every kind. */
export interface AllRule extends Qualified {
  readonly kind: 'all'
}
export type Rule =
  | FileRule
  | CapabilityRule
  | NetworkRule
  | MountRule
  | PivotRootRule
  | PeerRule
  | ChangeProfileRule
  | RlimitRule
  | AllRule

export interface AbiRule extends Written {
  readonly kind: 'abi'
  readonly name: string
}
export interface AliasRule extends Written {
  readonly kind: 'alias'
  readonly from: string
  readonly to: string
}
export interface Assignment extends Written {
  readonly kind: 'assignment'
  readonly name: string
  readonly operator: '=' | '+=' | '?=' | ':='
  readonly values: readonly string[]
}
export interface BooleanAssignment extends Written {
  readonly kind: 'boolean'
  readonly name: string
  readonly operator: '=' | '+=' | '?=' | ':='
  readonly value: Expression
}
export interface Include extends Written {
  readonly kind: 'include'
  readonly name: string
  /** `<name>` is looked for in the folders of profiles; `"name"` is a path. */
  readonly magic: boolean
  readonly ifExists: boolean
}
/** `if defined @{X} { ... } else { ... }` */
export interface Conditional extends Written {
  readonly kind: 'if'
  readonly branches: readonly { readonly when: Expression; readonly items: readonly Item[] }[]
  readonly otherwise: readonly Item[]
}
export type Expression =
  | {
      readonly op: 'boolean' | 'defined boolean' | 'defined set' | 'value'
      readonly name: string
      readonly place: Place
    }
  | { readonly op: 'not'; readonly of: Expression }
  | { readonly op: 'and' | 'or'; readonly of: readonly Expression[] }
  | {
      readonly op: 'compare'
      readonly operator: string
      readonly left: string
      readonly right: string
      readonly place: Place
    }
/** `audit { ... }`: its qualifiers hold for the file rules in it; parsers drop all other rules in it. */
export interface Block extends Qualified {
  readonly kind: 'block'
  readonly items: readonly Item[]
}
export interface ProfileNode extends Written {
  readonly kind: 'profile'
  /** How it is introduced: `profile NAME`, a path alone, `^NAME` or `hat NAME`. */
  readonly form: 'profile' | 'path' | 'hat'
  readonly name: string
  readonly attachment?: string
  readonly xattrs: readonly Condition[]
  readonly flags: readonly Flag[]
  readonly items: readonly Item[]
}
export interface Flag {
  readonly name: string
  readonly place: Place
}
/** What stands in a profile, a block or an included file, in order. */
export type Item =
  Rule | Block | Conditional | Include | AbiRule | ProfileNode | AliasRule | Assignment | BooleanAssignment

/** One file, read alone: its includes are named, not opened. */
export interface Text {
  readonly items: readonly Item[]
  /** Constructs that AppArmor 3.0 refuses. */
  readonly newer: readonly Newer[]
}
export interface Newer {
  readonly what: string
  readonly place: Place
}
