import { readdirSync } from 'node:fs'
import { expect, test } from 'vitest'
import { catalogers } from '../../src/catalog/index.ts'

/** Files of the folder that find nothing: the list, what joins finds and makes facts of them, and what all catalogers use. Readers of formats are in folders. */
const NO_CATALOGERS = ['complaints', 'distribution', 'entry', 'facts', 'index', 'package-facts', 'packages', 'purl']

test('every file of the folder is in the list, and every cataloger has the name of its file', () => {
  const files = readdirSync(new URL('../../src/catalog', import.meta.url))
    .filter((file) => file.endsWith('.ts'))
    .map((file) => file.slice(0, -'.ts'.length))
  expect(catalogers.map((cataloger) => cataloger.name).toSorted()).toEqual(
    files.filter((file) => !NO_CATALOGERS.includes(file)).toSorted(),
  )
  expect(files).toEqual(expect.arrayContaining(NO_CATALOGERS))
})

test('versions are positive integers', () => {
  for (const { name, version } of catalogers) expect(Number.isInteger(version) && version > 0, name).toBe(true)
})
