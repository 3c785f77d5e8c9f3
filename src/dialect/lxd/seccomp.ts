/** The seccomp policy that LXD makes of security.syscalls.* (seccomp.go, seccompGetPolicyContent), in LXC's form. */
import { ask, silent, type Answer, type Ask, type Scope } from '../ask.ts'
import { seccomp as ofLxc } from '../lxc/confine.ts'
import { flag, instanceOf, value } from './setting.ts'

/** What is denied unless security.syscalls.deny_default is false; every call is answered with ENOSYS. */
const DENIED = ['kexec_load', 'open_by_handle_at', 'init_module', 'finit_module', 'delete_module'].map(
  (call) => `${call} errno 38`,
)
const DEFAULT = ['2', 'denylist', '[all]', 'reject_force_umount', '[all]', ...DENIED]
export const DEFAULT_POLICY: string = DEFAULT.join('\n')

const raw = value('raw.seccomp')
const allow = value('security.syscalls.allow', 'security.syscalls.whitelist')
const deny = value('security.syscalls.deny', 'security.syscalls.blacklist')
const byDefault = flag('security.syscalls.deny_default', 'security.syscalls.blacklist_default')

/** The policy that follows from the keys that are written, and which of them decides most. */
const policy: Ask<{ readonly text: string; readonly isOwn: boolean }> = ask(
  (scope): Answer<{ readonly text: string; readonly isOwn: boolean }> => {
    const asked = [raw, allow, deny, byDefault].map((each) => each.read(scope))
    const [whole, list, more, base] = [raw.read(scope), allow.read(scope), deny.read(scope), byDefault.read(scope)]
    const hole = asked.find(({ how }) => how === 'unknown')
    if (whole.how !== 'silent')
      return whole.how === 'unknown' ? whole : { ...whole, value: { text: whole.value, isOwn: true } }
    if (hole?.how === 'unknown') return hole
    const lines = (text: string): readonly string[] => text.split('\n')
    if (list.how !== 'silent' && list.how !== 'unknown')
      return { ...list, value: { text: ['2', 'allowlist', '[all]', ...lines(list.value)].join('\n'), isOwn: true } }
    const hasBase = base.how === 'silent' || base.how === 'unknown' || base.value
    const added = more.how === 'silent' || more.how === 'unknown' ? [] : lines(more.value)
    const text = [...(hasBase ? DEFAULT : ['2', 'denylist', '[all]']), ...added].join('\n')
    if (!hasBase) return { ...base, value: { text, isOwn: true } }
    return more.how === 'silent' || more.how === 'unknown'
      ? { how: 'silent', place: scope.self.place }
      : { ...more, value: { text, isOwn: false } }
  },
)

/** raw.lxc goes before all of it. */
const inRaw = <T>(own: Ask<T>, made: Ask<T>): Ask<T> =>
  ask((scope: Scope): Answer<T> => {
    const found = own.read(scope)
    return found.how === 'set' || found.how === 'inherited' ? found : made.read(scope)
  })
export const kind: Ask<'runtime-default' | 'profile'> = inRaw(
  ofLxc.kind,
  policy.to(({ isOwn }) => (isOwn ? 'profile' : 'runtime-default')),
)
export const name: Ask<string> = inRaw(ofLxc.name, silent)
/** A policy that raw.lxc names is a file: what LXD would have made of the rest is not in force. */
const ofRaw: Ask<string> = ask((scope): Answer<string> => {
  const named = ofLxc.kind.read(scope)
  if (named.how !== 'set' && named.how !== 'inherited') return { how: 'silent', place: named.place }
  const known = ofLxc.text.read(scope)
  return known.how === 'silent' ? { ...named, value: '' } : known
})
export const text: Ask<string> = inRaw(
  ofRaw,
  policy.to((found) => found.text),
)
/** Calls of the container that LXD carries out on the host for it. */
export const intercepted = (scope: Scope): readonly string[] =>
  [...(instanceOf(scope)?.config.keys() ?? [])].filter((key) => /^security\.syscalls\.intercept\.[a-z]+$/.test(key))
