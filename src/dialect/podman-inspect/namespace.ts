/** Whose namespaces an inspected container of Podman has, and the ids that are mapped. */
import { elements, get, textOf, type Node } from '../../document/node.ts'
import { derived, set, unknown, type Fact } from '../../model/fact.ts'
import type { container } from '../../model/fields.ts'
import type { Element } from '../../model/row.ts'
import { ask, type Answer, type Ask } from '../ask.ts'
import { isVoid, said, unknownBy, why, word } from '../docker/piece.ts'
import { joined, joinedOf } from '../docker/value.ts'
import { isOld, made, silenceFor } from './made.ts'

type Mapping = Element<(typeof container.uidMappings)['of']>

const host = (key: string): Ask<string> => word(`HostConfig.${key}`)

/** `0:100000:65536`, as it was asked for; of a rootless Podman the second is an id in the user's own namespace. */
export const mappings = (key: 'UidMap' | 'GidMap'): Ask<readonly Mapping[]> =>
  ask((scope): Answer<readonly Mapping[]> => {
    const node = get(scope.self, `HostConfig.IDMappings.${key}`)
    if (isVoid(node)) return { how: 'silent', place: node.place }
    if (node.unknown !== undefined || !Array.isArray(node.value)) return unknownBy(why(node, `${key} is not a list`))
    return said(node, elements(node).map(mapping))
  })
function mapping(node: Node): Mapping {
  const parts = /^(\d{1,10}):(\d{1,10}):(\d{1,10})$/.exec(textOf(node) ?? '')
  const part = (index: number): Fact<number> =>
    parts ? said(node, Number(parts[index])) : unknownBy(why(node, 'the mapping is not container:host:size'))
  return { place: node.place, facts: { container: part(1), host: part(2), size: part(3) } }
}
/** A namespace of the container, or of another one: `container:ID`, `ns:PATH`. */
export const mode = <const U extends string>(
  key: string,
  words: { readonly [word: string]: U },
  otherwise?: 'own',
): Ask<U | 'own' | 'container'> =>
  host(key)
    .to((value) => (value.startsWith('ns:') ? `container:${value.slice(3)}` : value.split(/(?<!container):/)[0]))
    .to(joined(words, otherwise))
export const modeOf = (key: string): Ask<string> =>
  host(key)
    .to((value) => value.replace(/^ns:/, 'container:'))
    .to(joinedOf)

/**
 * The infra container of a pod holds its namespaces: what it has of the host's, its containers have too. Its facts come before
 * `container`, where it stands in the same document.
 */
export const ofPod = <T extends string>(own: Ask<T | 'container'>, key: string): Ask<T | 'host' | 'container'> =>
  ask((scope): Answer<T | 'host' | 'container'> => {
    const answer = own.read(scope)
    const infra = scope['infra']
    if (!infra || answer.how === 'silent' || answer.how === 'unknown' || answer.value !== 'container') return answer
    const node = get(infra, `HostConfig.${key}`)
    return textOf(node) === 'host'
      ? derived(answer.place, 'host', 'the infra container of its pod has the namespace of the host', [
          answer,
          set(node.place, 'host'),
        ])
      : answer
  })

/** Podman 4 prints `shareable` for every container that joins no other, whosever IPC it has. */
export const ipc: Ask<'own' | 'host' | 'container' | 'none' | 'shareable'> = ask((scope) => {
  const answer = mode('IpcMode', { host: 'host', private: 'own', shareable: 'shareable', none: 'none' }).read(scope)
  if (answer.how === 'silent' || answer.how === 'unknown' || answer.value !== 'shareable' || !isOld(scope.self))
    return answer
  if (scope['command']) return made.namespaces.ipc.read(scope)
  return unknown(answer.place, 'Podman 4 prints shareable where the container has the IPC of the host too', 'user')
})

/** Root inside is root outside where 0 is mapped to 0, unless it is the user's own namespace that it is outside in. */
export const userNamespace: Ask<'own' | 'host' | 'container'> = ask((scope) => {
  const answer = mode('UsernsMode', { host: 'host', private: 'own', auto: 'own', 'keep-id': 'own', nomap: 'own' }).read(
    scope,
  )
  if (answer.how === 'silent' || answer.how === 'unknown' || answer.value !== 'own') return answer
  const uids = mappings('UidMap').read(scope)
  if (uids.how === 'silent' || uids.how === 'unknown') return answer
  const value = (fact: Fact<number>): number | undefined => (fact.how === 'unknown' ? undefined : fact.value)
  const isRoot = uids.value.some(({ facts }) => value(facts.container) === 0 && value(facts.host) === 0)
  if (!isRoot) return answer
  const silence = silenceFor(scope.self, true).namespaces.user
  return 'is' in silence && silence.is(answer.place) === 'own'
    ? answer
    : derived(answer.place, 'host', 'it has a user namespace, but root in it is root outside', [{ ...answer }])
})
