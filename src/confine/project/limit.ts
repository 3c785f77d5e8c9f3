/** What all containers of a project together may use. */
import { derived, unknown, type Fact } from '../../model/fact.ts'
import type { ProjectFacts } from '../../model/fields.ts'
import type { Together } from '../../model/subject.ts'
import { known } from '../escape/answer.ts'
import type { Person } from './trust.ts'

type Resource = 'memory' | 'cpu' | 'pids'
/** Limits that a sum is told to come from. */
const MAX_REASONS = 50

export function resourceRows(people: readonly Person[], whole: Together): ProjectFacts['resources'] {
  const memory = sum(people, whole, 'memory')
  const cpu = sum(people, whole, 'cpu')
  const pids = sum(people, whole, 'pids')
  return {
    memory: memory.sum,
    cpu: cpu.sum,
    pids: pids.sum,
    memoryUnbounded: memory.unbounded,
    cpuUnbounded: cpu.unbounded,
    pidsUnbounded: pids.unbounded,
  }
}

interface Sum {
  readonly sum: Fact<number>
  readonly unbounded: Fact<readonly Fact<string>[]>
}
function sum(people: readonly Person[], whole: Together, resource: Resource): Sum {
  const { place } = whole
  // A debugger has no limits of its own, and cannot.
  const some = people
    .filter(({ role }) => role !== 'ephemeral')
    .map((person) => {
      const { together, container } = person.subject
      const count = together?.replicas
      return { person, limit: container.resources[resource], count, times: count ? known(count) : 1 }
    })
    .filter(({ times }) => times !== 0)
  const unbounded = derived(
    place,
    some
      .filter(({ limit }) => known(limit) === 0)
      .map(({ person, limit }) => derived(limit.place, person.name, 'it has no limit', [limit])),
    'the limits of its containers',
    [],
  )
  const bound = some.find(({ limit }) => isOfAll(limit, whole))?.limit
  if (bound) return { sum: derived(place, known(bound) ?? 0, 'one limit for all its containers', [bound]), unbounded }
  const from = some.flatMap(({ limit, count }) => (known(limit) === 0 ? [] : [limit, ...(count ? [count] : [])]))
  const hole = from.find((fact) => fact.how === 'unknown')
  if (hole?.how === 'unknown') return { sum: unknown(place, hole.because, hole.ask, [hole]), unbounded }
  // Init containers run one after the other, before all that do not stay: as many as run at once (KEP-753, "Resources calculation").
  let staying = 0
  let peak = 0
  for (const { person, limit, times = 1 } of some) {
    const value = (known(limit) ?? 0) * times
    if (person.role === 'init') peak = Math.max(peak, staying + value)
    else staying += value
  }
  const count =
    from.length === 0
      ? 'no container has one, which is nothing to be'
      : from.length === 1
        ? 'one limit'
        : `${from.length} limits`
  return {
    sum: derived(place, Math.max(peak, staying), `${count} added up`, from.slice(0, MAX_REASONS)),
    unbounded,
  }
}

/** The limit of a pod (spec.resources) or of a task of ECS, that its containers share. */
const isOfAll = ({ how }: Fact<number>, { kind }: Together): boolean =>
  (kind === 'pod' && how === 'inherited') || (kind === 'task' && how === 'derived')
