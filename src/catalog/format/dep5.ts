/** Licences of Debian's machine-readable copyright files (debian.org/doc/packaging-manuals/copyright-format/1.0), "DEP-5". */

/** Names that are one licence, as Debian writes them, and as SPDX does. */
const SPDX: ReadonlyMap<string, string> = new Map([
  ['apache-2', 'Apache-2.0'],
  ['apache-2.0', 'Apache-2.0'],
  ['artistic', 'Artistic-1.0'],
  ['artistic-1', 'Artistic-1.0'],
  ['artistic-2', 'Artistic-2.0'],
  ['artistic-2.0', 'Artistic-2.0'],
  ['bsd-1-clause', 'BSD-1-Clause'],
  ['bsd-2-clause', 'BSD-2-Clause'],
  ['bsd-3-clause', 'BSD-3-Clause'],
  ['bsd-4-clause', 'BSD-4-Clause'],
  ['bsl-1.0', 'BSL-1.0'],
  ['cc0', 'CC0-1.0'],
  ['cc0-1.0', 'CC0-1.0'],
  ['curl', 'curl'],
  ['expat', 'MIT'],
  ['fsfap', 'FSFAP'],
  ['fsful', 'FSFUL'],
  ['fsfullr', 'FSFULLR'],
  ['ftl', 'FTL'],
  ['isc', 'ISC'],
  ['libpng', 'Libpng'],
  ['mit', 'MIT'],
  ['mpl-1.1', 'MPL-1.1'],
  ['mpl-2.0', 'MPL-2.0'],
  ['ofl-1.1', 'OFL-1.1'],
  ['openldap-2.8', 'OLDAP-2.8'],
  ['openssl', 'OpenSSL'],
  ['postgresql', 'PostgreSQL'],
  ['unlicense', 'Unlicense'],
  ['x11', 'X11'],
  ['zlib', 'Zlib'],
])

/** `GPL-2+`, `LGPL-2.1`, `GPL-3.0+`, `GFDL-1.3`, `AGPL-3+`. */
const GNU = /^(a?gpl|lgpl|gfdl)-([1-3])(?:\.([0-3]))?(\+)?$/i

function spdxOf(name: string): string | undefined {
  const [, kind, major, minor = '0', later] = GNU.exec(name) ?? []
  if (kind !== undefined) return `${kind.toUpperCase()}-${major}.${minor}-${later ? 'or-later' : 'only'}`
  return SPDX.get(name.toLowerCase())
}

/** A `License:` line as an SPDX expression where each of its words is known, else as it is written. */
export function licenceOf(stated: string): string {
  const words = stated.split(/ +(or|and) +/i)
  const spdx = words.map((word, index) => (index % 2 === 1 ? word.toUpperCase() : spdxOf(word)))
  // "and" binds closer in both, but a comma changes that, and is part of no name.
  return spdx.every((word) => word !== undefined) ? spdx.join(' ') : stated
}

/** Licences that one file may state; perl has 33. */
const MAX_LICENCES = 500
/** Bytes of a line that are looked at. Longer ones are texts. */
const MAX_NAME = 200
const STATED = Buffer.from('\nLicense:')
const COMMON = Buffer.from('/usr/share/common-licenses/')

/**
 * The licences that a copyright file states, each once, in the order of the file. Of a file that is not machine-readable these are the
 * texts of /usr/share/common-licenses that it refers to, by their file names: `GPL-2` may then be "only" or "or later".
 */
export function licencesOf(body: Buffer): readonly string[] {
  const stated = new Set<string>()
  const isDep5 = /^Format(?:-Specification)?:.*(?:copyright-format|dep-?5)/im.test(body.toString('latin1', 0, 2000))
  const mark = isDep5 ? STATED : COMMON
  for (let at = body.indexOf(mark); at >= 0 && stated.size < MAX_LICENCES; at = body.indexOf(mark, at + mark.length)) {
    const rest = body.toString('utf8', at + mark.length, at + mark.length + MAX_NAME)
    const name = isDep5
      ? (rest.split('\n', 1)[0] ?? '').trim()
      : (/^[A-Za-z0-9]+(?:[.+-]+[A-Za-z0-9]+)*/.exec(rest)?.[0] ?? '')
    if (name !== '') stated.add(name)
  }
  return isDep5 ? [...new Set([...stated].map(licenceOf))] : [...stated]
}
