/** Reports that go to files: `--output [FORMAT=]FILE`. */
import { existsSync, writeFileSync } from 'node:fs'
import { dirname, resolve } from 'node:path'
import { reasonOf } from '../file.ts'
import { hint } from '../policy/nearest.ts'
import { sentence } from '../report/escape.ts'
import type { SbomName } from '../report/packages/index.ts'
import { UsageError } from '../usage.ts'

export interface Output<Format extends string> {
  readonly format: Format
  readonly file: string
}

/** Endings of SBOMs: what other tools know them by. */
export const endings = {
  'cdx.json': 'cyclonedx',
  'cdx.xml': 'cyclonedx-xml',
  'spdx.json': 'spdx',
} as const satisfies Record<string, SbomName>

/** @throws {UsageError} */
export function formatOf<Format extends string>(word: string, formats: readonly Format[]): Format {
  const found = formats.find((name) => name === word)
  if (found === undefined) throw new UsageError([sentence(`There is no format "${word}"${hint(word, formats)}`)])
  return found
}

/** `sarif=x.sarif`, or a name alone: then `--format` says the format, else the name's ending, else it is text. */
export function outputOf<Format extends string>(
  word: string,
  format: Format | undefined,
  formats: readonly Format[],
  byEnding: Readonly<Record<string, Format>>,
  otherwise: Format,
): Output<Format> {
  const [, name, file] = /^([a-z]+(?:-[a-z]+)*)=(.+)$/s.exec(word) ?? []
  if (name !== undefined && file !== undefined) return { format: formatOf(name, formats), file }
  const lower = word.toLowerCase()
  // The longest ending that is known: x.cdx.json is no report as JSON.
  const [ending] = Object.keys(byEnding)
    .filter((each) => lower.endsWith(`.${each}`))
    .toSorted((a, b) => b.length - a.length)
  return { format: format ?? (ending === undefined ? undefined : byEnding[ending]) ?? otherwise, file: word }
}

/** A word too few on the command line must not cost the file that was to be read. */
export function refuseOverwriting(outputs: readonly Output<string>[], inputs: readonly string[]): void {
  const read = new Set(inputs.map((path) => resolve(path)))
  for (const { file } of outputs) {
    if (file !== '-' && read.has(resolve(file)))
      throw new UsageError([`--output ${file} would overwrite what is scanned. Give it another name.`])
    if (file !== '-' && !existsSync(dirname(resolve(file))))
      throw new UsageError([`--output ${file} cannot be written: there is no folder ${dirname(file)}. Make it first.`])
  }
}

export function writeOut(file: string, text: string, write: (text: string) => void): void {
  if (file === '-') return write(text)
  try {
    writeFileSync(file, text)
  } catch (error) {
    throw new UsageError([`--output ${file} cannot be written: ${reasonOf(error)}.`])
  }
}

/** SOURCE_DATE_EPOCH, seconds since 1970, as documents write it. */
export function createdAt(epoch: string | undefined): { readonly created?: string } {
  if (epoch === undefined || epoch === '') return {}
  const seconds = /^\d{1,11}$/.test(epoch) ? Number(epoch) : NaN
  if (Number.isNaN(seconds))
    throw new UsageError([`SOURCE_DATE_EPOCH is seconds since 1970, such as 1767225600; "${epoch}" is not.`])
  return { created: new Date(seconds * 1000).toISOString() }
}
