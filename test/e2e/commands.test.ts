/** Each command of the README, with what it takes and what it gives. */
import { readFileSync, existsSync } from 'node:fs'
import { join } from 'node:path'
import { describe, expect, it } from 'vitest'
import { commands } from '../../src/cli/options.ts'
import { archiveOf, dockerArchive, ociArchive, ociFiles, writeFolder } from '../support/archive.ts'
import { failing, folder, HARMLESS, plimsoll, PRIVILEGED, root, scan, start, node } from './run.ts'

const here = folder()
const bad = here.put('bad.yaml', PRIVILEGED)
const good = here.put('good.yaml', HARMLESS)
const image = {
  layers: [[{ path: 'etc/passwd', body: 'root:x:0:0::/root:/bin/sh\napp:x:1000:1000::/:/bin/false\n' }]],
  tags: ['shop/web:1.0.0'],
  config: { User: 'app' },
}
const web = here.put('web.tar', dockerArchive(image))
const inspect = JSON.stringify([
  { Id: 'a'.repeat(64), Name: '/run', Image: 'sha256:1', Config: { Image: 'x' }, HostConfig: { Privileged: true } },
])

describe('scan', () => {
  it('joins several targets, a folder and an image', async () => {
    const result = await scan(['demo/compose.yaml', 'demo/k8s', 'demo/web.tar'])
    expect(result.code).toBe(1)
    expect(result.targets.map(({ kind }) => kind)).toEqual(['compose', 'kubernetes', 'docker-archive'])
    expect(result.subjects.find(({ id }) => id === 'web')).toMatchObject({ image: 'web' })
  })
  it('reads a compose file from standard input', async () => {
    const ran = await scan(['-'], { stdin: PRIVILEGED })
    expect(failing(ran)).toContain('privileged')
    expect(ran.findings[0]?.place).toMatchObject({ file: 'stdin', line: 5 })
  })
  it('reads docker inspect from standard input', async () => {
    expect(failing(await scan(['-'], { stdin: inspect }))).toContain('privileged')
  })
  for (const [form, bytes] of [
    ['docker-archive', dockerArchive(image)],
    ['docker-archive', dockerArchive(image, 'legacy')],
    ['oci-archive', archiveOf(ociFiles([image]))],
    ['oci-archive', ociArchive({ ...image, compression: 'gzip' })],
  ] as const)
    it(`reads an image from standard input (${form}, ${bytes.length} bytes)`, async () => {
      const result = await scan(['-'], { stdin: bytes })
      expect(result.targets).toMatchObject([{ name: '-', images: 1 }])
      expect(result.targets[0]?.kind).toMatch(/archive$/)
      expect(result.notices).toEqual([])
    })
  it('reads an image from standard input for a container', async () => {
    const result = await scan([good, '--image', 'web=-'], { stdin: dockerArchive({ ...image, tags: [] }) })
    expect(result.subjects).toMatchObject([{ id: 'web', image: 'stdin' }])
  })
  it('reads what a shell puts in the place of <(command)', () => {
    const ran = start('bash', ['-c', `"${node}" src/cli.ts scan -f json <(cat "${bad}")`])
    expect(ran.err).toBe('')
    expect(ran.code).toBe(1)
  })
  it('ends with 1 where something blocks, 0 where nothing does', async () => {
    expect((await plimsoll(['scan', bad])).code).toBe(1)
    expect((await plimsoll(['scan', good])).code).toBe(0)
    expect((await plimsoll(['scan', bad, '--fail-on', 'never'])).code).toBe(0)
    expect((await plimsoll(['scan', bad, '--ignore', 'privileged'])).code).toBe(0)
  })
  it('--fail-on and --unknown change what blocks', async () => {
    const low = here.put('low.yaml', 'services:\n  web: { image: shop/web:latest, mem_limit: 1g, user: "1000" }\n')
    expect((await plimsoll(['scan', low])).code).toBe(0)
    expect((await plimsoll(['scan', low, '--fail-on', 'low'])).code).toBe(1)
    const open = here.put('open.yaml', 'services:\n  web: { image: shop/web:1.0.0, mem_limit: 1g }\n')
    expect((await plimsoll(['scan', open, '--fail-on', 'medium'])).code).toBe(0)
    expect((await plimsoll(['scan', open, '--fail-on', 'medium', '--unknown', 'block'])).code).toBe(1)
  })
  it('--policy strict judges more than the default', async () => {
    const [usual, strict] = [await scan([good]), await scan([good, '--policy', 'strict'])]
    expect(strict.findings.length).toBeGreaterThan(usual.findings.length)
  })
  it('--image joins by the name of the container and by the reference of the image', async () => {
    const nameless = here.put('nameless.tar', dockerArchive({ ...image, tags: [] }))
    for (const name of ['web', 'shop/web:1.0.0'])
      expect((await scan([good, '--image', `${name}=${nameless}`])).subjects).toMatchObject([
        { id: 'web', image: 'nameless' },
      ])
  })
  it('--image takes a prefix, and an image among the targets', async () => {
    for (const words of [
      [good, '--image', `web=docker-archive:${web}`],
      [good, web, '--image', `web=${web}`],
    ])
      expect((await scan(words)).subjects).toMatchObject([{ id: 'web', image: 'web' }])
  })
  it('--engine tells what only the engine knows', async () => {
    const engine = here.put('engine/daemon.json', '{ "userns-remap": "default" }\n')
    const without = await plimsoll(['facts', good, '--all'])
    const given = await plimsoll(['facts', good, '--all', '--engine', engine])
    expect(given.out).not.toBe(without.out)
    expect(given.out).toContain(engine)
  })
  it('takes the engine that is named before one that is met', async () => {
    here.put('two/daemon.json', '{ "icc": true, "userns-remap": "default" }\n')
    here.put('two/compose.yaml', HARMLESS)
    const engine = here.put('two-engine.json', '{ "no-new-privileges": true }\n')
    const ran = await plimsoll(['facts', join(here.path, 'two'), '--all', '--engine', engine])
    expect(ran.out).toContain(engine)
    expect(ran.out).not.toContain(join('two', 'daemon.json'))
  })
  it('reads a file once, however often it is given', async () => {
    const once = await scan([bad])
    const again = await scan([bad, `${here.path}/./bad.yaml`])
    expect(again.subjects).toEqual(once.subjects)
    expect(again.findings).toEqual(once.findings)
  })
  it('gives images of one name ids of their own', async () => {
    const other = here.put('other.tar', dockerArchive({ ...image, config: { User: 'root' } }))
    expect((await scan([web, other])).subjects.map(({ id }) => id)).toEqual(['web', 'web-2'])
  })
  it('takes prefixes', async () => {
    writeFolder(ociFiles([image]), join(here.path, 'layout'))
    for (const [prefix, path] of [
      ['compose', good],
      ['docker-archive', web],
      ['oci-layout', join(here.path, 'layout')],
      ['kubernetes', join(root, 'demo/k8s/api.yaml')],
      ['docker-inspect', join(root, 'demo/inspect.json')],
      ['oci-runtime', join(root, 'demo/oci/config.json')],
    ] as const)
      expect((await scan([`${prefix}:${path}`])).targets).toMatchObject([{ kind: prefix }])
  })
  it('--verify compares uncompressed layers with their digests', async () => {
    const bytes = dockerArchive(image)
    bytes.write('X', bytes.indexOf('root:x:0:0'))
    const changed = here.put('changed.tar', bytes)
    const result = await scan([changed, '--verify'])
    expect(result.notices.map(({ id }) => id)).toContain('digest-wrong')
    expect(result.verdict).not.toBe('pass')
  })
})

describe('reports', () => {
  it('-o FORMAT=FILE may be repeated, and the text is still shown', async () => {
    const [sarif, json] = [join(here.path, 'x.sarif'), join(here.path, 'x.json')]
    const ran = await plimsoll(['scan', bad, '-o', `sarif=${sarif}`, '-o', `json=${json}`])
    expect(ran.out).toContain('CRITICAL privileged')
    expect(JSON.parse(readFileSync(sarif, 'utf8'))).toMatchObject({ version: '2.1.0' })
    expect(JSON.parse(readFileSync(json, 'utf8'))).toMatchObject({ schema: 'plimsoll-result', verdict: 'block' })
  })
  it('--format with --output writes the file in that format, and says so on standard error', async () => {
    const file = join(here.path, 'plain')
    const ran = await plimsoll(['scan', bad, '--format', 'sarif', '--output', file])
    expect(ran.out).toBe('')
    expect(ran.err).toContain(file)
    expect(JSON.parse(readFileSync(file, 'utf8'))).toMatchObject({ version: '2.1.0' })
  })
  it('tells the format by the ending where nobody says it', async () => {
    const file = join(here.path, 'ending.sarif')
    const ran = await plimsoll(['scan', bad, '-o', file])
    expect(ran.out).toContain('CRITICAL privileged')
    expect(JSON.parse(readFileSync(file, 'utf8'))).toMatchObject({ version: '2.1.0' })
  })
  it('-o json=- writes to standard output, alone', async () => {
    const ran = await plimsoll(['scan', bad, '-o', 'json=-'])
    expect(JSON.parse(ran.out)).toMatchObject({ verdict: 'block' })
    expect(existsSync(join(root, '-'))).toBe(false)
  })
  it('--quiet writes the file and nothing else', async () => {
    const file = join(here.path, 'quiet.json')
    expect(await plimsoll(['scan', bad, '--quiet', '-o', `json=${file}`])).toEqual({ code: 1, out: '', err: '' })
    expect(JSON.parse(readFileSync(file, 'utf8'))).toMatchObject({ exitCode: 1 })
  })
  it('writes no colours into a file', async () => {
    const file = join(here.path, 'colour.txt')
    const ran = await plimsoll(['scan', bad, '-o', `text=${file}`, '--format', 'markdown'], { colour: true })
    expect(ran.code).toBe(1)
    expect(readFileSync(file, 'utf8')).not.toContain('\u001b')
  })
})

describe('facts', () => {
  it('shows value, how it is known and where', async () => {
    const ran = await plimsoll(['facts', bad])
    expect(ran.code).toBe(0)
    expect(ran.out).toMatch(/container\.privileged +true\n +set at .*bad\.yaml:5:5/)
  })
  it('gives JSON', async () => {
    const { subjects } = JSON.parse((await plimsoll(['facts', bad, '--format', 'json'])).out) as {
      subjects: { id: string; container: { privileged: unknown } }[]
    }
    expect(subjects[0]?.container.privileged).toMatchObject({ how: 'set', value: true, place: { line: 5 } })
  })
  it('withholds what environment variables hold', async () => {
    const secret = here.put('secret.yaml', `${HARMLESS}    environment: { DB_PASSWORD: correct-horse }\n`)
    for (const format of ['text', 'json']) {
      const ran = await plimsoll(['facts', secret, '--format', format])
      expect(ran.out).toContain('DB_PASSWORD')
      expect(ran.out).not.toContain('correct-horse')
    }
  })
  it('ends with 3 where input was lost', async () => {
    const broken = here.put('broken.yaml', 'services:\n  web: [\n')
    expect((await plimsoll(['facts', broken])).code).toBe(3)
  })
})

describe('explain, rules, help', () => {
  it('explain shows the page of a rule and of a field', async () => {
    expect((await plimsoll(['explain', 'privileged'])).out).toMatch(/^privileged \(critical\)\n[\s\S]*# <-/)
    expect((await plimsoll(['explain', 'container.user.uid'])).out).toMatch(/^container\.user\.uid[\s\S]*root-user/)
    expect((await plimsoll(['explain', 'container'])).code).toBe(0)
  })
  it('rules lists every rule with its severity or off', async () => {
    const text = (await plimsoll(['rules'])).out
    expect(text).toMatch(/^privileged +critical /m)
    expect(text).toMatch(/^image-digest-missing +off /m)
    const { rules } = JSON.parse((await plimsoll(['rules', '--format', 'json'])).out) as { rules: { id: string }[] }
    for (const { id } of rules) expect(`\n${text}`).toContain(`\n${id} `)
    expect((await plimsoll(['rules', '--policy', 'strict'])).out).not.toMatch(/^\S+ +off /m)
  })
  it('--version tells the version of package.json', async () => {
    const { version } = JSON.parse(readFileSync(join(root, 'package.json'), 'utf8')) as { version: string }
    expect(await plimsoll(['--version'])).toEqual({ code: 0, out: `plimsoll ${version}\n`, err: '' })
  })
  it('without arguments shows the commands and ends with 2', async () => {
    const ran = await plimsoll([])
    expect(ran.code).toBe(2)
    for (const { name } of commands) expect(ran.out).toContain(`plimsoll ${name}`)
    expect((await plimsoll(['--help'])).out).toBe(ran.out)
    expect((await plimsoll(['--help'])).code).toBe(0)
  })
  for (const command of commands) {
    it(`${command.name} --help has examples and every option`, async () => {
      const ran = await plimsoll([command.name, '--help'])
      expect(ran.code).toBe(0)
      expect(command.examples.length).toBeGreaterThan(0)
      for (const [example] of command.examples) expect(ran.out).toContain(example)
      for (const { name } of command.options) expect(ran.out).toContain(`--${name}`)
      expect((await plimsoll(['help', command.name])).out).toBe(ran.out)
    })
    it(`the examples of ${command.name} are words that it takes`, async () => {
      for (const [example] of command.examples) {
        const words = (/plimsoll (.*)$/.exec(example)?.[1] ?? '').split(' ')
        const ran = await plimsoll([...words, '--help'])
        expect(ran, example).toMatchObject({ code: 0, err: '' })
      }
    })
  }
})
