/** `--security-opt`, as `docker run`, Compose and the engine's API write it: `name=value`, and the older `name:value`. */
import { isList, type Node } from '../../document/node.ts'
import { unknown, type Fact } from '../../model/fact.ts'
import type { Asks } from '../dialect.ts'
import { ask, at, refuse, silentWhen, writes, type Answer, type Ask, type Changes, type Scope } from '../ask.ts'
import { optionAt, writing } from '../write.ts'
import type { container } from '../../model/fields.ts'
import { HOLE, isVoid, rawText, said } from './piece.ts'

interface Option {
  readonly node: Node
  readonly name: string
  readonly value: string
}
type Rows = Asks<typeof container>
type Confinement = Pick<Rows, 'noNewPrivileges' | 'seccomp' | 'apparmor' | 'selinux'>

/** The options, as moby's `parseSecurityOpt` splits them. An option that a variable stands for has the name `HOLE`. */
function options(node: Node): readonly Option[] {
  const list = isList(node) ? node.value : rawText(node) !== undefined || node.unknown !== undefined ? [node] : []
  return list.map((item) => {
    const text = rawText(item)
    if (text === undefined) return { node: item, name: HOLE, value: '' }
    if (text === 'disable') return { node: item, name: 'label', value: 'disable' }
    const sign = text.includes('=') ? text.indexOf('=') : text.indexOf(':')
    const name = sign < 0 ? text : text.slice(0, sign)
    return {
      node: item,
      name: item.unknown !== undefined && name.includes(HOLE) ? HOLE : name,
      value: sign < 0 ? '' : text.slice(sign + 1),
    }
  })
}

/**
 * The last option of that name, as Docker takes it, for which `pick` gives a value.
 * An option that cannot be read might be any: then the answer is unknown, not silent.
 */
function option<T>(path: string, name: string, pick: (value: string) => T | undefined): Ask<T> {
  return ask((scope: Scope): Answer<T> => {
    const node = at(scope, 'self', path)
    if (isVoid(node)) return { how: 'silent', place: node.place }
    if (!isList(node) && node.unknown === undefined && rawText(node) === undefined)
      return unknown(node.place, `${String(node.path.at(-1) ?? path)} is not a list`, 'user')
    let answer: Answer<T> = { how: 'silent', place: node.place }
    let stranger: Fact<never> | undefined
    for (const { node: item, name: own, value } of options(node)) {
      const hidden = item.unknown !== undefined && (value.includes(HOLE) || own === HOLE)
      if (own !== name && own !== HOLE) continue
      if (hidden || own === HOLE)
        stranger = unknown(item.place, item.unknown ?? 'an option of this list is not a text', 'user')
      if (own !== name) continue
      if (hidden && stranger) answer = stranger
      else {
        const picked = pick(value)
        if (picked !== undefined) answer = said(item, picked)
      }
    }
    return answer.how === 'silent' ? (stranger ?? answer) : answer
  })
}

/** strconv.ParseBool of Go. */
const TRUE = new Set(['1', 't', 'T', 'TRUE', 'true', 'True'])
const FALSE = new Set(['0', 'f', 'F', 'FALSE', 'false', 'False'])

const isInline = (profile: string): boolean => profile.trimStart().startsWith('{')
const isBuiltIn = (profile: string): boolean => profile === 'builtin' || profile === '' || profile === 'default'

/** How options are written into a container: all that `is` picks go, and `add` comes in. */
export type WriteOption = (
  scope: Scope,
  is: (text: string) => boolean,
  how: { readonly add?: string; readonly isLast?: boolean },
) => Changes
/** The options that name the engine's own profiles, where there are such. */
export interface DefaultWords {
  readonly seccomp?: string
  readonly apparmor?: string
}
/** Docker's: `builtin` since version 23. */
export const DOCKER_DEFAULTS: DefaultWords = { seccomp: 'seccomp=builtin', apparmor: 'apparmor=docker-default' }
const named =
  (name: string) =>
  (text: string): boolean =>
    text === name || text.startsWith(`${name}=`) || text.startsWith(`${name}:`)
const isUnlabelled = (text: string): boolean => /^(?:label[=:])?disable$/.test(text)
const isUnmasking = (text: string): boolean => /^systempaths[=:]unconfined$/.test(text)

/**
 * Every row that the security options decide, read from the list at `path`, and written there unless `write` says how. What
 * loosens goes; the default comes in where it has a word, which counts whatever the engine itself is told.
 */
export const securityOptions = (
  path: string,
  write: WriteOption = (scope, is, how) => optionAt(scope, path, is, how),
  defaults: DefaultWords = {},
): Confinement & {
  readonly unmasked: Ask<boolean>
  /** For the rows that the option for unmasked paths decides. */
  readonly mask: (scope: Scope) => Changes
} => {
  /** The Ask whose options go for this value. */
  const without = <T>(own: Ask<T>, value: T, is: (text: string) => boolean, add?: string): Ask<T> =>
    writing(own, (wanted, scope) =>
      wanted === value ? write(scope, is, add === undefined ? {} : { add, isLast: true }) : undefined,
    )
  const seccomp = option(path, 'seccomp', (value) => value)
  const apparmor = option(path, 'apparmor', (value) => value)
  const label = (part: string): Ask<string> =>
    option(path, 'label', (value) => (value.startsWith(`${part}:`) ? value.slice(part.length + 1) : undefined))
  return {
    noNewPrivileges: writing(
      option(path, 'no-new-privileges', (value) => value).to((value) =>
        value === '' || TRUE.has(value)
          ? true
          : FALSE.has(value)
            ? false
            : refuse(`no-new-privileges is "${value}", which is neither true nor false`, 'user'),
      ),
      (on, scope) =>
        on ? write(scope, named('no-new-privileges'), { add: 'no-new-privileges:true', isLast: true }) : undefined,
    ),
    seccomp: {
      kind: without(
        seccomp.to((value) =>
          value === 'unconfined' ? 'unconfined' : isBuiltIn(value) ? 'runtime-default' : 'profile',
        ),
        'runtime-default',
        named('seccomp'),
        defaults.seccomp,
      ),
      name: seccomp.to((value) => (value === 'unconfined' || isBuiltIn(value) || isInline(value) ? '' : value)),
      text: seccomp.to((value) => (isInline(value) ? value : undefined)),
    },
    apparmor: {
      kind: without(
        apparmor.to((value) =>
          value === 'unconfined'
            ? 'unconfined'
            : value === '' || value === 'docker-default'
              ? 'runtime-default'
              : 'profile',
        ),
        'runtime-default',
        named('apparmor'),
        defaults.apparmor,
      ),
      name: apparmor.to((value) => (value === 'unconfined' ? '' : value === '' ? undefined : value)),
    },
    selinux: {
      disabled: without<boolean>(
        option(path, 'label', (value) => value === 'disable' || undefined),
        false,
        isUnlabelled,
      ),
      user: label('user'),
      role: label('role'),
      type: label('type'),
      level: label('level'),
    },
    unmasked: option(path, 'systempaths', (value) => value === 'unconfined'),
    mask: (scope) => write(scope, isUnmasking, {}),
  }
}

/**
 * The same, where silence of a privileged container means that nothing confines it: no filter, no profile, no label
 * (moby daemon/seccomp_linux.go, daemon/oci_linux.go WithApparmor, daemon/create.go generateSecurityOpt).
 */
export const unlessPrivileged = (options: Confinement, privileged: Ask<boolean>): Confinement => {
  const because = 'a privileged container is not confined unless asked'
  const unconfined = (on: boolean): 'unconfined' | undefined => (on ? 'unconfined' : undefined)
  return {
    ...options,
    seccomp: { ...options.seccomp, kind: silentWhen(options.seccomp.kind, privileged, unconfined, because) },
    apparmor: { ...options.apparmor, kind: silentWhen(options.apparmor.kind, privileged, unconfined, because) },
    selinux: {
      ...options.selinux,
      disabled: silentWhen(options.selinux.disabled, privileged, (on) => on || undefined, because),
    },
  }
}

/** The file that Podman takes where nobody names another (containers.conf(5), seccomp_profile). */
const PODMAN_PROFILE = '/usr/share/containers/seccomp.json'
/** The same rows, where naming Podman's own file means its default: it has no word for it. */
export const podmanSeccomp = ({ kind, name, text }: Confinement['seccomp']): Confinement['seccomp'] => ({
  kind: ask<'runtime-default' | 'unconfined' | 'profile'>((scope) => {
    const named = name.read(scope)
    return named.how !== 'silent' && named.how !== 'unknown' && named.value === PODMAN_PROFILE
      ? { ...named, value: 'runtime-default' as const }
      : kind.read(scope)
  }, writes(kind)),
  name: name.to((value) => (value === PODMAN_PROFILE ? '' : value)),
  text,
})
