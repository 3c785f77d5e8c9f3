/** A file of the AppArmor profile language and what it includes -> its profiles, with the rules that are in force. */
import type { Notice, Read } from '../../model/notice.ts'
import type { Place } from '../../model/place.ts'
import { resolveFile, type AppArmorProfile } from './resolve.ts'
import { IncludeCache, type Included } from './includes.ts'
import { parseText } from './parse.ts'
import type { Newer } from './syntax.ts'

/** A file of profiles, read. */
export interface AppArmorFile {
  readonly file: string
  readonly profiles: readonly AppArmorProfile[]
  /** The abi that the file names, such as `abi/3.0`; without one, parsers take that of AppArmor 2.x/3.0 without newer kinds of rules. */
  readonly abi?: string
  /** True where a parser would refuse to load the file: then none of its profiles is in force. */
  readonly refused: boolean
  /** Constructs that AppArmor 3.0 refuses and a later version knows. */
  readonly newer: readonly Newer[]
}

export interface AppArmorOptions {
  /** Answers `include <name>` and `include "name"`. Without it, every include is missing. */
  readonly include?: Included
  /** Includes that were parsed for another file; the same `include` must have brought them. */
  readonly cache?: IncludeCache
}
/** A file is not larger, in characters. The largest profiles known have some hundred thousand. */
const LARGEST = 64 * 1024 * 1024
/** More complaints about one file help nobody. */
const MOST = 50

/**
 * Reads one file of AppArmor profiles (apparmor.d(5)).
 * A mistake, or what must not be together, is a notice `apparmor-invalid` with `lost: true`: parsers refuse the file.
 * A missing include is a notice `apparmor-include-missing` with `lost: true`, and the profiles that need it say so in `unknown`.
 */
export function parseAppArmor(file: string, text: string, options: AppArmorOptions = {}): Read<AppArmorFile> {
  if (text.length > LARGEST) {
    const place = { file, line: 1, column: 1 }
    const value = { file, profiles: [], refused: true, newer: [] }
    return { value, notices: [invalid({ place, message: `The file is larger than ${LARGEST} characters` })] }
  }
  const resolved = resolveFile(file, parseText(file, text), options.include, options.cache ?? new IncludeCache())
  const { profiles, abi, newer, mistakes, missing } = resolved
  const notices = [...mistakes.map(invalid), ...missing.map(({ place, name }) => absent(place, name))]
  const value = { file, profiles, refused: mistakes.length > 0, newer, ...(abi !== undefined && { abi }) }
  return { value, notices: few(notices) }
}

const invalid = ({ place, message }: { place: Place; message: string }): Notice => ({
  id: 'apparmor-invalid',
  place,
  message: `${message}. Parsers refuse the whole file, so none of its profiles is loaded. Correct it.`,
  lost: true,
})
const absent = (place: Place, name: string): Notice => ({
  id: 'apparmor-include-missing',
  place,
  message: `The include ${JSON.stringify(name.length > 200 ? `${name.slice(0, 200)}…` : name)} was not found, so what the profile allows and denies is not wholly known. Give the folder that holds it (AppArmor's own is /etc/apparmor.d).`,
  lost: true,
})
function few(notices: readonly Notice[]): readonly Notice[] {
  const [first] = notices
  if (notices.length <= MOST || !first) return notices
  const { place } = notices[MOST] ?? first
  return [
    ...notices.slice(0, MOST),
    invalid({ place, message: `${notices.length - MOST} more things are wrong from here on` }),
  ]
}
