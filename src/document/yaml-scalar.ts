/**
 * What a plain scalar is in YAML 1.1 (https://yaml.org/type/), without its times and sexagesimal numbers: `22:22` is a port
 * mapping and no number, `2024-01-01` no Date.
 */
import type { Scalar } from './node.ts'

const NULL = /^(?:~|null|Null|NULL)?$/
const TRUE = /^(?:y|Y|yes|Yes|YES|true|True|TRUE|on|On|ON)$/
const FALSE = /^(?:n|N|no|No|NO|false|False|FALSE|off|Off|OFF)$/
const BINARY = /^[-+]?0b[01_]+$/
const OCTAL = /^[-+]?0[0-7_]+$/
const DECIMAL = /^[-+]?[0-9][0-9_]*$/
const HEXADECIMAL = /^[-+]?0x[0-9a-fA-F_]+$/
const INFINITY = /^([-+]?)\.(?:inf|Inf|INF)$/
const NOT_A_NUMBER = /^\.(?:nan|NaN|NAN)$/
const EXPONENT = /^[-+]?(?:[0-9][0-9_]*)?(?:\.[0-9_]*)?[eE][-+]?[0-9]+$/
const FRACTION = /^[-+]?(?:[0-9][0-9_]*)?\.[0-9_]*$/

/** Everything that is no text begins with one of these, or is empty. */
const FIRST = /^[-+.0-9~nNtTfFyYoO]/

export function scalar11(text: string): Scalar {
  if (text === '') return null
  if (!FIRST.test(text) || text.length > 400) return text
  if (NULL.test(text)) return null
  if (TRUE.test(text)) return true
  if (FALSE.test(text)) return false
  if (BINARY.test(text)) return whole(text, 2)
  if (OCTAL.test(text)) return whole(text, 8)
  if (DECIMAL.test(text)) return whole(text, 10)
  if (HEXADECIMAL.test(text)) return whole(text, 16)
  if (NOT_A_NUMBER.test(text)) return Number.NaN
  const infinite = INFINITY.exec(text)
  if (infinite) return infinite[1] === '-' ? -Infinity : Infinity
  return EXPONENT.test(text) || FRACTION.test(text) ? Number.parseFloat(text.replaceAll('_', '')) : text
}

/** Digits with a sign, a prefix and underscores. */
function whole(text: string, radix: 2 | 8 | 10 | 16): number {
  const sign = text.startsWith('-') ? -1 : 1
  const digits = text.replace(/^[-+]/, '').replaceAll('_', '')
  const from = radix === 10 ? 0 : radix === 8 ? 1 : 2
  return sign * Number.parseInt(digits.slice(from), radix)
}
