import { silent } from '../../src/dialect/ask.ts'
import type { Dialect } from '../../src/dialect/dialect.ts'
import { roots } from '../../src/model/fields.ts'
import type { Rows } from '../../src/model/row.ts'

/** Rows that the dialect has an Ask for, those of elements included; `otherwise` is what silence gives, as a text. */
export function asked(dialect: Dialect): readonly { readonly row: string; readonly otherwise: string | undefined }[] {
  const found: { row: string; otherwise: string | undefined }[] = []
  const walk = (rows: Rows, asks: unknown, silence: unknown, prefix: string): void => {
    for (const [name, row] of Object.entries(rows)) {
      const [ask, none] = [at(asks, name), at(silence, name)]
      const path = `${prefix}${name}`
      if (row.kind === 'group') walk(row.rows, ask, none, `${path}.`)
      else if (ask !== undefined && ask !== silent) {
        found.push({ row: path, otherwise: valueOf(none) })
        if (row.kind === 'list' && row.of.kind === 'group')
          for (const inner of Object.keys(row.of.rows)) found.push({ row: `${path}.${inner}`, otherwise: undefined })
      }
    }
  }
  walk(roots.container.rows, dialect.asks, dialect.silence, '')
  return found
}
const at = (group: unknown, key: string): unknown =>
  typeof group === 'object' && group !== null ? Object.entries(group).find(([name]) => name === key)?.[1] : undefined
const valueOf = (otherwise: unknown): string | undefined => {
  const is = at(otherwise, 'is')
  if (typeof is !== 'function') return undefined
  const value: unknown = is({ file: '', line: 1, column: 1 })
  return Array.isArray(value)
    ? JSON.stringify(value.map((each: unknown) => String(at(each, 'value'))).sort())
    : JSON.stringify(value)
}
