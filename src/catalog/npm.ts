import type { Cataloger } from '../model/tree.ts'
import { complaintsAbout, MAX_WORD } from './complaints.ts'
import { isRegular } from './entry.ts'
import { isObject, lineOfKey, listAt, objectOf, textAt, withoutMark, type JsonObject } from './format/json.ts'

/** Bytes of a package.json. The largest on the registry are below one megabyte. */
const MAX_SIZE = 8 * 2 ** 20

/**
 * Packages of Node.js that are installed, one package.json each: those that `npm ls --all` lists, and the modules that Debian's
 * packages install (`usr/share/nodejs`), which Node.js resolves like those of node_modules, though npm does not look there.
 * The name is the one the package gives itself: the directory of an alias (`npm:`) has another.
 * A package.json outside of such folders is a project's own, which nobody installed: `npm ls` does not list it either, nor do we list
 * what a link in node_modules leads to there (workspaces, `npm link`).
 */
export const npm: Cataloger = {
  name: 'npm',
  version: 2,
  body: true,
  packages: true,
  byContent: true,
  wants: (path, entry) => path.endsWith('/package.json') && isRegular(entry) && isInstalled(path),
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
    const text = withoutMark(file.body)
    const json = objectOf(text)
    if (!json) return lost('is not a JSON object')
    const name = textAt(json, 'name')
    const version = textAt(json, 'version')
    // Directories such as node_modules/x/package.json with only `"type": "module"` are no packages.
    if (name === '' || version === '') return { value: {}, notices: [] }
    if (name.length > MAX_WORD || version.length > MAX_WORD)
      return lost(`has a name or a version of over ${MAX_WORD} characters`)
    const licences = licencesOf(json)
    const found = {
      type: 'npm',
      name,
      version,
      architecture: '',
      source: '',
      ...(licences.length > 0 && { licences }),
      line: lineOfKey(text, 'name', name),
    } as const
    return { value: { packages: [found] }, notices: [] }
  },
}

/**
 * `license` is an SPDX expression (docs.npmjs.com/cli/configuring-npm/package-json#license), in old packages an object with a `type`,
 * or `licenses` a list of these.
 */
export function licencesOf(json: JsonObject): readonly string[] {
  const stated = [json['license'], ...listAt(json, 'licenses')]
  const names = stated.map((one) => (typeof one === 'string' ? one : isObject(one) ? textAt(one, 'type') : ''))
  return [...new Set(names.map((one) => one.trim()).filter((one) => one !== '' && one.length <= MAX_WORD))]
}

/** Where Node.js of Debian looks for modules besides node_modules (nodejs(1), NODE_PATH): `usr/lib/x86_64-linux-gnu/nodejs` too. */
const DEBIAN = /^usr\/(?:share|lib|lib\/[\w-]+)\/nodejs$/
/** What pnpm, Yarn and npm's linked strategy, Bun and Deno keep packages in: node_modules links to there. */
const STORES: ReadonlySet<string> = new Set(['.pnpm', '.store', '.bun', '.deno'])

/**
 * node_modules/<name>/package.json and node_modules/@scope/<name>/package.json, at any depth of nesting that Node.js builds:
 * below the first node_modules only packages and their node_modules may follow, so a fixture in a package's test directory is none.
 */
function isInstalled(path: string): boolean {
  const parts = path.split('/').slice(0, -1)
  let i = parts.indexOf('node_modules')
  const debian = parts[0] === 'usr' ? parts.indexOf('nodejs') : -1
  // The same shape, but for the name of the outermost folder.
  if (debian > 0 && (i < 0 || debian < i) && DEBIAN.test(parts.slice(0, debian + 1).join('/'))) {
    i = debian
    parts[i] = 'node_modules'
  }
  if (i < 0) return false
  while (i < parts.length) {
    if (parts[i] !== 'node_modules') return false
    const directory = parts[i + 1] ?? ''
    if (STORES.has(directory)) {
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
