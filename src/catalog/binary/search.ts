/** Looks for the versions that classifiers know in the parts of a program that hold its constants, without reading it whole. */
import type { Content } from '../../model/tree.ts'
import { programsOf } from '../format/program-files.ts'
import type { Classifier } from './classifier.ts'
import { seriesOf } from './table.ts'

/** Bytes that are read at once. */
const CHUNK = 256 * 1024
/** Most that a pattern looks back, and on. */
const BEFORE = 256
const AFTER = 256
/** Bytes of one file that are searched. The largest programs have some hundred million. */
const MAX_SEARCHED = 2 ** 30
/** Places of one file at which a pattern is tried. */
const MAX_TRIES = 20_000

export interface Hit {
  readonly classifier: Classifier
  readonly version: string
}

/** What is looked for, by one classifier. */
interface Search {
  readonly classifier: Classifier
  readonly literals: readonly Buffer[]
  readonly requires: Buffer | undefined
  /** What `requires` was found. */
  required: boolean
  version?: string
}
interface Area {
  readonly offset: number
  readonly size: number
}

/** The first version that one of them finds; those that need a second proof only where no other finds one. */
export function searchIn(content: Content, name: string, classifiers: readonly Classifier[]): Hit | undefined {
  const series = seriesOf(name)
  const searches = classifiers.map((classifier): Search => {
    const { literals, requires } = classifier
    return {
      classifier,
      literals: (typeof literals === 'function' ? literals(series) : literals).map((one) => Buffer.from(one, 'latin1')),
      requires: requires === undefined ? undefined : Buffer.from(requires, 'latin1'),
      required: requires === undefined,
    }
  })
  let left = MAX_SEARCHED
  let tries = MAX_TRIES
  const buffer = Buffer.allocUnsafe(BEFORE + CHUNK + AFTER)
  for (const { offset, size } of areasOf(content)) {
    for (let start = offset; start < offset + size && left > 0 && tries > 0; start += CHUNK, left -= CHUNK) {
      const from = Math.max(offset, start - BEFORE)
      const length = Math.min(start + CHUNK + AFTER, offset + size) - from
      const chunk = buffer.subarray(0, content.read(buffer.subarray(0, length), from))
      // What begins in the rest is found in the next one.
      const first = start - from
      for (const search of searches) {
        search.required ||= search.requires !== undefined && chunk.includes(search.requires)
        if (search.version !== undefined) continue
        const tried = tryIn(chunk, first, search, tries)
        tries = tried.left
        if (tried.version === undefined) continue
        if (!search.requires) return { classifier: search.classifier, version: tried.version }
        search.version = tried.version
      }
    }
  }
  for (const { classifier, version, required } of searches)
    if (version !== undefined && required) return { classifier, version }
  return undefined
}

function tryIn(
  chunk: Buffer,
  first: number,
  { literals, classifier: { pattern, before = 0 } }: Search,
  tries: number,
): { readonly version?: string; readonly left: number } {
  let left = tries
  for (const literal of literals) {
    let at = chunk.indexOf(literal, first)
    for (; at >= 0 && at < first + CHUNK && left > 0; at = chunk.indexOf(literal, at + 1)) {
      left -= 1
      // One byte more shows whether digits go on before a literal that begins with one.
      const version = pattern.exec(chunk.toString('latin1', Math.max(0, at - before), at + AFTER))?.[1]
      if (version !== undefined && !continues(chunk, at, before)) return { version, left }
    }
  }
  return { left }
}

/** True where a literal that begins with a digit stands within a number: `13.12.1` is no 3.12.1. */
function continues(chunk: Buffer, at: number, before: number): boolean {
  const isNumber = (code: number | undefined): boolean =>
    code !== undefined && ((code >= 0x30 && code <= 0x39) || code === 0x2e)
  return before === 0 && isNumber(chunk[at]) && at > 0 && isNumber(chunk[at - 1])
}

/** Constants stand here; in what follows (`.text`, `.eh_frame`, symbols, debug information) there are none, or those of others. */
const CONSTANTS = ['.rodata', '.data', '.comment', '.lrodata', '.dynstr', '.noptrdata', '.go.buildinfo']

/** Sections with constants, `.rodata` first; the whole file where it has no table of sections. */
function areasOf(content: Content): readonly Area[] {
  const sections = programsOf(content).flatMap(({ program }) => (program.format === 'ELF' ? program.sections : []))
  const areas = CONSTANTS.flatMap((name) =>
    sections.filter((one) => one.name === name || one.name.startsWith(`${name}.`)),
  )
  return areas.length > 0 ? areas : [{ offset: 0, size: content.size }]
}
