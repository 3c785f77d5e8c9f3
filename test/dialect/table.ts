/** Checks a table of expectations against a container's facts. */
import { container } from '../../src/model/fields.ts'
import type { Rows } from '../../src/model/row.ts'
import type { Container } from '../../src/model/subject.ts'
import { expect } from 'vitest'
import { factAt, valueAt } from '../support/facts.ts'

/** Value, how it is known, and a piece of the line that it points at. */
export type Expectation = readonly [value: unknown, how: string, line: string]
export type Table = Readonly<Record<string, Expectation>>

export function check(text: string, found: Container, path: string, [value, how, line]: Expectation): void {
  const fact = factAt(found, path)
  const shown = text.split('\n')[fact.place.line - 1]
  expect({ value: valueAt(found, path), how: fact.how, line: shown?.includes(line) === true ? line : shown }).toEqual({
    value,
    how,
    line,
  })
}

/** Every row that a dialect answers, by path; rows of list elements as `mounts[].source`. */
export function dialectRows(rows: Rows = container, prefix = ''): readonly string[] {
  return Object.entries(rows).flatMap(([key, row]): readonly string[] => {
    const path = prefix === '' ? key : `${prefix}.${key}`
    if (row.kind === 'group') return dialectRows(row.rows, path)
    if (row.by !== 'dialect') return []
    return row.kind === 'list' && row.of.kind === 'group' ? [path, ...dialectRows(row.of.rows, `${path}[]`)] : [path]
  })
}
/** The rows that no table speaks of. A list that is compared as a whole speaks of the rows of its elements. */
export function missing(...tables: readonly Table[]): readonly string[] {
  const spoken = new Set(
    tables.flatMap((table) =>
      Object.entries(table).flatMap(([path, [value]]) => [
        path.replace(/\[\d+\]/g, '[]'),
        path.replace(/\[\d+\].*/, ''),
        ...(Array.isArray(value)
          ? value.flatMap((element: unknown) =>
              typeof element === 'object' && element !== null
                ? Object.keys(element).map((key) => `${path}[].${key}`)
                : [],
            )
          : []),
      ]),
    ),
  )
  return dialectRows().filter((path) => !spoken.has(path))
}
