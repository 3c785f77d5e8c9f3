/** Changes of texts: what becomes of comments, quotes, line ends and layout; and that nothing else becomes otherwise. */
import fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import { addItem, removeItem, removeKey, setKey, type Change } from '../../src/document/change.ts'
import { applied, edit } from '../../src/document/edit.ts'
import { elements, isList, isMap, type Node } from '../../src/document/node.ts'
import { readText } from '../../src/document/read.ts'
import { readAs, type Syntax } from '../../src/document/syntax.ts'

type Path = readonly (string | number)[]
const at = (root: Node | undefined, path: Path): Node => {
  let here = root
  for (const key of path)
    here =
      here && isMap(here)
        ? here.value.get(String(key))
        : here && isList(here) && typeof key === 'number'
          ? here.value[key]
          : undefined
  if (!here) throw new Error(`there is no ${path.join('.')}`)
  return here
}
async function changed(
  text: string,
  path: Path,
  make: (node: Node) => readonly Change[],
  syntax: Syntax = 'data',
  file = 'test.yaml',
  document = 0,
): Promise<string> {
  const { value } = await readAs(syntax, file, text)
  const result = edit(syntax, file, text, make(at(value.documents[document], path)))
  if ('refused' in result) return `refused: ${result.refused}`
  // The edits are those of the text that was given.
  expect(applied(text, result.edits)).toBe(result.text)
  for (const { start, end, deleted } of result.edits)
    expect(end - start > 0 || (deleted.line === deleted.endLine && deleted.column === deleted.endColumn)).toBe(true)
  return result.text
}
const off = (node: Node): readonly Change[] => [setKey(node, ['s', 'p'], false)]
const gone = (node: Node): readonly Change[] => [removeKey(node, ['s', 'p'])]
const more = (node: Node): readonly Change[] => [addItem(node, ['l'], 'b=2')]
const less = (node: Node): readonly Change[] => [removeItem(node, ['l'], 'a:1')]

describe('YAML', () => {
  const table: readonly (readonly [
    what: string,
    text: string,
    path: Path,
    make: (node: Node) => readonly Change[],
    text: string,
  ])[] = [
    ['a value with a comment beside it', 'w:\n  s:\n    p: true # why\n', ['w'], off, 'w:\n  s:\n    p: false # why\n'],
    ['a quoted value keeps its quotes', "w: { s: { p: 'true' } }\n", ['w'], off, "w: { s: { p: 'false' } }\n"],
    ['a quoted key', 'w:\n  "s": {"p": true}\n', ['w'], off, 'w:\n  "s": {"p": false}\n'],
    [
      'a key that is not there, with its parents',
      'w:\n    a: 1\nz: 2\n',
      ['w'],
      off,
      'w:\n    a: 1\n    s:\n        p: false\nz: 2\n',
    ],
    [
      'an item of a list of maps',
      'w:\n- a: 1 # c\n- a: 2\n',
      ['w', 0],
      off,
      'w:\n- a: 1 # c\n  s:\n    p: false\n- a: 2\n',
    ],
    ['an empty map', 'w:\n  s: {}\n', ['w'], off, 'w:\n  s: { p: false }\n'],
    ['a flow map', 'w: {a: 1}\n', ['w'], off, 'w: {a: 1, s: { p: false }}\n'],
    ['a flow map over lines', 'w: {\n  a: 1, # c\n}\n', ['w'], off, 'w: {\n  a: 1, # c\n  s: { p: false }\n}\n'],
    ['a key without a value', 'w:\n  s: # soon\n  a: 1\n', ['w'], off, 'w:\n  s: # soon\n    p: false\n  a: 1\n'],
    ['an explicit null', 'w:\n  s: ~\n', ['w'], off, 'w:\n  s: { p: false }\n'],
    [
      'a block scalar as the last value',
      'w:\n  a: |\n    x\n    y\n\nz: 1\n',
      ['w'],
      off,
      'w:\n  a: |\n    x\n    y\n  s:\n    p: false\n\nz: 1\n',
    ],
    ['no newline at the end', 'w:\n  a: 1', ['w'], off, 'w:\n  a: 1\n  s:\n    p: false'],
    ['CRLF', 'w:\r\n  a: 1\r\nz: 2\r\n', ['w'], off, 'w:\r\n  a: 1\r\n  s:\r\n    p: false\r\nz: 2\r\n'],
    ['CRLF, a value', 'w:\r\n  s:\r\n    p: yes # c\r\n', ['w'], off, 'w:\r\n  s:\r\n    p: false # c\r\n'],
    ['a byte order mark', '\uFEFFw:\n  s:\n    p: true\n', ['w'], off, '\uFEFFw:\n  s:\n    p: false\n'],
    [
      'a %YAML directive',
      '%YAML 1.2\n---\nw:\n  s:\n    p: true\n',
      ['w'],
      off,
      '%YAML 1.2\n---\nw:\n  s:\n    p: false\n',
    ],
    [
      'a key goes with its line',
      'w:\n  s:\n    p: true # c\n    # stays\n    a: 1\n',
      ['w'],
      gone,
      'w:\n  s:\n    # stays\n    a: 1\n',
    ],
    ['what would be empty goes too', 'w:\n  s:\n    p: true\n  a: 1\n', ['w'], gone, 'w:\n  a: 1\n'],
    ['the first key on the line of a dash', 'w:\n- s: { p: 1 }\n  a: 1\n', ['w', 0], gone, 'w:\n- a: 1\n'],
    ['a key of a flow map', 'w: { s: { p: true, a: 1 }, b: 2 }\n', ['w'], gone, 'w: { s: { a: 1 }, b: 2 }\n'],
    ['the last key of a flow map', 'w: { s: { a: 1, p: true } }\n', ['w'], gone, 'w: { s: { a: 1 } }\n'],
    ['the last line', 'w:\n  a: 1\n  s:\n    p: true', ['w'], gone, 'w:\n  a: 1\n'],
    [
      'one more in a list',
      'w:\n  l:\n    - "a:1" # c\n  z: 1\n',
      ['w'],
      more,
      'w:\n  l:\n    - "a:1" # c\n    - "b=2"\n  z: 1\n',
    ],
    ['one more in a flow list', 'w: { l: [a:1] }\n', ['w'], more, 'w: { l: [a:1, b=2] }\n'],
    ['one more in an empty list', 'w:\n  l: []\n', ['w'], more, 'w:\n  l: [b=2]\n'],
    ['a list that is not there', 'w:\n  a:\n  - 1\n', ['w'], more, 'w:\n  a:\n  - 1\n  l:\n  - b=2\n'],
    [
      'one less in a list',
      'w:\n  l:\n    - x\n    - a:1 # c\n    # d\n    - y\n',
      ['w'],
      less,
      'w:\n  l:\n    - x\n    # d\n    - y\n',
    ],
    ['the first of a flow list', 'w: { l: ["a:1", b] }\n', ['w'], less, 'w: { l: [b] }\n'],
    ['the last one goes with its key', 'w:\n  l:\n    - a:1\n  z: 1\n', ['w'], less, 'w:\n  z: 1\n'],
    ['a flow list over lines', 'w:\n  l: [\n    x,\n    a:1 # c\n  ]\n', ['w'], less, 'w:\n  l: [\n    x\n  ]\n'],
    [
      'an alias',
      'b: &b { p: true }\nw:\n  s: *b\n',
      ['w'],
      off,
      'refused: an alias stands here: others have what it stands for',
    ],
    [
      'an anchor that others have',
      'w: &b\n  s: { p: true }\nx: *b\n',
      ['w'],
      off,
      'refused: an anchor stands here: others have it too',
    ],
    ['an anchor that nobody has', 'w: &b\n  s: { p: true }\n', ['w'], off, 'w: &b\n  s: { p: false }\n'],
    [
      'a merge key is overridden',
      'b: &b\n  s: { p: true }\nw:\n  <<: *b\n  a: 1\n',
      ['w'],
      off,
      'b: &b\n  s: { p: true }\nw:\n  <<: *b\n  a: 1\n  s:\n    p: false\n',
    ],
    [
      'what a merge key brings cannot go',
      'b: &b\n  s: { p: true }\nw:\n  <<: *b\n  a: 1\n',
      ['w'],
      gone,
      'refused: the key is not written here',
    ],
    ['a tag', 'w:\n  s: !x { p: true }\n', ['w'], off, 'refused: a tag stands here'],
    [
      'a key that is written twice',
      'w:\n  s: { p: true }\n  s: { p: true }\n',
      ['w'],
      off,
      'refused: the key is written twice',
    ],
    [
      'a text in the place of a map',
      'w:\n  s: text\n',
      ['w'],
      off,
      'refused: a text or a list stands where a map belongs',
    ],
    [
      'a value of several lines',
      'w:\n  s:\n    p: "a\n      b"\n',
      ['w'],
      off,
      'refused: its value is a text of several lines',
    ],
    ['nothing that would be left', 'w:\n  s:\n    p: true\n', ['w'], gone, 'refused: nothing would be left'],
  ]
  it.each(table)('%s', async (_, text, path, make, expected) => {
    expect(await changed(text, path, make)).toBe(expected)
  })

  it('edits the document that is meant', async () => {
    const text = 'w:\n  s: { p: true }\n---\nw:\n  s: { p: true }\n---\n# end\n'
    expect(await changed(text, ['w'], off, 'data', 'test.yaml', 1)).toBe(
      'w:\n  s: { p: true }\n---\nw:\n  s: { p: false }\n---\n# end\n',
    )
  })

  it('makes several changes, whose places are those of the text that was read', async () => {
    const text = 'a:\n  s: { p: true }\n  l: [a:1]\nb:\n  s:\n    p: true\n    x: 1\n'
    const { value } = await readAs('data', 'test.yaml', text)
    const [a, b] = [at(value.documents[0], ['a']), at(value.documents[0], ['b'])]
    const result = edit('data', 'test.yaml', text, [...less(a), ...more(a), ...gone(b), ...off(a)])
    expect(result).toMatchObject({ text: 'a:\n  s: { p: false }\n  l:\n    - b=2\nb:\n  s:\n    x: 1\n' })
  })

  it('refuses what is of another file, and a place that is not in the text', async () => {
    const node: Node = { place: { file: 'other.yaml', line: 1, column: 1 }, path: [], value: null }
    expect(edit('data', 'test.yaml', 'a: 1\n', off(node))).toEqual({ refused: 'it is written in other.yaml' })
    const far: Node = { place: { file: 'test.yaml', line: 9, column: 1 }, path: [], value: null }
    expect(edit('data', 'test.yaml', 'a: 1\n', off(far))).toEqual({ refused: 'the text is not the one that was read' })
    expect(edit('toml', 'test.yaml', 'a = 1\n', off({ ...far, place: { ...far.place, line: 1 } }))).toEqual({
      refused: 'toml is not edited',
    })
  })
})

describe('JSON', () => {
  const table: readonly (readonly [
    what: string,
    text: string,
    path: Path,
    make: (node: Node) => readonly Change[],
    text: string,
  ])[] = [
    ['in one line', '{"w": {"a": 1}}', ['w'], off, '{"w": {"a": 1, "s": { "p": false }}}'],
    [
      'tabs and a comment',
      '{\n\t"w": {\n\t\t"a": 1 // c\n\t}\n}\n',
      ['w'],
      off,
      '{\n\t"w": {\n\t\t"a": 1, // c\n\t\t"s": {\n\t\t\t"p": false\n\t\t}\n\t}\n}\n',
    ],
    [
      'a value',
      '{\n  "w": { "s": { "p": true /* c */ } }\n}\n',
      ['w'],
      off,
      '{\n  "w": { "s": { "p": false /* c */ } }\n}\n',
    ],
    ['an empty map', '{\n  "w": {}\n}\n', ['w'], off, '{\n  "w": {\n    "s": {\n      "p": false\n    }\n  }\n}\n'],
    [
      'a comma at the end',
      '{\n  "w": {\n    "a": 1,\n  }\n}\n',
      ['w'],
      off,
      '{\n  "w": {\n    "a": 1,\n    "s": {\n      "p": false\n    }\n  }\n}\n',
    ],
    [
      'CRLF',
      '{\r\n  "w": {\r\n    "a": 1\r\n  }\r\n}',
      ['w'],
      more,
      '{\r\n  "w": {\r\n    "a": 1,\r\n    "l": [\r\n      "b=2"\r\n    ]\r\n  }\r\n}',
    ],
    [
      'one less',
      '{\n  "w": {\n    "l": [\n      "x",\n      "a:1" // c\n    ]\n  }\n}\n',
      ['w'],
      less,
      '{\n  "w": {\n    "l": [\n      "x"\n    ]\n  }\n}\n',
    ],
    ['the last one goes with its key', '{"w": {"l": ["a:1"], "z": 1}}', ['w'], less, '{"w": {"z": 1}}'],
    [
      'a key goes',
      '{\n  "w": {\n    "s": { "p": 1 },\n    "a": 1\n  }\n}\n',
      ['w'],
      gone,
      '{\n  "w": {\n    "a": 1\n  }\n}\n',
    ],
  ]
  it.each(table)('%s', async (_, text, path, make, expected) => {
    expect(await changed(text, path, make, 'data', 'test.json')).toBe(expected)
  })
})

describe('unit files and lines of keys', () => {
  const set = (node: Node): readonly Change[] => [setKey(node, ['A', 'K'], 'new')]
  const table: readonly (readonly [
    what: string,
    text: string,
    make: (node: Node) => readonly Change[],
    text: string,
  ])[] = [
    ['a value', '[A]\n# c\nK=old\n\n[B]\nK=other\n', set, '[A]\n# c\nK=new\n\n[B]\nK=other\n'],
    ['a key that is not there', '[A]\nX=1\n\n[B]\nY=2\n', set, '[A]\nX=1\nK=new\n\n[B]\nY=2\n'],
    ['a section that is not there', '[B]\nY=2', set, '[B]\nY=2\n\n[A]\nK=new'],
    ['blanks about the sign', '[A]\nX = 1\nK = old\n', set, '[A]\nX = 1\nK = new\n'],
    ['CRLF', '[A]\r\nX=1\r\n', set, '[A]\r\nX=1\r\nK=new\r\n'],
    ['a value that goes on', '[A]\nK=a \\\n  b\n', set, 'refused: its value goes on in another line'],
    ['behind a value that goes on', '[A]\nX=a \\\n  b\n[B]\nY=1\n', set, '[A]\nX=a \\\n  b\nK=new\n[B]\nY=1\n'],
    ['all lines of a key', '[A]\nK=1\nX=1\nK=2\n', (node) => [removeKey(node, ['A', 'K'])], '[A]\nX=1\n'],
    ['one line of a key', '[A]\nK=1\nK=2\n', (node) => [removeItem(node, ['A', 'K'], '1')], '[A]\nK=2\n'],
    ['one line more', '[A]\nK=1\nX=1\n', (node) => [addItem(node, ['A', 'K'], '2')], '[A]\nK=1\nK=2\nX=1\n'],
  ]
  it.each(table)('%s', async (_, text, make, expected) => {
    expect(await changed(text, [], make, 'unit', 'test.container')).toBe(expected)
  })
  it('LXC', async () => {
    const text = '# c\nlxc.a = 1\nlxc.b = 2\n'
    expect(await changed(text, [], (node) => [setKey(node, ['lxc.a'], '3')], 'keyvalue', 'lxc.conf')).toBe(
      '# c\nlxc.a = 3\nlxc.b = 2\n',
    )
    expect(await changed(text, [], (node) => [setKey(node, ['lxc.c'], '3')], 'keyvalue', 'lxc.conf')).toBe(
      '# c\nlxc.a = 1\nlxc.b = 2\nlxc.c = 3\n',
    )
  })
})

describe('HCL', () => {
  const task = (body: string): string => `job "x" {\n  task "t" {\n    config {\n${body}    }\n  }\n}\n`
  const path = ['job', 'x', 0, 'task', 't', 0]
  const set = (node: Node): readonly Change[] => [setKey(node, ['config', 'k'], true)]
  const table: readonly (readonly [
    what: string,
    text: string,
    make: (node: Node) => readonly Change[],
    text: string,
  ])[] = [
    ['a value', task('      k = false # c\n'), set, task('      k = true # c\n')],
    [
      'a key that is not there, before blocks',
      task('      a = "b"\n      mount {\n        a = 1\n      }\n'),
      set,
      task('      a = "b"\n      k = true\n      mount {\n        a = 1\n      }\n'),
    ],
    [
      'a block that is not there',
      'job "x" {\n  task "t" {\n    a = 1\n  }\n}\n',
      set,
      'job "x" {\n  task "t" {\n    a = 1\n    config {\n      k = true\n    }\n  }\n}\n',
    ],
    [
      'a block in one line',
      'job "x" {\n  task "t" {\n    config { a = 1 }\n  }\n}\n',
      set,
      'job "x" {\n  task "t" {\n    config {\n      a = 1\n      k = true\n    }\n  }\n}\n',
    ],
    [
      'a heredoc with braces',
      task('      a = <<EOT\n}}}\nEOT\n'),
      set,
      task('      a = <<EOT\n}}}\nEOT\n      k = true\n'),
    ],
    ['a value that is computed', task('      k = var.x\n'), set, 'refused: its value is computed, or more than one'],
    [
      'one less',
      task('      l = ["a:1", "b"]\n'),
      (node) => [removeItem(node, ['config', 'l'], 'a:1')],
      task('      l = ["b"]\n'),
    ],
    [
      'one more',
      task('      l = ["a:1"]\n'),
      (node) => [addItem(node, ['config', 'l'], 'b')],
      task('      l = ["a:1", "b"]\n'),
    ],
    [
      'the last one goes with its line',
      task('      a = 1\n      l = ["a:1"]\n'),
      (node) => [removeItem(node, ['config', 'l'], 'a:1')],
      task('      a = 1\n'),
    ],
  ]
  it.each(table)('%s', async (_, text, make, expected) => {
    expect(await changed(text, path, make, 'hcl', 'test.nomad')).toBe(expected)
  })
})

describe('words of a command', () => {
  const after = ['docker', 'run']
  const add = (node: Node): readonly Change[] => [{ in: node, word: { add: '--read-only', after } }]
  const remove =
    (value?: string) =>
    (node: Node): readonly Change[] => [
      { in: node, word: { remove: ['--x', '--y'], ...(value !== undefined && { value }) } },
    ]
  const table: readonly (readonly [
    what: string,
    text: string,
    make: (node: Node) => readonly Change[],
    text: string,
  ])[] = [
    ['one goes in', 'docker run nginx\n', add, 'docker run --read-only nginx\n'],
    ['over lines', 'docker \\\n  run \\\n  nginx\n', add, 'docker \\\n  run --read-only \\\n  nginx\n'],
    ['one goes', 'docker run --x nginx\n', remove(), 'docker run nginx\n'],
    ['one goes with its line', 'docker run \\\n  --x \\\n  -d nginx\n', remove(), 'docker run \\\n  -d nginx\n'],
    ['the first of a line', 'docker run \\\n  --x -d \\\n  nginx\n', remove(), 'docker run \\\n  -d \\\n  nginx\n'],
    ['with its value', 'docker run --y host nginx # c\n', remove('host'), 'docker run nginx # c\n'],
    ['behind a sign, in quotes', "docker run --x='host' nginx\n", remove('host'), 'docker run nginx\n'],
    [
      'quotes in the middle',
      'docker run --x=ho"st" nginx\n',
      remove('host'),
      'refused: the option is not written here as one plain word',
    ],
    [
      'not the beginning of another',
      'docker run --xx nginx\n',
      remove(),
      'refused: the option is not written here as one plain word',
    ],
    ['twice', 'docker run --x --x nginx\n', remove(), 'refused: the option is not written here as one plain word'],
    [
      'a program that is called otherwise',
      'docker -H x run nginx\n',
      add,
      'refused: the command is written in an unusual way',
    ],
  ]
  it.each(table)('%s', async (_, text, make, expected) => {
    expect(await changed(text, [0], make, 'shell', 'run.sh')).toBe(expected)
  })
})

/** The values of a document, with keys in the order in which they are written. */
const plain = (node: Node): unknown =>
  isMap(node)
    ? [...node.value].map(([key, each]) => [key, plain(each)])
    : isList(node)
      ? node.value.map(plain)
      : node.value

/** Trees of three levels, written as people write them. */
const scalarText = fc.constantFrom(
  '1',
  'true',
  'text',
  '"quoted: x"',
  "'no'",
  '',
  '~',
  '|\n  a\n  b',
  '[a, b]',
  '{}',
  '{ x: 1 }',
)
const comment = fc.constantFrom('', ' # c', '   # d: e')
const entry = fc.tuple(fc.constantFrom('a', 'b', '"c d"', 'e.f', 's'), scalarText, comment)
const block = (indent: number) =>
  fc.uniqueArray(entry, { minLength: 1, maxLength: 4, selector: ([key]) => key }).map((entries) =>
    entries
      .map(([key, value, note]) => {
        const lines = value.split('\n')
        const [first = '', ...rest] = lines
        const pad = ' '.repeat(indent)
        return `${pad}${key}:${first === '' ? '' : ` ${first}`}${note}${rest.map((line) => `\n${pad}${line}`).join('')}\n`
      })
      .join(''),
  )
const documentOf = fc
  .tuple(block(4), block(6), fc.boolean(), fc.boolean(), fc.boolean())
  .map(([inner, deeper, isList, crlf, isOpen]) => {
    const text = isList
      ? `top: 1\nw:\n  - name: x\n${inner}  - name: y\n    t:\n${deeper}# end\nlast: 1\n`
      : `top: 1\nw:\n  v:\n${inner}  z:\n    t:\n${deeper}# end\nlast: 1\n`
    const ended = isOpen ? text.replace(/\n$/, '') : text
    return { text: crlf ? ended.replaceAll('\n', '\r\n') : ended, path: isList ? ['w', 0] : ['w', 'v'] }
  })

describe('whatever is written', () => {
  it('is refused where it cannot be read, and never throws', () => {
    const odd = fc.oneof(
      fc.string({ unit: fc.constantFrom(...'ab:- \n\t{}[]"\'#=\\$&*!|>%\r'), maxLength: 60 }),
      fc.constantFrom('"', '[', '{a: [', '&a [*a]', '- - - a', 'a: &b\n  c: *b\n', '[A\n', 'a = "${', 'x {', '\uFEFF'),
    )
    const syntaxes: readonly Syntax[] = ['data', 'unit', 'keyvalue', 'hcl', 'shell', 'toml']
    fc.assert(
      fc.property(
        odd,
        fc.constantFrom(...syntaxes),
        fc.constantFrom('test.yaml', 'test.json'),
        fc.array(fc.oneof(fc.constantFrom('a', 'b'), fc.nat(2)), { maxLength: 2 }),
        fc.nat(3),
        fc.nat(8),
        (text, syntax, file, path, line, column) => {
          const node: Node = { place: { file, line: line + 1, column: column + 1 }, path, value: null }
          const changes: readonly Change[] = [
            setKey(node, ['a', 'b'], true),
            removeKey(node, ['a']),
            addItem(node, ['a'], 'x'),
            removeItem(node, ['a'], 'x'),
            { in: node, word: { remove: ['--a'], value: 'b' } },
            { in: node, word: { add: '--a', after: ['a'] } },
          ]
          for (const change of changes) {
            const result = edit(syntax, file, text, [change])
            if ('refused' in result) expect(result.refused).not.toMatch(/cannot be edited/)
            else expect(applied(text, result.edits)).toBe(result.text)
          }
        },
      ),
      { numRuns: 5000 },
    )
  })
  it('takes no longer for longer texts than they are longer', () => {
    const long = ['[A]\n', 'K=1\n'.repeat(40_000), ' '.repeat(200_000), '=\n'].join('')
    const node: Node = { place: { file: 'a', line: 1, column: 1 }, path: [], value: null }
    expect(edit('unit', 'a', long, [setKey(node, ['A', 'X'], '1')])).toHaveProperty('text')
    expect(edit('keyvalue', 'a', ' '.repeat(500_000), [setKey(node, ['X'], '1')])).toHaveProperty('text')
  })
  it('still parses after an edit, and nothing off the path has another value', () => {
    fc.assert(
      fc.property(documentOf, fc.constantFrom('set', 'remove', 'add'), ({ text, path }, what) => {
        const before = readText('test.yaml', text)
        const [root] = before.value.documents
        if (!root || before.notices.length > 0) return
        const node = at(root, path)
        const change: Change =
          what === 'set'
            ? setKey(node, ['s', 'p'], false)
            : what === 'add'
              ? addItem(node, ['s'], 'x=1')
              : removeKey(node, ['s'])
        const result = edit('data', 'test.yaml', text, [change])
        if ('refused' in result) return
        const after = readText('test.yaml', result.text)
        expect(after.notices).toEqual([])
        const next = after.value.documents[0]
        if (!next) throw new Error('no document')
        const without = (document: Node): unknown => {
          const drop = (here: Node, [key, ...rest]: Path): unknown =>
            key === undefined
              ? isMap(here)
                ? [...here.value].filter(([name]) => name !== 's').map(([name, each]) => [name, plain(each)])
                : plain(here)
              : isMap(here)
                ? [...here.value].map(([name, each]) => [name, name === key ? drop(each, rest) : plain(each)])
                : isList(here)
                  ? here.value.map((each, index) => (index === key ? drop(each, rest) : plain(each)))
                  : plain(here)
          return drop(document, path)
        }
        expect(without(next)).toEqual(without(root))
        const changedNode = at(next, path)
        const s = isMap(changedNode) ? changedNode.value.get('s') : undefined
        if (what === 'remove') expect(s).toBeUndefined()
        else if (what === 'set') expect(s && isMap(s) && s.value.get('p')?.value).toBe(false)
        else expect(s && elements(s).at(-1)?.value).toBe('x=1')
        // Comments are all there still, but those of what is gone.
        if (what !== 'remove') for (const note of text.match(/# [cde].*$/gm) ?? []) expect(result.text).toContain(note)
      }),
      { numRuns: 2000 },
    )
  })
})
