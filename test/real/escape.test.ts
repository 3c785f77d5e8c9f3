/**
 * Ways out shown for real, harmlessly: each reads or writes one marker that this test made itself, through a file, a socket, a process,
 * a loop device or a namespace of its own. What eases it is shown to break it, and our answer from the container's `docker inspect`
 * agrees every time.
 */
import { execFileSync, spawn, type ChildProcess } from 'node:child_process'
import { chmodSync, chownSync, existsSync, mkdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs'
import net from 'node:net'
import { join } from 'node:path'
import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { Bench, whyNot, type Ran } from './escape/engine.ts'

const reason = whyNot()
if (reason !== undefined) console.log(`test/real/escape.test.ts is skipped: ${reason}`)

const MARKER = `marker ${process.pid} ${Date.now()}`
const USER = 54321
const NNP = ['--security-opt', 'no-new-privileges']

describe.skipIf(reason !== undefined)('ways out, shown in Docker Engine', () => {
  const bench = reason === undefined ? new Bench() : undefined
  const b = (): Bench => {
    if (!bench) throw new Error('skipped')
    return bench
  }
  const own = (...path: string[]): string => join(b().folder, ...path)
  const undo: (() => unknown)[] = []
  let appArmor = false
  beforeAll(async () => {
    await b().start()
    appArmor = readFileSync(b().info, 'utf8').includes('name=apparmor')
  }, 120_000)
  afterAll(async () => {
    for (const each of undo.reverse()) await each()
    bench?.stop()
  })

  /** What we said: `open`, `possible`, or `none` of the path; and what was seen. */
  const said = ({ paths }: Ran, id: string): string => paths.find((path) => path.id === id)?.state ?? 'none'
  function agrees(ran: Ran, id: string, state: 'open' | 'possible' | 'none'): void {
    expect([said(ran, id), ran.output.slice(0, 300)]).toEqual([state, expect.any(String)])
    expect([ran.works, state, ran.output.slice(0, 300)]).toEqual([state !== 'none', state, expect.any(String)])
  }

  describe('an account’s SSH keys', () => {
    const fresh = (): string => {
      const folder = own('home', '.ssh')
      rmSync(folder, { recursive: true, force: true })
      mkdirSync(folder, { recursive: true })
      writeFileSync(join(folder, 'authorized_keys'), '', { mode: 0o600 })
      chmodSync(folder, 0o700)
      return folder
    }
    const write = `echo '${MARKER}' >> /keys/authorized_keys`
    const written = (): boolean => readFileSync(own('home', '.ssh', 'authorized_keys'), 'utf8').includes(MARKER)
    const id = 'ssh-keys-written'

    it('are written by root through a bind mount', async () => {
      agrees(await b().run(['-v', `${fresh()}:/keys`], write), id, 'open')
      expect(written()).toBe(true)
    })
    it('are not, where it is read-only; but read', async () => {
      const keys = ['-v', `${fresh()}:/keys:ro`]
      agrees(await b().run(keys, write), id, 'none')
      expect(written()).toBe(false)
      agrees(await b().run(keys, 'cat /keys/authorized_keys'), 'account-keys-read', 'open')
    })
    it('are not, by another user who gains nothing', async () => {
      agrees(await b().run(['-v', `${fresh()}:/keys`, '-u', String(USER), ...NNP], write), id, 'none')
      expect(written()).toBe(false)
    })
    it('are, by another user through a setuid program of the image; not with no-new-privileges', async () => {
      const up = `careless up /bin/sh -c "${write}"`
      const keys = ['-v', `${fresh()}:/keys`, '-u', String(USER)]
      const ran = await b().run(keys, up, true)
      agrees(ran, id, 'possible')
      expect(written()).toBe(true)
      // The image was given, so the program is named.
      expect(ran.paths.find((path) => path.id === id)?.ifs.map(({ text }) => text)).toEqual([
        'the setuid program /bin/careless can be made to run what one likes as root',
      ])
      fresh()
      agrees(await b().run([...keys, ...NNP], up, true), id, 'none')
      expect(written()).toBe(false)
    })
    it('are not, in a user namespace of its own (runc)', async () => {
      const config = (...namespaces: readonly object[]): object => ({
        mounts: [
          { destination: '/proc', type: 'proc', source: 'proc' },
          { destination: '/mnt', type: 'bind', source: own('home', '.ssh'), options: ['rbind', 'rw'] },
        ],
        linux: {
          namespaces: [{ type: 'pid' }, { type: 'mount' }, { type: 'network' }, { type: 'ipc' }, ...namespaces],
          ...(namespaces.length > 0 && {
            uidMappings: [{ containerID: 0, hostID: 100_000, size: 65_536 }],
            gidMappings: [{ containerID: 0, hostID: 100_000, size: 65_536 }],
          }),
        },
      })
      const line = `echo '${MARKER}' >> /mnt/authorized_keys`
      fresh()
      agrees(await b().runOci(config(), line), id, 'open')
      expect(written()).toBe(true)
      fresh()
      agrees(await b().runOci(config({ type: 'user' }), line), id, 'none')
      expect(written()).toBe(false)
    })
  })

  describe('the engine’s socket', () => {
    const id = 'engine-socket'
    const file = (): string => own('docker.sock')
    const mount = (suffix = ''): string[] => ['-v', `${file()}:/var/run/docker.sock${suffix}`]
    // A socket of the test's own, which hands on to the engine what it is told.
    beforeAll(async () => {
      const relay = net.createServer((from) => {
        const to = net.connect({ path: '/var/run/docker.sock' })
        for (const each of [from, to]) each.on('error', () => [from, to].forEach((one) => one.destroy()))
        from.pipe(to).pipe(from)
      })
      await new Promise<void>((done) => relay.listen(file(), done))
      chmodSync(file(), 0o660)
      undo.push(() => relay.close())
    })
    /** A container of the host with the test's folder mounted, asked for from inside. */
    const ask = (name: string): string => {
      const request = (path: string, body: object): string => {
        const text = JSON.stringify(body)
        return `printf '%s' '${`POST ${path} HTTP/1.0\r\nContent-Type: application/json\r\nContent-Length: ${text.length}\r\n\r\n${text}`}' | probe unix /var/run/docker.sock`
      }
      const create = {
        Image: b().image,
        Cmd: ['sh', '-c', `echo ${MARKER} > /host/taken`],
        HostConfig: { Binds: [`${own('host')}:/host`], AutoRemove: true },
      }
      return `${request(`/containers/create?name=${name}`, create)} && ${request(`/containers/${name}/start`, {})} && ${request(`/containers/${name}/wait?condition=removed`, {})}`
    }
    let count = 0
    const attempt = async (options: readonly string[]): Promise<{ ran: Ran; taken: boolean }> => {
      rmSync(own('host'), { recursive: true, force: true })
      mkdirSync(own('host'))
      const name = `${b().name}-asked-${(count += 1)}`
      const ran = await b().run(options, ask(name))
      return { ran, taken: existsSync(own('host', 'taken')) }
    }
    it('gives the host, read-only or not', async () => {
      for (const suffix of ['', ':ro']) {
        const { ran, taken } = await attempt(mount(suffix))
        agrees(ran, id, 'open')
        expect(taken).toBe(true)
        expect(ran.paths.find((path) => path.id === id)?.eased.length).toBe(suffix === '' ? 0 : 1)
      }
    })
    it('gives another user nothing, unless he is of its group', async () => {
      const user = ['-u', `${USER}:${USER}`, ...NNP]
      const none = await attempt([...mount(), ...user])
      agrees(none.ran, id, 'none')
      expect(none.taken).toBe(false)
      chownSync(file(), 0, 54322)
      const group = await attempt([...mount(), ...user, '--group-add', '54322'])
      agrees(group.ran, id, 'possible')
      expect(group.taken).toBe(true)
    })
  })

  describe('processes of the host', () => {
    let asUser: ChildProcess
    let asRoot: ChildProcess
    beforeAll(() => {
      writeFileSync(own('process-marker'), MARKER, { mode: 0o600 })
      chownSync(own('process-marker'), USER, USER)
      const start = (uid: number): ChildProcess =>
        spawn('/usr/bin/busybox', ['sleep', '120'], { uid, gid: uid, env: { MARKER }, stdio: 'ignore' })
      asUser = start(USER)
      asRoot = start(0)
      undo.push(
        () => asUser.kill('SIGKILL'),
        () => asRoot.kill('SIGKILL'),
      )
    })
    it('of the same user show their files, with the host’s PID namespace and not without', async () => {
      const user = ['-u', `${USER}:${USER}`, ...NNP]
      const line = `cat /proc/${asUser.pid}/root${own('process-marker')} && cat /proc/${asUser.pid}/environ`
      const ran = await b().run(['--pid=host', ...user], line)
      agrees(ran, 'host-processes', appArmor ? 'none' : 'open')
      if (!appArmor) expect(ran.output).toContain(MARKER)
      agrees(await b().run(user, line), 'host-processes', 'none')
    })
    it('of root are open to SYS_PTRACE, and not without it or the host’s PID namespace', async () => {
      const line = `cat /proc/${asRoot.pid}/root${own('process-marker')}`
      const id = 'host-process-injected'
      agrees(await b().run(['--pid=host', '--cap-add=SYS_PTRACE'], line), id, appArmor ? 'none' : 'open')
      agrees(await b().run(['--pid=host'], line), id, 'none')
      agrees(await b().run(['--cap-add=SYS_PTRACE'], line), id, 'none')
    })
  })

  it('another container shows its files to who shares its PID namespace', async () => {
    await b().beside([], async (name) => {
      const line = 'cat /proc/1/root/marker && [ "$(cat /proc/1/comm)" = sleep ]'
      agrees(await b().run([`--pid=container:${name}`], line), 'neighbour-processes', 'open')
      agrees(await b().run([], line), 'neighbour-processes', 'none')
    })
  })

  it('shared memory of the host is read and written with its IPC namespace, and not with its own', async () => {
    const file = `/dev/shm/${b().name}`
    writeFileSync(file, MARKER, { mode: 0o600 })
    try {
      const line = `cat ${file} && echo written > ${file}`
      agrees(await b().run(['--ipc=host'], line), 'host-shared-memory', 'open')
      expect(readFileSync(file, 'utf8')).toBe('written\n')
      agrees(await b().run(['--ipc=private'], `cat ${file}`), 'host-shared-memory', 'none')
    } finally {
      rmSync(file)
    }
  })

  describe('the host’s network', () => {
    const abstract = `plimsoll-escape-${process.pid}`
    let port = 0
    beforeAll(async () => {
      const daemon = net.createServer((socket) => socket.end(MARKER))
      await new Promise<void>((done) => daemon.listen(`\0${abstract}`, done))
      const web = net.createServer((socket) => socket.end(MARKER))
      await new Promise<void>((done) => web.listen(0, '127.0.0.1', done))
      const address = web.address()
      port = typeof address === 'object' && address ? address.port : 0
      undo.push(
        () => daemon.close(),
        () => web.close(),
      )
    })
    it('reaches an abstract socket, and the container’s own does not', async () => {
      const line = `probe abstract ${abstract} < /dev/null`
      const ran = await b().run(['--network=host'], line)
      agrees(ran, 'host-abstract-socket', 'possible')
      expect(ran.output).toBe(MARKER)
      agrees(await b().run([], line), 'host-abstract-socket', 'none')
    })
    it('reaches a service on loopback, and the container’s own does not', async () => {
      const line = `probe loopback ${port}`
      const ran = await b().run(['--network=host'], line)
      agrees(ran, 'host-loopback', 'open')
      expect(ran.output).toBe(MARKER)
      agrees(await b().run(['--network=none'], line), 'host-loopback', 'none')
    })
  })

  describe('a disk', () => {
    let device = ''
    beforeAll(() => {
      writeFileSync(own('disk'), Buffer.concat([Buffer.from(MARKER), Buffer.alloc(2 ** 20 - MARKER.length)]))
      try {
        device = execFileSync('losetup', ['-f', '--show', own('disk')], { encoding: 'utf8', stdio: 'pipe' }).trim()
        undo.push(() => execFileSync('losetup', ['-d', device]))
      } catch (error) {
        console.log(`loop devices cannot be made here, so disks are not shown: ${String(error).split('\n')[0]}`)
      }
    })
    const text = (): string => readFileSync(own('disk')).subarray(0, MARKER.length).toString()
    const read = `[ "$(head -c ${MARKER.length} /dev/disk0)" = '${MARKER}' ]`
    // dd would cut nothing off either: a device has its size.
    const write = `printf '%s' '${'x'.repeat(6)}' > /dev/disk0 && cat /dev/disk0 > /dev/null`

    it('that is passed in is read and written by root, read only with r, and not by another user', async (context) => {
      if (device === '') return context.skip()
      const pass = (permissions = ''): string => `--device=${device}:/dev/disk0${permissions}`
      agrees(await b().run([pass(':r')], read), 'disk-read', 'open')
      agrees(await b().run([pass(':r')], write), 'disk-written', 'none')
      agrees(await b().run([pass(), '-u', String(USER), ...NNP], read), 'disk-written', 'none')
      agrees(await b().run([], read), 'disk-read', 'none')
      expect(text()).toBe(MARKER)
      agrees(await b().run([pass()], `${read} && ${write}`), 'disk-written', 'open')
      execFileSync('blockdev', ['--flushbufs', device])
      expect(text().slice(0, 6)).toBe('xxxxxx')
      writeFileSync(own('disk'), MARKER, { flag: 'r+' })
    })
    it('whose node a device rule allows is made by who has MKNOD', async (context) => {
      if (device === '') return context.skip()
      const minor = device.replace(/\D+/g, '')
      const line = `mknod /tmp/disk b 7 ${minor} && head -c 4 /tmp/disk`
      const rule = (rights: string): string => `--device-cgroup-rule=b 7:${minor} ${rights}`
      agrees(await b().run([rule('rwm')], line), 'device-node-made', 'open')
      agrees(await b().run([rule('rm')], line), 'device-node-read', 'open')
      agrees(await b().run([rule('rwm'), '--cap-drop=MKNOD'], line), 'device-node-made', 'none')
      agrees(await b().run([], line), 'device-node-made', 'none')
    })
  })

  describe('a file of the host', () => {
    it('is opened by its handle with DAC_READ_SEARCH, and not without, nor where seccomp denies the call', async () => {
      writeFileSync(own('secret'), MARKER, { mode: 0o600 })
      const handle = execFileSync(b().probe, ['handle-of', own('secret')], { encoding: 'utf8' }).trim()
      const id = 'open-by-handle'
      // Whatever stands on the same disk will do; the folder that is mounted holds nothing.
      mkdirSync(own('empty'), { recursive: true })
      const mount = ['-v', `${own('empty')}:/mnt`]
      const line = `probe by-handle /mnt ${handle}`
      const ran = await b().run([...mount, '--cap-add=DAC_READ_SEARCH'], line)
      agrees(ran, id, 'open')
      expect(ran.output).toBe(MARKER)
      agrees(await b().run(mount, line), id, 'none')
      agrees(await b().run([...mount, '--cap-add=DAC_READ_SEARCH', '-u', String(USER), ...NNP], line), id, 'none')
      const profile = own('seccomp.json')
      const denied = [{ names: ['open_by_handle_at'], action: 'SCMP_ACT_ERRNO' }]
      writeFileSync(profile, JSON.stringify({ defaultAction: 'SCMP_ACT_ALLOW', syscalls: denied }))
      agrees(
        await b().run([...mount, '--cap-add=DAC_READ_SEARCH', '--security-opt', `seccomp=${profile}`], line),
        id,
        'none',
      )
    })
  })

  describe('/proc/sys', () => {
    // access(2) only asks: nothing of the kernel's is opened or written.
    it('may be written where /proc is unmasked, and not by default', async () => {
      const line = 'probe writable /proc/sys/kernel/core_pattern'
      agrees(
        await b().run(['--security-opt', 'systempaths=unconfined'], line),
        'core-pattern',
        appArmor ? 'none' : 'open',
      )
      agrees(await b().run([], line), 'core-pattern', 'none')
    })
    it('may be written in a new proc that SYS_ADMIN mounts; not without it, nor where seccomp denies mount', async () => {
      const line = 'mount -t proc proc /mnt && probe writable /mnt/sys/kernel/core_pattern'
      agrees(await b().run(['--cap-add=SYS_ADMIN'], line), 'fresh-proc', appArmor ? 'none' : 'open')
      agrees(await b().run([], line), 'fresh-proc', 'none')
      agrees(await b().run(['--cap-add=SYS_ADMIN', '-u', String(USER), ...NNP], line), 'fresh-proc', 'none')
      const profile = own('no-mount.json')
      const denied = [{ names: ['mount'], action: 'SCMP_ACT_ERRNO' }]
      writeFileSync(profile, JSON.stringify({ defaultAction: 'SCMP_ACT_ALLOW', syscalls: denied }))
      agrees(await b().run(['--cap-add=SYS_ADMIN', '--security-opt', `seccomp=${profile}`], line), 'fresh-proc', 'none')
    })
  })

  it('a hardened container has no way out, and nothing of the above works in it', async () => {
    const ran = await b().run(
      ['-u', String(USER), '--cap-drop=ALL', '--read-only', '--network=none', ...NNP],
      `probe writable /proc/sys/kernel/core_pattern || mount -t proc proc /mnt || mknod /tmp/x b 7 0 || careless up /bin/sh -c true`,
      true,
    )
    expect(ran.paths).toEqual([])
    expect(ran.works).toBe(false)
  })
})
