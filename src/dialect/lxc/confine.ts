/** AppArmor, SELinux and seccomp of an LXC container, and whether it may hold containers of its own. */
import { unknown, type Fact } from '../../model/fact.ts'
import { ask, refuse, type Answer, type Ask } from '../ask.ts'
import { SHIPPED_SECCOMP, SHIPPED_SECCOMP_PATH } from './shipped.ts'
import { flag, last, listed, value } from './setting.ts'

/** Profiles that come with LXC, or are made by it, and hold what its containers need not. Those for nesting and mounting are others. */
const OF_LXC = /^(?:generated|lxc-container-default(?:-cgns)?)$/
const profile = value('lxc.apparmor.profile')

/** Lines that are added to the profile that LXC makes. */
const raw: Ask<string> = ask((scope): Answer<string> => {
  const line = listed(scope, (key) => key === 'lxc.apparmor.raw').lines.at(-1)
  const own = profile.read(scope)
  return line && line.hole === undefined && own.how !== 'silent' && own.how !== 'unknown' && own.value === 'generated'
    ? { how: 'set', place: line.place, value: line.text }
    : { how: 'silent', place: scope.self.place }
})
export const apparmor: {
  readonly kind: Ask<'runtime-default' | 'unconfined' | 'profile'>
  readonly name: Ask<string>
} = {
  kind: raw
    .to(() => 'profile' as const)
    .else(
      profile.to((name) =>
        name === 'unconfined'
          ? ('unconfined' as const)
          : name === 'unchanged'
            ? refuse('unchanged: it keeps the profile of whoever starts it', 'engine')
            : OF_LXC.test(name)
              ? ('runtime-default' as const)
              : ('profile' as const),
      ),
    ),
  name: raw
    .to<string>(() => refuse('the profile is made by LXC, with the lines of lxc.apparmor.raw added', 'file'))
    .else(profile.to((name) => (name === 'unconfined' || name === 'unchanged' ? '' : name))),
}

const nestingProfile: Ask<boolean> = profile.to((name) => (/with-nesting/.test(name) ? true : undefined))
/** `lxc.apparmor.allow_nesting`, that of seccomp, and the profile that comes for it. */
export const nesting: Ask<boolean> = ask((scope): Answer<boolean> => {
  const answers = [nestingProfile, flag('lxc.apparmor.allow_nesting'), flag('lxc.seccomp.allow_nesting')].map((each) =>
    each.read(scope),
  )
  return (
    answers.find((answer) => answer.how !== 'silent' && answer.how !== 'unknown' && answer.value) ??
    answers.find(({ how }) => how === 'unknown') ??
    answers.find(({ how }) => how !== 'silent') ?? { how: 'silent', place: scope.self.place }
  )
})

const context = value('lxc.selinux.context')
/** Part of `user:role:type:level`; the level may hold colons. `unconfined_t` alone is the type. */
const part = (index: 0 | 1 | 2 | 3): Ask<string> =>
  context.to((whole) => {
    const parts = whole.split(':')
    if (parts.length === 1) return index === 2 ? whole : undefined
    if (parts.length < 3) return refuse(`"${whole.slice(0, 80)}" is not user:role:type:level`, 'user')
    return index === 3 ? parts.slice(3).join(':') : (parts[index] ?? '')
  })
export const selinux = {
  disabled: context.to((whole): boolean | undefined => (whole === '' ? undefined : false)),
  user: part(0),
  role: part(1),
  type: part(2),
  level: part(3),
}

const policy: Ask<string> = ask((scope): Answer<string> => {
  const line = last(scope, 'lxc.seccomp.profile')
  if (line.how === 'silent' || line.how === 'unknown') return line
  return line.value.text.includes('\0')
    ? unknown(line.place, 'the path of the seccomp profile holds a NUL', 'user')
    : ({ ...line, value: line.value.text } satisfies Fact<string>)
})
/** The policy that comes with LXC is known; every other is a file. */
export const seccomp: {
  readonly kind: Ask<'runtime-default' | 'profile'>
  readonly name: Ask<string>
  readonly text: Ask<string>
} = {
  kind: policy.to((path) => (SHIPPED_SECCOMP_PATH.test(path) ? 'runtime-default' : 'profile')),
  name: policy.to((path) => (SHIPPED_SECCOMP_PATH.test(path) ? undefined : path)),
  text: policy.to((path) => (SHIPPED_SECCOMP_PATH.test(path) ? SHIPPED_SECCOMP : undefined)),
}
