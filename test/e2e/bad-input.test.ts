/**
 * Bad input: lost input is a notice with its place and exit 3; a wrong type is an unknown fact; what is named and holds
 * nothing is exit 2. Never a stack trace (`sound` in run.ts looks for one), a hang (the test's time) or a pass.
 */
import { execFileSync } from 'node:child_process'
import { chmodSync, mkdirSync, symlinkSync, writeFileSync } from 'node:fs'
import { createServer } from 'node:net'
import { randomBytes } from 'node:crypto'
import { join } from 'node:path'
import { gzipSync } from 'node:zlib'
import { describe, expect, it } from 'vitest'
import { openImage } from '../../src/image/open.ts'
import type { Limits } from '../../src/source/limits.ts'
import { archiveOf, dockerArchive, dockerFiles, ociFiles, writeFolder, type ImageSpec } from '../support/archive.ts'
import { failing, folder, HARMLESS, plimsoll, PRIVILEGED, scan } from './run.ts'

const here = folder()
const passwd = { path: 'etc/passwd', body: 'root:x:0:0::/root:/bin/sh\napp:x:1000:1000::/:/bin/false\n' }
const noise = { path: 'srv/data', body: randomBytes(300_000) }
const image: ImageSpec = { layers: [[passwd], [noise]], tags: ['shop/web:1'], config: { User: 'app' } }
const whole = dockerArchive(image)
const packed = gzipSync(whole)
/** Bytes with a few changed in the middle. */
function corrupt(bytes: Buffer, at = bytes.length >> 1): Buffer {
  const copy = Buffer.from(bytes)
  for (let i = 0; i < 64; i++) copy[at + i] = (copy[at + i] ?? 0) ^ 0xff
  return copy
}
/** The archive of the image after its files were changed. */
function changed(change: (files: Map<string, Buffer>) => void, form: 'legacy' | 'oci' = 'oci'): Buffer {
  const files = dockerFiles([image], form)
  change(files)
  return archiveOf(files)
}
const nameOf = (files: ReadonlyMap<string, Buffer>, begins: string): string =>
  [...files].find(([, bytes]) => bytes.toString('latin1').startsWith(begins))?.[0] ?? ''

describe('an image of which something is lost ends with 3 and says what', () => {
  const cases: readonly (readonly [title: string, bytes: Buffer, id: string | RegExp])[] = [
    ['truncated in the first layer', whole.subarray(0, 1500), 'archive-truncated'],
    ['truncated in the last layer', whole.subarray(0, 200_000), 'archive-truncated'],
    ['truncated gzip', packed.subarray(0, packed.length - 1000), 'archive-truncated'],
    ['truncated gzip of which little is left', packed.subarray(0, 4000), 'archive-truncated'],
    ['corrupt gzip', corrupt(packed), /^(archive-corrupt|gzip|compression|archive)/],
    [
      'a configuration that has another digest',
      changed((files) => files.set(nameOf(files, '{"architecture'), Buffer.from('{"config":{}}'))),
      /digest/,
    ],
    ['a missing layer', changed((files) => files.delete(nameOf(files, 'etc/passwd'))), 'layer-missing'],
    ['a missing configuration', changed((files) => files.delete(nameOf(files, '{"architecture'))), /missing/],
    [
      'a manifest that names a file outside',
      changed(
        (files) =>
          files.set(
            'manifest.json',
            Buffer.from('[{"Config":"../../../../etc/passwd","Layers":["/etc/shadow"],"RepoTags":null}]'),
          ),
        'legacy',
      ),
      /missing|outside|invalid/,
    ],
    [
      'a manifest that is no JSON',
      changed((files) => files.set('manifest.json', Buffer.from('[{')), 'legacy'),
      /invalid/,
    ],
    [
      'a manifest of a wrong shape',
      changed((files) => files.set('manifest.json', Buffer.from('{"Config":7}')), 'legacy'),
      /manifest/,
    ],
    ['no manifest', changed((files) => files.delete('manifest.json'), 'legacy'), 'manifest-missing'],
    [
      'members named ..',
      dockerArchive({ ...image, layers: [[{ path: '../../tmp/evil', body: 'x' }, passwd]] }),
      'path-outside',
    ],
    [
      'links in a circle, and a file below',
      dockerArchive({
        ...image,
        layers: [
          [
            { path: 'a', link: 'b' },
            { path: 'b', link: 'a' },
          ],
          [{ path: 'a/x', body: '' }],
        ],
      }),
      'link-loop',
    ],
  ]
  for (const [title, bytes, id] of cases)
    it(title, async () => {
      const file = here.put(`${title.replaceAll(/\W+/g, '-')}.tar`, bytes)
      for (const [words, stdin] of [
        [[file], ''],
        [['-'], bytes],
      ] as const) {
        const result = await scan([...words, '--fail-on', 'never'], { stdin })
        expect(result).toMatchObject({ code: 3, verdict: 'incomplete' })
        const lost = result.notices.filter((notice) => notice.lost)
        expect(lost.map((notice) => notice.id)).toContainEqual(typeof id === 'string' ? id : expect.stringMatching(id))
        for (const { place, message } of lost) {
          expect(place.in ?? place.file).toMatch(/^stdin$|\.tar$|^web$|manifest|config/)
          expect(message).toMatch(/[.)]$/)
        }
      }
    })
  it('a layout whose index names a blob that is not there', async () => {
    const files = ociFiles([image])
    files.delete(nameOf(files, 'etc/passwd'))
    const path = join(here.path, 'layout')
    writeFolder(files, path)
    expect((await scan([path])).notices).toMatchObject([{ id: 'layer-missing', lost: true }])
  })
  it('bytes that a prefix calls an image', async () => {
    const file = here.put('noise.bin', randomBytes(10_000))
    expect((await plimsoll(['scan', `docker-archive:${file}`])).code).toBe(3)
  })

  const limits: readonly (readonly [limit: Partial<Limits>, id: string])[] = [
    [{ entries: 1 }, 'entry-limit'],
    [{ layers: 1 }, 'layer-limit'],
    [{ document: 10 }, 'document-limit'],
    [{ members: 2 }, 'archive-limit'],
  ]
  for (const [limit, id] of limits)
    it(`over the limit ${JSON.stringify(limit)}`, async () => {
      const file = here.put('limits.tar', whole)
      const { value, notices } = await openImage({ kind: 'docker-archive', name: file, path: file }, [], {
        limits: limit,
      })
      const all = [...notices, ...value.flatMap(({ catalogued }) => catalogued.notices)]
      expect(all.filter(({ lost }) => lost).map((notice) => notice.id)).toContain(id)
    })
})

describe('a text of which something is lost ends with 3 and says where', () => {
  const deep = 3000
  const cases: readonly (readonly [name: string, text: string | Buffer, id: string, line: number])[] = [
    ['invalid.yaml', 'services:\n  web:\n    image: a\n   privileged: true\n', 'yaml-invalid', 4],
    ['invalid.json', '{\n  "services": {', 'json-invalid', 2],
    ['inspect.json', '[{"Id":"a","HostConfig":{"Privileged":true', 'json-invalid', 1],
    ['brackets.yaml', `services: ${'['.repeat(100_000)}\n`, 'yaml-invalid', 1],
    ['brackets.json', `{"services":${'['.repeat(200_000)}${']'.repeat(200_000)}}`, 'json-invalid', 1],
    [
      'keys.yaml',
      `services:\n${Array.from({ length: deep }, (_, i) => `${' '.repeat(i + 1)}k:\n`).join('')}`,
      'yaml-invalid',
      1,
    ],
    [
      'template.yaml',
      'apiVersion: v1\nkind: Pod\nspec: {{ .Values.spec }}\n  containers: {{ x }}\n',
      'yaml-invalid',
      1,
    ],
  ]
  for (const [name, text, id, line] of cases)
    it(name, async () => {
      const file = here.put(name, text)
      for (const target of [file, here.path + '/only-' + name]) {
        if (target !== file) here.put(`only-${name}/${name}`, text)
        const result = await scan([target])
        expect(result).toMatchObject({ code: 3, verdict: 'incomplete' })
        const notice = result.notices.find((each) => each.id === id)
        expect(notice).toMatchObject({ lost: true })
        expect(notice?.place.line).toBeGreaterThanOrEqual(line)
        expect(notice?.place.file).toMatch(new RegExp(`${name}$`))
      }
    })
  it('one broken document among good ones loses itself alone', async () => {
    const pod = (name: string) =>
      `apiVersion: v1\nkind: Pod\nmetadata: {name: ${name}}\nspec: {containers: [{name: c, image: a, securityContext: {privileged: true}}]}\n`
    const result = await scan([here.put('mixed.yaml', `${pod('a')}---\na: [b\n---\n${pod('z')}`), '--fail-on', 'never'])
    expect(result.code).toBe(3)
    expect(failing(result).filter((rule) => rule === 'privileged').length).toBeGreaterThanOrEqual(1)
    expect(result.notices.map(({ id }) => id)).toContain('yaml-invalid')
  })
  it('extends that leads out of the folder, straight and by a link', async () => {
    const outside = folder()
    outside.put('base.yaml', PRIVILEGED)
    symlinkSync(join(outside.path, 'base.yaml'), join(here.path, 'link.yaml'))
    for (const way of [join(outside.path, 'base.yaml'), '../../../../../etc/hostname', 'link.yaml', 'absent.yaml']) {
      const file = here.put(
        'extends.yaml',
        `services:\n  web:\n    image: a:1.0.0\n    extends: { file: ${way}, service: web }\n`,
      )
      const result = await scan([file, '--fail-on', 'never'])
      expect(result.code).toBe(3)
      expect(result.notices).toContainEqual(
        expect.objectContaining({ id: 'file-missing', lost: true, place: expect.objectContaining({ file, line: 4 }) }),
      )
      expect(failing(result)).not.toContain('privileged')
    }
  })
  it('a text over the limit is lost, named and met', async () => {
    const path = join(here.path, 'huge')
    mkdirSync(path)
    writeFileSync(join(path, 'compose.yaml'), HARMLESS + ' '.repeat(129 * 2 ** 20))
    for (const target of [path, join(path, 'compose.yaml')])
      expect((await scan([target])).notices).toMatchObject([{ id: 'text-limit', lost: true }])
  })
})

describe('what hides nothing', () => {
  it('padding does not take a file out of the scan', async () => {
    const path = here.put('padded/compose.yaml', `# ${'x'.repeat(9 * 2 ** 20)}\n${PRIVILEGED}`)
    for (const target of [path, join(here.path, 'padded')])
      expect(failing(await scan([target]))).toContain('privileged')
  })
  it('escapes in keys do not', async () => {
    const text = PRIVILEGED.replace('services', '"\\x73ervices"').replace('image', '"\\u0069mage"')
    here.put('escaped/compose.yaml', text)
    expect(failing(await scan([join(here.path, 'escaped')]))).toContain('privileged')
  })
  for (const [title, bytes] of [
    ['CRLF and a byte order mark', Buffer.from(`\ufeff${PRIVILEGED.replaceAll('\n', '\r\n')}`)],
    ['UTF-16', Buffer.from(`\ufeff${PRIVILEGED}`, 'utf16le')],
    ['UTF-16, the other way round', Buffer.from(`\ufeff${PRIVILEGED}`, 'utf16le').swap16()],
    ['a %YAML directive', Buffer.from(`%YAML 1.2\n---\n${PRIVILEGED.replace('true', 'yes')}`)],
  ] as const)
    it(`${title} are read`, async () => {
      expect(failing(await scan([here.put(`${title}.yaml`, bytes)]))).toContain('privileged')
    })
  it('a YAML bomb is read in time, and what is in it is judged', async () => {
    const lines = Array.from(
      { length: 30 },
      (_, i) =>
        `x-a${i}: &a${i} [${Array(10)
          .fill(i === 0 ? 'x' : `*a${i - 1}`)
          .join(', ')}]`,
    )
    const text = `${lines.join('\n')}\n${PRIVILEGED}    environment: *a29\n    cap_add: *a29\n    labels: *a29\n`
    expect(failing(await scan([here.put('bomb.yaml', text)]))).toContain('privileged')
  })
  it('50 MB of text are read', async () => {
    const text = JSON.stringify([
      {
        Id: 'a'.repeat(64),
        Name: '/a',
        Config: { Image: 'x', Labels: { x: 'y'.repeat(50 * 2 ** 20) } },
        HostConfig: { Privileged: true },
      },
    ])
    expect(failing(await scan(['-'], { stdin: text }))).toContain('privileged')
  })
  it('a value of a wrong type is a fact that is not known', async () => {
    const text = [
      'services:',
      '  web:',
      '    image: [7]',
      '    privileged: [1, 2]',
      '    user: { a: b }',
      '    cap_add: 7',
      '    mem_limit: [a]',
      '    ports: 5',
      '    volumes: true',
      '    environment: 7',
      '    security_opt: { a: b }',
      '    deploy: 3',
      '    healthcheck: x',
      '    sysctls: 1',
      '    devices: "x"',
    ].join('\n')
    const result = await scan([here.put('types.yaml', text)])
    expect(result.findings).toContainEqual(
      expect.objectContaining({ rule: 'privileged', outcome: 'open', place: expect.objectContaining({ line: 4 }) }),
    )
    expect((await plimsoll(['scan', here.put('types.yaml', text), '--unknown', 'block'])).code).toBe(1)
  })
  it('an unknown kind with a pod in it is read by its shape', async () => {
    const text =
      'apiVersion: x.example/v1\nkind: Thing\nmetadata: { name: a }\nspec:\n  template:\n    spec:\n      containers: [{ name: c, image: a, securityContext: { privileged: true } }]\n'
    expect(failing(await scan([here.put('unknown.yaml', text)]))).toContain('privileged')
  })
  it('documents without a container are listed', async () => {
    const service = here.put(
      'service.yaml',
      'apiVersion: v1\nkind: Service\nmetadata: {name: a}\nspec: {ports: [{port: 80}]}\n',
    )
    const result = await scan([service])
    expect(result).toMatchObject({
      code: 0,
      verdict: 'pass',
      targets: [{ name: service, kind: 'kubernetes', containers: 0 }],
    })
    expect((await plimsoll(['scan', service])).out).toContain('1 target, 0 containers')
  })
})

describe('what is named and holds nothing ends with 2', () => {
  for (const [name, content, says] of [
    ['empty.yaml', '', 'is empty'],
    ['blank.yaml', ' \n\n', 'holds nothing'],
    ['comment.yaml', '# nothing\n', 'holds nothing'],
    ['README.md', '# A read me\n\nText: with a colon\nand more\n', 'holds nothing'],
    ['front.md', '---\ntitle: x\n---\nText: with a colon\nand more\n', 'holds nothing'],
    ['package.json', '{ "name": "x", "scripts": { "build": "y" } }', 'holds nothing'],
    ['random.dat', randomBytes(20_000), 'binary data'],
    ['nul.yaml', 'services:\n  web:\n    image: a\0b\n', 'binary data'],
    ['program', Buffer.from('\x7fELF\x02\x01\x01\0\0\0\0\0', 'latin1'), 'an ELF program'],
    ['empty.tar', Buffer.alloc(10_240), 'binary data'],
  ] as const)
    it(name, async () => {
      const ran = await plimsoll(['scan', here.put(`none/${name}`, content)])
      expect(ran).toMatchObject({ code: 2, out: '' })
      expect(ran.err).toContain(says)
      expect(ran.err).toContain('Looked for: ')
    })
  it('standard input that is empty', async () => {
    expect((await plimsoll(['scan', '-'])).err).toContain('Standard input is empty')
    expect((await plimsoll(['scan', '-'], { stdin: '[]\n' })).code).toBe(2)
    expect((await plimsoll(['scan', '-'], { stdin: 'Error response from daemon: no such image\n' })).code).toBe(2)
  })
  it('met while walking, the same files are counted', async () => {
    here.put('none/compose.yaml', HARMLESS)
    const result = await scan([join(here.path, 'none')])
    expect(result.code).toBe(0)
    expect(result.notices).toEqual([])
    expect(result.summary['skipped']).toBeGreaterThanOrEqual(9)
  })
})

describe('files that cannot be read', () => {
  it('a pipe that nobody writes to, named', async () => {
    const pipe = join(here.path, 'pipe.yaml')
    execFileSync('mkfifo', [pipe])
    const ran = await plimsoll(['scan', pipe])
    expect(ran.code).toBe(2)
    expect(ran.err).toContain('it is no regular file')
  })
  it('a socket and a device, named', async () => {
    const path = join(here.path, 'socket.yaml')
    const server = createServer()
    await new Promise<void>((done) => server.listen(path, done))
    expect((await plimsoll(['scan', path])).code).toBe(2)
    await new Promise((done) => server.close(done))
    expect((await plimsoll(['scan', '/dev/zero'])).code).toBe(2)
  })
  it('a pipe as an extended file, a seccomp profile, a configuration and a policy', async () => {
    const pipe = join(here.path, 'never.json')
    execFileSync('mkfifo', [pipe])
    const file = here.put(
      'pipes.yaml',
      `services:\n  web:\n    image: a:1.0.0\n    security_opt: ["seccomp=never.json"]\n    extends: { file: never.json, service: x }\n`,
    )
    const result = await scan([file, '--fail-on', 'never'])
    expect(result.notices.filter(({ id }) => id === 'file-missing')).toHaveLength(2)
    for (const option of ['--config', '--policy']) expect((await plimsoll(['scan', file, option, pipe])).code).toBe(2)
  })
  it('an endless device as a seccomp profile', async () => {
    const file = here.put('endless.yaml', `${HARMLESS}    security_opt: ["seccomp=/dev/zero"]\n`)
    const result = await scan([file, '--fail-on', 'never'])
    expect(result.notices).toContainEqual(expect.objectContaining({ id: 'file-missing', lost: true }))
  })
  const isRoot = process.getuid?.() === 0
  if (isRoot)
    console.log(
      'bad-input: running as root, who may read everything: permissions are asked of links in a circle instead',
    )
  it('a file and a folder without permission, or links in a circle', async () => {
    const path = join(here.path, 'closed')
    mkdirSync(path)
    writeFileSync(join(path, 'a.yaml'), HARMLESS)
    if (!isRoot) {
      writeFileSync(join(path, 'b.yaml'), PRIVILEGED)
      chmodSync(join(path, 'b.yaml'), 0)
      mkdirSync(join(path, 'c'), { mode: 0 })
      expect((await scan([path])).notices.map(({ id }) => id).sort()).toEqual(['file-unreadable', 'folder-unread'])
    }
    symlinkSync('loop.yaml', join(path, 'loop.yaml'))
    expect((await plimsoll(['scan', join(path, 'loop.yaml')])).err).toContain('its links lead in a circle')
  })
})

describe('links in a folder', () => {
  const path = join(here.path, 'links')
  const outside = folder()
  it('to what is inside are not read twice, to a file outside are lost, to a folder outside are told', async () => {
    here.put('links/real/compose.yaml', PRIVILEGED)
    outside.put('pod.yaml', 'apiVersion: v1\nkind: Pod\n')
    symlinkSync('real/compose.yaml', join(path, 'again.yaml'))
    symlinkSync('real', join(path, 'folder'))
    symlinkSync('..', join(path, 'real/up'))
    symlinkSync('nowhere.yaml', join(path, 'dangling.yaml'))
    symlinkSync(join(outside.path, 'pod.yaml'), join(path, 'pod.yaml'))
    symlinkSync(outside.path, join(path, 'out'))
    const result = await scan([path])
    expect(result.subjects).toHaveLength(1)
    expect(result.notices.map(({ id, lost, place }) => [id, lost, place.file])).toEqual([
      ['link-passed-over', false, join(path, 'out')],
      ['link-outside', true, join(path, 'pod.yaml')],
    ])
  })
  it('to a file beside the folder are not followed, wherever the command runs', async () => {
    here.put('tree/base/compose.yaml', PRIVILEGED)
    mkdirSync(join(here.path, 'tree/overlay'))
    symlinkSync('../base/compose.yaml', join(here.path, 'tree/overlay/compose.yaml'))
    const result = await scan(['overlay'], { from: join(here.path, 'tree') })
    expect(failing(result)).toEqual([])
    expect(result.notices.map(({ id, lost }) => [id, lost])).toEqual([['link-outside', true]])
  })
  it('to a file inside that nobody would open by its own name are read', async () => {
    here.put('aliased/files/stack.txt', PRIVILEGED)
    symlinkSync('files/stack.txt', join(here.path, 'aliased/compose.yaml'))
    const result = await scan([join(here.path, 'aliased')])
    expect(failing(result)).toContain('privileged')
    expect(result.notices).toEqual([])
  })
})
