import type { Cataloger, PackageFind } from '../model/tree.ts'
import { complaintsAbout, MAX_FINDS, MAX_WORD, tooMany } from './complaints.ts'
import { readBuildInformation, type BuildInformation } from './format/buildinfo.ts'
import { versionOfMain } from './format/goversion.ts'
import { beginsAsProgram, mayBeProgram, programsOf } from './format/program-files.ts'

/** Bytes below which no program of Go's linker is: its runtime alone takes some hundred thousand. */
const MIN_SIZE = 2 ** 16

/**
 * Modules of Go programs, from what the linker wrote into them (`go version -m`): the main module, its dependencies
 * (what replaces them, where they are replaced) and the standard library as `stdlib`. Versions of modules as written, with the `v`.
 */
export const go: Cataloger = {
  name: 'go',
  version: 2,
  body: 'parts',
  packages: true,
  byContent: true,
  begins: beginsAsProgram,
  wants: (path, entry) => mayBeProgram(path, entry, MIN_SIZE),
  parse(file) {
    const complaints = complaintsAbout(file)
    const read = programsOf(file.content).map(readBuildInformation)
    const information = read.find((one): one is BuildInformation => typeof one !== 'string')
    if (!information) {
      if (read.includes('unreadable')) {
        complaints.add(
          'go-build-information-unreadable',
          1,
          'The Go program does not tell what it was built from, so its modules are not known. Build it with Go 1.18 or later, and do not pack it.',
          true,
        )
      }
      if (read.includes('packed')) {
        complaints.add(
          'program-packed',
          1,
          'The program is compressed by UPX, so what it was built from is not known. Put the program into the image as its compiler wrote it.',
          true,
        )
      }
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

/**
 * The lines `mod`, `dep`, `=>` and `build` (runtime/debug.ParseBuildInfo): the word, then path, version and sum, or a setting,
 * separated by tabs.
 */
function modulesOf(text: string, overflow: () => void): readonly Module[] {
  const modules: Module[] = []
  const settings = new Map<string, string>()
  let main = -1
  for (const line of text.split('\n')) {
    const [word, name, version = ''] = line.split('\t', 4)
    if (word === 'build') addSetting(settings, line.slice(6))
    if (name === undefined || name === '' || name.length > MAX_WORD || version.length > MAX_WORD) continue
    if (word === 'mod' || word === 'dep') {
      if (modules.length >= MAX_FINDS) {
        overflow()
        break
      }
      if (word === 'mod') main = modules.length
      modules.push({ name, version })
    } else if (word === '=>') {
      const replaced = modules.pop()
      // A directory is no name that an advisory would have: the module keeps its own, with the version of the directory, `(devel)`.
      const directory = name.startsWith('./') || name.startsWith('../') || name.startsWith('/')
      if (replaced) modules.push({ name: directory ? replaced.name : name, version: directory ? '(devel)' : version })
    }
  }
  return modules.map((module, index) => {
    const unknown = index === main && (module.version === '(devel)' || module.version === '')
    return unknown ? { ...module, version: versionOfMain(module.name, settings) ?? module.version } : module
  })
}

/** `key=value`; a value with blanks or quotes is a Go string literal. */
function addSetting(settings: Map<string, string>, text: string): void {
  const equals = text.indexOf('=')
  if (equals < 0) return
  const value = text.slice(equals + 1)
  settings.set(text.slice(0, equals), value.startsWith('"') ? unquote(value) : value)
}

function unquote(value: string): string {
  try {
    const text: unknown = JSON.parse(value)
    return typeof text === 'string' ? text : ''
  } catch {
    // Escapes that JSON lacks are of characters that no version has.
    return ''
  }
}
