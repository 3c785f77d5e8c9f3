import { engine } from '../../../model/fields.ts'
import type { Rows } from '../../../model/row.ts'
import type { Refusal } from '../../ask.ts'
import type { Silence } from '../../dialect.ts'

/** Not known, for one reason, in every row: what the file of an engine does not decide. */
export const undecided = (refusal: Refusal): Silence<typeof engine> =>
  // One cast for the whole table: a walk over rows cannot be typed row by row.
  everywhere(engine, refusal) as Silence<typeof engine>

const everywhere = (rows: Rows, refusal: Refusal): object =>
  Object.fromEntries(
    Object.entries(rows).map(([key, row]) => [key, row.kind === 'group' ? everywhere(row.rows, refusal) : refusal]),
  )
