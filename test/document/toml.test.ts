/** TOML: values as the library reads them, and every key on the line where it stands. */
import { execFileSync } from 'node:child_process'
import { existsSync, readFileSync } from 'node:fs'
import fc from 'fast-check'
import { parse } from 'smol-toml'
import { describe, expect, it } from 'vitest'
import { isList, isMap, type Node } from '../../src/document/node.ts'
import { readToml } from '../../src/document/toml.ts'

const rootOf = (text: string): Node => {
  const { value, notices } = readToml('x.toml', text)
  expect(notices).toEqual([])
  const [root] = value.documents
  if (!root) throw new Error('no document')
  return root
}
/** Path of every scalar -> its value and its line. */
function* scalars(node: Node): Generator<readonly [string, unknown, number]> {
  if (isMap(node)) for (const each of node.value.values()) yield* scalars(each)
  else if (isList(node)) for (const each of node.value) yield* scalars(each)
  else yield [node.path.join('/'), node.value, node.place.line]
}
const flat = (value: unknown, path: readonly (string | number)[] = []): readonly (readonly [string, unknown])[] =>
  Array.isArray(value)
    ? value.flatMap((each, index) => flat(each, [...path, index]))
    : typeof value === 'object' && value !== null && !(value instanceof Date)
      ? Object.entries(value).flatMap(([key, each]) => flat(each, [...path, key]))
      : [[path.join('/'), value]]

describe('places', () => {
  it.each<readonly [string, string, unknown, number, number]>([
    ['a = 1', 'a', 1, 1, 1],
    ['\n  a = "x" # no', 'a', 'x', 2, 3],
    ['[t]\n[t.u]\na = true', 't/u/a', true, 3, 1],
    ['[t."a.b".\'c d\']\nx = 1', 't/a.b/c d/x', 1, 2, 1],
    ['t."a\\"b".c = 1', 't/a"b/c', 1, 1, 1],
    ['"\\u0041" = 1', 'A', 1, 1, 1],
    ['[[l]]\na = 1\n[[l]]\na = 2\n[l.m]\nb = 3', 'l/1/m/b', 3, 6, 1],
    ['a = [\n  1, # one\n  2,\n]', 'a/1', 2, 3, 3],
    ['a = [[1], [2, 3]]', 'a/1/1', 3, 1, 15],
    ['a = { b = { c = "]}" }, d = 2 }', 'a/d', 2, 1, 25],
    ['a = ["x, y", \'#\']\nb = 1', 'b', 1, 2, 1],
    ['a = """\nx\n"""\nb = 1', 'b', 1, 4, 1],
    ['a = """x\\"""y"""""\nb = 1', 'b', 1, 2, 1],
    ["a = '''\n'' '\n'''\nb = 1", 'b', 1, 4, 1],
    ['a = 1979-05-27 07:32:00 # c\nb = 1', 'b', 1, 2, 1],
    ['a = 1979-05-27 07:32:00 # c', 'a', '1979-05-27 07:32:00', 1, 1],
    ['a = 9223372036854775807', 'a', 2 ** 63, 1, 1],
    ['\uFEFFa = 1\r\nb = 2\r\n', 'b', 2, 2, 1],
    ['a.b = 1\na.c = 2', 'a/c', 2, 2, 1],
    ['[a]\nx = 1\n[b]\n[a.c]\ny = 1', 'a/c/y', 1, 5, 1],
    ['__proto__ = 1\nconstructor = 2', '__proto__', 1, 1, 1],
  ])('%j', (text, path, value, line, column) => {
    const found = [...scalars(rootOf(text))]
    const one = found.find(([each]) => each === path)
    expect(one?.slice(1)).toEqual([value, line])
    const node = (function find(here: Node): Node | undefined {
      if (here.path.join('/') === path) return here
      const inner: readonly Node[] = isMap(here) ? [...here.value.values()] : isList(here) ? here.value : []
      return inner.map(find).find((each) => each !== undefined)
    })(rootOf(text))
    expect(node?.place.column).toBe(column)
  })
  it('keeps the digits of what a number rounds', () => {
    const root = rootOf('a = 9223372036854775807')
    expect(isMap(root) && root.value.get('a')?.source).toBe('9223372036854775807')
  })
})

describe('bad input', () => {
  it.each([
    ['a = ', 1],
    ['a = 1\na = 2', 2],
    ['[a\n', 1],
    ['{{ if }}', 1],
    [`a = ${'['.repeat(5000)}`, 1],
    ['a = "\n"', 1],
  ])('%j is a notice at its line', (text, line) => {
    const { value, notices } = readToml('x.toml', text.slice(0, 100_000))
    expect(value.documents).toEqual([])
    expect(notices.map(({ id, lost, place }) => [id, lost, place.line])).toEqual([['toml-invalid', true, line]])
  })
  it('is read to a depth, and unknown below it', () => {
    const root = rootOf(`[${'a.'.repeat(500)}a]\nb = 1`)
    let here: Node = root
    for (
      let next = isMap(here) ? here.value.get('a') : undefined;
      next;
      next = isMap(here) ? here.value.get('a') : undefined
    )
      here = next
    expect(here.unknown).toMatch(/too deep/)
  })
  it('takes large files in a moment', () => {
    const text = `[a]\n${Array.from({ length: 20_000 }, (_, index) => `k${index} = [1, { x = "y" }]`).join('\n')}`
    expect([...scalars(rootOf(text))].at(-1)).toEqual(['a/k19999/1/x', 'y', 20_001])
  })
  it('never throws', () => {
    const sign = fc.constantFrom(
      'a',
      '=',
      '[',
      ']',
      '{',
      '}',
      '"',
      "'",
      '\\',
      '.',
      ',',
      '#',
      '\n',
      ' ',
      '1',
      '"""',
      "'''",
      '-',
    )
    fc.assert(
      fc.property(fc.array(sign, { maxLength: 30 }), (signs) => {
        const text = signs.join('')
        const { value, notices } = readToml('x', text)
        expect(value.documents.length + notices.length).toBe(1)
        for (const root of value.documents)
          expect([...scalars(root)].map(([path, each]) => [path, each])).toEqual(flat(parse(text)))
      }),
      { numRuns: 2000 },
    )
  })
})

/** A table written in some style, with the line of every scalar noted. */
type Tree = { readonly [key: string]: Tree | readonly (string | number)[] | string | number | boolean }
const key = fc.oneof(fc.stringMatching(/^[a-z_-]{1,4}$/), fc.constantFrom('a b', 'x.y', "it's", 'é', ''))
const scalar = fc.oneof(fc.string(), fc.integer(), fc.boolean())
const { tree } = fc.letrec<{ tree: Tree }>((tie) => ({
  tree: fc.dictionary(
    key,
    fc.oneof(
      { depthSize: 'small', withCrossShrink: true },
      scalar,
      fc.array(fc.oneof(fc.string(), fc.integer()), { maxLength: 4 }),
      tie('tree'),
    ),
    { maxKeys: 4, noNullPrototype: true },
  ),
}))
const word = (name: string): string =>
  /^[A-Za-z0-9_-]+$/.test(name)
    ? name
    : name.includes("'") || name.length % 2 === 0
      ? JSON.stringify(name)
      : `'${name}'`
const escaped = (text: string): string => JSON.stringify(text).replace(/\u007f/g, '\\u007f')

class Writer {
  readonly lines: string[] = []
  readonly at = new Map<string, number>()
  #count: number
  constructor(seed: number) {
    this.#count = seed
  }
  /** The next of so many styles. */
  #style(of: number): number {
    this.#count += 1
    return this.#count % of
  }
  table(table: Tree, path: readonly string[]): void {
    const inner: (readonly [string, Tree])[] = []
    for (const [name, value] of Object.entries(table))
      if (typeof value === 'object' && !Array.isArray(value) && this.#style(3) !== 0) inner.push([name, value as Tree])
      else this.#statement([name], value, [...path, name])
    for (const [name, value] of inner) {
      if (this.#style(2) === 0) this.lines.push('', '# a comment = [')
      this.lines.push(`  [ ${[...path, name].map(word).join(' . ')} ]  # header`)
      this.table(value, [...path, name])
    }
  }
  #statement(names: readonly string[], value: Tree[string], path: readonly string[]): void {
    const left = names.map(word).join(this.#style(2) === 0 ? '.' : ' . ')
    if (Array.isArray(value)) {
      const spread = this.#style(2) === 0
      if (!spread)
        this.lines.push(
          `${left} = [${value.map((each) => (typeof each === 'string' ? escaped(each) : String(each))).join(', ')}]`,
        )
      else this.lines.push(`${left} = [`)
      value.forEach((each, index) => {
        if (spread) this.lines.push(`  ${typeof each === 'string' ? escaped(each) : String(each)}, # ]`)
        this.at.set([...path, index].join('/'), this.lines.length)
      })
      if (spread) this.lines.push(']')
    } else if (typeof value === 'object') {
      const entries = Object.entries(value as Tree)
      if (entries.length > 0 && this.#style(2) === 0)
        for (const [name, each] of entries) this.#statement([...names, name], each, [...path, name])
      else {
        this.lines.push(`${left} = ${this.#inline(value as Tree, path)}`)
        for (const [each] of flat(value, path)) this.at.set(each, this.lines.length)
      }
    } else {
      this.lines.push(`${left} = ${typeof value === 'string' ? escaped(value) : String(value)} # "`)
      this.at.set(path.join('/'), this.lines.length)
    }
  }
  #inline(value: Tree[string], path: readonly string[]): string {
    if (Array.isArray(value))
      return `[${value.map((each) => (typeof each === 'string' ? escaped(each) : String(each))).join(' , ')}]`
    if (typeof value === 'object')
      return `{ ${Object.entries(value as Tree)
        .map(([name, each]) => `${word(name)} = ${this.#inline(each, [...path, name])}`)
        .join(', ')} }`
    return typeof value === 'string' ? escaped(value) : String(value)
  }
}

describe('against a writer that knows its lines', () => {
  it('every scalar of a document has its value, and the line on which its key stands', () => {
    let seen = 0
    fc.assert(
      fc.property(tree, fc.nat(11), (table, seed) => {
        const writer = new Writer(seed)
        writer.table(table, [])
        const found = [...scalars(rootOf(writer.lines.join('\n')))]
        expect(new Map(found.map(([path, value]) => [path, value]))).toEqual(new Map(flat(table)))
        expect(new Map(found.map(([path, , line]) => [path, line]))).toEqual(writer.at)
        seen += found.length
      }),
      { numRuns: 400 },
    )
    expect(seen).toBeGreaterThan(800)
  })
})

describe('real files', () => {
  /** Of files that write one key a line, as these do: the line that holds the key is the one that is said. */
  const check = (text: string): number => {
    const lines = text.split('\n')
    const found = [...scalars(rootOf(text))]
    expect(found.map(([path, value]) => [path, value])).toEqual(flat(parse(text)))
    for (const [path, , line] of found) {
      const name =
        path
          .split('/')
          .filter((part) => !/^\d+$/.test(part))
          .at(-1) ?? ''
      const isElement = /\/\d+$/.test(path)
      expect([path, line, isElement || new RegExp(`^\\s*"?${name}"?\\s*=`).test(lines[line - 1] ?? '')]).toEqual([
        path,
        line,
        true,
      ])
    }
    return found.length
  }
  const shipped = '/usr/share/containers/containers.conf'
  if (!existsSync(shipped)) console.log(`toml.test.ts: ${shipped} is not here (Debian: containers-common)`)
  it.skipIf(!existsSync(shipped))('containers.conf', () =>
    expect(check(readFileSync(shipped, 'utf8'))).toBeGreaterThan(10),
  )
  let dump: string | undefined
  try {
    dump = execFileSync('containerd', ['config', 'default'], { encoding: 'utf8' })
  } catch {
    console.log('toml.test.ts: containerd is not here (Debian: containerd), so its configuration is not tried')
  }
  it.skipIf(dump === undefined)('containerd config default', () => expect(check(dump ?? '')).toBeGreaterThan(100))
})
