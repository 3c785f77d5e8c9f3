/** The real image of scripts/real-image.sh, built once for all that look at it; and what the tools said of it. */
import { execFile, execFileSync } from 'node:child_process'
import { readFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { promisify } from 'node:util'
import type { ImageKind } from '../../src/source/recognise.ts'

/** Kept between runs. */
export const folder = process.env.PLIMSOLL_REAL_DIR ?? join(tmpdir(), 'plimsoll-real')

const TOOLS = ['bash', 'debootstrap', 'buildah', 'skopeo', 'getcap', 'setcap', 'zstd', 'gzip', 'npm', 'flock']

/** Why the image cannot be built here; undefined where it can. */
export function whyNot(): string | undefined {
  if (process.getuid?.() !== 0) return 'building a Debian image needs root'
  const missing = TOOLS.filter((tool) => !installed(tool))
  return missing.length === 0
    ? undefined
    : `not installed: ${missing.join(', ')} (apt-get install debootstrap buildah skopeo libcap2-bin zstd)`
}

function installed(tool: string): boolean {
  try {
    execFileSync('/bin/sh', ['-c', 'command -v "$1"', 'sh', tool], { stdio: 'ignore' })
    return true
  } catch {
    return false
  }
}

/** Builds the image, or finds it built. Throws with the script's last lines. */
export async function build(): Promise<void> {
  const script = new URL('../../scripts/real-image.sh', import.meta.url).pathname
  await promisify(execFile)('bash', [script, folder], { maxBuffer: 2 ** 26 })
}

/** One form that the image is saved in. */
export interface Form {
  readonly name: string
  readonly kind: ImageKind
  readonly path: string
}
const form = (name: string, kind: ImageKind, file: string): Form => ({ name, kind, path: join(folder, file) })

export const forms: readonly Form[] = [
  form('docker-archive', 'docker-archive', 'docker.tar'),
  form('docker-archive in gzip', 'docker-archive', 'docker.tar.gz'),
  form('OCI layout, gzip layers', 'oci-layout', 'oci'),
  form('OCI archive, gzip layers', 'oci-archive', 'oci.tar'),
  form('OCI layout, zstd layers', 'oci-layout', 'oci-zstd'),
]

const truth = (name: string): string => readFileSync(join(folder, 'truth', name), 'utf8')
const rows = (name: string): string[][] =>
  truth(name)
    .split('\n')
    .filter((line) => line !== '')
    .map((line) => line.split('\t'))

/** Packages that dpkg-query lists, with their state. */
export const dpkgTruth = () =>
  rows('dpkg').map(([name = '', version = '', architecture = '', state = '', source = '']) => ({
    name,
    version,
    architecture,
    state,
    source,
  }))

/** The directories that pip was asked about. */
export const PIP_FOLDERS = [
  'usr/local/lib/python3.11/dist-packages',
  'usr/lib/python3/dist-packages',
  'opt/venv/lib/python3.11/site-packages',
] as const

export const pipTruth = (directory: string): string[] => {
  const list: unknown = JSON.parse(truth(`pip.${directory.replaceAll('/', ',')}.json`))
  if (!Array.isArray(list)) throw new Error('pip list gave no list')
  return list.map((one: { name?: unknown; version?: unknown }) => `${String(one.name)} ${String(one.version)}`)
}

/** The directories that npm was asked about, each with a node_modules in it. */
export const NPM_FOLDERS = ['app', 'usr/local/lib'] as const

interface NpmNode {
  readonly name?: string
  readonly version?: string
  readonly path?: string
  readonly missing?: boolean
  readonly dependencies?: { readonly [name: string]: NpmNode }
}
/** `path name version` of every package below the root, once each. */
export function npmTruth(directory: string): string[] {
  const root: NpmNode = JSON.parse(
    truth(`npm.${directory.replace(/\/lib$/, '').replaceAll('/', ',')}.json`),
  ) satisfies NpmNode
  const found = new Set<string>()
  const visit = (node: NpmNode): void => {
    for (const each of Object.values(node.dependencies ?? {})) {
      if (each.path && each.version) found.add(`${each.path} ${each.name} ${each.version}`)
      visit(each)
    }
  }
  visit(root)
  return [...found]
}
/** Packages that npm says are wanted and not there. */
export function npmMissing(): string[] {
  const root: NpmNode = JSON.parse(truth('npm.app.json'))
  return Object.entries(root.dependencies ?? {})
    .filter(([, node]) => node.missing === true)
    .map(([name]) => name)
}

export const textTruth = truth

/** getcap(8): path, capabilities, flags. */
export const capabilityTruth = () =>
  rows('getcap').map(([line = '']) => {
    const match = /^\.\/(.+) (\S+)=(\w+)$/.exec(line)
    const [, path = '', names = '', flags = ''] = match ?? []
    return {
      path,
      permitted: names.split(',').map((name) => name.replace(/^cap_/, '').toUpperCase()),
      effective: flags.includes('e'),
    }
  })

/** find(1): every entry of the mounted image but its root. */
export const findTruth = () =>
  rows('find').map(([path = '', type = '', mode = '', uid = '', gid = '', size = '', link = '']) => ({
    path,
    type,
    mode: Number.parseInt(mode, 8),
    uid: Number(uid),
    gid: Number(gid),
    size: Number(size),
    link,
  }))

/** sha256sum(1) of every regular file, by path. */
export const sha256Truth = (): ReadonlyMap<string, string> =>
  new Map(
    truth('sha256')
      .split('\n')
      .filter((line) => line !== '')
      .map((line) => [line.slice(68), line.slice(0, 64)]),
  )
