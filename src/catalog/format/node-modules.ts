/** Where Node.js finds installed packages. */

/** Where Node.js of Debian looks for modules besides node_modules (nodejs(1), NODE_PATH): `usr/lib/x86_64-linux-gnu/nodejs` too. */
const DEBIAN = /^usr\/(?:share|lib|lib\/[\w-]+)\/nodejs$/
/** What pnpm, Yarn and npm's linked strategy, Bun and Deno keep packages in: node_modules links to there. */
const STORES: ReadonlySet<string> = new Set(['.pnpm', '.store', '.bun', '.deno'])

/** Yarn 1 keeps unpacked archives as `v6/npm-NAME-VERSION-HASH/node_modules/NAME`: a cache, from which nothing is loaded. */
const CACHE = /^v\d+$/
const CACHED = /^(?:npm-|\.tmp$)/

/**
 * node_modules/<name>/package.json and node_modules/@scope/<name>/package.json, at any depth of nesting that Node.js builds:
 * below the first node_modules only packages and their node_modules may follow, so a fixture in a package's test directory is none.
 * `path` is that of a package.json.
 */
export function isInstalled(path: string): boolean {
  const parts = path.split('/').slice(0, -1)
  let i = parts.indexOf('node_modules')
  const debian = parts[0] === 'usr' ? parts.indexOf('nodejs') : -1
  // The same shape, but for the name of the outermost folder.
  if (debian > 0 && (i < 0 || debian < i) && DEBIAN.test(parts.slice(0, debian + 1).join('/'))) {
    i = debian
    parts[i] = 'node_modules'
  }
  if (i < 0 || (CACHED.test(parts[i - 1] ?? '') && CACHE.test(parts[i - 2] ?? ''))) return false
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
