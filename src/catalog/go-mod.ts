import type { Cataloger, ImageFile } from '../model/tree.ts'
import { isRegular } from './entry.ts'
import { listOf, type PackageList } from './format/finds.ts'
import { linesOf } from './format/lines.ts'

/**
 * Modules that Go's go.mod (go.dev/ref/mod#go-mod-file) and `vendor/modules.txt` (go.dev/ref/mod#vendoring) declare: what is required, or what
 * replaces it; the version of Go as that of `stdlib`. Which of them are in a program, the program says (go.ts).
 */
export const goMod: Cataloger = {
  name: 'go-mod',
  version: 1,
  body: true,
  packages: true,
  names: ['go.mod', 'modules.txt'],
  wants: (path, entry) =>
    (path.endsWith('/go.mod') ||
      path === 'go.mod' ||
      path.endsWith('/vendor/modules.txt') ||
      path === 'vendor/modules.txt') &&
    isRegular(entry),
  parse(file) {
    const list = listOf(file, 'golang')
    if (file.path.endsWith('.mod')) requiredBy(file, list)
    else vendoredBy(file, list)
    return list.read
  },
}

interface Module {
  readonly name: string
  readonly version: string
}

function requiredBy({ body }: ImageFile, list: PackageList): void {
  const required: (Module & { line: number })[] = []
  /** By module, and by module and version. */
  const replaced = new Map<string, Module>()
  let go: { version: string; line: number } | undefined
  let block = ''
  for (const { text, number } of linesOf(body)) {
    const words = wordsOf(text)
    if (words.length === 0) continue
    if (words[0] === ')') {
      block = ''
      continue
    }
    if (block === '' && words[1] === '(') {
      block = words[0] ?? ''
      continue
    }
    const [directive = '', ...rest] = block === '' ? words : [block, ...words]
    const [name = '', version = ''] = rest
    if (directive === 'require') required.push({ name, version, line: number })
    else if (directive === 'replace') {
      const arrow = rest.indexOf('=>')
      const left = rest.slice(0, Math.max(0, arrow))
      replaced.set(left.join(' '), { name: rest[arrow + 1] ?? '', version: rest[arrow + 2] ?? '' })
    }
    // The toolchain is at least the version of the language, and the one that builds.
    else if (directive === 'toolchain' && name !== 'default') go = { version: name.replace(/^go/, ''), line: number }
    else if (directive === 'go') go ??= { version: name, line: number }
  }
  for (const { name, version, line } of required) {
    const other = replaced.get(`${name} ${version}`) ?? replaced.get(name)
    // A folder keeps the name of the module that it stands for.
    const { name: as, version: at } = other && other.version !== '' ? other : { name, version }
    list.add(as, at, line, { declared: true })
  }
  // `1.23.6-custom` is Go 1.23.6.
  if (go) list.add('stdlib', go.version.replace(/-.*$/, ''), go.line, { declared: true })
}

/** Words of a line, without comments; quoted ones without quotes. */
const wordsOf = (text: string): readonly string[] =>
  text
    .replace(/\/\/.*$/, '')
    .trim()
    .split(/\s+/)
    .filter((word) => word !== '')
    .map((word) => word.replace(/^(["`])(.*)\1$/, '$2'))

/** `# path version` or `# path [version] => path [version]`, and below it the packages of which at least one was copied. */
function vendoredBy({ body }: ImageFile, list: PackageList): void {
  let module: (Module & { line: number }) | undefined
  const named = new Set<string>()
  for (const { text, number } of linesOf(body)) {
    if (text.startsWith('##') || text.trim() === '') continue
    if (text.startsWith('# ')) {
      const words = text.slice(2).trim().split(/\s+/)
      const arrow = words.indexOf('=>')
      const [name = '', version = ''] = arrow < 0 ? words : words.slice(0, arrow)
      const [as = '', at = ''] = arrow < 0 ? [] : words.slice(arrow + 1)
      module = { ...(at === '' ? { name, version } : { name: as, version: at }), line: number }
      continue
    }
    if (module && module.version !== '' && !named.has(`${module.name} ${module.version}`)) {
      const { name, version, line } = module
      named.add(`${name} ${version}`)
      if (isModule(name, version)) list.add(name, version, line, { declared: true })
      else list.malformed(line, 'The line does not name a module with a version of it')
    }
    module = undefined
  }
}

/** A canonical version, and the major one that the path ends with (go.dev/ref/mod#versions): `/v2` or `gopkg.in`'s `.v2`; none below 2. */
function isModule(name: string, version: string): boolean {
  const major = /^v(\d+)\.\d+\.\d+(?:[-+][\w.+-]*)?$/.exec(version)?.[1]
  const [, slash, dot] = /(?:\/v(\d+)|\.v(\d+)(?:-unstable)?)$/.exec(name) ?? []
  if (major === undefined || !/^[\w.~!/-]+$/.test(name)) return false
  if (slash !== undefined) return slash === major
  return dot !== undefined || Number(major) < 2 || version.endsWith('+incompatible')
}
