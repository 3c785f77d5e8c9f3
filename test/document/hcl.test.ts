/** HCL: values beside HashiCorp's own parser (compiled to WebAssembly in @cdktf/hcl2json), places, and what is not HCL. */
import { parse } from '@cdktf/hcl2json'
import fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import { readHcl } from '../../src/document/hcl.ts'
import { HOLE } from '../../src/document/hole.ts'
import { child, entries, type Node } from '../../src/document/node.ts'

const read = (text: string): ReturnType<typeof readHcl> => readHcl('job.hcl', text)
function rootOf(text: string): Node {
  const { value, notices } = read(text)
  expect(notices).toEqual([])
  return value.documents[0] ?? { place: { file: 'job.hcl', line: 1, column: 1 }, path: [], value: new Map() }
}
/** Plain values; what is not known is `{ unknown, text }`. */
function plain(node: Node): unknown {
  if (node.unknown !== undefined) return { unknown: node.unknown, text: node.value }
  if (node.value instanceof Map) return Object.fromEntries(entries(node).map(([key, each]) => [key, plain(each)]))
  return Array.isArray(node.value) ? node.value.map((each: Node) => plain(each)) : node.value
}
const attribute = (value: string): Node => child(rootOf(`a = ${value}\n`), 'a')

describe('values', () => {
  it.each([
    ['"text"', 'text'],
    ['"a\\tb\\n\\"\\\\ \\u00e9 \\U0001F600"', 'a\tb\n"\\ é 😀'],
    ['"$${HOME} %%{if}"', '${HOME} %{if}'],
    ['"a # b // c"', 'a # b // c'],
    ['12', 12],
    ['-5.5e1', -55],
    ['true', true],
    ['null', null],
    ['[1, "b", [], {},]', [1, 'b', [], {}]],
    ['[ # one\n 1, // two\n /* three */ 2\n]', [1, 2]],
    ['{ a = 1, "b.c" : 2 }', { a: 1, 'b.c': 2 }],
    ['{\n a = 1\n b = {\n c = [2]\n }\n}', { a: 1, b: { c: [2] } }],
    ['<<EOF\n one\n  two\nEOF', ' one\n  two\n'],
    ['<<-EOF\n    one\n      "two" $${x}\n    EOF', 'one\n  "two" ${x}\n'],
  ])('%s', (text, value) => {
    expect(plain(attribute(text))).toEqual(value)
  })

  it.each([
    ['max(1, 2)', /^max\(1, 2\) is not worked out$/],
    ['1 + 2', /^1 \+ 2 is not/],
    ['[1, 2][0]', /\[0\] is not/],
    ['{ a = 1 }.a', /\.a is not/],
    ['[for x in y : x]', /for x in y/],
    ['{ for k, v in y : k => v }', /for k, v in y/],
    ['x ? "a" : "b"', /is not worked out/],
    ['var.nowhere', /^var\.nowhere has no constant value in this file$/],
    ['upper("a\n b")', /is not worked out/],
    ['(\n 1 +\n 2\n)', /is not worked out/],
  ])('%s is no constant', (text, because) => {
    if (text.includes('"a\n')) return expect(read(`a = ${text}\n`).notices).toHaveLength(1)
    const node = attribute(text)
    expect(node.unknown).toMatch(because)
  })

  it('knows what stands beside a hole, and why it is one', () => {
    expect(plain(attribute('"${NOMAD_ALLOC_DIR}/x:/y"'))).toEqual({
      unknown: 'NOMAD_ALLOC_DIR is known when the task runs',
      text: `${HOLE}/x:/y`,
    })
    expect(plain(attribute('"${attr.kernel.name}-${env["X"]}"'))).toEqual({
      unknown: 'attr.kernel.name is known when the task runs, env["X"] is known when the task runs',
      text: `${HOLE}-${HOLE}`,
    })
    expect(plain(attribute('"a%{ if true }b%{ endif }"'))).toEqual({
      unknown: 'the template has %{ } directives',
      text: `a${HOLE}`,
    })
    // A brace, a quote and a template inside of one.
    expect(plain(attribute('"${join("}", ["${x}"])}:1"'))).toMatchObject({ text: `${HOLE}:1` })
  })

  it('follows variables and locals of the same file, wherever they stand', () => {
    const root = rootOf(`
      a = var.image
      b = "\${local.name}:\${var.port}"
      c = "\${var.list}"
      d = [var.port, var.open]
      variable "image" { default = "redis:7" }
      variable "port" {
        type    = number
        default = 80
      }
      variable "list" { default = ["x"] }
      variable "open" { type = string }
      locals {
        name = "\${local.first}-b"
        first = "a"
        loop = local.loop
      }
      e = local.loop
    `)
    expect(plain(root)).toMatchObject({
      a: 'redis:7',
      b: 'a-b:80',
      c: ['x'],
      d: [80, { unknown: 'var.open has no constant value in this file' }],
      e: { unknown: 'local.loop has no constant value in this file' },
    })
  })
})

describe('structure', () => {
  it('puts blocks below their type and labels', () => {
    expect(
      plain(
        rootOf(
          'job "web" {\n group a {\n x = 1 }\n group "b" {}\n}\nenv { A = "b" }\nenv { C = "d" }\nmount "x" {}\nmount {}',
        ),
      ),
    ).toEqual({
      job: { web: [{ group: { a: [{ x: 1 }], b: [{}] } }] },
      env: [{ A: 'b' }, { C: 'd' }],
      mount: { x: [{}], '': [{}] },
    })
  })
  it('has the place of the key, and of the element', () => {
    const root = rootOf('job "web" {\n  args = [\n    "a",\n    "b"]\n}\n')
    const job = child(child(root, 'job'), 'web')
    const [body] = job.value as readonly Node[]
    expect(body?.place).toMatchObject({ line: 1, column: 1 })
    const args = child(body as Node, 'args')
    expect(args.place).toMatchObject({ line: 2, column: 3 })
    expect((args.value as readonly Node[]).map(({ place }) => [place.line, place.column])).toEqual([
      [3, 5],
      [4, 5],
    ])
  })
  it('reads CRLF and a byte order mark', () => {
    expect(plain(rootOf('\uFEFFa = 1\r\nb = <<EOF\r\nx\r\nEOF\r\n'))).toEqual({ a: 1, b: 'x\n' })
  })
  it('says that a key is set twice', () => {
    const { value, notices } = read('a = 1\na = 2\n')
    expect(plain(child(value.documents[0] as Node, 'a'))).toBe(2)
    expect(notices).toMatchObject([{ id: 'hcl-duplicate-key', lost: true, place: { line: 2 } }])
  })
})

describe('what is not HCL is lost input, with its place', () => {
  it.each([
    ['job "x" {\n a = 1\n', 1],
    ['a = "open\n', 1],
    ['a = [1\n', 1],
    ['a = \n', 1],
    ['a = <<EOF\nx\n', 1],
    ['}\n', 1],
    ['a\n', 1],
    ['ok = 1\na = 1 b = 2\n', 2],
    ['/* open', 1],
    ['a = (1]\n', 1],
    ['a = "${"\n', 1],
    ['job "web" {\n [[ template "x" ]]\n}', 2],
  ])('%j', (text, line) => {
    const { value, notices } = read(text)
    expect(value.documents).toEqual([])
    expect(notices).toMatchObject([{ id: 'hcl-invalid', lost: true }])
    expect(notices[0]?.place.line).toBeGreaterThanOrEqual(line)
  })
})

describe('hostile', () => {
  it.each([
    ['blocks in blocks', 'a {'.repeat(100_000)],
    ['lists in lists', `a = ${'['.repeat(100_000)}`],
    ['brackets in an expression', `a = f${'('.repeat(200_000)}`],
    ['templates in templates', `a = ${'"${'.repeat(50_000)}`],
    ['directives', `a = "${'%{'.repeat(100_000)}"`],
    ['heredocs', `a = [${'<<EOF\n'.repeat(50_000)}]`],
    ['comments', '/*'.repeat(500_000)],
    ['one long line', `a = "${'x'.repeat(5_000_000)}"`],
    ['many blocks of one name', 'm {}\n'.repeat(200_000)],
    ['many labels', Array.from({ length: 100_000 }, (_, i) => `m "l${i}" {}`).join('\n')],
    [
      'locals that grow',
      `locals {\n a0 = "${'x'.repeat(1000)}"\n${Array.from({ length: 30 }, (_, i) => ` a${i + 1} = "${`\${local.a${i}}`.repeat(100)}"`).join('\n')}\n}`,
    ],
    ['expressions that look constant', `a = ${'[1 + '.repeat(90)}1${']'.repeat(90)}`],
  ])('%s', (_, text) => {
    expect(() => read(text)).not.toThrow()
  })
  it('never throws', () => {
    const bits = [
      'a',
      '=',
      '"',
      '${',
      '}',
      '{',
      '[',
      ']',
      '<<E',
      '\n',
      'E\n',
      '#',
      '/*',
      '*/',
      ',',
      '%{',
      '\\',
      'var.x',
      '1',
      ' ',
      'variable "x" {',
      'default',
      '(',
      ')',
    ]
    fc.assert(
      fc.property(fc.array(fc.constantFrom(...bits), { maxLength: 40 }), (parts) => {
        read(parts.join(''))
      }),
      { numRuns: 3000 },
    )
  })
})

/** Texts that HCL can write, as their author would. */
const name = fc
  .stringMatching(/^[a-z_][a-z0-9_-]{0,8}$/)
  .filter((word) => !['true', 'false', 'null', 'for', 'var', 'local'].includes(word))
const quoted = (text: string): string =>
  JSON.stringify(text)
    .replaceAll('\\b', '\\u0008')
    .replaceAll('\\f', '\\u000c')
    .replaceAll('${', () => '$${')
    .replaceAll('%{', '%%{')
const letters = fc
  .string({ unit: fc.constantFrom(...'ab $%{}"\\#/*\té\n<E='.split('')), maxLength: 8 })
  .filter((text) => !/[$%]{2,}\{/.test(text) && !/[$%]$/.test(text))
type Value = readonly [text: string, value: unknown]
const value: fc.Memo<Value> = fc.memo((depth) =>
  depth <= 1
    ? leaf
    : fc.oneof(
        leaf,
        fc
          .array(value(depth - 1), { maxLength: 3 })
          .map((all): Value => [`[${all.map(([text]) => text).join(',\n ')}]`, all.map(([, each]) => each)]),
        fc
          .uniqueArray(fc.tuple(name, value(depth - 1)), { maxLength: 3, selector: ([key]) => key })
          .map((all): Value => [
            `{\n${all.map(([key, [text]]) => `${key} = ${text}`).join('\n')}\n}`,
            Object.fromEntries(all.map(([key, [, each]]) => [key, each])),
          ]),
      ),
)
const leaf: fc.Arbitrary<Value> = fc.oneof(
  letters.map((text): Value => [quoted(text), text]),
  fc.integer({ min: -1_000_000, max: 1_000_000 }).map((number): Value => [String(number), number]),
  fc
    .double({ min: 0, max: 1000, noNaN: true, noDefaultInfinity: true })
    .map((number): Value => [number.toFixed(3), Number(number.toFixed(3))]),
  fc.boolean().map((on): Value => [String(on), on]),
  fc
    .array(fc.stringMatching(/^[a-z #"]{0,6}$/), { maxLength: 3 })
    .map((lines): Value => [
      `<<EOT\n${lines.map((line) => `${line}\n`).join('')}EOT\n`,
      lines.map((line) => `${line}\n`).join(''),
    ]),
)
const body: fc.Memo<string> = fc.memo((depth) =>
  fc
    .record({
      attributes: fc.uniqueArray(fc.tuple(name, value(3)), { maxLength: 4, selector: ([key]) => key }),
      blocks:
        depth <= 1
          ? fc.constant<readonly (readonly [string, readonly string[], string])[]>([])
          : fc.array(fc.tuple(name, fc.array(name, { maxLength: 2 }), body(depth - 1)), { maxLength: 3 }),
      comment: fc.constantFrom('', '# a = 1\n', '// {\n', '/* }\n */\n'),
    })
    .map(({ attributes, blocks, comment }) =>
      // One number of labels for a type of blocks, and no attribute of that name: what the other parser cannot say either.
      [
        comment,
        ...attributes.map(([key, [text]]) => `${key} = ${text}\n`),
        ...blocks
          .filter(([type, labels]) => !attributes.some(([key]) => key === `${type}${labels.length}`))
          .map(
            ([type, labels, inner]) =>
              `${type}${labels.length} ${labels.map((label) => `"${label}"`).join(' ')} {\n${inner}}\n`,
          ),
      ].join(''),
    ),
)

/** What HashiCorp's parser makes of it, as JSON. */
const theirs = (text: string): Promise<Record<string, unknown>> => parse('job.hcl', text)

describe('beside the parser of HashiCorp', () => {
  it('has the values of what is generated', async () => {
    await fc.assert(
      fc.asyncProperty(body(3), async (text) => {
        // Its JSON writes a literal ${ as $${ again, and so do we here.
        const escaped = (each: unknown): unknown =>
          typeof each === 'string'
            ? each.replaceAll('${', () => '$${').replaceAll('%{', '%%{')
            : Array.isArray(each)
              ? each.map(escaped)
              : typeof each === 'object' && each !== null
                ? Object.fromEntries(Object.entries(each).map(([key, inner]) => [key, escaped(inner)]))
                : each
        expect(escaped(plain(rootOf(text)))).toEqual(await theirs(text))
      }),
      { numRuns: 300 },
    )
  })

  it('has the values of a job', async () => {
    const text = `
# A job
job "web" {
  datacenters = ["dc1", "dc2"]
  group "front" {
    count = 2
    network {
      mode = "bridge"
      port "http" {
        to = 8080
      }
    }
    task "app" {
      driver = "docker"
      config {
        image   = "web:1"
        args    = ["--port", "8080"]
        labels  = { "a.b" = "c" }
        mount {
          type = "bind"
          bind_options { propagation = "rslave" }
        }
        mount {
          type = "tmpfs"
        }
      }
      template {
        data = <<-EOH
          key: {{ env "X" }}
            more
        EOH
      }
      env {
        A = "b"
      }
    }
  }
}
`
    expect(plain(rootOf(text))).toEqual(await theirs(text))
  })
})
