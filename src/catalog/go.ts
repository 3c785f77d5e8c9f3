import type { Cataloger, PackageFind } from '../model/tree.ts'
import { readBuildInformation } from './format/buildinfo.ts'
import { complaintsAbout, MAX_FINDS, MAX_WORD, tooMany } from './complaints.ts'
import { isMountedOver, isRegular, isWithin, sizeOf } from './entry.ts'

/** Bytes below which no program of Go's linker is: its runtime alone takes some hundred thousand. */
const MIN_SIZE = 2 ** 16

/** Where nothing is run from, whatever the mode says. */
const DOCUMENTS = ['usr/share/doc', 'usr/share/man', 'usr/share/info', 'usr/share/locale', 'usr/share/zoneinfo']

/** Texts and archives that are often marked executable; reading them would only take time. */
const TEXT =
  /\.(?:py|pyc|sh|pl|rb|js|mjs|cjs|ts|json|html|css|md|txt|xml|ya?ml|tcl|php|jar|zip|gz|xz|bz2|zst|a|o|png|svg)$/

/**
 * Modules of Go programs, from what the linker wrote into them (`go version -m`): the main module, its dependencies
 * (what replaces them, where they are replaced) and the standard library as `stdlib`. Versions of modules as written, with the `v`.
 */
export const go: Cataloger = {
  name: 'go',
  version: 1,
  body: true,
  packages: true,
  byContent: true,
  wants: (path, entry) =>
    isRegular(entry) &&
    (entry.mode & 0o111) !== 0 &&
    sizeOf(entry) >= MIN_SIZE &&
    !TEXT.test(path) &&
    !isMountedOver(path) &&
    !DOCUMENTS.some((directory) => isWithin(path, directory)),
  parse(file) {
    const complaints = complaintsAbout(file)
    const information = readBuildInformation(file.body)
    if (information === 'none') return { value: {}, notices: [] }
    if (information === 'unreadable') {
      complaints.add(
        'go-build-information-unreadable',
        1,
        'The Go program does not tell what it was built from, so its modules are not known. Build it with Go 1.18 or later, and do not pack it.',
        true,
      )
      return { value: {}, notices: complaints.notices }
    }
    const modules = modulesOf(information.modules, () => tooMany(complaints, 1, 'modules'))
    const packages = [{ name: 'stdlib', version: releaseOf(information.version) }, ...modules].map(
      ({ name, version }): PackageFind => ({ type: 'golang', name, version, architecture: '', source: '', line: 1 }),
    )
    return { value: { packages }, notices: complaints.notices }
  },
}

/** `go1.22.0 X:boringcrypto` is 1.22.0, `devel go1.23-abc Mon Jan 1` is 1.23-abc; what has no release stays as it is. */
const releaseOf = (version: string): string => /(?:^| )go(\d[^ ]*)/.exec(version)?.[1] ?? version.slice(0, MAX_WORD)

interface Module {
  readonly name: string
  readonly version: string
}

/** The lines `mod`, `dep` and `=>` (runtime/debug.ParseBuildInfo): word, path, version and sum, separated by tabs. */
function modulesOf(text: string, overflow: () => void): readonly Module[] {
  const modules: Module[] = []
  for (const line of text.split('\n')) {
    const [word, name, version = ''] = line.split('\t', 4)
    if (name === undefined || name === '' || name.length > MAX_WORD || version.length > MAX_WORD) continue
    if (word === 'mod' || word === 'dep') {
      if (modules.length >= MAX_FINDS) {
        overflow()
        break
      }
      modules.push({ name, version })
    } else if (word === '=>') {
      const replaced = modules.pop()
      // A directory is no name that an advisory would have: the module keeps its own, with the version of the directory, `(devel)`.
      const directory = name.startsWith('./') || name.startsWith('../') || name.startsWith('/')
      if (replaced) modules.push({ name: directory ? replaced.name : name, version: directory ? '(devel)' : version })
    }
  }
  return modules
}
