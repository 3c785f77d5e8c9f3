/** Namespaces, networks and ids of a container of systemd-nspawn. */
import { byDefault, derived, type Fact } from '../../model/fact.ts'
import type { container } from '../../model/fields.ts'
import type { Element } from '../../model/row.ts'
import type { Place } from '../../model/place.ts'
import { ask, type Answer, type Ask, type Scope } from '../ask.ts'
import { every, last, list, said, settingsOf, strange, truth, type Setting } from './setting.ts'

type Owner = 'own' | 'host' | 'container'
type Mapping = Element<(typeof container.uidMappings)['of']>

/** Settings that give it a network of its own (systemd.nspawn(5), [Network]). */
const PRIVATE = [
  'Private',
  'VirtualEthernet',
  'VirtualEthernetExtra',
  'Interface',
  'MACVLAN',
  'IPVLAN',
  'Bridge',
  'Zone',
]
const isPrivate = ({ key, text }: Setting): boolean | undefined =>
  key === 'Private' || key === 'VirtualEthernet' ? truth(text) : text !== ''

/** The command line that could have asked for one. */
const startOf = (scope: Scope): Place =>
  (settingsOf(scope).find(({ key }) => !key.startsWith('unit:')) ?? scope.self).place

export const network: Ask<Owner> = ask((scope): Answer<Owner> => {
  const path = last(scope, 'network-namespace-path')
  if (path.how !== 'silent') return path.how === 'unknown' ? path : { ...path, value: 'container' }
  const settings = every(scope, ...PRIVATE)
  const own = settings.findLast((setting) => setting.hidden === undefined && isPrivate(setting) === true)
  if (own) return said(own, 'own')
  const unread = settings.find((setting) => setting.hidden !== undefined || isPrivate(setting) === undefined)
  if (unread) return strange(unread, `${unread.key} is "${unread.text.slice(0, 40)}", which is neither yes nor no`)
  const off = settings.at(-1)
  return off
    ? said(off, 'host')
    : byDefault(startOf(scope), 'host', 'no network of its own is asked for: it has that of the host')
})
export const networkOf: Ask<string> = ask((scope) => last(scope, 'network-namespace-path')).to(({ text }) => text)

const MODES: { readonly [key: string]: string } = {
  Private: 'private',
  VirtualEthernet: 'veth',
  VirtualEthernetExtra: 'veth',
  Interface: 'interface',
  MACVLAN: 'macvlan',
  IPVLAN: 'ipvlan',
  Bridge: 'bridge',
  Zone: 'zone',
}
/** The last kind of network that is asked for. */
export const networkMode: Ask<string> = ask((scope): Answer<string> => {
  const found = every(scope, ...PRIVATE).filter((setting) => isPrivate(setting) === true)
  const setting = found.findLast(({ key }) => key !== 'Private') ?? found.at(-1)
  return setting ? said(setting, MODES[setting.key] ?? '') : { how: 'silent', place: scope.self.place }
})
/** Interfaces, bridges and zones of the host. */
export const networkNames: Ask<readonly Fact<string>[]> = list(
  ['Interface', 'MACVLAN', 'IPVLAN', 'Bridge', 'Zone'],
  (setting) => [said(setting, setting.key === 'Zone' ? `vz-${setting.text}` : (setting.text.split(':')[0] ?? ''))],
)

/** First id outside and how many, where they are written: `identity` is 0:65536. */
function range(text: string): readonly [number, number] | undefined {
  if (text === 'identity') return [0, 65_536]
  const [, first, size = '65536'] = /^(\d{1,10})(?::(\d{1,10}))?$/.exec(text) ?? []
  // A bare 0 or 1 is no or yes.
  return first === undefined || truth(text) !== undefined ? undefined : [Number(first), Number(size)]
}
export const user: Ask<Owner> = ask((scope): Answer<Owner> => {
  const found = last(scope, 'PrivateUsers')
  if (found.how === 'silent' || found.how === 'unknown') return found
  const { text } = found.value
  const ids = range(text)
  if (ids?.[0] === 0)
    return derived(found.place, 'host', 'it has a user namespace, but root in it is mapped to root outside', [])
  if (ids || text === 'pick' || text === 'managed' || truth(text) === true) return { ...found, value: 'own' }
  return truth(text) === false
    ? { ...found, value: 'host' }
    : strange(
        found.value,
        `PrivateUsers is "${text.slice(0, 40)}", which is no range of ids, pick, identity, yes or no`,
      )
})
export const mappings: Ask<readonly Mapping[]> = ask((scope): Answer<readonly Mapping[]> => {
  const found = last(scope, 'PrivateUsers')
  if (found.how === 'silent' || found.how === 'unknown') return found
  const ids = range(found.value.text)
  if (!ids) return { how: 'silent', place: found.place }
  const { value: setting } = found
  const facts = { container: said(setting, 0), host: said(setting, ids[0]), size: said(setting, ids[1]) }
  return { ...found, value: [{ place: setting.place, facts }] }
})

/** Variables of the unit by which systemd-nspawn shares a namespace of the host (docs/ENVIRONMENT.md of systemd). */
export const shared = (name: 'IPC' | 'PID' | 'UTS'): Ask<'own' | 'host'> =>
  ask((scope): Answer<'own' | 'host'> => {
    const variables = every(scope, 'unit:Environment').flatMap((setting) => {
      const [, key, text = ''] = /^SYSTEMD_NSPAWN_SHARE_(NS_IPC|NS_PID|NS_UTS|SYSTEM)=(.*)$/.exec(setting.text) ?? []
      return key === 'SYSTEM' || key === `NS_${name}` ? [{ setting, on: truth(text) }] : []
    })
    const found = variables.at(-1)
    if (!found) return { how: 'silent', place: scope.self.place }
    return found.on === undefined
      ? strange(found.setting, 'the variable is neither yes nor no')
      : said(found.setting, found.on ? 'host' : 'own')
  })
/** A variable of the unit that systemd-nspawn itself reads. */
export const variable = (name: string): Ask<string> =>
  ask((scope): Answer<string> => {
    const found = every(scope, 'unit:Environment').findLast(({ text }) => text.startsWith(`${name}=`))
    return found ? said(found, found.text.slice(name.length + 1)) : { how: 'silent', place: scope.self.place }
  })
export const cgroup: Ask<'own' | 'host'> = variable('SYSTEMD_NSPAWN_USE_CGNS').to((text) =>
  truth(text) === false ? 'host' : undefined,
)
