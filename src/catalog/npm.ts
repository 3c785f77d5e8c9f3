import type { Cataloger } from '../model/tree.ts'
import { complaintsAbout, MAX_WORD } from './complaints.ts'
import { isRegular } from './entry.ts'

/** Bytes of a package.json. The largest on the registry are below one megabyte. */
const MAX_SIZE = 8 * 2 ** 20

/**
 * Packages of Node.js that are installed, one package.json each: those that `npm ls --all` lists.
 * The name is the one the package gives itself: the directory of an alias (`npm:`) has another.
 */
export const npm: Cataloger = {
  name: 'npm',
  version: 1,
  body: true,
  packages: true,
  byContent: true,
  wants: (path, entry) => isRegular(entry) && isInstalled(path),
  parse(file) {
    const complaints = complaintsAbout(file)
    const lost = (why: string) => {
      complaints.add(
        'package-json-unreadable',
        1,
        `The package.json of an installed package ${why}, so the package is not known. Install it anew, or remove its directory.`,
        true,
      )
      return { value: {}, notices: complaints.notices }
    }
    if (file.body.length > MAX_SIZE) return lost(`is larger than ${MAX_SIZE} bytes`)
    const text = file.body.toString('utf8').replace(/^\uFEFF/, '')
    let json: unknown
    try {
      json = JSON.parse(text)
    } catch {
      return lost('is not JSON')
    }
    if (typeof json !== 'object' || json === null || Array.isArray(json)) return lost('is not a JSON object')
    const name = 'name' in json ? json.name : undefined
    const version = 'version' in json ? json.version : undefined
    // Directories such as node_modules/x/package.json with only `"type": "module"` are no packages.
    if (typeof name !== 'string' || typeof version !== 'string' || name === '' || version === '') {
      return { value: {}, notices: [] }
    }
    if (name.length > MAX_WORD || version.length > MAX_WORD)
      return lost(`has a name or a version of over ${MAX_WORD} characters`)
    const found = { type: 'npm', name, version, architecture: '', source: '', line: lineOfName(text) } as const
    return { value: { packages: [found] }, notices: [] }
  },
}

/**
 * node_modules/<name>/package.json and node_modules/@scope/<name>/package.json, at any depth of nesting that Node.js builds:
 * below the first node_modules only packages and their node_modules may follow, so a fixture in a package's test directory is none.
 * .pnpm and .store are where pnpm and Yarn keep what node_modules links to.
 */
function isInstalled(path: string): boolean {
  if (!path.endsWith('/package.json')) return false
  const parts = path.split('/').slice(0, -1)
  let i = parts.indexOf('node_modules')
  if (i < 0) return false
  while (i < parts.length) {
    if (parts[i] !== 'node_modules') return false
    const directory = parts[i + 1] ?? ''
    if (directory === '.pnpm' || directory === '.store') {
      i += 3
      // Yarn keeps a package that nobody else resolves through in `.store/<name>-<hash>/package`.
      if (directory === '.store' && parts[i] === 'package') i++
      else if (i >= parts.length) return false
      continue
    }
    const scoped = directory.startsWith('@')
    const name = scoped ? parts[i + 2] : directory
    if (name === undefined || name === '' || name.startsWith('.') || name === 'node_modules') return false
    i += scoped ? 3 : 2
  }
  return i === parts.length
}

/** Line of the last `"name"` key of the outermost object, the one that JSON.parse keeps. The text is known to be JSON. */
function lineOfName(text: string): number {
  let line = 1
  let found = 1
  let depth = 0
  for (let i = 0; i < text.length; i++) {
    const c = text.charAt(i)
    if (c === '\n') line++
    else if (c === '{' || c === '[') depth++
    else if (c === '}' || c === ']') depth--
    else if (c === '"') {
      const start = i
      for (i++; i < text.length && text.charAt(i) !== '"'; i++) if (text.charAt(i) === '\\') i++
      if (depth === 1 && text.slice(start, i + 1) === '"name"' && isKey(text, i + 1)) found = line
    }
  }
  return found
}

function isKey(text: string, from: number): boolean {
  let i = from
  while (' \t\r\n'.includes(text.charAt(i)) && i < text.length) i++
  return text.charAt(i) === ':'
}
