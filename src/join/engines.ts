/** Several files of engine settings -> the engine of a container, and the programs that are judged by themselves. */
import { engine as rows, type EngineFacts } from '../model/fields.ts'
import { isFact, type AnyFact, type AnyFacts, type Rows } from '../model/row.ts'
import type { Engine, Program } from '../model/subject.ts'

/** The settings that decide for containers of a runtime: row by row those of the first file that knows. Undefined where none was given. */
export function engineFor(engines: readonly Engine[], runtime: string | undefined): EngineFacts | undefined {
  // An image alone would be run by whatever runs containers here.
  const speaking = engines.filter(({ runtimes }) => runtime === undefined || runtimes.includes(runtime))
  const [first] = speaking
  const same = runtime === undefined ? speaking.filter((one) => one.runtimes[0] === first?.runtimes[0]) : speaking
  return merged(same)
}

/** Every program once, in the order in which they were given. */
export function programsOf(engines: readonly Engine[]): readonly Program[] {
  const kindOf = ({ facts: { kind } }: Engine): string => (kind.how === 'unknown' ? 'engine' : kind.value)
  return [...Map.groupBy(engines, kindOf)].flatMap(([id, files]) => {
    const facts = merged(files)
    const [first] = files
    return first && facts ? [{ id, place: first.place, facts }] : []
  })
}

const known = new WeakMap<EngineFacts, WeakMap<EngineFacts, EngineFacts>>()
/** Made once: facts are the same objects for every container that they decide for. */
const merged = (engines: readonly Engine[]): EngineFacts | undefined =>
  engines
    .map(({ facts }) => facts)
    .reduce<EngineFacts | undefined>((before, next) => (before ? pair(before, next) : next), undefined)
function pair(first: EngineFacts, second: EngineFacts): EngineFacts {
  const before = known.get(first)?.get(second)
  if (before) return before
  // One cast for the whole table: a walk over rows cannot be typed row by row.
  const made = merge(rows, first, second) as EngineFacts
  const inner = known.get(first) ?? new WeakMap<EngineFacts, EngineFacts>()
  inner.set(second, made)
  known.set(first, inner)
  return made
}

/** What a file leaves to another program of the same engine. */
const isLeft = (fact: AnyFact): boolean => fact.how === 'unknown' && fact.ask === 'engine'
function merge(table: Rows, first: AnyFacts, second: AnyFacts): AnyFacts {
  const made: Record<string, AnyFact | AnyFacts> = {}
  for (const [key, row] of Object.entries(table)) {
    const [one, other] = [first[key], second[key]]
    if (one === undefined || other === undefined) continue
    if (isFact(one) && isFact(other)) made[key] = isLeft(one) && !isLeft(other) ? other : one
    else if (row.kind === 'group' && !isFact(one) && !isFact(other)) made[key] = merge(row.rows, one, other)
  }
  return made
}
