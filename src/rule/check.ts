/** What the CEL library's own checker lets through, and a rule must not say: so that nothing fails when it runs but "not known". */
import { roots, type Root } from '../model/fields.ts'
import { packageTypes } from '../model/package.ts'
import type { Row, Rows } from '../model/row.ts'
import { wrongWord } from '../version/word.ts'
import { children, type ASTNode, type Flaw } from './cel.ts'

/** Names in an expression and the rows they stand for. A name that is no root, such as `params`, has no row. */
export type Names = { readonly [name: string]: Row | undefined }
export const rootNames: Names = roots

const CALLS = new Set(['written', 'sayable', 'known', 'within', 'like', 'string', 'satisfies', 'older'])
const METHODS = new Set(['startsWith', 'endsWith', 'contains', 'matches', 'lowerAscii', 'upperAscii'])
/** Of a package, and what they read of it. */
const OF_PACKAGES: ReadonlyMap<string, readonly string[]> = new Map([
  ['satisfies', ['type', 'version']],
  ['older', ['type', 'version']],
  ['among', ['type', 'name', 'version']],
  ['below', ['type', 'name', 'version']],
])
const MACROS = new Set(['exists', 'all'])
/** How deep `exists` and `all` may be nested: they multiply. */
const MAX_NESTING = 3

/** The row that an expression such as `container.user` stands for. */
export function rowOf(ast: ASTNode, names: Names): Row | undefined {
  if (ast.op === 'id') return names[ast.args]
  if (ast.op !== '.') return undefined
  return rowsOf(rowOf(ast.args[0], names))?.[ast.args[1]]
}
const rowsOf = (row: Row | undefined): Rows | undefined => (row?.kind === 'group' ? row.rows : undefined)

/** The dotted path of a member access on a root, or undefined. */
function pathOf(ast: ASTNode): string | undefined {
  if (ast.op === 'id') return ast.args
  if (ast.op !== '.') return undefined
  const outer = pathOf(ast.args[0])
  return outer === undefined ? undefined : `${outer}.${ast.args[1]}`
}

/** Every flaw of an expression, and the fields of the table that it reads. */
export function examine(
  ast: ASTNode,
  names: Names,
): { readonly flaws: readonly Flaw[]; readonly fields: readonly string[] } {
  const flaws: Flaw[] = []
  const fields = new Set<string>()
  const flaw = (node: ASTNode, message: string): void => {
    flaws.push({ message, start: node.start, end: node.end })
  }
  const go = (node: ASTNode, scope: Names, paths: { readonly [name: string]: string }, depth: number): void => {
    switch (node.op) {
      case '/':
      case '%':
      case '[]':
      case '.?':
      case '[?]':
      case 'map':
        flaw(
          node,
          node.op === '[]' ? 'write a.b, or exists() for lists, not a[...]' : `${node.op} may fail when it runs`,
        )
        break
      case '.': {
        const row = rowOf(node, scope)
        const path = pathOf(node)
        if (row && row.kind !== 'group' && path !== undefined) fields.add(full(path, paths))
        if (row) return
        break
      }
      case '==':
      case '!=':
      case 'in':
        words(node.args[0], node.args[1], scope, flaw)
        words(node.args[1], node.args[0], scope, flaw)
        break
      case 'call':
        if (!CALLS.has(node.args[0])) flaw(node, `${node.args[0]}() is not for rules: ${[...CALLS].join(', ')}`)
        else if (node.args[0] === 'satisfies' || node.args[0] === 'older') {
          const [type, , last] = node.args[1]
          versions(node.args[0], last, textOf(type), flaw)
        }
        break
      case 'rcall': {
        const [name, on, args] = node.args
        if (MACROS.has(name)) {
          if (depth >= MAX_NESTING) flaw(node, `exists() and all() may be nested ${MAX_NESTING} deep`)
          const row = rowOf(on, scope)
          const [variable, ...bodies] = args
          go(on, scope, paths, depth)
          const element = row?.kind === 'list' ? row.of : undefined
          if (variable?.op === 'id') {
            const inner = { ...scope, [variable.args]: element }
            const path = pathOf(on)
            const innerPaths = path === undefined ? paths : { ...paths, [variable.args]: full(path, paths) }
            for (const body of bodies) go(body, inner, innerPaths, depth + 1)
          }
          return
        }
        const reads = OF_PACKAGES.get(name)
        if (reads) {
          const path = pathOf(on)
          if (path !== undefined) for (const key of reads) fields.add(full(`${path}.${key}`, paths))
          versions(name, args[0], undefined, flaw)
        } else if (!METHODS.has(name))
          flaw(node, `${name}() is not for rules: ${[...METHODS, ...OF_PACKAGES.keys(), ...MACROS].join(', ')}`)
        if (name === 'matches' && !(args[0]?.op === 'value' && typeof args[0].args === 'string'))
          flaw(node, 'matches() needs its pattern written out, so that it can be checked now')
        break
      }
      default:
    }
    for (const inner of children(node)) go(inner, scope, paths, depth)
  }
  go(ast, names, {}, 0)
  return { flaws, fields: [...fields].sort() }
}

const full = (path: string, paths: { readonly [name: string]: string }): string => {
  const [head = '', ...rest] = path.split('.')
  return [paths[head] ?? head, ...rest].join('.')
}

/** A field of fixed words may only be compared with those words: a typo would be silently false. */
function words(side: ASTNode, other: ASTNode, scope: Names, flaw: (node: ASTNode, message: string) => void): void {
  const row = rowOf(side, scope)
  if (row?.kind !== 'leaf' || !row.words) return
  for (const literal of literals(other))
    if (literal.op === 'value' && !row.words.includes(String(literal.args)))
      flaw(literal, `it is never "${String(literal.args)}": one of ${row.words.join(', ')}`)
}
const literals = (ast: ASTNode): readonly ASTNode[] =>
  ast.op === 'value' ? [ast] : ast.op === 'list' ? ast.args.flatMap(literals) : []

const textOf = (node: ASTNode | undefined): string | undefined =>
  node?.op === 'value' && typeof node.args === 'string' ? node.args : undefined

/** A range or a version that is written out is one: of the type, where that is written out too, else of any. */
function versions(
  name: string,
  node: ASTNode | undefined,
  typeText: string | undefined,
  flaw: (node: ASTNode, message: string) => void,
): void {
  const wrong = (text: string, behind: 'range' | 'version'): string | undefined => {
    const types = typeText === undefined ? packageTypes : [typeText]
    const flaws = types.map((type) => wrongWord(`${type}/any ${text}`, behind))
    return flaws.includes(undefined) ? undefined : typeText === undefined ? `"${text}" is no ${behind}` : flaws[0]
  }
  if (node === undefined) return
  if (name === 'satisfies' || name === 'older') {
    const text = textOf(node)
    const message = text === undefined ? undefined : wrong(text, name === 'older' ? 'version' : 'range')
    if (message !== undefined) flaw(node, message)
    return
  }
  for (const literal of literals(node)) {
    const text = textOf(literal)
    const message = text === undefined ? undefined : wrongWord(text, name === 'below' ? 'version' : 'range')
    if (message !== undefined) flaw(literal, message)
  }
}

/** The roots that expressions name. */
export function rootsIn(fields: readonly string[]): ReadonlySet<Root> {
  const named = new Set(fields.map((field) => field.split('.')[0]))
  return new Set(all.filter((root) => named.has(root)))
}
const all = Object.keys(roots) as readonly Root[]
