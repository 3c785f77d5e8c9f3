/** Which containers of a project share a namespace: those of one key do. */
import type { Together } from '../../model/subject.ts'
import { known } from '../escape/answer.ts'
import type { Person } from './trust.ts'

const WHOLE = 'whole'
/** Containers that take a namespace from one that takes it from one that ... */
const MAX_CHAIN = 20

/** What makes containers of a kind share everything that is not their own. */
const isWhole = (kind: Together['kind']): boolean => kind === 'pod' || kind === 'task' || kind === 'group'

/** Container -> key of its PID or network namespace; undefined for the host's, none, and one of a container that is not here. */
export function namespaceKeys(
  people: readonly Person[],
  kind: Together['kind'],
  namespace: 'pid' | 'network',
): ReadonlyMap<Person, string> {
  const byName = new Map<string, Person>()
  for (const person of people)
    for (const name of [person.subject.id, person.name]) if (!byName.has(name)) byName.set(name, person)
  const keyOf = (person: Person, depth: number): string | undefined => {
    const { namespaces, network } = person.subject.container
    const owner = known(namespaces[namespace])
    const of = known(namespaces[`${namespace}Of`]) ?? ''
    if (namespace === 'network') {
      // A pod has one network, the host's or its own; so has a task of ECS in awsvpc mode.
      if (kind === 'pod' && person.subject.runtime === 'kubernetes') return WHOLE
      if (kind === 'task' && known(network.mode) === 'awsvpc') return WHOLE
    }
    if (owner === 'own' || (owner === 'container' && of === '' && isWhole(kind)))
      return owner === 'own' ? `own ${person.subject.id}` : WHOLE
    if (owner !== 'container' || of === '' || depth > MAX_CHAIN) return undefined
    const other = byName.get(of)
    return other && other !== person ? keyOf(other, depth + 1) : undefined
  }
  return new Map(
    people.flatMap((person) => {
      const key = keyOf(person, 0)
      return key === undefined ? [] : [[person, key] as const]
    }),
  )
}
