/** What the catalogers of one language share: finds that are bounded and told of, and files that are JSON, YAML or TOML. */
import { readJson } from '../../document/json.ts'
import { isMap, type Node, type Text } from '../../document/node.ts'
import { readToml } from '../../document/toml.ts'
import { readEvents } from '../../document/yaml-events.ts'
import { readYaml, withoutDirectives } from '../../document/yaml.ts'
import type { Read } from '../../model/notice.ts'
import type { PackageType } from '../../model/package.ts'
import type { Finds, ImageFile, PackageFind } from '../../model/tree.ts'
import { complaintsAbout, MAX_FINDS, MAX_WORD, tooMany, type Complaints } from '../complaints.ts'

/** Bytes of a text that is read as a tree. Lock files of the largest projects have some megabytes. */
const MAX_TEXT = 32 * 2 ** 20

/** The packages that one file names. */
export interface PackageList {
  readonly complaints: Complaints
  /** Takes a package down. One without a name is left out, and so is all that follows the most that a file may name. */
  add(name: string, version: string, line: number, rest?: Partial<PackageFind>): void
  /** Complains of a record that cannot be read; `what` is the subject of a sentence. */
  malformed(line: number, what: string): void
  /** All that was added. */
  readonly read: Read<Finds>
}

/** An empty list of packages of this type, found in this file. */
export function listOf(file: ImageFile, type: PackageType): PackageList {
  const complaints = complaintsAbout(file)
  const packages: PackageFind[] = []
  let full = false
  const malformed = (line: number, what: string): void =>
    complaints.add(
      'package-record-malformed',
      line,
      `${what}, so the package is not known. Write the file anew with the tool that made it, or remove it.`,
      true,
    )
  return {
    complaints,
    malformed,
    add(name, version, line, rest = {}) {
      if (full) return
      if (packages.length >= MAX_FINDS) {
        full = true
        tooMany(complaints, line, 'packages')
      } else if (name === '' || name.length > MAX_WORD || version.length > MAX_WORD)
        malformed(line, `The record has no name, or a name or version of over ${MAX_WORD} characters`)
      else packages.push({ type, name, version, architecture: '', source: '', line, ...rest })
    },
    get read() {
      return { value: packages.length === 0 ? {} : { packages }, notices: complaints.notices }
    },
  }
}

/** Called by name: the library of a syntax is loaded when its first file is met. */
const READERS = {
  JSON: (file: string, text: string) => readJson(file, text),
  YAML: (file: string, text: string) => readLockYaml(file, text),
  TOML: (file: string, text: string) => readToml(file, text),
} as const

/** Characters of a text that is given to the slower reader of YAML, whose time grows with the square of what is wrong with a text. */
const MAX_SLOW = 16_384

/** What the fast reader does not take (tags, anchors) no tool that writes lock files writes: only a short text is worth another look. */
function readLockYaml(file: string, text: string): Read<Text> {
  const events = readEvents(withoutDirectives(text), (line, column) => ({ file, line, column }))
  if (events) return { value: { file, documents: events.documents, comments: [] }, notices: [] }
  if (text.length <= MAX_SLOW) return readYaml(file, text)
  const place = { file, line: 1, column: 1 }
  return {
    value: { file, documents: [], comments: [] },
    notices: [{ id: 'yaml-invalid', place, message: '', lost: true }],
  }
}

/** The root of a text in this syntax, with lines; undefined where it is none, which is complained of. */
export function treeOf(
  file: ImageFile,
  syntax: keyof typeof READERS,
  complaints: Complaints,
  text: string = textOfFile(file),
): Node | undefined {
  const lost = (line: number, why: string): undefined => {
    complaints.add(
      'package-list-unreadable',
      line,
      `The file ${why}, so the packages that it names are not known. Write it anew with the tool that made it, or remove it.`,
      true,
    )
  }
  if (text.length > MAX_TEXT) return lost(1, `is larger than ${MAX_TEXT} bytes`)
  const { value, notices } = READERS[syntax](file.path, text)
  const notice = notices.find((one) => one.lost)
  const root = value.documents[0]
  if (notice) return lost(notice.place.line, `is not valid ${syntax}`)
  return root && !isMap(root) ? lost(1, 'is no map of names') : root
}

/** The text of a file, without a byte order mark. */
export const textOfFile = ({ body }: ImageFile): string => body.toString('utf8').replace(/^\uFEFF/, '')

/** The last part of a path. */
export const baseOf = (path: string): string => path.slice(path.lastIndexOf('/') + 1)

/** Where sources are, as package URLs say it (SPDX's download location): without the password that a URL may hold. */
export const sourceAt = (tool: string, url: string, revision: string): { readonly vcs_url: string } => ({
  vcs_url: `${tool}+${url.replace(/^([a-z+]{1,16}:\/\/)[^@/]*@/, '$1')}@${revision}`,
})
