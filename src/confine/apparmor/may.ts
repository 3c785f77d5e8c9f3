/**
 * What a profile allows (apparmor.d(5)): a rule must allow it, and no `deny` may forbid it; of rules with a `priority`
 * (AppArmor 4) only the highest that match count. `unknown` where an include is missing, or what decides is not known.
 */
import { compileGlob, matchesGlob, type Glob } from './glob.ts'
import type { AppArmorProfile } from './resolve.ts'
import type { Condition, FileRule, MountRule, PeerRule, Qualifiers, Rule } from './syntax.ts'
import { FAMILIES, MOUNT_OPTIONS, NEW_MOUNT_OPTIONS, PROTOCOLS } from './words.ts'

export type Answer = 'yes' | 'no' | 'unknown'
/** `r` read, `w` write, `a` append, `l` link, `k` lock, `m` map executable, `x` execute. */
export type FileAccess = 'r' | 'w' | 'a' | 'l' | 'k' | 'm' | 'x'

/** How a rule fits a question; `maybe` where it depends on what is not asked, such as who owns the file. */
type Fit = 'yes' | 'maybe' | 'no'

/** What decided: the rule that allows or denies. */
export interface Decision {
  readonly answer: Answer
  readonly rule?: Rule
}

/** Steps of matching that one question may take; then it is unknown. */
const MOST_WORK = 20_000_000

/** `may(profile, 'w', '/proc/sysrq-trigger')`: whether a file may be accessed so. `owned`: the acting user owns the file. */
export const may = (profile: AppArmorProfile, access: FileAccess, path: string, owned?: boolean): Answer =>
  mayFile(profile, access, path, owned).answer

/** As `may`, with the rule that decided. */
export function mayFile(profile: AppArmorProfile, access: FileAccess, path: string, owned?: boolean): Decision {
  let work = 0
  const decision = decide(profile, (rule) => {
    if (rule.kind === 'all') return 'yes'
    if (rule.kind !== 'file' || !grants(rule, access)) return 'no'
    if (rule.everything) return 'yes'
    if (!beginsLike(rule.path, path)) return 'no'
    const glob = globOf(rule.path)
    if (!glob) return 'maybe'
    work += glob.steps.length * path.length
    if (work > MOST_WORK) return 'maybe'
    if (!matchesGlob(glob, path)) return glob.certain ? 'no' : 'maybe'
    if (!glob.certain) return 'maybe'
    const { owner } = rule.qualifiers
    if (owner === undefined) return 'yes'
    return owned === undefined ? 'maybe' : owned === (owner === 'owner') ? 'yes' : 'no'
  })
  return decision
}
function grants(rule: FileRule, access: FileAccess): boolean {
  if (rule.permissions.includes(access)) return true
  if (access === 'a') return rule.permissions.includes('w')
  // A denial of appending denies writing; ix maps the program, too.
  if (access === 'w') return rule.qualifiers.deny && rule.permissions.includes('a')
  return access === 'm' && !rule.qualifiers.deny && rule.exec?.toLowerCase().includes('i') === true
}

/** Whether a capability may be used, named in any case, with `CAP_` or without. */
export function mayCapability(profile: AppArmorProfile, name: string): Decision {
  const word = name.toLowerCase().replace(/^cap_/, '')
  return decide(profile, (rule) =>
    rule.kind === 'all' || (rule.kind === 'capability' && (rule.names.length === 0 || rule.names.includes(word)))
      ? 'yes'
      : 'no',
  )
}

/** Whether a socket of a family (`inet`) and type (`stream`, `raw`) may be made. */
export function mayNetwork(profile: AppArmorProfile, family: string, type: string): Decision {
  return decide(profile, (rule) => {
    if (rule.kind === 'all') return 'yes'
    if (rule.kind === 'unix' && family === 'unix')
      return fitAccess(rule, 'create') === 'no' ? 'no' : rule.conditions.length > 0 ? 'maybe' : 'yes'
    if (rule.kind !== 'network') return 'no'
    if (rule.access.length > 0 && !rule.access.includes('create')) return 'no'
    if (rule.family !== undefined && rule.family !== family) return 'no'
    const wanted =
      rule.type === undefined ? undefined : Object.hasOwn(PROTOCOLS, rule.type) ? PROTOCOLS[rule.type] : undefined
    if (
      wanted ? wanted.type !== type || !wanted.families.includes(family) : rule.type !== undefined && rule.type !== type
    )
      return 'no'
    return rule.conditions.length + rule.peer.length > 0 ? 'maybe' : FAMILIES.has(family) ? 'yes' : 'maybe'
  })
}

/** A mount(2): absent parts are not asked for, so a rule that is about them fits only maybe. */
export interface MountQuestion {
  readonly source?: string
  readonly target?: string
  readonly fstype?: string
  /** Words of `options=`, such as `bind`, `ro`. */
  readonly options?: readonly string[]
}
export function mayMount(profile: AppArmorProfile, question: MountQuestion): Decision {
  return decide(profile, (rule) =>
    rule.kind === 'all' ? 'yes' : rule.kind === 'mount' || rule.kind === 'remount' ? fitMount(rule, question) : 'no',
  )
}
export function mayUmount(profile: AppArmorProfile, target?: string): Decision {
  return decide(profile, (rule) =>
    rule.kind === 'all' ? 'yes' : rule.kind === 'umount' ? fitGlob(rule.target, target) : 'no',
  )
}
export function mayPivotRoot(profile: AppArmorProfile): Decision {
  return decide(profile, (rule) =>
    rule.kind === 'all'
      ? 'yes'
      : rule.kind !== 'pivot_root'
        ? 'no'
        : rule.oldRoot === undefined && rule.newRoot === undefined
          ? 'yes'
          : 'maybe',
  )
}
function fitMount(rule: MountRule, { source, target, fstype, options = [] }: MountQuestion): Fit {
  const wanted = new Set(options.map((word) => MOUNT_OPTIONS.get(word) ?? NEW_MOUNT_OPTIONS.get(word) ?? word))
  if (rule.kind === 'remount') wanted.delete('remount')
  if (rule.kind === 'remount' && !options.includes('remount')) return 'no'
  const fits: Fit[] = [fitGlob(rule.source, source), fitGlob(rule.target, target)]
  const optional = new Set<string>()
  const required = new Set<string>()
  let conditional = false
  for (const { name, operator, values } of rule.conditions) {
    if (name.endsWith('fstype')) fits.push(fitAny(values, fstype))
    else {
      conditional = true
      const into = operator === 'in' ? optional : required
      for (const word of values) into.add(MOUNT_OPTIONS.get(word) ?? NEW_MOUNT_OPTIONS.get(word) ?? word)
    }
  }
  if (conditional) {
    for (const flag of required) if (!flag.startsWith('-') && !wanted.has(flag)) return 'no'
    for (const flag of wanted) if (!flag.startsWith('-') && !required.has(flag) && !optional.has(flag)) return 'no'
  }
  return least(fits)
}

/** Whether a process may be traced or read: `access` is one of read, readby, trace, tracedby; `peer` is the other's profile. */
export const mayPtrace = (profile: AppArmorProfile, access: string, peer?: string): Decision =>
  decide(profile, (rule) =>
    rule.kind === 'all'
      ? 'yes'
      : rule.kind === 'ptrace'
        ? least([fitAccess(rule, access), fitCondition(rule.conditions, 'peer', peer)])
        : 'no',
  )

/** Whether a signal (`kill`) may be sent or received. */
export const maySignal = (
  profile: AppArmorProfile,
  access: 'send' | 'receive',
  signal: string,
  peer?: string,
): Decision =>
  decide(profile, (rule) => {
    if (rule.kind === 'all') return 'yes'
    if (rule.kind !== 'signal') return 'no'
    const sets = rule.conditions.filter(({ name }) => name === 'set').flatMap(({ values }) => values)
    if (sets.length > 0 && !sets.includes(signal)) return 'no'
    return least([fitAccess(rule, access), fitCondition(rule.conditions, 'peer', peer)])
  })

/** Whether a process may change to another profile by itself. */
export const mayChangeProfile = (profile: AppArmorProfile, target: string): Decision =>
  decide(profile, (rule) => {
    if (rule.kind === 'all') return 'yes'
    if (rule.kind !== 'change_profile') return 'no'
    // With a program before the arrow it may do so at its next exec of that program.
    return fitGlob(rule.target, target)
  })

/** Whether an unprivileged user namespace may be made: mediated only where the profile's abi knows of it (AppArmor 4). */
export function mayUserNamespace(profile: AppArmorProfile): Decision {
  if (profile.abi === undefined || !/(?:^|\/)(?:[4-9]|\d\d)\.\d+$/.test(profile.abi)) return { answer: 'yes' }
  return decide(profile, (rule) => (rule.kind === 'all' || rule.kind === 'userns' ? 'yes' : 'no'))
}

/** Whether the profile forbids anything at all. */
export const isEnforced = (profile: AppArmorProfile): boolean =>
  profile.mode !== 'complain' && profile.mode !== 'unconfined'

function decide(profile: AppArmorProfile, fits: (rule: Rule) => Fit): Decision {
  if (!isEnforced(profile)) return { answer: 'yes' }
  let top = Number.NEGATIVE_INFINITY
  let found: { rule: Rule; fit: Fit }[] = []
  for (const rule of profile.rules) {
    if (rule.kind === 'rlimit') continue
    const { priority } = rule.qualifiers
    if (priority < top) continue
    const fit = fits(rule)
    if (fit === 'no') continue
    if (priority > top && fit === 'yes') {
      top = priority
      found = found.filter((one) => qualifiersOf(one.rule).priority >= priority)
    }
    found.push({ rule, fit })
  }
  const denies = found.filter(({ rule }) => qualifiersOf(rule).deny)
  const sure = denies.find(({ fit }) => fit === 'yes')
  if (sure && !found.some(({ rule }) => qualifiersOf(rule).priority > qualifiersOf(sure.rule).priority))
    return { answer: 'no', rule: sure.rule }
  const allows = found.filter(({ rule }) => !qualifiersOf(rule).deny && !qualifiersOf(rule).prompt)
  const allowed = allows.find(({ fit }) => fit === 'yes')
  const [maybeDenied] = denies
  const [maybe] = found
  if (profile.unknown.length > 0) return { answer: 'unknown', ...(allowed && { rule: allowed.rule }) }
  if (maybeDenied)
    return allowed || profile.mode === 'default_allow'
      ? { answer: 'unknown', rule: maybeDenied.rule }
      : allows[0]
        ? { answer: 'unknown', rule: allows[0].rule }
        : { answer: 'no' }
  if (allowed) return { answer: 'yes', rule: allowed.rule }
  if (profile.mode === 'default_allow') return { answer: 'yes' }
  if (profile.mode === 'prompt' || maybe) return { answer: 'unknown', ...(maybe && { rule: maybe.rule }) }
  return { answer: 'no' }
}
const NONE: Qualifiers = { audit: false, deny: false, priority: 0, prompt: false }
const qualifiersOf = (rule: Rule): Qualifiers => (rule.kind === 'rlimit' ? NONE : rule.qualifiers)

const least = (fits: readonly Fit[]): Fit => (fits.includes('no') ? 'no' : fits.includes('maybe') ? 'maybe' : 'yes')
const fitAccess = (rule: PeerRule, access: string): Fit =>
  rule.access.length === 0 || rule.access.includes(access) ? 'yes' : 'no'
/** How a glob of a rule fits what is asked; without a glob anything does, and what is not asked may fit. */
function fitGlob(pattern: string | undefined, asked: string | undefined): Fit {
  if (pattern === undefined || /^\/?\*\*$/.test(pattern) || pattern === '/{**,}') return 'yes'
  if (asked === undefined) return 'maybe'
  if (!beginsLike(pattern, asked)) return 'no'
  const glob = globOf(pattern)
  return !glob || !glob.certain ? 'maybe' : matchesGlob(glob, asked) ? 'yes' : 'no'
}
function fitAny(patterns: readonly string[], asked: string | undefined): Fit {
  const fits = patterns.map((pattern) => fitGlob(pattern, asked))
  return fits.includes('yes') ? 'yes' : fits.includes('maybe') ? 'maybe' : 'no'
}
function fitCondition(conditions: readonly Condition[], name: string, asked: string | undefined): Fit {
  const condition = conditions.find((one) => one.name === name)
  return condition ? fitAny(condition.values, asked) : 'yes'
}

/** Whether what a glob begins with, before anything special, is what the text begins with: cheap, and nearly always no. */
function beginsLike(pattern: string, text: string): boolean {
  for (let at = 0; at < pattern.length; at++) {
    const code = pattern.charCodeAt(at)
    if (
      code === 42 ||
      code === 63 ||
      code === 91 ||
      code === 123 ||
      code === 92 ||
      code === 93 ||
      code === 125 ||
      code === 94
    )
      return true
    if (code !== text.charCodeAt(at)) return false
  }
  return pattern.length === text.length
}
const GLOBS = new Map<string, Glob | undefined>()
const KEPT = 2000
function globOf(pattern: string): Glob | undefined {
  const known = GLOBS.get(pattern)
  if (known || GLOBS.has(pattern)) return known
  const compiled = compileGlob(pattern)
  const glob = typeof compiled === 'string' ? undefined : compiled
  if (pattern.length < 300) {
    if (GLOBS.size >= KEPT) GLOBS.clear()
    GLOBS.set(pattern, glob)
  }
  return glob
}
