/** Values as YAML writes them. */
import type { Scalar } from 'yaml'
import type { Plain } from '../change.ts'

/** Words of YAML 1.1 that are no texts. */
const WORD = /^(?:y|n|yes|no|on|off|true|false|null|nan|inf)$/i
/** Plain in blocks and in brackets. */
const SAFE = /^(?:[A-Za-z_/]|--?[A-Za-z])[\w./@+-]*(?:[:=][\w./@+-]+)*(?: [\w./@+=-]+(?::[\w./@+=-]+)*)*$/
/** A scalar, plain where that is safe; `like` is how the one in its place was written. */
export function scalar(value: string | number | boolean, like?: Scalar['type']): string {
  if (like === 'QUOTE_SINGLE') return `'${String(value).replaceAll("'", "''")}'`
  if (like === 'QUOTE_DOUBLE') return JSON.stringify(String(value))
  if (typeof value !== 'string') return String(value)
  return SAFE.test(value) && !WORD.test(value) ? value : JSON.stringify(value)
}
/** A value in one line. */
export const flow = (value: Plain): string =>
  typeof value !== 'object'
    ? scalar(value)
    : isTexts(value)
      ? `[${value.map((each) => scalar(each)).join(', ')}]`
      : `{ ${Object.entries(value)
          .map(([key, each]) => `${scalar(key)}: ${flow(each)}`)
          .join(', ')} }`

export const isTexts = (value: Plain): value is readonly string[] => Array.isArray(value)
