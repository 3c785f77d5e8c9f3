/** Capabilities of a container of systemd-nspawn(1), "Security Options". */
import { byDefault, derived, type Fact } from '../../model/fact.ts'
import { ask, type Answer, type Ask } from '../ask.ts'
import { network, user } from './namespace.ts'
import { list, said } from './setting.ts'

type Names = readonly Fact<string>[]

/** What every container is given (nspawn.c, arg_caps_retain), as systemd 252 has it. */
export const DEFAULT_CAPABILITIES: readonly string[] = [
  'AUDIT_CONTROL',
  'AUDIT_WRITE',
  'CHOWN',
  'DAC_OVERRIDE',
  'DAC_READ_SEARCH',
  'FOWNER',
  'FSETID',
  'IPC_OWNER',
  'KILL',
  'LEASE',
  'LINUX_IMMUTABLE',
  'MKNOD',
  'NET_BIND_SERVICE',
  'NET_BROADCAST',
  'NET_RAW',
  'SETFCAP',
  'SETGID',
  'SETPCAP',
  'SETUID',
  'SYS_ADMIN',
  'SYS_BOOT',
  'SYS_CHROOT',
  'SYS_NICE',
  'SYS_PTRACE',
  'SYS_RESOURCE',
  'SYS_TTY_CONFIG',
]
const capability = (word: string): string => (word === 'all' ? 'ALL' : word.toUpperCase().replace(/^CAP_/, ''))
const names = (key: string): Ask<Names> => list([key], (setting) => [said(setting, capability(setting.text))])

/**
 * With a network of its own NET_ADMIN comes along; with user ids of its own and the network of the host NET_BIND_SERVICE goes,
 * which would count for nothing there.
 */
export const given: Ask<Names> = ask((scope): Answer<Names> => {
  const owner = network.read(scope)
  if (owner.how === 'silent') return owner
  if (owner.how === 'unknown') return { ...owner }
  const ids = user.read(scope)
  const isOwn = owner.value === 'own'
  if (!isOwn && (ids.how === 'silent' || ids.how === 'unknown' || ids.value !== 'own'))
    return { how: 'silent', place: scope.self.place }
  const because = isOwn
    ? 'the set that systemd-nspawn gives, and NET_ADMIN for a network of its own'
    : 'the set that systemd-nspawn gives, without NET_BIND_SERVICE in a user namespace on the network of the host'
  const held = isOwn
    ? [...DEFAULT_CAPABILITIES, 'NET_ADMIN']
    : DEFAULT_CAPABILITIES.filter((name) => name !== 'NET_BIND_SERVICE')
  const cause: Fact<unknown> = isOwn || ids.how === 'silent' ? owner : ids
  const each = held.map((name) => byDefault(cause.place, name, because))
  return cause.how === 'set'
    ? derived(cause.place, each, because, [{ ...cause }])
    : byDefault(cause.place, each, because)
})
export const add = names('Capability')
export const drop = names('DropCapability')
export const ambient = names('AmbientCapability')
