/** The rows that fixes set, taken from the rules themselves. */
import { readdirSync, readFileSync } from 'node:fs'
import { join, resolve } from 'node:path'
import { loadRule } from '../../src/rule/load.ts'

const folder = resolve(import.meta.dirname, '../../rules')
export interface Wanted {
  readonly row: string
  readonly value: string | number | boolean
}
const found = new Map<string, Wanted>()
for (const name of readdirSync(folder).filter((each) => each.endsWith('.yaml'))) {
  const { value } = await loadRule(`rules/${name}`, readFileSync(join(folder, name), 'utf8'))
  for (const [row, wanted] of Object.entries(value?.rule.fixSet ?? {})) found.set(row, { row, value: wanted })
}
export const wanted: readonly Wanted[] = [...found.values()].sort((a, b) => (a.row < b.row ? -1 : 1))
