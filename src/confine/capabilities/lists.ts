/** Lists of capabilities as facts: what is known of them. */
import { unknown, type Fact, type Teller, type Unsettled } from '../../model/fact.ts'
import type { Place } from '../../model/place.ts'
import { capabilityName } from './names.ts'

/** A list of capabilities of which every element is a fact of its own, at the place where it was written or given. */
export type Names = Fact<readonly Fact<string>[]>

export const passedOn = (fact: Unsettled): Fact<never> => unknown(fact.place, fact.because, fact.ask, [fact])
export const settled = (list: Names): readonly Fact<string>[] => (list.how === 'unknown' ? [] : list.value)
export const nameIn = (fact: Fact<string>): string | undefined =>
  fact.how === 'unknown' ? undefined : capabilityName(fact.value)
export const namesIn = (list: Names): string[] => settled(list).flatMap((one) => nameIn(one) ?? [])
/** Why the list is not known: itself, or its first unknown element. */
export const holeIn = (list: Names): Unsettled | undefined =>
  list.how === 'unknown' ? list : list.value.find((one) => one.how === 'unknown')
/** A reason why something is not known. */
export const unsettled = (
  place: Place,
  because: string,
  ask: Teller,
  from: readonly Fact<unknown>[] = [],
): Unsettled => ({ how: 'unknown', place, because, ask, from })
