/** Throwaway containers of the test's own, and what Plimsoll says of each by its real `docker inspect`. */
import { execFile, execFileSync } from 'node:child_process'
import { chmodSync, copyFileSync, linkSync, mkdirSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { promisify } from 'node:util'
import { pathsOf } from '../../../src/confine/escape/paths.ts'
import type { EscapePath } from '../../../src/model/path.ts'
import { take } from '../../../src/scan.ts'

const call = promisify(execFile)
const ok = (program: string, ...words: readonly string[]): boolean => {
  try {
    execFileSync(program, words, { stdio: 'ignore' })
    return true
  } catch {
    return false
  }
}

/** Why the test cannot run here; undefined where it can. */
export function whyNot(): string | undefined {
  if (process.getuid?.() !== 0) return 'it needs root: for devices, and for files and processes of several users'
  if (!ok('docker', 'version')) return 'there is no Docker Engine (docker version fails)'
  if (!ok('gcc', '--version')) return 'there is no gcc to build its probe'
  if (!ok('/usr/bin/busybox', 'true') || !ok('sh', '-c', '! ldd /usr/bin/busybox'))
    return 'there is no static busybox (Debian package busybox-static)'
  return undefined
}

export interface Ran {
  readonly works: boolean
  readonly output: string
  readonly paths: readonly EscapePath[]
}

export class Bench {
  /** The test's own folder, which other users may enter. */
  readonly folder = mkdtempSync(join(tmpdir(), 'plimsoll-escape-'))
  readonly name = `plimsoll-escape-${process.pid}`
  readonly image = `${this.name}:test`
  readonly probe = join(this.folder, 'probe')
  #count = 0
  #archive: string | undefined

  async start(): Promise<void> {
    chmodSync(this.folder, 0o755)
    await call('gcc', ['-static', '-O1', '-Wall', '-o', this.probe, join(import.meta.dirname, 'probe.c')])
    const root = join(this.folder, 'rootfs')
    for (const path of ['bin', 'tmp', 'mnt', 'etc', 'proc', 'dev', 'sys'])
      mkdirSync(join(root, path), { recursive: true })
    copyFileSync('/usr/bin/busybox', join(root, 'bin/busybox'))
    for (const applet of ['sh', 'cat', 'head', 'mknod', 'mount', 'sleep', 'printf'])
      linkSync(join(root, 'bin/busybox'), join(root, 'bin', applet))
    copyFileSync(this.probe, join(root, 'bin/probe'))
    copyFileSync(this.probe, join(root, 'bin/careless'))
    chmodSync(join(root, 'bin/careless'), 0o4755)
    writeFileSync(join(root, 'marker'), 'marker of the image')
    chmodSync(join(root, 'tmp'), 0o1777)
    const tar = join(this.folder, 'rootfs.tar')
    await call('tar', ['-C', root, '-cf', tar, '.'])
    await call('docker', ['import', tar, this.image])
    await call('sh', ['-c', `docker info --format '{{json .}}' > "$1"`, 'sh', this.info])
  }
  get info(): string {
    return join(this.folder, 'info.json')
  }
  get rootfs(): string {
    return join(this.folder, 'rootfs')
  }

  /** Runs a shell line in a container with these options to its end; `works` where it exits with 0. */
  async run(options: readonly string[], line: string, withImage = false): Promise<Ran> {
    const container = `${this.name}-${(this.#count += 1)}`
    await call('docker', ['create', '-i', '--name', container, ...options, this.image, 'sh', '-c', line])
    try {
      const paths = await this.pathsOf(container, withImage)
      return { ...(await outcome('docker', ['start', '-a', container])), paths }
    } finally {
      await call('docker', ['rm', '-f', '-v', container])
    }
  }
  /** A container that stays until `use` is done. */
  async beside<T>(options: readonly string[], use: (name: string) => Promise<T>): Promise<T> {
    const container = `${this.name}-${(this.#count += 1)}`
    await call('docker', ['run', '-d', '--name', container, ...options, this.image, 'sleep', '60'])
    try {
      return await use(container)
    } finally {
      await call('docker', ['rm', '-f', '-v', container])
    }
  }

  async pathsOf(container: string, withImage: boolean): Promise<readonly EscapePath[]> {
    const file = join(this.folder, `${container}.json`)
    writeFileSync(file, (await call('docker', ['inspect', container])).stdout)
    const { subjects } = await take({
      targets: [`docker-inspect:${file}`],
      engines: [this.info],
      ...(withImage && { images: new Map([[this.image, await this.#saved()]]) }),
    })
    return subjects.flatMap((subject) => pathsOf(subject))
  }
  async #saved(): Promise<string> {
    if (this.#archive !== undefined) return this.#archive
    this.#archive = join(this.folder, 'image.tar')
    await call('docker', ['save', '-o', this.#archive, this.image])
    return this.#archive
  }

  /** The same root file system under runc itself, for what the engine cannot be asked for one container: a user namespace. */
  async runOci(config: object, line: string): Promise<Ran> {
    const id = `${this.name}-${(this.#count += 1)}`
    const bundle = join(this.folder, id)
    mkdirSync(bundle)
    const whole = {
      ociVersion: '1.0.2',
      root: { path: this.rootfs },
      ...config,
      process: { ...processOf(line), ...inside(config) },
    }
    writeFileSync(join(bundle, 'config.json'), JSON.stringify(whole))
    const { subjects } = await take({ targets: [`oci-runtime:${join(bundle, 'config.json')}`] })
    const paths = subjects.flatMap((subject) => pathsOf(subject))
    return { ...(await outcome('runc', ['--root', join(this.folder, 'runc'), 'run', '-b', bundle, id])), paths }
  }

  /** Whatever a failed attempt has left. */
  stop(): void {
    const left = execFileSync('docker', ['ps', '-aq', '--filter', `name=^/${this.name}-`], { encoding: 'utf8' })
    for (const id of left.split('\n').filter((line) => line !== '')) ok('docker', 'rm', '-f', '-v', id)
    ok('docker', 'rmi', '-f', this.image)
    rmSync(this.folder, { recursive: true, force: true })
  }
}

const processOf = (line: string): object => ({
  terminal: false,
  user: { uid: 0, gid: 0 },
  args: ['/bin/sh', '-c', line],
  env: ['PATH=/bin'],
  cwd: '/',
})
const inside = (config: object): object =>
  'process' in config && typeof config.process === 'object' ? { ...config.process } : {}

async function outcome(program: string, words: readonly string[]): Promise<{ works: boolean; output: string }> {
  try {
    const { stdout, stderr } = await call(program, words, { timeout: 30_000 })
    return { works: true, output: stdout + stderr }
  } catch (error) {
    const { stdout = '', stderr = '' } = error instanceof Error ? (error as { stdout?: string; stderr?: string }) : {}
    return { works: false, output: stdout + stderr }
  }
}
