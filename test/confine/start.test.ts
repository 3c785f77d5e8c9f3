/** What decides whether a container starts: the cases that no example of a rule says. Real engines are asked in test/real/breaks.test.ts. */
import { memoryBlob } from '../../src/source/blob.ts'
import { describe, expect, it } from 'vitest'
import { interpreters } from '../../src/catalog/interpreters.ts'
import { readExample } from '../../src/example.ts'
import type { ContainerFacts } from '../../src/model/fields.ts'
import { WELL_KNOWN, wellKnown } from '../../src/confine/start/well-known.ts'

/** The rows of the one container of a setting. */
async function startOf(parts: Readonly<Record<string, string>>): Promise<ContainerFacts['start']> {
  const { world, notices } = await readExample(
    'start',
    Object.entries(parts).map(([dialect, text]) => ({
      dialect,
      text,
      locate: (line: number, column: number) => ({ file: dialect, line, column }),
    })),
  )
  expect(notices.filter(({ lost }) => lost)).toEqual([])
  const { containers: subjects } = world
  const [subject] = subjects
  if (!subject || subjects.length > 1) throw new Error(`${subjects.length} subjects`)
  return subject.container.start
}
const run = (line: string): string => `${line}\n`
const image = (files: string, config = '{}'): string => `name: web\nconfig: ${config}\nfiles:\n${files}`
const shown = (fact: ContainerFacts['start']['program']): string =>
  fact.how === 'unknown' ? `? ${fact.because}` : `${fact.value}: ${'because' in fact ? fact.because : ''}`
const program = async (line: string, files: string): Promise<string> =>
  shown((await startOf({ 'docker-run': run(line), image: image(files) })).program)

describe('the program', () => {
  it('is followed through links of links and of folders, and not out of the image', async () => {
    const files = [
      '  bin: { type: link, to: ../../../usr/bin }',
      '  usr/bin/sh: { type: link, to: /etc/alternatives/sh }',
      '  etc/alternatives/sh: { type: link, to: ../../bin/dash }',
      "  usr/bin/dash: { mode: '0755' }",
    ].join('\n')
    expect(await program('docker run web sh', files)).toBe('starts: /usr/bin/dash is there and may be executed')
    expect(await program('docker run web /bin/bash', files)).toMatch(/^missing: the image has no \/usr\/bin\/bash/)
  })
  it('ends where links lead round in a circle', async () => {
    const files = '  a: { type: link, to: b }\n  b: { type: link, to: a }'
    expect(await program('docker run web /a', files)).toMatch(/^missing: /)
  })
  it('is no question where a mount hides it, also below a link', async () => {
    const files = "  app: { type: link, to: srv }\n  srv/web: { mode: '0755' }"
    expect(await program('docker run -v ./x:/app web /srv/run', files)).toMatch(/^elsewhere: \/srv is mounted/)
    expect(await program('docker run -v ./x:/srv/run web /app/run', files)).toMatch(/^elsewhere: /)
    expect(await program('docker run -v ./x:/srv/other web /app/run', files)).toMatch(/^missing: /)
  })
  it('is looked for in the PATH that the container sets, else in that of its image', async () => {
    const parts = (line: string) => ({
      'docker-run': run(line),
      image: image("  opt/web: { mode: '0755' }", "{ Env: ['PATH=/opt:/usr/bin'] }"),
    })
    expect(shown((await startOf(parts('docker run web web'))).program)).toMatch(/^starts/)
    expect(shown((await startOf(parts('docker run -e PATH=/bin web web'))).program)).toMatch(/^missing.*\(\/bin\)$/)
    expect(shown((await startOf(parts('docker run --env-file x web web'))).program)).toMatch(/^\?|^starts/)
  })
  it('needs the interpreter of its interpreter, and what env is to run', async () => {
    const files = (inner: string): string =>
      [
        '  a: { mode: "0755", text: "#!/b\\n" }',
        `  b: { mode: "0755", text: "#!${inner}\\n" }`,
        '  usr/bin/env: { mode: "0755" }',
        '  usr/bin/python3: { mode: "0755" }',
      ].join('\n')
    expect(await program('docker run web /a', files('/usr/bin/python3'))).toMatch(/^starts/)
    expect(await program('docker run web /a', files('/usr/bin/perl'))).toMatch(
      /^interpreter-missing: .*\/usr\/bin\/perl/,
    )
    expect(await program('docker run web /b', files('/usr/bin/env python3'))).toMatch(/^starts/)
    expect(await program('docker run web /b', files('/usr/bin/env -S A=1 python3 -u'))).toMatch(/^starts/)
    expect(await program('docker run web /b', files('/usr/bin/env ruby'))).toMatch(/^interpreter-missing: .*ruby/)
  })
})

describe('what runs a file', () => {
  const interpreter = (body: Buffer | string): string | undefined =>
    interpreters.parse({
      path: 'x',
      layer: 0,
      body: Buffer.from(body),
      content: memoryBlob(Buffer.from(body)),
      beside: new Map(),
      entry: { path: 'x', type: 'file', size: 0, mode: 0o755, uid: 0, gid: 0 },
    }).value.interpreter
  /** An ELF header of 64 bits with one program header. */
  function elf(type: number, from: number, length: number): Buffer {
    const bytes = Buffer.alloc(256)
    bytes.write('\x7fELF', 'latin1')
    bytes[4] = 2
    bytes[5] = 1
    bytes.writeUInt32LE(64, 32)
    bytes.writeUInt16LE(56, 54)
    bytes.writeUInt16LE(1, 56)
    bytes.writeUInt32LE(type, 64)
    bytes.writeUInt32LE(from, 72)
    bytes.writeUInt32LE(length, 96)
    bytes.write('/lib/ld.so.1\0', 128)
    return bytes
  }
  it.each([
    ['#!/bin/sh\necho', '/bin/sh'],
    ['#! \t/bin/sh -e \n', '/bin/sh -e'],
    ['#!/bin/sh\r\n', String.raw`/bin/sh\r`],
    ['#!/bin/sh', '/bin/sh'],
    ['#!\n', ''],
    ['text', undefined],
    ['', undefined],
  ])('%j: %j', (text, expected) => expect(interpreter(text)).toBe(expected))
  it('is the loader that an ELF file names, and nothing where its headers lie', () => {
    expect(interpreter(elf(3, 128, 13))).toBe('/lib/ld.so.1')
    expect(interpreter(elf(1, 128, 13))).toBe('')
    expect(interpreter(elf(3, 250, 13))).toBe('')
    expect(interpreter(elf(3, 2 ** 31, 2 ** 31))).toBe('')
    expect(interpreter(Buffer.from('\x7fELF'.padEnd(64, '\xff'), 'latin1'))).toBe('')
  })
})

describe('the table of well-known programs', () => {
  it('knows Docker Hub and its mirrors, and no namesake', () => {
    expect(wellKnown('docker.io', 'library/nginx')?.program).toBe('nginx')
    expect(wellKnown('public.ecr.aws', 'docker/library/nginx')?.program).toBe('nginx')
    expect(wellKnown('mirror.gcr.io', 'library/postgres')?.program).toBe('PostgreSQL')
    expect(wellKnown('public.ecr.aws', 'library/nginx')).toBeUndefined()
    expect(wellKnown('registry.example.org', 'library/nginx')).toBeUndefined()
    expect(wellKnown('docker.io', 'bitnami/nginx')).toBeUndefined()
  })
  it('is small, has a source for each, and names paths as links resolve them', () => {
    expect(WELL_KNOWN.length).toBeLessThan(20)
    for (const { source, writes, commands } of WELL_KNOWN) {
      expect(source).toMatch(/^https:/)
      expect(commands.length).toBeGreaterThan(0)
      for (const path of writes) expect(path).not.toMatch(/^\/var\/run|\/$/)
    }
  })
})

describe('the heap', () => {
  const heap = async (line: string): Promise<number | undefined> => {
    const fact = (await startOf({ 'docker-run': run(line) })).heap
    return fact.how === 'unknown' ? undefined : fact.value
  }
  it.each([
    ['docker run app java -Xmx512m -jar a.jar', 512 * 2 ** 20],
    ['docker run app java -Xmx1g -Xmx2G', 2 * 2 ** 30],
    ['docker run app sh -c "exec java -Xms1g -Xmx3g -jar a.jar"', 3 * 2 ** 30],
    ['docker run -e JAVA_TOOL_OPTIONS=-Xmx1g app java -Xmx2g', 2 * 2 ** 30],
    ['docker run -e JAVA_TOOL_OPTIONS=-Xmx1g -e JDK_JAVA_OPTIONS=-Xmx2g app', 2 * 2 ** 30],
    ['docker run -e NODE_OPTIONS=--max_old_space_size=4096 app', 4096 * 2 ** 20],
    ['docker run -e OTHER=-Xmx1g app java -Xmx', 0],
    ['docker run app java -Xmx1gb', 0],
  ])('%s', async (line, bytes) => expect(await heap(line)).toBe(bytes))
})
