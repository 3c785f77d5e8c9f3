/** The fast reader of YAML says what the other one says, to the last place, or leaves the text to it. */
import { existsSync, readdirSync, readFileSync } from 'node:fs'
import { join, resolve } from 'node:path'
import fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import type { Locate } from '../../src/document/node.ts'
import { readEvents } from '../../src/document/yaml-events.ts'
import { readTree } from '../../src/document/yaml-tree.ts'
import { readYaml, withoutDirectives } from '../../src/document/yaml.ts'

const corpora = resolve(import.meta.dirname, '../../../shared/corpora')
const present = existsSync(corpora)
if (!present) console.log('yaml: the corpora are absent, so they are not compared')

const place: Locate = (line, column) => ({ file: 'f', line, column })
/** `left`: for the other reader; else both were asked, and are to be equal. */
function compare(text: string): 'left' | 'same' {
  const plain = withoutDirectives(text)
  const events = readEvents(plain, place)
  if (!events) return 'left'
  const tree = readTree(plain, place)
  expect(tree.notices.filter(({ id }) => id !== 'yaml-duplicate-key')).toEqual([])
  expect(events.duplicates.map((each) => each.place)).toEqual(tree.notices.map((each) => each.place))
  expect(events.documents).toStrictEqual(tree.value)
  return 'same'
}

describe('the two readers of YAML', () => {
  it.each([
    [
      'every kind of plain scalar',
      'a: [yes, no, on, Off, y, N, ~, null, NULL, 0644, 0x1F, 0b101, -0x1f, +12, 1_000, 08, 1e3, .5, 5., -.inf, .nan, 22:22, 1:2:3, 2024-01-01, =, 1.2.3, v1, "1", \'yes\']\n',
    ],
    ['nothing behind a colon', 'a:\nb:   # c\nc: {d: , e: }\nf: ~\n'],
    ['flow over lines', 'a: {b: 1,\n  c: [1,\n 2]}\n"d": \'e\'\n'],
    ['texts over lines', "a: \"x\n  y\"\nb: one\n  two\nc: 'it''s'\n"],
    ['block scalars', 'a: |\n  x\n\n  y\nb: >-\n  x\n  y\nc:\n  - |2+\n     z\n  - >  # why\n    x\nd: |\n\ne: 1\n'],
    [
      'anchors, aliases and merge keys',
      'x: &a {b: 1, c: 2}\ny: *a\nz: {<<: *a, c: 3}\nw: {<<: [*a, {d: 4}]}\nv: &b text\nu: *b\nt: *none\n',
    ],
    ['an anchor that holds itself', 'a: &a [1, *a]\nb: &b {c: *b}\n'],
    ['several documents', '---\na: 1\n---\nb: 2\n...\n---\n# nothing\n---\nc: 3\n'],
    ['keys written twice, of every kind', 'a: 1\nb: 2\na: 3\n1: x\n"1": y\n'],
    ['carriage returns', 'a: 1\r\nb:\r\n  - c\r\n  - "d"\r\n'],
    ['lists below their key without indentation', 'a:\n- b: 1\n  c: 2\n-  - 1\n   - 2\n'],
    ['characters beyond ASCII', 'ä: "ö"\n日本: [語, 🐳]\n🐳: x\n'],
    ['a comment after everything', 'a: 1 # x\nb: # y\n  c: 2 # z\n'],
  ])('agree on %s', (_, text) => {
    expect(compare(text)).toBe('same')
  })
  it.each([
    ['a tag', 'a: !x 1\n'],
    ['a key that is no scalar', '{a: 1}: 2\n'],
    ['a directive', '%TAG ! tag:x,2000:\n---\na: 1\n'],
    ['a template', 'a: {{ .Values.x }}\n'],
    ['text that is wrong', 'a: [1\nb: 2\n'],
    ['a tab for indentation', 'a:\n\tb: 1\n'],
    ['nesting without end', '['.repeat(5000)],
  ])('leave %s to the one that says what is wrong', (_, text) => {
    expect(compare(text)).toBe('left')
    expect(() => readYaml('f', text)).not.toThrow()
  })
  it('agree on what is made of pieces', () => {
    const piece = fc.constantFrom(
      'a',
      'b: ',
      'c:',
      '- ',
      '  ',
      '\n',
      '\n  ',
      '\n- ',
      '"q"',
      "'s'",
      ' # c',
      '{',
      '}',
      '[',
      ']',
      ',',
      '&x ',
      '*x',
      '<<: ',
      '|\n',
      '>-\n',
      '? ',
      'yes',
      '0x1',
      '1e3',
      '~',
      '\t',
      '---\n',
      '!t ',
      '\r\n',
      'é',
    )
    let same = 0
    fc.assert(
      fc.property(fc.array(piece, { maxLength: 25 }), (pieces) => {
        if (compare(pieces.join('')) === 'same') same += 1
      }),
      { numRuns: 20_000, seed: 5 },
    )
    expect(same).toBeGreaterThan(300)
  })
})

describe.skipIf(!present)('the corpora', () => {
  it('are read alike, whole and with a part changed', () => {
    const files = readdirSync(corpora, { recursive: true, withFileTypes: true })
      .filter((entry) => entry.isFile() && /\.ya?ml$/.test(entry.name))
      .map((entry) => join(entry.parentPath, entry.name))
      .sort()
    let same = 0
    for (const [index, file] of files.entries()) {
      const text = readFileSync(file, 'utf8')
      if (compare(text) === 'same') same += 1
      // One character less, at a place that moves through the files.
      const at = (index * 7919) % (text.length + 1)
      compare(text.slice(0, at) + text.slice(at + 1))
    }
    console.log(`yaml: ${same} of ${files.length} files by events`)
    expect(same / files.length).toBeGreaterThan(0.95)
  })
})
