/** Which platform a config.json is for: its sections say (config.md, Platform-specific configuration). */
import { child } from '../../document/node.ts'
import { unknown } from '../../model/fact.ts'
import { ask, type Answer, type Ask, type Scope } from '../ask.ts'

const PLATFORMS = ['windows', 'freebsd', 'solaris', 'zos', 'vm'] as const
type Platform = (typeof PLATFORMS)[number]

/** The platform that is not Linux; a Linux container on Windows has both sections, and is one of Linux. */
export const otherPlatform = (scope: Scope): Platform | undefined =>
  child(scope.self, 'linux').missing === true
    ? PLATFORMS.find((platform) => child(scope.self, platform).missing !== true)
    : undefined

/** linux or windows; what is neither is not known to the table. */
export const platform: Ask<'linux' | 'windows'> = ask((scope): Answer<'linux' | 'windows'> => {
  const linux = child(scope.self, 'linux')
  if (linux.missing !== true) return { how: 'set', place: linux.place, value: 'linux' }
  const other = otherPlatform(scope)
  const { place } = child(scope.self, other ?? 'linux')
  if (other === undefined) return { how: 'silent', place }
  return other === 'windows'
    ? { how: 'set', place, value: 'windows' }
    : unknown(place, `this config.json is for ${other}: Plimsoll knows Linux and Windows`)
})

/** Where nobody wrote it: the silence below is that of Linux, so that it is not known what holds on those platforms. */
export const elsewhere = (...platforms: readonly Platform[]): Ask<never> =>
  ask((scope): Answer<never> => {
    const other = otherPlatform(scope)
    return other !== undefined && (platforms.length === 0 || platforms.includes(other))
      ? unknown(scope.self.place, `this config.json is for ${other}`)
      : { how: 'silent', place: scope.self.place }
  })
export const onLinux = <T>(inner: Ask<T>): Ask<T> => inner.else(elsewhere())
