/** The derived row `container.escapes`. */
import { derived, unknown, type Fact } from '../../model/fact.ts'
import type { ContainerFacts } from '../../model/fields.ts'
import type { EscapePath } from '../../model/path.ts'
import type { Place } from '../../model/place.ts'

type Escapes = ContainerFacts['escapes']
type Element = Extract<Escapes, { value: unknown }>['value'][number]

/**
 * Paths, worst and shortest first, as facts: one for every fact that opens any, at the place of that fact. What a path rests on
 * is what its facts are derived from; `open` of a path that is only possible is not known, for the first reason of those that decide.
 */
export function escapeFacts(paths: readonly EscapePath[], place: Place): Escapes {
  const byCause = new Map<Fact<unknown>, EscapePath>()
  for (const path of paths) if (!byCause.has(path.cause.fact)) byCause.set(path.cause.fact, path)
  return derived(place, [...byCause.values()].map(element), 'the known ways out that its facts open', [
    ...byCause.keys(),
  ])
}

function element(path: EscapePath): Element {
  const { place } = path.cause.fact
  const from = path.because.map(({ fact }) => fact)
  const told = path.steps.map(({ text }) => text).join(', then ')
  const fact = <T>(value: T): Fact<T> => derived(place, value, told, from)
  const [first] = path.ifs
  return {
    place,
    facts: {
      id: fact(path.id),
      title: fact(path.title),
      gives: fact(path.gives),
      severity: fact(path.severity),
      open: first
        ? unknown(
            first.place,
            `a way out, ${path.id}, is possible if ${path.ifs.map(({ text }) => text).join(', and if ')}`,
            first.ask,
            from,
          )
        : fact(true),
    },
  }
}
