import { readFileSync, statSync } from 'node:fs'
import fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import { dockerfileFacts } from '../../src/dialect/dockerfile.ts'
import { expand } from '../../src/dialect/dockerfile/expand.ts'
import { readDockerfile } from '../../src/document/dockerfile.ts'
import { syntaxesOf } from '../../src/document/syntax.ts'
import { referenceParts } from '../../src/join/reference.ts'
import type { ImageFacts } from '../../src/model/fields.ts'
import type { Notice } from '../../src/model/notice.ts'
import { isFact, type AnyFact, type AnyFacts } from '../../src/model/row.ts'
import { corpora, filesOf, present } from '../support/corpora.ts'

interface Given {
  readonly stage?: string
  readonly args?: Readonly<Record<string, string | null>>
}
interface Told {
  readonly facts: ImageFacts | undefined
  readonly notices: readonly Notice[]
}
function read(text: string, { stage, args }: Given = {}): Told {
  const { value, notices } = readDockerfile('Dockerfile', text)
  const [root] = value.documents
  if (!root) return { facts: undefined, notices }
  const told = dockerfileFacts(root, {
    ...(stage !== undefined && { stage }),
    ...(args && { args: new Map(Object.entries(args)) }),
    partsOf: referenceParts,
  })
  return { facts: told.value, notices: [...notices, ...told.notices] }
}

/** The fact at `base.tag`, `runs[0].mounts[1].id`. */
function factAt(facts: ImageFacts, path: string): AnyFact {
  let here: unknown = facts
  for (const [, key, index] of path.matchAll(/([A-Za-z]+)|\[(\d+)\]/g)) {
    if (key !== undefined)
      here = isRecord(here) && isRecord(here['facts']) ? here['facts'][key] : isRecord(here) ? here[key] : undefined
    else here = isRecord(here) && Array.isArray(here['value']) ? here['value'][Number(index)] : undefined
  }
  if (!isRecord(here) || typeof here['how'] !== 'string') throw new Error(`there is no ${path}`)
  // One cast: whatever has `how` in a table of facts is a fact.
  return here as unknown as AnyFact
}
const isRecord = (value: unknown): value is Record<string, unknown> => typeof value === 'object' && value !== null

function plain(fact: AnyFact): unknown {
  if (fact.how === 'unknown') return `? ${fact.because}`
  if (!Array.isArray(fact.value)) return fact.value
  return fact.value.map((element: unknown) =>
    isRecord(element) && isRecord(element['facts'])
      ? Object.fromEntries(Object.entries(element['facts']).map(([key, one]) => [key, plain(one as AnyFact)]))
      : plain(element as AnyFact),
  )
}

const FULL = `# syntax=docker/dockerfile:1.7
ARG VERSION=12.5
ARG TOKEN
FROM --platform=linux/arm64 registry.example.org/go:1.22@sha256:0c7a5d3f6e2b194a8d7c6b5a493827160f1e2d3c4b5a69788796a5b4c3d2e1f0 AS build
ADD --checksum=sha256:24454f830cdb571e2c4ad15481119c43b3cafd48dd869a9b2945d1036d1dc68d https://example.org/a.tar /a
RUN --mount=type=secret,id=npm,required --mount=type=cache,target=/c \\
    --network=none \\
    # a comment
    make all && \\
      make install
RUN --security=insecure <<EOF
set -e
mount
EOF
FROM debian:$VERSION AS runtime
ENV A=1 \\
    B="two words"
USER app:staff
FROM runtime
ARG TOKEN=x
COPY --from=build --chown=1:2 --chmod=0755 /a /b /c/
ADD ["x y", "/z"]
EXPOSE 80 53/udp
VOLUME /data
LABEL a=b
WORKDIR /srv
STOPSIGNAL SIGINT
HEALTHCHECK CMD curl localhost
ENTRYPOINT ["/app"]
CMD serve $A
ONBUILD RUN x
`

describe('a Dockerfile', () => {
  it.each<readonly [path: string, value: unknown, how: string, line: number]>([
    ['user', 'app:staff', 'inherited', 18],
    ['os', '? the platform is not written', 'unknown', 15],
    ['workingDirectory', '/srv', 'set', 26],
    ['stopSignal', 'SIGINT', 'set', 27],
    ['healthcheck', true, 'set', 28],
    ['entrypoint', ['/app'], 'set', 29],
    ['command', ['/bin/sh', '-c', 'serve $A'], 'set', 30],
    ['environment[1].value', 'two words', 'inherited', 17],
    ['exposed[1].port', 53, 'set', 23],
    ['exposed[1].protocol', 'udp', 'set', 23],
    ['volumes', ['/data'], 'set', 24],
    ['labels', [{ name: 'a', value: 'b' }], 'set', 25],
    ['onbuild', ['RUN x'], 'set', 31],
    ['built', false, 'default', 19],
    ['leaves', [], 'derived', 19],
    ['base.reference', 'debian:12.5', 'set', 15],
    ['base.tag', '12.5', 'set', 15],
    ['base.precision', 'partial', 'set', 15],
    ['base.scratch', false, 'set', 15],
    ['bases[0].registry', 'registry.example.org', 'set', 4],
    ['bases[0].precision', 'digest', 'set', 4],
    ['bases[0].stage', 'build', 'set', 4],
    ['bases[0].final', false, 'set', 4],
    ['bases[1].final', true, 'set', 15],
    ['buildArguments[1].name', 'TOKEN', 'set', 3],
    ['buildArguments[1].value', '', 'default', 3],
    ['buildArguments[2].value', 'x', 'set', 20],
    ['buildArguments[2].final', true, 'set', 20],
    ['adds[0].remote', 'http', 'set', 5],
    ['adds[0].checksum', 'sha256:24454f830cdb571e2c4ad15481119c43b3cafd48dd869a9b2945d1036d1dc68d', 'set', 5],
    ['adds[1].from', 'build', 'set', 21],
    ['adds[1].chown', '1:2', 'set', 21],
    ['adds[1].chmod', '0755', 'set', 21],
    ['adds[1].source', '/a', 'set', 21],
    ['adds[2].source', '/b', 'set', 21],
    ['adds[2].target', '/c/', 'set', 21],
    ['adds[3].source', 'x y', 'set', 22],
    ['adds[3].instruction', 'ADD', 'set', 22],
    ['runs[0].command', 'make all &&       make install', 'set', 9],
    ['runs[0].network', 'none', 'set', 7],
    ['runs[0].insecure', false, 'default', 6],
    ['runs[0].mounts[0].type', 'secret', 'set', 6],
    ['runs[0].mounts[0].id', 'npm', 'set', 6],
    ['runs[0].mounts[0].required', true, 'set', 6],
    ['runs[0].mounts[1].target', '/c', 'set', 6],
    ['runs[1].insecure', true, 'set', 11],
    ['runs[1].command', '<<EOF\nset -e\nmount', 'set', 11],
    ['runs[1].stage', 'build', 'set', 11],
    ['runs[1].final', false, 'set', 11],
    ['packages', '? the image was not built; scan it after building', 'unknown', 19],
  ])('says %s', (path, value, how, line) => {
    const { facts, notices } = read(FULL)
    expect(notices).toEqual([])
    if (!facts) throw new Error('there is no image')
    const fact = factAt(facts, path)
    expect({ value: plain(fact), how: fact.how, line: fact.place.line }).toEqual({ value, how, line })
  })

  const known: readonly (readonly [what: string, text: string, path: string, value: unknown, given?: Given])[] = [
    ['what the base decides', 'FROM debian', 'user', '? no USER is written: it is left to the base image debian'],
    ['what it leaves', 'FROM debian\nUSER 1\nCMD x', 'leaves', ['WORKDIR', 'ENTRYPOINT', 'HEALTHCHECK', 'STOPSIGNAL']],
    ['nothing of scratch', 'FROM scratch', 'user', ''],
    ['a variable of the base', 'FROM debian\nENV A=$B', 'environment[0].value', '? B may be set by the base image'],
    ['a variable of the base with a default', 'FROM debian\nUSER ${U:-1}', 'user', '? U may be set by the base image'],
    ['an argument without a default', 'FROM debian\nARG U\nUSER $U', 'user', '? the build argument U has no default'],
    ['an argument that is not given', 'FROM scratch\nARG U\nUSER x$U', 'user', 'x', { args: {} }],
    [
      'an argument from outside',
      'FROM scratch\nARG U=1\nUSER $U',
      'user',
      '? the build argument U is given from outside',
      { args: { U: null } },
    ],
    ['an argument that is given', 'FROM scratch\nARG U=1\nUSER $U', 'user', '2', { args: { U: '2' } }],
    [
      'a variable of the platform',
      'FROM scratch\nARG TARGETARCH\nUSER a$TARGETARCH',
      'user',
      '? TARGETARCH is of the platform that is built for',
    ],
    ['patterns', 'FROM scratch\nENV A=a.b\nUSER ${A%.*}', 'user', '? ${A%...} is worked out by the build'],
    ['a base by a variable', 'ARG B\nFROM $B', 'base.reference', '? the build argument B has no default'],
    [
      'a folder below one that is not known',
      'FROM debian\nWORKDIR a',
      'workingDirectory',
      '? it is relative to the WORKDIR of the base image',
    ],
    ['Windows', 'FROM mcr.microsoft.com/windows/nanoserver:ltsc2022', 'os', 'windows'],
    ['a platform', 'FROM --platform=linux/arm64 debian', 'architecture', 'arm64'],
    ['a port that is none', 'FROM scratch\nEXPOSE ssh', 'exposed[0].port', '? "ssh" is not a port'],
    [
      'a mount that is none',
      'FROM scratch\nRUN --mount=type=disk x',
      'runs[0].mounts[0].type',
      '? "disk" is no type of mount',
    ],
    [
      'a network that is none',
      'FROM scratch\nRUN --network=lan x',
      'runs[0].network',
      '? "lan" is not one of none, default, host',
    ],
    [
      'git by its commit',
      'FROM scratch\nADD https://x.org/a.git#0123456789012345678901234567890123456789:d /',
      'adds[0].checksum',
      '0123456789012345678901234567890123456789',
    ],
    [
      'an address behind a variable',
      'FROM scratch\nARG U\nADD $U /',
      'adds[0].remote',
      '? the build argument U has no default',
    ],
    ['a file behind a variable', 'FROM scratch\nARG U\nADD a$U /', 'adds[0].remote', 'no'],
    ['ENV of a secret from an argument', 'FROM scratch\nARG T\nENV T=$T', 'environment[0].fromSecret', false],
    ['the last of two stages of one name', 'FROM scratch AS a\nUSER 1\nFROM scratch AS A\nUSER 2\nFROM a', 'user', '2'],
    ['a stage by its number', 'FROM scratch\nUSER 1\nFROM scratch', 'user', '1', { stage: '0' }],
    ['a heredoc of COPY', 'FROM scratch\nCOPY <<X /x\nUSER 5\nX\nUSER 6', 'user', '6'],
    ['two heredocs', 'FROM scratch\nRUN <<A <<B\nUSER 1\nA\nUSER 2\nB\nUSER 3', 'user', '3'],
    ['comments and blank lines in between', 'FROM scratch\nENV A=1 \\\n# no\n\n B=2', 'environment[1].name', 'B'],
    ['a byte order mark', '\uFEFFFROM scratch\nUSER 5', 'user', '5'],
    ['an inline text of one line', 'FROM scratch', 'built', false],
  ]
  it.each(known.map(([what, text, path, value, given]) => ({ what, text, path, value, given })))(
    'knows $what',
    ({ text, path, value, given }) => {
      const { facts } = read(text, given)
      if (!facts) throw new Error('there is no image')
      expect(plain(factAt(facts, path))).toEqual(value)
    },
  )

  const wrong: readonly (readonly [what: string, text: string, message: RegExp, given?: Given])[] = [
    ['there is no FROM', 'ARG A=1', /no FROM/],
    ['an instruction is none', 'FROM scratch\nRUM x\nFOO', /"RUM" is no instruction .*\(nor are 1 more\)/],
    ['a template', 'FROM scratch\n{% if x %}\nUSER 1\n{% endif %}', /template/],
    ['an instruction stands before FROM', 'RUN x\nFROM scratch', /"RUN" is no instruction that may stand here/],
    ['a stage is not there', 'FROM scratch AS a', /no stage "b" here.*The stages are a\./, { stage: 'b' }],
    ['it is too large', `FROM scratch\n${'RUN x\n'.repeat(200_000)}`, /larger than 1 MiB/],
    ['a line is too long', `FROM scratch\nRUN ${'x'.repeat(70_000)}`, /64 KiB/],
  ]
  it.each(wrong.map(([what, text, message, given]) => ({ what, text, message, given })))(
    'tells that $what',
    ({ text, message, given }) => {
      const { notices } = read(text, given)
      expect(notices.map((notice) => [notice.lost, message.test(notice.message)])).toEqual([[true, true]])
    },
  )

  it('shares no fact between rows', () => {
    const { facts } = read(FULL)
    const seen = new Set<AnyFact>()
    const walk = (table: AnyFacts): void => {
      for (const one of Object.values(table)) {
        if (!isFact(one)) {
          walk(one)
          continue
        }
        expect(seen.has(one)).toBe(false)
        seen.add(one)
        const elements: readonly unknown[] = one.how !== 'unknown' && Array.isArray(one.value) ? one.value : []
        for (const element of elements)
          if (isRecord(element) && isRecord(element['facts'])) walk(element['facts'] as AnyFacts)
      }
    }
    if (facts) walk(facts as AnyFacts)
    expect(seen.size).toBeGreaterThan(100)
  })
})

describe('recognition', () => {
  it.each([
    ['Dockerfile', 'x', 'dockerfile'],
    ['Containerfile', '', 'dockerfile'],
    ['web.Dockerfile', 'FROM a', 'dockerfile'],
    ['Dockerfile.prod', 'FROM a', 'dockerfile'],
    ['image.txt', '# build\n\nARG A=1\nFROM a', 'dockerfile'],
    ['query.txt', 'select a\nFROM b', 'data'],
  ])('%s', (file, text, syntax) => {
    expect(syntaxesOf(file, text)[0]).toBe(syntax)
  })
  it('is not hung by blank lines', () => {
    expect(syntaxesOf('x', `${'\n'.repeat(60_000)}x`)).toEqual(['data'])
  })
})

const PIECES = [
  'FROM scratch',
  'FROM a AS b',
  'from $X',
  'AS',
  ' AS c',
  '\n',
  '\r\n',
  ' \\\n',
  '`\n',
  '# escape=`\n',
  '# x\n',
  'ENV ',
  'ARG ',
  'LABEL ',
  'USER ',
  'RUN ',
  'COPY ',
  'ADD ',
  'CMD ',
  'ENTRYPOINT ',
  'ONBUILD ',
  'HEALTHCHECK ',
  'NONE',
  'EXPOSE ',
  'VOLUME ',
  'WORKDIR ',
  'SHELL ',
  '[',
  ']',
  '"',
  "'",
  '["a", "b"]',
  '--from=',
  '--mount=type=secret,',
  '--',
  '=',
  'A=1',
  '$A',
  '${A',
  '${A:-',
  '${A:+',
  '${A%',
  '}',
  ':-',
  '<<EOF',
  'EOF\n',
  '<<-"X"',
  'X\n',
  '80/tcp',
  '1-99999',
  'https://',
  '\uFEFF',
  '\u0000',
  '\\',
  'é',
]
describe('hostile text', () => {
  it('never throws, and says no fact without a place', () => {
    fc.assert(
      fc.property(
        fc.array(fc.oneof(fc.constantFrom(...PIECES), fc.string({ maxLength: 4 })), { maxLength: 60 }),
        (parts) => {
          const { facts } = read(parts.join(''))
          if (facts) expect(facts.user.place.line).toBeGreaterThan(0)
        },
      ),
      { numRuns: 3000 },
    )
  })
  it('expands any word', () => {
    fc.assert(
      fc.property(
        fc.array(fc.oneof(fc.constantFrom(...PIECES), fc.string({ maxLength: 3 })), { maxLength: 30 }),
        (parts) => {
          const { text } = expand(parts.join(''), '\\', (name) => (name.length > 1 ? undefined : { text: name }))
          expect(typeof text).toBe('string')
        },
      ),
      { numRuns: 2000 },
    )
  })
  it.each([
    ['doubling', `FROM scratch\nENV A=${'x'.repeat(100)}\n${'ENV A=$A$A\n'.repeat(5000)}`],
    [
      'doubling within a limit',
      `FROM scratch\nENV A=${'x'.repeat(30_000)}\n${Array.from({ length: 5000 }, (_, i) => `ENV B${i}=$A$A`).join('\n')}`,
    ],
    ['braces', `FROM scratch\nUSER ${'${A:-'.repeat(10_000)}`],
    ['quotes', `FROM scratch\nENV ${`"'`.repeat(20_000)}`],
    ['words', `FROM scratch\nEXPOSE ${'1-60000 '.repeat(7000)}`],
    ['stages', Array.from({ length: 5000 }, (_, i) => `FROM s${i} AS s${i + 1}\nENV A${i}=1`).join('\n')],
    [
      'stages upon stages',
      `FROM scratch AS s0\n${Array.from({ length: 5000 }, (_, i) => `FROM s${i} AS s${i + 1}\nENV A${i}=1`).join('\n')}`,
    ],
    ['heredocs', `FROM scratch\nRUN ${'<<A '.repeat(5000)}\nx\n`],
    ['ONBUILD', `FROM scratch\n${'ONBUILD '.repeat(5000)}RUN x`],
    ['continuations', `FROM scratch\nRUN a${' \\\n# b\n c'.repeat(40_000)}`],
  ])('%s are read to their end', (_, text) => {
    expect(() => read(text)).not.toThrow()
  })
})

describe.skipIf(!present)('Dockerfiles of others', () => {
  const files = present
    ? ['kics', 'trivy-checks', 'trivy', 'dockle', 'images'].flatMap((corpus) =>
        filesOf(corpus, /(?:^|[/.])dockerfile(?:[._-][^/]*)?$/i).filter((file) => statSync(file).isFile()),
      )
    : []
  it('are read, each to an image', () => {
    expect(files.length, corpora).toBeGreaterThan(80)
    const lost = files.flatMap((file) => {
      const { facts, notices } = read(readFileSync(file, 'utf8'))
      return facts && notices.length === 0
        ? []
        : [`${file.slice(corpora.length + 1)}: ${notices.map(({ message }) => message).join(' ')}`]
    })
    expect(lost).toEqual([])
  })
})
