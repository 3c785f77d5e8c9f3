import { readdirSync } from 'node:fs'
import { expect, test } from 'vitest'
import { catalogers } from '../../src/catalog/index.ts'

/** Files of the folder that find nothing: the list, what turns finds into facts, and readers that several catalogers use. */
const NO_CATALOGERS = ['buildinfo', 'complaints', 'entry', 'facts', 'index', 'lines', 'stanza']

test('every file of the folder is in the list, and every cataloger has the name of its file', () => {
  const files = readdirSync(new URL('../../src/catalog', import.meta.url)).map((file) => file.replace(/\.ts$/, ''))
  expect(catalogers.map((cataloger) => cataloger.name).toSorted()).toEqual(
    files.filter((file) => !NO_CATALOGERS.includes(file)).toSorted(),
  )
  expect(files).toEqual(expect.arrayContaining(NO_CATALOGERS))
})

test('versions are positive integers', () => {
  for (const { name, version } of catalogers) expect(Number.isInteger(version) && version > 0, name).toBe(true)
})
