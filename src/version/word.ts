/** Packages as policies name them: `npm/event-stream = 3.3.6`, `deb/openssl < 3.0.7-1`, `golang/github.com/a/*`, `pypi/ctx`. */
import { packageTypes, type PackageType } from '../model/package.ts'
import type { Parameter, ParameterValue } from '../model/rule.ts'
import { compareVersions, satisfies } from './index.ts'

export interface PackageWord {
  readonly type: PackageType
  /** As its ecosystem writes it whole; `*` is any run of characters. */
  readonly name: string
  /** What stands behind the name: a range, or a version; empty where nothing does. */
  readonly rest: string
}

/** `pkg:` in front of it is allowed; what is wrong with it otherwise. */
export function readWord(text: string): PackageWord | string {
  const [, typeText = '', name = '', rest = ''] = /^(?:pkg:)?([^/\s]+)\/(\S+)(?:\s+(.*))?$/s.exec(text.trim()) ?? []
  if (name === '') return `"${text}" names no package: write TYPE/NAME, and a range behind it where it has one`
  const type = packageTypes.find((one) => one === typeText)
  return type ? { type, name, rest: rest.trim() } : `"${typeText}" is no type of package: ${packageTypes.join(', ')}`
}

/** A flaw in a word of a list, and nothing where there is none. `behind` is what stands behind names. */
export function wrongWord(text: string, behind: 'range' | 'version'): string | undefined {
  const word = readWord(text)
  if (typeof word === 'string') return word
  const { type, rest } = word
  if (behind === 'version')
    return compareVersions(type, rest, rest) === undefined
      ? `"${rest}" is no version of ${type}: write TYPE/NAME VERSION`
      : undefined
  return isRange(type, rest) ? undefined : `"${rest}" is no range of ${type}`
}

/** The flaws of what a parameter is given whose list is of packages. */
export const wrongWords = ({ of }: Parameter, value: ParameterValue): readonly string[] =>
  of === undefined || typeof value !== 'object'
    ? []
    : value.flatMap((text) => wrongWord(text, of === 'ranges' ? 'range' : 'version') ?? [])

/** Whether a text can be read as a range of versions of this type. */
export const isRange = (type: PackageType, range: string): boolean => satisfies(type, '1.0.0', range) !== undefined

/** Whether a word is about this package, whatever its version. */
export function isAbout(word: PackageWord, type: string, name: string): boolean {
  return word.type === type && fits(plain(word.type, name), plain(word.type, word.name))
}

/** Names that the ecosystem takes for the same: PEP 503, and where capitals do not matter. */
const plain = (type: PackageType, name: string): string =>
  type === 'pypi'
    ? name.toLowerCase().replaceAll(/[-_.]+/g, '-')
    : type === 'nuget' || type === 'composer'
      ? name.toLowerCase()
      : name

function fits(name: string, pattern: string): boolean {
  if (!pattern.includes('*')) return name === pattern
  const [first = '', ...others] = pattern.split('*')
  const last = others.pop() ?? ''
  if (!name.startsWith(first) || name.length < first.length + last.length || !name.endsWith(last)) return false
  const end = name.length - last.length
  let at = first.length
  for (const part of others) {
    const found = name.indexOf(part, at)
    if (found < 0 || found + part.length > end) return false
    at = found + part.length
  }
  return true
}
