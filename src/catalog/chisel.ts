import { zstdDecompressSync } from 'node:zlib'
import type { PackageFind } from '../model/package.ts'
import type { Cataloger } from '../model/tree.ts'
import { complaintsAbout, MAX_FINDS, MAX_WORD, tooMany } from './complaints.ts'
import { isRegular } from './entry.ts'
import { objectOf, textAt } from './format/json.ts'
import { linesOf } from './format/lines.ts'

/** Bytes of a manifest. That of a whole Ubuntu is below 50 MB. */
const MAX_MANIFEST = 128 * 2 ** 20

interface Content {
  /** `PACKAGE_NAME-OF-SLICE`. */
  readonly slice: string
  readonly path: string
}

/**
 * Packages of Ubuntu of which Chisel cut out slices: `manifest.wall`, lines of JSON in zstd (documentation.ubuntu.com/chisel,
 * "Chisel manifest"; github.com/canonical/jsonwall). The first line says what it is, the others are in the order of their letters.
 */
export const chisel: Cataloger = {
  name: 'chisel',
  version: 1,
  body: true,
  packages: true,
  places: ['var/lib/chisel/manifest.wall'],
  names: ['manifest.wall'],
  wants: (path, entry) => path.endsWith('chisel/manifest.wall') && isRegular(entry),
  parse(file) {
    const complaints = complaintsAbout(file)
    const lose = (why: string) => {
      complaints.add(
        'package-database-malformed',
        1,
        `The manifest of Chisel ${why}, so its packages are not known. Cut the image again.`,
        true,
      )
      return { value: {}, notices: complaints.notices }
    }
    let text: Buffer
    try {
      text = zstdDecompressSync(file.body, { maxOutputLength: MAX_MANIFEST })
    } catch (error) {
      return lose(`cannot be decompressed (${error instanceof Error ? error.message : String(error)})`)
    }
    if (!text.toString('latin1', 0, 40).startsWith('{"jsonwall":')) return lose('is no jsonwall')
    const packages: (Omit<PackageFind, 'files'> & { readonly files: string[] })[] = []
    const byName = new Map<string, { readonly files: string[] }>()
    const contents: Content[] = []
    for (const { text: line, number } of linesOf(text)) {
      const read = number === 1 || line === '' ? undefined : readLine(line)
      if (read === undefined && (number === 1 || line === '')) continue
      if (packages.length >= MAX_FINDS || contents.length >= 10 * MAX_FINDS) {
        tooMany(complaints, 1, 'packages')
        break
      }
      if (read?.kind === 'content') contents.push(read.content)
      else if (read?.kind === 'package') {
        const one = { ...read.found, files: [] }
        packages.push(one)
        byName.set(one.name, one)
      } else if (read === undefined)
        complaints.add(
          'package-record-malformed',
          1,
          `Line ${number} of the manifest, decompressed, cannot be read, so a package may not be known. Cut the image again.`,
          true,
        )
    }
    for (const { slice, path } of contents)
      if (!path.endsWith('/')) byName.get(slice.slice(0, slice.lastIndexOf('_')))?.files.push(path.replace(/^\/+/, ''))
    return { value: { packages }, notices: complaints.notices }
  },
}

type Read =
  | { readonly kind: 'package'; readonly found: Omit<PackageFind, 'files'> }
  | { readonly kind: 'content'; readonly content: Content }
  | { readonly kind: 'other' }

function readLine(text: string): Read | undefined {
  const line = objectOf(text)
  if (!line) return undefined
  const kind = textAt(line, 'kind')
  if (kind === 'content') return { kind, content: { slice: textAt(line, 'slice'), path: textAt(line, 'path') } }
  if (kind !== 'package') return kind === '' ? undefined : { kind: 'other' }
  const name = textAt(line, 'name')
  const version = textAt(line, 'version')
  if (name === '' || version === '' || name.length > MAX_WORD || version.length > MAX_WORD) return undefined
  return { kind, found: { type: 'deb', name, version, architecture: textAt(line, 'arch'), source: '', line: 1 } }
}
