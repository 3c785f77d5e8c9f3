import { execFileSync } from 'node:child_process'
import fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import { HOLE } from '../../src/document/hole.ts'
import { readMake } from '../../src/document/make.ts'
import { readMarkdown } from '../../src/document/markdown.ts'
import { elements, textOf, type Node } from '../../src/document/node.ts'
import { readShell } from '../../src/document/shell.ts'
import { quoted } from '../support/shell-facts.ts'

const commandsOf = (documents: readonly Node[]): readonly (readonly Node[])[] =>
  documents.flatMap((root) => elements(root).map((command) => elements(command)))
const plain = (command: readonly Node[]): readonly string[] =>
  command.map((word) => (textOf(word) ?? '(none)').replaceAll(HOLE, '?'))
/** The words of every command that names an engine; `?` stands for what is not known. */
const words = (script: string): readonly (readonly string[])[] =>
  commandsOf(readShell('x.sh', script).value.documents).map(plain)

/** [script, the words of its commands] */
const CASES: readonly (readonly [string, readonly string[]])[] = [
  ['docker run a', ['docker run a']],
  ['docker  run\ta\n', ['docker run a']],
  ['docker run \\\n  --rm \\\r\n a', ['docker run --rm a']],
  ['docker run "a b" \'c d\' e\\ f $\'g\\th\' $"i"', ['docker|run|a b|c d|e f|g\th|i']],
  [`docker run "a\\"b\\$c\\\\d\\e" 'f\\g' ''`, ['docker|run|a"b$c\\d\\e|f\\g|']],
  ['docker run a#b # c docker', ['docker run a#b']],
  ['# docker run a', []],
  [
    'docker run a; docker run b & docker run c && docker run d || docker run e | cat',
    'abcde'.split('').map((x) => `docker run ${x}`),
  ],
  ['if docker run a; then docker run b; else docker run c; fi', ['docker run a', 'docker run b', 'docker run c']],
  ['while true; do docker run a; done; until docker run b; do :; done', ['docker run a', 'docker run b']],
  ['for i in 1 2; do docker run $i; done', ['docker run ?']],
  ['for ((i=0;i<3;i++)); do docker run a; done', ['docker run a']],
  [
    'case $1 in start|docker) docker run a;; (stop) docker stop a ;; *) (docker run b) esac; docker run c',
    ['docker run a', 'docker stop a', 'docker run b', 'docker run c'],
  ],
  ['x=$(case a in a) docker run b;; esac) y', ['docker run b']],
  [
    'f() { docker run a; }\nfunction g { docker run b; }\nfunction h() (docker run c)',
    ['docker run a', 'docker run b', 'docker run c'],
  ],
  ['(cd x; docker run a)', ['docker run a']],
  ['ID=$(docker run -d a)', ['docker run -d a']],
  ['ID="$(docker run -d "a b")"', ['docker|run|-d|a b']],
  ['echo `docker run a` "`docker run b`"', ['docker run a', 'docker run b']],
  ['diff <(docker run a) >(docker run b)', ['docker run a', 'docker run b']],
  ['docker run $(docker build -q .)', ['docker build -q .', 'docker run ?']],
  ['cat <<E\ndocker run a\nE\ndocker run b', ['docker run b']],
  ["cat <<-'E X' >y\n\tdocker run a\n\tE X\ndocker run b", ['docker run b']],
  ['cat <<A <<B\ndocker run a\nA\ndocker run b\nB\ndocker run c', ['docker run c']],
  ['docker run a > x 2>&1 </dev/null >>y &>z 2> "w" <<<"v"', ['docker run a']],
  ['docker run 2 a2>x', ['docker run 2 a2']],
  ['A=1 B="2 3" docker run a', ['docker run a']],
  ['! time docker run a', ['docker run a']],
  ['[[ $x =~ ^(a|b)$ ]] && docker run a', ['docker run a']],
  ['((x = 1 << 2)); docker run a $((1 + 2)) b', ['docker run a ? b']],
  // Variables
  ['I=a:1\ndocker run $I "$I" ${I}x', ['docker run a:1 a:1 a:1x']],
  ['I=\'a b\'\ndocker run $I "$I"', ['docker|run|a|b|a b']],
  ['docker run $I; I=a', ['docker run ?']],
  ['I=a; I=b; docker run $I', ['docker run ?']],
  ['if x; then I=a; fi; docker run $I', ['docker run ?']],
  ['if x; then I=a; docker run $I; else docker run $I; fi', ['docker run a', 'docker run ?']],
  ['x && I=a; docker run $I', ['docker run ?']],
  ['x &&\nI=a; docker run $I', ['docker run ?']],
  ['(I=a); docker run $I', ['docker run ?']],
  ['f() { local I=a; docker run $I; }', ['docker run a']],
  ['export I=a; readonly J=b; declare -r K=c; docker run $I $J $K', ['docker run a b c']],
  ['I=a; read I; docker run $I', ['docker run ?']],
  ['I=a; for I in b; do :; done; docker run $I', ['docker run ?']],
  ['I=a; unset I; docker run "$I"', ['docker run ?']],
  ['I=$1; docker run x-$I', ['docker run x-?']],
  ['I=a docker run $I', ['docker run ?']],
  ['docker run ${I:-a} ${J-b} "${K:-c d}" ${L:-e f} ${M:-$N}', ['docker|run|a|b|c d|e|f|?']],
  ['I=x; docker run ${I:-a}', ['docker run x']],
  ['I=${I:-a}; docker run $I', ['docker run a']],
  [': "${I:=a}"; docker run $I', ['docker run a']],
  [`docker run "\${I:-it's}" b`, ["docker|run|it's|b"]],
  [`docker run "\${I:+it's}" \${J%'}'} \${#K} \${L/a/b} \${!M} b`, ['docker run ? ? ? ? ? b']],
  ['docker run $@ "$@" $* $1 ${10} $# $? $$', ['docker run ? ? ? ? ? ? ? ?']],
  ['docker run $ a$ "$" $%', ['docker run $ a$ $ $%']],
  ['A=(--rm "x y" z); docker run "${A[@]}" ${A[1]} $A', ['docker|run|--rm|x y|z|?|--rm']],
  ['A=(\n --rm # docker run no\n -it\n)\ndocker run "${A[@]}"', ['docker run --rm -it']],
  ['A=(); A+=(--rm); A+=(x); docker run "${A[@]}" y', ['docker run --rm x y']],
  ['A=(--rm); if x; then A+=(y); fi; docker run "${A[@]}" z', ['docker run --rm ? z']],
  ['O=--rm; O+=" -it"; docker run $O z', ['docker run --rm -it z']],
  ['docker run -v $PWD:/a -v "$(pwd)/b:/c" -v `pwd`:/d', ['docker run -v ?/:/a -v ?//b:/c -v ?/:/d']],
  // One shell within another
  [`bash -c 'docker run "a b"; docker run c'`, ['docker|run|a b', 'docker run c']],
  [`sudo -E sh -exc "docker run $I"`, ['sudo|-E|docker|run|?']],
  [`su me -c 'docker run a'; eval "docker run b"`, ['docker run a', 'docker run b']],
  [`ssh host 'docker run a'`, ['ssh|host|docker run a']],
  [`echo "docker run a"`, ['echo|docker run a']],
  [`trap 'docker rm a' EXIT`, ['trap|docker rm a|EXIT']],
]

describe('shell', () => {
  it.each(CASES)('%s', (script, expected) => {
    const { notices } = readShell('x.sh', script)
    expect(notices).toEqual([])
    expect(words(script)).toEqual(expected.map((each) => each.split(each.includes('|') ? '|' : ' ')))
  })

  it('knows the place of every word', () => {
    const script = 'I=a\n\tdocker run \\\n  -v "$X:/y" $I `cat z`\nbash -c \'x; docker run b\'\n'
    const [first = [], second = []] = commandsOf(readShell('x.sh', script).value.documents)
    const places = (command: readonly Node[]): readonly string[] =>
      command.map(({ place }) => `${place.line}:${place.column}`)
    expect(places(first)).toEqual(['2:2', '2:9', '3:3', '3:6', '3:14', '3:17'])
    expect(places(second)).toEqual(['4:13', '4:20', '4:24'])
    expect(first[3]).toMatchObject({ unknown: '$X is not known here', source: '"$X:/y"' })
    expect(first[4]?.from).toEqual([{ place: { file: 'x.sh', line: 1, column: 1 }, value: 'a' }])
  })

  it.each([
    ["docker run 'a", "a ' that is not closed"],
    ['docker run "a', 'a " that is not closed'],
    ['docker run $(a', 'a $( that is not closed'],
    ['docker run `a', 'a ` that is not closed'],
    ['docker run ${a', 'a ${ that is not closed'],
    ["docker run $'a", "a $' that is not closed"],
    ['A=(a\ndocker run a', 'a ( of an array that is not closed'],
  ])('%s is told of', (script, what) => {
    const { notices } = readShell('x.sh', script)
    expect(notices.map(({ id, lost }) => [id, lost])).toContainEqual(['shell-unclosed', true])
    expect(notices[0]?.message).toContain(what)
  })

  it('splits and unquotes words as bash does', () => {
    const word = fc.string({
      unit: fc.constantFrom(...'ab\'"\\ \t\n;&|<>()#~=*?[]{}!%-:/,.é$`'.split('')),
      maxLength: 12,
    })
    /** Ways to write a word so that it stays what it is. */
    const inDouble = (text: string): string => `"${text.replace(/["\\$`]/g, '\\$&')}"`
    const ansi = (text: string): string =>
      `$'${text.replace(/[\\']/g, '\\$&').replace(/\n/g, '\\n').replace(/\t/g, '\\x09').replace(/é/g, '\\u00e9')}'`
    const ways = [quoted, inDouble, ansi, (text: string) => text.split('').map(quoted).join('') || '""']
    fc.assert(
      fc.property(
        fc.array(fc.tuple(word, fc.nat(ways.length - 1)), { maxLength: 6 }),
        fc.constantFrom(' ', '\t', ' \\\n '),
        (list, blank) => {
          const written = list.map(([text, way]) => ways[way]?.(text) ?? '').join(blank)
          const expected = list.map(([text]) => text)
          const script = `docker${blank}run${blank}${written}`
          expect(commandsOf(readShell('x.sh', script).value.documents)[0]?.slice(2).map(textOf) ?? []).toEqual(expected)
          const bash = execFileSync('bash', ['-c', `printf '%s\\0' ${blank} x ${written}`], {
            encoding: 'utf8',
            env: { ...process.env, LC_ALL: 'C.UTF-8' },
          })
          expect(bash.split('\0').slice(1, -1)).toEqual(expected)
        },
      ),
      { numRuns: 150 },
    )
  })

  it('never throws, whatever it is given', () => {
    const pieces = `docker run $ ( ) \` " ' \\ { } [[ ]] (( )) <<E E if then fi case in esac ;; do done for x A=( +=( \${ :- } # && || | & ; \n \t -v a:b $X ${HOLE} <( >( function`
    const text = fc.array(fc.constantFrom(...pieces.split(' ')), { maxLength: 60 }).map((list) => list.join(''))
    fc.assert(
      fc.property(
        fc.oneof(
          text,
          text.map((each) => [...each].join(' ')),
          fc.string(),
        ),
        (script) => {
          const { value, notices } = readShell('x.sh', script)
          for (const command of commandsOf(value.documents))
            for (const each of command) {
              expect(each.place.line).toBeGreaterThan(0)
              if ((textOf(each) ?? '').includes(HOLE)) expect(each.unknown).toBeTypeOf('string')
            }
          expect(notices.every(({ message }) => message.length > 0)).toBe(true)
          readMake('Makefile', `a:\n\t${script}`)
          readMarkdown('x.md', `\`\`\`\n${script}\n\`\`\``)
        },
      ),
      { numRuns: 2000 },
    )
  })

  it('takes time in proportion to the text', () => {
    const pieces = [
      'docker run --rm -v $PWD:/a "$I" b\n',
      '$(',
      '"${X:-',
      '`',
      '{ ( if ',
      'A=(',
      '<<E\n',
      '((',
      'sh -c "docker run ',
      '$((1',
      'case x in ',
    ]
    for (const piece of pieces) expect(() => readShell('x.sh', piece.repeat(800_000 / piece.length))).not.toThrow()
  })
})

describe('make', () => {
  const recipe = (text: string): readonly (readonly string[])[] =>
    commandsOf(readMake('Makefile', text).value.documents).map(plain)
  it.each([
    ['a:\n\tdocker run b', ['docker run b']],
    ['a:\n\t@-+ docker run b \\\n\t  c', ['docker run b c']],
    ['I = x:1\na:\n\tdocker run $(I) ${I}', ['docker run x:1 x:1']],
    ['I ?= x\nJ := $(I)/y\na:\n\tdocker run $(J)', ['docker run x/y']],
    ['I = x\nI = y\na:\n\tdocker run $(I)', ['docker run ?']],
    ['ifdef X\nI = x\nendif\na:\n\tdocker run $(I)', ['docker run ?']],
    ['I != cat x\nJ += y\na:\n\tdocker run $(I) $(J) $(shell z)', ['docker run ? ? ?']],
    ['O = --rm -it\na:\n\tdocker run $(O) b', ['docker run --rm -it b']],
    ['a:\n\tdocker run -v $(CURDIR):/a $$X $@ "$$(id -u)" b', ['docker run -v ?/:/a ? ? ? b']],
    ['a: b ; docker run c', ['docker run c']],
    [
      'define X\n\tdocker run no\nendef\na:\n\t# docker run no\n\techo docker run no\n\tdocker run yes',
      ['echo docker run no', 'docker run yes'],
    ],
    ['a:\n\tdocker run b\n\tX=1\n\tdocker run $$X', ['docker run b', 'docker run ?']],
    ['docker run no', []],
  ])('%s', (text, expected) => {
    expect(recipe(text)).toEqual(expected.map((each) => each.split(' ')))
  })
  it('knows the place of words, those of variables where they are named', () => {
    const text = 'I = x --y\nall:\n\t@docker run $(I) \\\n\t  z $(I)k\n'
    const [command = []] = commandsOf(readMake('Makefile', text).value.documents)
    expect(command.map(({ place }) => `${place.line}:${place.column}`)).toEqual([
      '3:3',
      '3:10',
      '3:14',
      '3:14',
      '4:4',
      '4:6',
      '4:6',
    ])
  })
})

describe('markdown', () => {
  const blocks = (text: string): readonly (readonly string[])[] =>
    commandsOf(readMarkdown('x.md', text).value.documents).map(plain)
  it.each([
    ['docker run no\n\n```\ndocker run a\n```', ['docker run a']],
    ['```sh\ndocker run a\n```\n~~~bash\ndocker run b\n~~~', ['docker run a', 'docker run b']],
    ['```yaml\ndocker run no\n```', []],
    [
      '```console\n$ docker run a \\\n  -b\ndocker run output\n$ docker run c\n```',
      ['docker run a -b', 'docker run c'],
    ],
    ['````\n```\ndocker run a\n```\n````', ['docker run a']],
    ['- x\n  ```sh\n  docker run a\n  ```', ['docker run a']],
    ['> ```sh\n> docker run a\n> ```', ['docker run a']],
    ['```sh\ndocker run a', ['docker run a']],
  ])('%s', (text, expected) => {
    expect(blocks(text).filter(([first]) => first === 'docker')).toEqual(expected.map((each) => each.split(' ')))
  })
  it('knows the place of words', () => {
    const [command = []] = commandsOf(readMarkdown('x.md', '# x\n```console\n$ docker run a\n```\n').value.documents)
    expect(command.map(({ place }) => `${place.line}:${place.column}`)).toEqual(['3:3', '3:10', '3:14'])
  })
})
