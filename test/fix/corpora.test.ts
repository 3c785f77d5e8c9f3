/** Fixes of real files: how many are offered, and that nothing but what they are about becomes otherwise. */
import { readdirSync, readFileSync, statSync } from 'node:fs'
import { join, relative } from 'node:path'
import { describe, expect, it } from 'vitest'
import { edit } from '../../src/document/edit.ts'
import { isList, isMap, type Node } from '../../src/document/node.ts'
import { readAs } from '../../src/document/syntax.ts'
import { write } from '../../src/fix.ts'
import { readContainers, type Origin } from '../../src/texts.ts'
import { corpora, present } from '../support/corpora.ts'
import { wanted } from './rows.ts'

/** How many files are taken, evenly over the corpus, and how many rows of them must at least be writable. */
const SETS = [
  ['compose-real', 60, 500],
  ['k8s-real', 60, 300],
] as const

const walk = (folder: string): readonly string[] =>
  readdirSync(folder)
    .sort()
    .flatMap((name) => {
      const path = join(folder, name)
      const stat = statSync(path)
      return stat.isDirectory() ? walk(path) : /\.ya?ml$/.test(name) && stat.size < 50_000 ? [path] : []
    })

/** Every scalar of a document by its path, and every empty map or list. */
function leaves(node: Node, path = ''): readonly (readonly [string, unknown])[] {
  if (isMap(node) && node.value.size > 0)
    return [...node.value].flatMap(([key, each]) => leaves(each, `${path}/${key}`))
  if (isList(node) && node.value.length > 0)
    return node.value.flatMap((each, index) => leaves(each, `${path}/${index}`))
  return [[path, typeof node.value === 'object' ? null : node.value]]
}

describe.skipIf(!present)('real files', () => {
  it.each(SETS)(
    '%s',
    async (set, count, least) => {
      const all = walk(join(corpora, set))
      const step = Math.max(1, Math.floor(all.length / count))
      const files = all.filter((_, index) => index % step === 0)
      let [written, refused] = [0, 0]
      for (const path of files) {
        const file = relative('.', path)
        const text = readFileSync(path, 'utf8')
        const origins: Origin[] = []
        await readContainers({ file, text, named: true }, (each) => void origins.push(each))
        const before = await readAs('data', file, text)
        for (const origin of origins.slice(0, 3))
          for (const { row, value } of wanted) {
            const changes = write(origin, row, value)
            const edited = changes && edit(origin.syntax, file, text, changes)
            if (!edited || 'refused' in edited) {
              refused += 1
              continue
            }
            written += 1
            const after = await readAs('data', file, edited.text)
            expect(after.notices.map(({ id }) => id)).toEqual(before.notices.map(({ id }) => id))
            expect(after.value.documents.length).toBe(before.value.documents.length)
            // What differs is below one of the paths that are changed.
            const about = changes.flatMap((change) =>
              'path' in change ? [`/${[...change.in.path, ...change.path.slice(0, 1)].join('/')}`] : [],
            )
            for (const [index, document] of before.value.documents.entries()) {
              const next = after.value.documents[index]
              if (!next) continue
              const outside = (node: Node): readonly (readonly [string, unknown])[] =>
                leaves(node).filter(([at]) => !about.some((each) => at === each || at.startsWith(`${each}/`)))
              expect({ file, row, leaves: outside(next) }).toEqual({ file, row, leaves: outside(document) })
            }
            // Nothing is printed again: all other lines are there still.
            const lines = new Set(edited.text.split('\n'))
            const gone = text.split('\n').filter((line) => !lines.has(line)).length
            expect({ file, row, gone: gone <= 4 }).toEqual({ file, row, gone: true })
          }
      }
      console.log(
        `${set}: ${files.length} files, ${written} rows written, ${refused} that cannot be written or are so already`,
      )
      expect(written).toBeGreaterThan(least)
    },
    120_000,
  )
})
it.skipIf(present)('is skipped: ../shared/corpora is not here', () => {})
