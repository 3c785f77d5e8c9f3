import type { Cataloger, ImageFile } from '../model/tree.ts'
import { isRegular } from './entry.ts'
import { baseOf, listOf, textOfFile, type PackageList } from './format/finds.ts'
import { isObject, linesOfKeys, objectAt, objectOf, pathKey, textAt } from './format/json.ts'
import { linesOf } from './format/lines.ts'
import { childOf, readXml, type XmlElement } from './format/xml.ts'

/** How a file is read, by its name or its ending. */
type Reader = (file: ImageFile, list: PackageList) => void
const readerOf = (path: string): Reader | undefined => {
  const name = baseOf(path).toLowerCase()
  return NAMES.get(name) ?? ENDINGS.get(name.slice(name.lastIndexOf('.')))
}

/** Asked of every file: what all names that are read end with. */
const SUFFIXES = [
  'sproj',
  'bproj',
  '.props',
  's.config',
  'lock.json',
  'assets.json',
  'paket.lock',
  'paket.dependencies',
]

/**
 * Packages that files of NuGet (learn.microsoft.com/nuget) and Paket (fsprojects.github.io/Paket) declare: lock files
 * (`packages.lock.json`, `project.assets.json`, `paket.lock`), `packages.config`, projects and central versions, `paket.dependencies`.
 */
export const nuget: Cataloger = {
  name: 'nuget',
  version: 1,
  body: true,
  packages: true,
  names: ['*.json', '*.config', '*.lock', '*.dependencies', '*.csproj', '*.vbproj', '*.fsproj', '*.props'],
  wants: (path, entry) =>
    SUFFIXES.some((suffix) => path.endsWith(suffix)) && isRegular(entry) && readerOf(path) !== undefined,
  parse(file) {
    const list = listOf(file, 'nuget')
    readerOf(file.path)?.(file, list)
    return list.read
  },
}

const declared = { declared: true } as const
const github = { declared: true, type: 'github' } as const

/** Direct and transitive packages of each target; other projects of the solution have no version that was resolved. */
const packagesLock: Reader = (file, list) => {
  const text = textOfFile(file)
  const root = objectOf(text)
  if (!root) return list.malformed(1, 'The lock file is no JSON object')
  const lines = linesOfKeys(text, 3, (path) => path.length === 3 && path[0] === 'dependencies')
  const named = new Set<string>()
  for (const [target, packages] of Object.entries(objectAt(root, 'dependencies')))
    for (const [name, one] of Object.entries(isObject(packages) ? packages : {})) {
      const version = isObject(one) ? textAt(one, 'resolved') : ''
      if (version === '' || named.has(`${name} ${version}`)) continue
      named.add(`${name} ${version}`)
      list.add(name, version, lines.get(pathKey(['dependencies', target, name])) ?? 1, declared)
    }
}

const projectAssets: Reader = (file, list) => {
  const text = textOfFile(file)
  const root = objectOf(text)
  if (!root) return list.malformed(1, 'The file is no JSON object')
  const lines = linesOfKeys(text, 2, (path) => path.length === 2 && path[0] === 'libraries')
  for (const [key, library] of Object.entries(objectAt(root, 'libraries'))) {
    const slash = key.lastIndexOf('/')
    if (!isObject(library) || textAt(library, 'type') !== 'package' || slash < 0) continue
    list.add(key.slice(0, slash), key.slice(slash + 1), lines.get(pathKey(['libraries', key])) ?? 1, declared)
  }
}

const packagesConfig: Reader = (file, list) => {
  const root = readXml(file.body)
  if ('problem' in root) return list.malformed(root.line, `The file ${root.problem}`)
  for (const one of root.children) {
    const [id = '', version = ''] = [one.attributes.get('id'), one.attributes.get('version')]
    if (one.name === 'package' && id !== '' && version !== '') list.add(id, version, one.line, declared)
  }
}

/** Elements of MSBuild that name a package and its version. */
const REFERENCES = new Set(['PackageReference', 'PackageVersion', 'GlobalPackageReference'])

const project: Reader = (file, list) => {
  const root = readXml(file.body)
  if ('problem' in root) return list.malformed(root.line, `The file ${root.problem}`)
  if (root.name !== 'Project') return
  const properties = new Map<string, string>()
  for (const group of root.children)
    if (group.name === 'PropertyGroup')
      for (const { name, text } of group.children) properties.set(name.toLowerCase(), text)
  const fill = (text: string) =>
    text.replace(/\$\(([\w.]+)\)/g, (all, key: string) => properties.get(key.toLowerCase()) ?? all)
  for (const group of root.children)
    for (const one of group.name === 'ItemGroup' ? group.children : []) {
      if (!REFERENCES.has(one.name)) continue
      const name = fill(attribute(one, 'Include') || attribute(one, 'Update')).trim()
      const version = fill(attribute(one, 'VersionOverride') || attribute(one, 'Version')).trim()
      // A range or a version of another file (`$(Version)`) names none; `[1.0]` is just 1.0.
      const exact = /^\[([^,[\]]+)\]$/.exec(version)?.[1] ?? version
      if (name !== '' && !name.includes('$(') && /^[\w.+-]+$/.test(exact)) list.add(name, exact, one.line, declared)
    }
}
/** MSBuild takes metadata as an attribute or as an element. */
const attribute = (item: XmlElement, name: string): string =>
  item.attributes.get(name) ?? childOf(item, name)?.text ?? ''

/** Sections by kind of source, then sources, then packages by indentation; what a package needs stands below it. */
const paketLock: Reader = ({ body }, list) => {
  let section = ''
  let remote = ''
  for (const { text, number } of linesOf(body)) {
    const [, blanks = '', words = ''] = /^( *)(.*)$/.exec(text) ?? []
    if (blanks === '') section = words.trim()
    else if (blanks.length === 2) remote = /^remote: (\S+)/.exec(words)?.[1] ?? remote
    else if (blanks.length === 4 && (section === 'NUGET' || section === 'GITHUB')) {
      const [, name, version] = /^(\S+) \(([^()\s]+)\)/.exec(words) ?? []
      if (name === undefined || version === undefined)
        list.malformed(number, 'The line is not a package with its version')
      else if (section === 'NUGET') list.add(name, version, number, declared)
      // One file of a repository.
      else list.add(remote, version, number, github)
    }
  }
}

/** `nuget NAME [operator] version`: the version that is asked for, or at least. `github OWNER/REPOSITORY[:VERSION] [file]`. */
const paketDependencies: Reader = ({ body }, list) => {
  for (const { text, number } of linesOf(body)) {
    const [kind = '', name, operator = '', version = ''] = text
      .replace(/(?:\/\/|#).*$/, '')
      .trim()
      .split(/\s+/)
    if (name === undefined) continue
    if (kind.toLowerCase() === 'nuget') {
      const asked = /^(?:[~<>=]=?|~>)$/.test(operator) ? version : operator
      list.add(name, /^\d[\w.+-]*$/.test(asked) && !operator.startsWith('<') ? asked : '', number, declared)
    } else if (kind.toLowerCase() === 'github') {
      const [repository = '', state = ''] = name.split(':')
      // A commit is no version.
      list.add(repository, /^[\da-f]{7,64}$/.test(state) ? '' : state, number, github)
    }
  }
}

const NAMES: ReadonlyMap<string, Reader> = new Map([
  ['packages.lock.json', packagesLock],
  ['project.assets.json', projectAssets],
  ['packages.config', packagesConfig],
  ['directory.packages.props', project],
  ['packages.props', project],
  ['paket.lock', paketLock],
  ['paket.dependencies', paketDependencies],
])
const ENDINGS: ReadonlyMap<string, Reader> = new Map([
  ['.csproj', project],
  ['.fsproj', project],
  ['.vbproj', project],
])
