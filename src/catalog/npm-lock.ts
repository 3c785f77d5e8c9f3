import type { Cataloger } from '../model/tree.ts'
import { isRegular } from './entry.ts'
import { isBrought } from './format/brought.ts'
import {
  eachKey,
  isObject,
  linesOfKeys,
  objectAt,
  objectOf,
  pathKey,
  textAt,
  withoutMark,
  type JsonObject,
} from './format/json.ts'
import { LockFile } from './format/lock.ts'
import { licencesOf } from './format/package-json.ts'

/** Nesting of the old form that is followed. npm nests as deep as versions conflict: some ten levels. */
const MAX_NESTING = 100

/**
 * npm's lock files (docs.npmjs.com/cli/configuring-npm/package-lock-json): version 1 has `dependencies` in one another, 2 both,
 * 3 `packages` by the folder that each belongs in. `node_modules/.package-lock.json` is what npm notes of the tree that it has
 * written, to save itself reading it; npm believes it only while nothing has changed, and so it declares, too, and installs nothing.
 */
export const npmLock: Cataloger = {
  name: 'npm-lock',
  version: 1,
  body: true,
  packages: true,
  names: ['*.json'],
  wants: (path, entry) =>
    path.endsWith('.json') &&
    (path.endsWith('package-lock.json') || path.endsWith('npm-shrinkwrap.json')) &&
    isRegular(entry) &&
    isLock(path),
  parse(file) {
    const lock = new LockFile(file, 'npm', 'npm install')
    if (lock.tooLarge(file.body.length)) return lock.read()
    const text = withoutMark(file.body)
    const json = objectOf(text)
    if (!json) return lock.unreadable('is not a JSON object')
    const { packages, dependencies } = json
    if (isObject(packages)) {
      const lines = linesOfKeys(text, 2, (path) => path.length === 2 && path[0] === 'packages')
      for (const [folder, value] of Object.entries(packages)) {
        const line = lines.get(pathKey(['packages', folder])) ?? 1
        if (!isObject(value)) lock.malformed(line, 'is not an object')
        // The project itself; and what links lead to stands for itself.
        else if (folder === '' || value['link'] === true) continue
        else if (!add(lock, textAt(value, 'name') || nameOf(folder), value, line)) break
      }
    } else if (isObject(dependencies)) {
      addNested(lock, text, dependencies)
    } else if (!('lockfileVersion' in json)) return lock.unreadable('is not a lock file of npm')
    return lock.read()
  },
}

function isLock(path: string): boolean {
  const slash = path.lastIndexOf('/')
  const name = path.slice(slash + 1)
  if (name === '.package-lock.json') return `/${path.slice(0, slash)}`.endsWith('/node_modules')
  return (name === 'package-lock.json' || name === 'npm-shrinkwrap.json') && !isBrought(path)
}

/** `node_modules/a/node_modules/@s/b` -> `@s/b`; of a workspace the name of its folder. */
function nameOf(folder: string): string {
  const cut = folder.lastIndexOf('node_modules/')
  const name = cut < 0 ? folder.slice(folder.lastIndexOf('/', folder.lastIndexOf('/') - 1) + 1) : folder.slice(cut + 13)
  return name.startsWith('@') || cut >= 0 ? name : name.slice(name.lastIndexOf('/') + 1)
}

function add(lock: LockFile, name: string, value: JsonObject, line: number): boolean {
  const version = textAt(value, 'version')
  const licences = licencesOf(value)
  const rest = licences.length > 0 ? { licences } : {}
  // An alias of the old form: `npm:string-width@4.2.0`.
  const alias = /^npm:(.+)@([^@]+)$/.exec(version)
  if (alias) return lock.add(alias[1] ?? name, alias[2] ?? '', line, rest)
  // Of a repository, a folder or an archive the old form says where it is, not which version that is.
  return lock.add(name, /[:/]/.test(version) ? '' : version, line, rest)
}

/** Adds the entries of `dependencies` in one another, as they stand. */
function addNested(lock: LockFile, text: string, dependencies: JsonObject): void {
  /** The objects `dependencies` on the way to the key. */
  const open: JsonObject[] = [dependencies]
  eachKey(text, 2 * MAX_NESTING, (path, line) => {
    // dependencies, a, dependencies, b: every second one is a name.
    const name = path.at(-1)
    const level = path.length / 2 - 1
    if (typeof name !== 'string' || path.at(-2) !== 'dependencies' || !Number.isInteger(level)) return
    for (let i = 0; i < path.length; i += 2) if (path[i] !== 'dependencies') return
    const value = open[level] && objectAt(open[level], name)
    open.length = level + 1
    if (!value) return
    const within = objectAt(value, 'dependencies')
    open.push(within)
    add(lock, name, value, line)
    if (level + 1 === MAX_NESTING && Object.keys(within).length > 0)
      lock.malformed(line, `has dependencies at a depth of over ${MAX_NESTING}, which were not read`)
  })
}
