/** `--limit`: how much of an image is read before the reader stops and says so. */
import { hint } from './policy/nearest.ts'
import { sentence } from './report/escape.ts'
import { defaultLimits, type Limits } from './source/limits.ts'
import { UsageError } from './usage.ts'

/** @throws {UsageError} for a word that is no NAME=NUMBER of a limit that there is. */
export function limitsOf(words: readonly string[]): Partial<Limits> {
  const names = Object.keys(defaultLimits)
  return Object.fromEntries(
    words.map((word) => {
      const [name = '', text] = word.split('=', 2)
      if (!names.includes(name))
        throw new UsageError([
          `${sentence(`There is no limit "${name}"${hint(name, names)}`)} There are: ${names.join(', ')}.`,
        ])
      const number = /^\d+(?:\.\d+)?$/.test(text ?? '') ? Number(text) : Number.NaN
      if (!Number.isFinite(number))
        throw new UsageError([`--limit is NAME=NUMBER, such as --limit layers=200; "${word}" is not.`])
      return [name, number] as const
    }),
  )
}
