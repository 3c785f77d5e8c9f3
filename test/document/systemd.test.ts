/** Unit files: the tree, places, continuation as systemd and Quadlet do it, and what is refused (systemd.syntax(7)). */
import { describe, expect, it } from 'vitest'
import { entries, elements, textOf } from '../../src/document/node.ts'
import { splitUnitWords } from '../../src/document/systemd-words.ts'
import { readUnit } from '../../src/document/systemd.ts'

const read = (text: string): Record<string, Record<string, readonly (string | undefined)[]>> => {
  const [root] = readUnit('x', text).value.documents
  return Object.fromEntries(
    (root ? entries(root) : []).map(([section, keys]) => [
      section,
      Object.fromEntries(entries(keys).map(([key, list]) => [key, elements(list).map((node) => textOf(node))])),
    ]),
  )
}
const refused = (text: string): readonly number[] => readUnit('x', text).notices.map(({ place }) => place.line)

describe('the tree', () => {
  it('has a list of values for every key of every section', () => {
    expect(read('[A]\nk=1\nk =  2 \nl=\n[B]\nk=x=y\n[A]\nk=3\n')).toEqual({
      A: { k: ['1', '2', '3'], l: [''] },
      B: { k: ['x=y'] },
    })
  })
  it('has places', () => {
    const [root] = readUnit('x', '\uFEFF# c\n[A]\r\n  k=1\r\n').value.documents
    const section = root && entries(root)[0]?.[1]
    expect([section?.place, section && entries(section)[0]?.[1].place]).toMatchObject([
      { line: 2, column: 1 },
      { line: 3, column: 3 },
    ])
    expect(read('[A]\r\nk=1\r\n')).toEqual({ A: { k: ['1'] } })
  })
  it('holds keys of any name', () => {
    expect(read('[__proto__]\nconstructor=1\n__proto__=2\n')['__proto__']).toBeDefined()
  })
  it('tells of lines that are none', () => {
    expect(refused('k=1\n[A]\nnothing\n=x\n[B\n[]\nk=1\n')).toEqual([1, 3, 4, 5, 6])
    expect(readUnit('x', `[A]\n${'x\n'.repeat(9)}`).notices.map(({ message }) => /4 after it/.test(message))).toEqual([
      false,
      false,
      false,
      false,
      true,
    ])
    expect(readUnit('x', '[Container]\nx\n').notices[0]?.message).toMatch(/Quadlet refuses the whole file/)
    expect(readUnit('x', '[Service]\nx\n').notices[0]?.message).toMatch(/systemd ignores it/)
  })
})

describe('continued lines', () => {
  it.each([
    ['systemd puts a blank', '[A]\nk=a\\\n  b\nl=c', { k: ['a b'], l: ['c'] }],
    ['Quadlet puts nothing', '[Container]\nk=a\\\n  b\nl=c', { k: ['ab'], l: ['c'] }],
    ['comments in between are passed over', '[A]\nk=a\\\n# x\n; y\nb', { k: ['a b'] }],
    ['an empty line ends it for systemd', '[A]\nk=a\\\n\nl=b', { k: ['a'], l: ['b'] }],
    ['and not for Quadlet', '[Container]\nk=a \\\n\nl=b', { k: ['a l=b'] }],
    ['two backslashes are one that is escaped', '[A]\nk=a\\\\\nl=b', { k: ['a\\\\'], l: ['b'] }],
    ['but not for Quadlet', '[Container]\nk=a\\\\\nl=b', { k: ['a\\l=b'] }],
    ['a blank after it makes it a letter', '[A]\nk=a\\ \nl=b', { k: ['a\\'], l: ['b'] }],
    ['but not for Quadlet', '[Container]\nk=a\\ \nl=b', { k: ['al=b'] }],
    ['the last line of the text', '[A]\nk=a\\', { k: ['a'] }],
  ])('%s', (_, text, expected) => {
    expect(Object.values(read(text))[0]).toEqual(expected)
  })
})

describe('words', () => {
  it.each([
    ['a  b\tc', ['a', 'b', 'c']],
    ['"a b" \'c "d\' e" "f', ['a b', 'c "d', 'e f']],
    ['"" a', ['', 'a']],
    ['a\\x41\\101\\u00e9\\U0001F600\\s\\n\\t\\\\', ['aAAé😀 \n\t\\']],
    ['a\\ b', undefined],
    ['\\q', undefined],
    ['\\x4', undefined],
    ['\\x00', undefined],
    ['\\777', undefined],
    ['\\U00110000', undefined],
    ['"not closed', ['not closed']],
    ['ends\\', ['ends']],
    ['', []],
  ])('%j', (text, words) => {
    expect(splitUnitWords(text)).toEqual(words)
  })
  it('takes a backslash for a letter in names', () => {
    expect(splitUnitWords('a\\b "c \\d"', 'strings')).toEqual(['a\\b', 'c \\d'])
  })
})
