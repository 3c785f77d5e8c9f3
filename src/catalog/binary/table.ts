/** Every classifier, and which of them a file may be of by its name. */
import type { Classifier } from './classifier.ts'
import { databases } from './stores.ts'
import { languages } from './languages.ts'
import { libraries } from './libraries.ts'
import { servers } from './servers.ts'
import { tools } from './tools.ts'

/** By family, in the order in which the documentation lists them. */
export const families: Readonly<Record<string, readonly Classifier[]>> = {
  'Languages and their run times': languages,
  'Databases and brokers': databases,
  Servers: servers,
  Programs: tools,
  Libraries: libraries,
}

const byFile = new Map<string, Classifier[]>()
for (const classifier of Object.values(families).flat())
  for (const file of classifier.files) {
    const held = byFile.get(file)
    if (held) held.push(classifier)
    else byFile.set(file, [classifier])
  }

/**
 * What a file of this base name may be: those that ask for the name itself, or for it without the version at its end. A library that is
 * no `lib` is a module that an interpreter loads (`openssl.so` of Ruby): it tells what it was built with, not what it is.
 */
export function classifiersOf(name: string): readonly Classifier[] {
  const library = libraryOf(name)
  if (library === undefined) return named(name)
  return name.startsWith('lib') || name.startsWith('ld-') ? named(library) : []
}

/** The name of a library without `.so` and what follows; undefined where it is none. */
function libraryOf(name: string): string | undefined {
  const at = name.indexOf('.so')
  return at > 0 && (at + 3 === name.length || name.charCodeAt(at + 3) === 0x2e) ? name.slice(0, at) : undefined
}

function named(name: string): readonly Classifier[] {
  const found = byFile.get(name) ?? byFile.get(withoutVersion(name))
  if (found) return found
  // librustc_driver-6108105cd7e839cf (Cargo), libcrypto-d3570994 (auditwheel), libpypy3.9-c, python3.13t (ABI flags of PEP 3149, PEP 703)
  const hash = name.length - name.lastIndexOf('-') - 1
  if (hash === 8 || hash === 16) return byFile.get(withoutVersion(name.slice(0, -hash))) ?? []
  const cut = name.endsWith('-c') ? 2 : 'tmd'.includes(name.slice(-1)) ? 1 : 0
  return cut === 0 ? [] : (byFile.get(withoutVersion(name.slice(0, -cut))) ?? [])
}

/** 0 to 9, `.` and `-`. */
const isOfVersion = (code: number): boolean => (code >= 0x30 && code <= 0x39) || code === 0x2e || code === 0x2d
function withoutVersion(name: string): string {
  let end = name.length
  while (end > 0 && isOfVersion(name.charCodeAt(end - 1))) end--
  return name.slice(0, end)
}

/** The version that a name ends in, before `.so`: `3.12` of `libpython3.12.so.1.0`, `3.13` of `python3.13t`; empty where there is none. */
export const seriesOf = (name: string): string => /(\d+\.\d+)[tmd]?(?:-c)?$/.exec(libraryOf(name) ?? name)?.[1] ?? ''
