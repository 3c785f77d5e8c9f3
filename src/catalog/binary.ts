import type { Cataloger } from '../model/tree.ts'
import { MAX_WORD } from './complaints.ts'
import { isRegular, sizeOf } from './entry.ts'
import { isElf } from './format/elf.ts'
import { searchIn } from './binary/search.ts'
import { classifiersOf } from './binary/table.ts'

/** Bytes below which none of the programs of the table is. */
const MIN_SIZE = 8192

/**
 * Well-known programs and libraries that no package brought: by the name of the file, and by what their own sources write into them
 * (`binary/`; docs/classifiers.md is the list). Programs of Go tell their versions by themselves (go.ts).
 */
export const binary: Cataloger = {
  name: 'binary',
  version: 1,
  body: 'parts',
  packages: true,
  unowned: true,
  begins: isElf,
  wants(path, entry) {
    if (!isRegular(entry) || sizeOf(entry) < MIN_SIZE) return false
    const name = baseOf(path)
    if ((entry.mode & 0o111) === 0 && !name.includes('.so')) return false
    return classifiersOf(name).length > 0
  },
  parse({ path, content }) {
    const first = Buffer.alloc(4)
    if (content.read(first, 0) < 4 || !isElf(first)) return { value: {}, notices: [] }
    const name = baseOf(path)
    const hit = searchIn(content, name, classifiersOf(name))
    if (!hit || hit.version.length > MAX_WORD) return { value: {}, notices: [] }
    const found = { type: 'generic', name: hit.classifier.name, version: hit.version.replace(/^v/, '') } as const
    return { value: { packages: [{ ...found, architecture: '', source: '', line: 1 }] }, notices: [] }
  },
}

const baseOf = (path: string): string => path.slice(path.lastIndexOf('/') + 1)
