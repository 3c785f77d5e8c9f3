/** The join on real archives and texts: compose or Kubernetes, an image built in memory, an engine. */
import { writeFileSync, mkdtempSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join as path } from 'node:path'
import { afterAll, describe, expect, it } from 'vitest'
import { take, type InputOptions } from '../../src/scan.ts'
import type { Fact } from '../../src/model/fact.ts'
import { dockerArchive, type Member } from '../support/archive.ts'

const folder = mkdtempSync(path(tmpdir(), 'plimsoll-join-'))
afterAll(() => rmSync(folder, { recursive: true }))
const write = (name: string, content: string | Buffer): string => {
  const file = path(folder, name)
  writeFileSync(file, content)
  return file
}
const PASSWD: Member = {
  path: 'etc/passwd',
  body: 'root:x:0:0::/root:/bin/sh\napp:x:1000:1001::/srv:/bin/sh\ntoor:x:0:0::/:/bin/sh\n',
}
const GROUP: Member = { path: 'etc/group', body: 'root:x:0:\nstaff:x:50:app\n' }
const image = (name: string, config: Record<string, unknown>, tag = 'web:1'): string =>
  write(name, dockerArchive({ layers: [[PASSWD, GROUP]], tags: [tag], config }))
const compose = (name: string, lines: string): string =>
  write(name, `services:\n  web:\n    image: web:1\n${lines.replace(/^(?=.)/gm, '    ')}\n`)

async function one(options: InputOptions) {
  const { subjects, notices } = await take(options)
  const [subject] = subjects
  if (!subject) throw new Error('no subject')
  return { subject, subjects, notices }
}
const valueOf = (fact: Fact<unknown>): unknown => (fact.how === 'unknown' ? `? ${fact.ask ?? ''}` : fact.value)

describe('the user', () => {
  // compose's user, the image's USER -> uid, gid, whether a number decides
  it.each([
    ['', '', 0, 0, false],
    ['', 'app', 1000, 1001, false],
    ['', '1000', 1000, 1001, true],
    ['', '4242', 4242, 0, true],
    ['', '1000:50', 1000, 50, true],
    ['', 'app:staff', 1000, 50, false],
    ['', 'toor', 0, 0, false],
    ['', '00', 0, 0, true],
    ['user: app', '', 1000, 1001, false],
    ['user: "app:staff"', 'root', 1000, 50, false],
    ['user: "0"', 'app', 0, 0, true],
    ['user: "1000"', 'root', 1000, 1001, true],
    ['user: root', 'app', 0, 0, false],
    ['user: nobody-here', '', '? image', '? image', false],
    ['', 'nobody-here', '? image', '? image', false],
    ['user: ${WHO}', '', '? user', '? user', '? user'],
  ])('compose %j and USER %j', async (line, user, uid, gid, numeric) => {
    const file = compose('u.yaml', line)
    const { subject } = await one({ targets: [file, image('u.tar', { User: user })] })
    const { user: facts } = subject.container
    expect([facts.uid, facts.numeric].map(valueOf)).toEqual([uid, numeric])
    if (typeof gid === 'number') expect(valueOf(facts.gid)).toBe(gid)
  })

  it('keeps the chain of reasons: silence, USER, the line of /etc/passwd with its layer', async () => {
    const file = compose('c.yaml', '')
    const { subject } = await one({ targets: [file, image('c.tar', { User: 'app' })] })
    const { uid } = subject.container.user
    expect(uid.how).toBe('derived')
    expect(uid.place).toMatchObject({ file, line: 2 })
    expect((uid.from ?? []).map((fact) => ('because' in fact ? fact.because : ''))).toEqual([
      'the user is left to the image',
      'the image says USER app',
      '/etc/passwd has app as uid 1000',
    ])
    expect(uid.from?.at(-1)?.place).toMatchObject({ file: 'etc/passwd', line: 2, layer: 0, in: 'web' })
  })

  it('is not known without the image, and says who could tell', async () => {
    const { subject } = await one({ targets: [compose('n.yaml', '')] })
    expect(subject.container.user.uid).toMatchObject({ how: 'unknown', ask: 'image' })
  })

  it('is known to be root without the image where root is written', async () => {
    const { subject } = await one({ targets: [compose('r.yaml', 'user: root')] })
    expect(valueOf(subject.container.user.uid)).toBe(0)
  })

  it('knows whether USER is in the image’s own /etc/passwd', async () => {
    const known = async (user: string) => {
      const { subject } = await one({ targets: [image('k.tar', { User: user })] })
      return valueOf(subject.image.userKnown)
    }
    expect(await known('app')).toBe(true)
    expect(await known('ghost')).toBe(false)
    expect(await known('4242')).toBe(true)
    expect(await known('')).toBe(true)
  })
})

describe('which image', () => {
  it('joins by name, however the registry is spelt', async () => {
    const file = write('s.yaml', 'services: { web: { image: docker.io/library/web:1 } }\n')
    const { subject } = await one({ targets: [file, image('s.tar', { User: 'app' })] })
    expect(subject.imageId).toBe('web')
  })
  it('does not join another tag', async () => {
    const file = write('t.yaml', 'services: { web: { image: "web:2" } }\n')
    const { subjects, notices } = await one({ targets: [file, image('t.tar', { User: 'app' })] })
    expect(subjects.map(({ id, imageId, dialect }) => [id, imageId, dialect])).toEqual([
      ['web', undefined, 'compose'],
      ['web', 'web', undefined],
    ])
    expect(notices.map(({ id }) => id)).toContain('image-not-joined')
  })
  it('takes --image for a container’s name, and for its reference', async () => {
    const file = write('m.yaml', 'services: { front: { image: registry.example.com/x:9 } }\n')
    const tar = image('m.tar', { User: 'app' }, 'other:1')
    for (const name of ['front', 'registry.example.com/x:9']) {
      const { subject } = await one({ targets: [file], images: new Map([[name, tar]]) })
      expect(valueOf(subject.container.user.uid)).toBe(1000)
    }
  })
  it('judges an image that nobody runs by itself, with what the image says of the user', async () => {
    const { subject } = await one({ targets: [image('a.tar', { User: 'app', Entrypoint: ['/x'], Env: ['A=b'] })] })
    expect(subject.dialect).toBeUndefined()
    expect(valueOf(subject.container.user.uid)).toBe(1000)
    expect(subject.container.privileged).toMatchObject({ how: 'unknown', ask: 'user' })
    expect(subject.container.environment.how).toBe('derived')
  })
})

describe('what else the image settles', () => {
  it('keeps CMD unless the container has an entrypoint of its own', async () => {
    const tar = image('e.tar', { Entrypoint: ['/entry'], Cmd: ['serve'] })
    const words = (fact: Fact<readonly Fact<string>[]>) => (fact.how === 'unknown' ? '?' : fact.value.map(valueOf))
    const plain = await one({ targets: [compose('e1.yaml', ''), tar] })
    expect(words(plain.subject.container.entrypoint)).toEqual(['/entry'])
    expect(words(plain.subject.container.command)).toEqual(['serve'])
    const own = await one({ targets: [compose('e2.yaml', 'entrypoint: /mine'), tar] })
    expect(words(own.subject.container.entrypoint)).toEqual(['/mine'])
    expect(words(own.subject.container.command)).toEqual([])
  })
  it('adds the variables of ENV that the container does not set itself', async () => {
    const tar = image('v.tar', { Env: ['A=image', 'B=image'] })
    const { subject } = await one({ targets: [compose('v.yaml', 'environment: { A: own }'), tar] })
    const { environment } = subject.container
    expect(
      environment.how === 'unknown' ? [] : environment.value.map(({ facts }) => [facts.name, facts.value].map(valueOf)),
    ).toEqual([
      ['A', 'own'],
      ['B', 'image'],
    ])
  })
})

describe('what the engine settles', () => {
  const daemon = (settings: object): string => write('daemon.json', JSON.stringify(settings))
  it.each([
    [{ 'userns-remap': 'default' }, (s: Awaited<ReturnType<typeof one>>) => s.subject.container.namespaces.user, 'own'],
    [{ 'no-new-privileges': true }, (s: Awaited<ReturnType<typeof one>>) => s.subject.container.noNewPrivileges, true],
    [
      { 'seccomp-profile': 'unconfined' },
      (s: Awaited<ReturnType<typeof one>>) => s.subject.container.seccomp.kind,
      'unconfined',
    ],
    [
      { 'default-cgroupns-mode': 'host' },
      (s: Awaited<ReturnType<typeof one>>) => s.subject.container.namespaces.cgroup,
      'host',
    ],
    [
      { 'log-driver': 'journald' },
      (s: Awaited<ReturnType<typeof one>>) => s.subject.container.logging.driver,
      'journald',
    ],
  ])('%j', async (settings, fact, value) => {
    const joined = await one({ targets: [compose('d.yaml', '')], engines: [daemon(settings)] })
    expect(valueOf(fact(joined))).toBe(value)
    expect(fact(joined).how).toBe('derived')
  })
  it('never overrules what somebody wrote', async () => {
    const file = compose('w.yaml', 'userns_mode: host\nsecurity_opt: ["no-new-privileges:false"]')
    const { subject } = await one({
      targets: [file],
      engines: [daemon({ 'userns-remap': 'default', 'no-new-privileges': true })],
    })
    expect(valueOf(subject.container.namespaces.user)).toBe('host')
    expect(valueOf(subject.container.noNewPrivileges)).toBe(false)
  })
  it.each<readonly [object, (s: Awaited<ReturnType<typeof one>>) => Fact<unknown>, unknown]>([
    [{ init: true }, (s) => s.subject.container.init, true],
    [{ 'default-shm-size': '128M' }, (s) => s.subject.container.resources.sharedMemory, 134_217_728],
  ])('%j too', async (settings, fact, value) => {
    const joined = await one({ targets: [compose('d2.yaml', '')], engines: [daemon(settings)] })
    expect(valueOf(fact(joined))).toBe(value)
  })
  it('adds its limits to those that the container sets itself', async () => {
    const limits = {
      'default-ulimits': { nofile: { Name: 'nofile', Soft: 1, Hard: 2 }, nproc: { Name: 'nproc', Soft: 3, Hard: 4 } },
    }
    const { subject } = await one({ targets: [compose('l.yaml', 'ulimits: { nofile: 9 }')], engines: [daemon(limits)] })
    const { ulimits } = subject.container
    expect(
      ulimits.how === 'unknown'
        ? []
        : ulimits.value.map(({ facts }) => [facts.name, facts.soft, facts.hard].map(valueOf)),
    ).toEqual([
      ['nofile', 9, 9],
      ['nproc', 3, 4],
    ])
  })
  it('is Docker’s: a Kubernetes pod does not ask daemon.json', async () => {
    const pod = write(
      'p.yaml',
      'apiVersion: v1\nkind: Pod\nmetadata: { name: p }\nspec: { containers: [{ name: a, image: web }] }\n',
    )
    const { subject } = await one({ targets: [pod], engines: [daemon({ 'no-new-privileges': true })] })
    expect(valueOf(subject.container.noNewPrivileges)).toBe(false)
  })
})
