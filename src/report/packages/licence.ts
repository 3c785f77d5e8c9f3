/** Licences as packages state them: which are expressions of SPDX (SPDX 2.3, annex D). */
import { fixupSpdxId, isSupportedSpdxId } from '@cyclonedx/cyclonedx-library/SPDX'

const LONGEST = 2000
const DEEPEST = 50

/** The identifier as SPDX writes it; undefined where it has none. Its list holds exceptions too, which are no licences. */
export const spdxId = (licence: string): string | undefined => {
  const id = fixupSpdxId(licence)
  return id === undefined || /exception/i.test(id) ? undefined : id
}

/**
 * Checks an expression.
 * @throws {RangeError} where it is none.
 */
export function checkExpression(text: string): void {
  const words = text.length > LONGEST ? [] : text.replace(/[()]/g, ' $& ').trim().split(/\s+/)
  let at = 0
  const fail = (): never => {
    throw new RangeError('no SPDX expression')
  }
  const licence = (depth: number): void => {
    const word = words[at++] ?? ''
    if (word === '(') {
      if (depth > DEEPEST) fail()
      either(depth + 1)
      if (words[at++] !== ')') fail()
      return
    }
    if (!isLicence(word)) fail()
    if (words[at] === 'WITH') {
      at++
      if (!isSupportedSpdxId(words[at++] ?? '')) fail()
    }
  }
  const either = (depth: number): void => {
    licence(depth)
    while (words[at] === 'AND' || words[at] === 'OR') {
      at++
      licence(depth)
    }
  }
  either(0)
  if (at !== words.length) fail()
}
const isLicence = (word: string): boolean =>
  /^(?:DocumentRef-[\w.-]+:)?LicenseRef-[\w.-]+$/.test(word) || isSupportedSpdxId(word.replace(/\+$/, ''))

export function isExpression(text: string): boolean {
  try {
    checkExpression(text)
    return true
  } catch {
    return false
  }
}
