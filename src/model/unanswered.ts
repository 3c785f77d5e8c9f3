import { unknown, type Teller } from './fact.ts'
import type { Place } from './place.ts'
import type { Facts, Rows } from './row.ts'

/** A whole table that nobody answered, such as the image's where none was given. Every fact is an object of its own. */
export function unanswered<R extends Rows>(rows: R, place: Place, because: string, ask: Teller): Facts<R> {
  const walk = (table: Rows): object =>
    Object.fromEntries(
      Object.entries(table).map(([key, row]) => [
        key,
        row.kind === 'group' ? walk(row.rows) : unknown(place, because, ask),
      ]),
    )
  // One cast for the whole table: a loop over rows cannot be typed row by row.
  return walk(rows) as Facts<R>
}
