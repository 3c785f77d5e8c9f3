import { spawnSync } from 'node:child_process'
import fc from 'fast-check'
import { describe, expect, test } from 'vitest'
import { readXml, type XmlElement } from '../../src/catalog/format/xml.ts'
import { works } from '../support/works.ts'

const read = (text: string | Buffer) => readXml(typeof text === 'string' ? Buffer.from(text) : text)
/** An element as a list: name, attributes, own text, children. */
type Shape = readonly [string, Readonly<Record<string, string>>, string, readonly Shape[]]
const shape = ({ name, attributes, text, children }: XmlElement): Shape => [
  name,
  Object.fromEntries(attributes),
  text,
  children.map(shape),
]
const shapeOf = (text: string | Buffer): Shape | string => {
  const root = read(text)
  return 'problem' in root ? `line ${root.line}` : shape(root)
}

test.each<[string, string, Shape]>([
  ['attributes with either quotes', `<a b="1" c='2"' />`, ['a', { b: '1', c: '2"' }, '', []]],
  ['entities', '<a b="&lt;&#65;">&amp;&#x42;&quot;&apos;&gt;&unknown;</a>', ['a', { b: '<A' }, `&B"'>&unknown;`, []]],
  [
    'CDATA, comments and instructions',
    '<?xml version="1.0"?><!-- <x> --><a>1<!-- 2 -->3<![CDATA[<4>]]><?p?></a>',
    ['a', {}, '13<4>', []],
  ],
  ['prefixes', '<m:a xmlns:m="u"><m:b/></m:a>', ['a', { 'xmlns:m': 'u' }, '', [['b', {}, '', []]]]],
  ['a document type', '<!DOCTYPE a [<!ENTITY x "y">]><a>&x;</a>', ['a', {}, '&x;', []]],
  ['blanks', '<a\n  b = "1"\n>\n  <c> d </c  >\n</a>', ['a', { b: '1' }, '', [['c', {}, 'd', []]]]],
  ['a byte order mark', '\ufeff<a/>', ['a', {}, '', []]],
])('%s', (_, text, expected) => {
  expect(shapeOf(text)).toEqual(expected)
})
test('encodings', () => {
  const latin = Buffer.from('<?xml version="1.0" encoding="ISO-8859-1"?><a>\xe4</a>', 'latin1')
  const little = Buffer.concat([Buffer.from([0xff, 0xfe]), Buffer.from('<a>ä</a>', 'utf16le')])
  const big = Buffer.concat([Buffer.from([0xfe, 0xff]), Buffer.from('<a>ä</a>', 'utf16le').swap16()])
  for (const body of [latin, little, big, Buffer.from('<a>ä</a>')]) expect(shapeOf(body)).toEqual(['a', {}, 'ä', []])
})
test.each([
  ['', 'line 1'],
  ['text', 'line 1'],
  ['<a>\n<b>\n</a>', 'line 3'],
  ['<a/>\n<b/>', 'line 2'],
  ['<a>', 'line 1'],
  ['<a b=1/>', 'line 1'],
  ['<a><!-- b</a>', 'line 1'],
  ['<a>\n<', 'line 2'],
  ['<a>'.repeat(200), 'line 1'],
])('%j is not XML, and the line is said', (text, problem) => {
  expect(shapeOf(text)).toBe(problem)
})
test('lines of elements', () => {
  const root = read('<a>\n\n<b/>\n<c\n/></a>')
  expect('problem' in root ? [] : root.children.map((one) => one.line)).toEqual([3, 4])
})
test('long and hostile texts end soon', () => {
  for (const text of [
    `<a${' '.repeat(2 ** 20)}`,
    `<a ${'b '.repeat(2 ** 19)}`,
    `<a ${'b="" '.repeat(2 ** 18)}`,
    '<a/>'.repeat(2 ** 18),
    `<a>${'<b/>'.repeat(2 ** 19)}</a>`,
    `<!DOCTYPE a [${'<!ENTITY b "c">'.repeat(2 ** 16)}`,
    '&lt;'.repeat(2 ** 20),
  ])
    expect(() => read(text)).not.toThrow()
})

const PYTHON = works('python3', '-c', 'import xml.etree.ElementTree')
describe.skipIf(!PYTHON)('Python’s ElementTree', () => {
  const names = fc.constantFrom('a', 'b-c', 'd.e', 'F_1')
  const texts = fc.string({ maxLength: 8 }).map((text) => text.replace(/[^\x20-\x7e]/g, 'x'))
  const escape = (text: string) => text.replaceAll('&', '&amp;').replaceAll('<', '&lt;').replaceAll('"', '&quot;')
  const element = fc.letrec<{ node: string; children: readonly string[] }>((tie) => ({
    children: fc.oneof({ maxDepth: 3 }, fc.constant([]), fc.array(tie('node'), { maxLength: 3 })),
    node: fc
      .tuple(names, fc.dictionary(names, texts, { maxKeys: 3 }), texts, tie('children'), fc.boolean())
      .map(([name, attributes, text, children, comment]) => {
        const list = Object.entries(attributes).map(([key, value]) => ` ${key}="${escape(value)}"`)
        return `<${name}${list.join('')}>${escape(text)}${comment ? '<!-- <x> -->' : ''}${children.join('\n')}</${name}>`
      }),
  })).node
  test('reads the same', () => {
    const samples = fc.sample(element, { numRuns: 100, seed: 7 })
    const script = `import sys, json, xml.etree.ElementTree as E
def s(e): return [e.tag, dict(e.attrib), ((e.text or '') + ''.join(c.tail or '' for c in e)).strip(), [s(c) for c in e]]
print(json.dumps([s(E.fromstring(t)) for t in json.load(sys.stdin)]))`
    const { stdout, stderr } = spawnSync('python3', ['-c', script], {
      input: JSON.stringify(samples),
      encoding: 'utf8',
    })
    expect(stderr).toBe('')
    expect(samples.map(shapeOf)).toEqual(JSON.parse(stdout))
  })
})
