/** Namespaces of a config.json (config-linux.md, section Namespaces): listed is its own, with a path another's, not listed the runtime's. */
import { child, elements, isList, textOf, type Node } from '../../document/node.ts'
import { byDefault, derived, unknown } from '../../model/fact.ts'
import type { container } from '../../model/fields.ts'
import type { Element } from '../../model/row.ts'
import { ask, at, asMap, field, items, parse, scalarFact, type Answer, type Ask, type Scope } from '../ask.ts'
import { otherPlatform } from './platform.ts'

type Type = 'pid' | 'network' | 'mount' | 'ipc' | 'uts' | 'user' | 'cgroup' | 'time'
type Owner = 'own' | 'host' | 'container'

/**
 * `/proc/1/ns/net` and the runtime's own: those of the host. So is the sandbox that Docker calls `default`:
 * `--network host` writes its path (moby daemon/oci_linux.go, WithNamespaces).
 */
const OF_HOST = /^\/proc\/(?:1|self|thread-self)\/(?:task\/\d+\/)?ns\/|\/docker\/netns\/default$/

/** config-zos.md, Namespaces. */
const OF_ZOS: ReadonlySet<Type> = new Set(['pid', 'mount', 'ipc', 'uts'])

/** The list entry of that type; `missing` where the list has none. */
function entryOf(scope: Scope, type: Type): Node {
  // z/OS has the same list in its own section.
  const section = child(scope.self, 'linux').missing === true ? 'zos' : 'linux'
  const list = at(scope, 'self', `${section}.namespaces`)
  if (list.unknown !== undefined || list.missing === true || list.value === null) return list
  if (!isList(list)) return { ...list, value: null, unknown: 'namespaces is not a list' }
  const entry = elements(list).find((each) => textOf(child(each, 'type')) === type)
  if (entry) return entry
  const unreadable = elements(list).find((each) => textOf(child(asMap(each), 'type')) === undefined)
  return unreadable
    ? { ...unreadable, value: null, unknown: 'a namespace in the list has no type' }
    : { place: list.place, path: list.path, value: null, missing: true }
}

export const namespace = (type: Type): Ask<Owner> =>
  ask((scope): Answer<Owner> => {
    const entry = entryOf(scope, type)
    const { place } = entry
    if (entry.unknown !== undefined) return unknown(place, entry.unknown, 'user')
    if (entry.missing === true || entry.value === null) {
      const platform = otherPlatform(scope)
      return platform !== undefined && !(platform === 'zos' && OF_ZOS.has(type))
        ? unknown(place, `this config.json is for ${platform}, which has no such namespaces`, 'user')
        : byDefault(place, 'host', `config.json lists no ${type} namespace: it stays in the runtime's own`)
    }
    const path = scalarFact(child(entry, 'path'), 'a text', parse.text)
    if (path.how === 'unknown') return path
    if (path.how === 'silent' || path.value === '')
      return type === 'user' && rootIsRoot(scope)
        ? derived(
            at(scope, 'self', 'linux.uidMappings').place,
            'host',
            'it has a user namespace, but root in it is mapped to root outside (linux.uidMappings)',
            [],
          )
        : { how: 'set', place, value: 'own' }
    return { ...path, value: OF_HOST.test(path.value) ? 'host' : 'container' }
  })

/** The path of the namespace that it joins. */
export const namespaceOf = (type: Type): Ask<string> =>
  ask((scope): Answer<string> => {
    const entry = entryOf(scope, type)
    const path = scalarFact(child(entry, 'path'), 'a text', parse.text)
    return path.how === 'set' && OF_HOST.test(path.value) ? { how: 'silent', place: path.place } : path
  })

/** A mapping takes uid 0 of the container to uid 0 of the host. */
const rootIsRoot = (scope: Scope): boolean =>
  elements(at(scope, 'self', 'linux.uidMappings')).some(
    (each) =>
      parse.int(child(each, 'containerID')) === 0 &&
      parse.int(child(each, 'hostID')) === 0 &&
      parse.int(child(each, 'size')) !== 0,
  )

type Mapping = Element<(typeof container.uidMappings)['of']>
/** config-linux.md, User namespace mappings. */
export const mappings = (key: 'uidMappings' | 'gidMappings'): Ask<readonly Mapping[]> =>
  items(`linux.${key}`, (element): Mapping => {
    const node = asMap(element)
    const id = (name: string): ReturnType<typeof field<number>> =>
      field(node, name, 'a whole number', parse.int, 0, `no ${name} is written`)
    return { place: node.place, facts: { container: id('containerID'), host: id('hostID'), size: id('size') } }
  })
