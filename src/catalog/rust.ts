import { inflateSync } from 'node:zlib'
import type { Cataloger, PackageFind } from '../model/tree.ts'
import { complaintsAbout, MAX_FINDS, MAX_WORD, tooMany } from './complaints.ts'
import { beginsAsProgram, mayBeProgram, programsOf, type ProgramFile } from './format/program-files.ts'

/** Bytes below which no program of rustc with its standard library is. */
const MIN_SIZE = 2 ** 14
const SECTION = '.dep-v0'
/** Bytes of the list as stored, and inflated: large programs have some thousand crates, of some hundred bytes each. */
const MAX_STORED = 2 ** 22
const MAX_LIST = 2 ** 24

/** As much of the list as is read: github.com/rust-secure-code/cargo-auditable, cargo-auditable.schema.json. */
interface CrateList {
  readonly packages: readonly { readonly name: string; readonly version: string }[]
}
const isList = (value: unknown): value is CrateList =>
  isObject(value) &&
  Array.isArray(value['packages']) &&
  value['packages'].every(
    (one: unknown) => isObject(one) && typeof one['name'] === 'string' && typeof one['version'] === 'string',
  )
const isObject = (value: unknown): value is Readonly<Record<string, unknown>> =>
  typeof value === 'object' && value !== null

/**
 * Crates of Rust programs that were built with cargo-auditable, which writes the list into a section of the program
 * (github.com/rust-secure-code/cargo-auditable, PARSING.md): the program's own crate, what is linked into it, and what ran in the
 * build (`"kind": "build"`: build scripts and macros, whose output is in the program).
 */
export const rust: Cataloger = {
  name: 'rust',
  version: 1,
  body: 'parts',
  packages: true,
  byContent: true,
  begins: beginsAsProgram,
  wants: (path, entry) => mayBeProgram(path, entry, MIN_SIZE),
  parse(file) {
    const complaints = complaintsAbout(file)
    const packages = new Map<string, PackageFind>()
    for (const one of programsOf(file.content)) {
      const list = listIn(one)
      if (list === undefined) continue
      if (typeof list === 'string') {
        complaints.add(
          'cargo-auditable-unreadable',
          1,
          `The Rust program has a list of its crates that ${list}, so they are not known. Build it again with cargo-auditable.`,
          true,
        )
        continue
      }
      for (const { name, version } of list.packages) {
        if (packages.size >= MAX_FINDS) {
          tooMany(complaints, 1, 'crates')
          break
        }
        if (name === '' || name.length > MAX_WORD || version.length > MAX_WORD) continue
        packages.set(`${name} ${version}`, { type: 'cargo', name, version, architecture: '', source: '', line: 1 })
      }
    }
    return { value: packages.size > 0 ? { packages: [...packages.values()] } : {}, notices: complaints.notices }
  },
}

/** The list; what is wrong with it; undefined where there is none. */
function listIn({ program, ranges }: ProgramFile): CrateList | string | undefined {
  const section = program.sections.find(({ name }) => name === SECTION)
  if (!section) return undefined
  if (section.size > MAX_STORED) return `is larger than ${MAX_STORED} bytes`
  try {
    const text = inflateSync(ranges.at(section.offset, section.size), { maxOutputLength: MAX_LIST }).toString('utf8')
    const list: unknown = JSON.parse(text)
    return isList(list) ? list : 'does not have the form that cargo-auditable writes'
  } catch {
    return `is damaged, or larger than ${MAX_LIST} bytes`
  }
}
