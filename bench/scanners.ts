/** Programs that list the packages of an image, as they are asked to do it here: packages only, no network. */
import { spawnSync } from 'node:child_process'
import { readFileSync, rmSync } from 'node:fs'
import { join } from 'node:path'
import { z } from 'zod'
import { onPath, type Command } from './measure.ts'

/** What an image is saved as: the archive of `docker save` (uncompressed layers), or an OCI layout with layers of a compression. */
export type Form = 'docker-save' | 'OCI gzip' | 'OCI zstd'

/** One way to ask a scanner. */
export interface Way {
  /** `trivy, warm`: stands above its column. */
  readonly name: string
  /** Undefined where it cannot read this form. `room` is a folder that is this way's alone. */
  command(image: string, form: Form, room: string): Command | undefined
  /** Done before each run, and not timed. */
  before?(room: string): void
  /** Number of packages in what it wrote; absent where it lists none. */
  count?(output: string, room: string): number
}
export interface Scanner {
  readonly program: string
  readonly version: string
  readonly ways: readonly Way[]
}

const list = z.array(z.unknown())
const ours = z.object({ images: z.array(z.object({ packages: list })) })
const trivyReport = z.object({ Results: z.array(z.object({ Packages: list.optional() })).optional() })
const syftReport = z.object({ artifacts: list })
const cycloneDx = z.object({ components: list.optional() })
const parse = <T>(shape: z.ZodType<T>, text: string): T => shape.parse(JSON.parse(text))

/** Some say it on standard error, in a line of their log. */
function versionOf(program: string, args: readonly string[]): string {
  const { stdout, stderr } = spawnSync(program, [...args], { encoding: 'utf8' })
  const said = `${stdout}${stderr}`.trim()
  return /\d+\.\d+\.\d+[\w.-]*/.exec(said)?.[0] ?? said.split(/\s+/).at(-1) ?? ''
}

/** `npm run build` is what is measured. */
export function plimsoll(cli: string): Scanner {
  const ask = (image: string, ...more: string[]): Command => ({
    program: process.execPath,
    args: [cli, 'packages', image, '--format', 'json', ...more],
  })
  const count = (output: string) => parse(ours, output).images.reduce((sum, { packages }) => sum + packages.length, 0)
  const cache = (room: string) => ['--cache', join(room, 'cache')]
  const fresh = (room: string) => rmSync(join(room, 'cache'), { recursive: true, force: true })
  return {
    program: 'plimsoll',
    version: versionOf(process.execPath, [cli, '--version']),
    ways: [
      { name: 'plimsoll', command: (image, _form, room) => ask(image, ...cache(room)), before: fresh, count },
      { name: 'plimsoll, no cache', command: (image) => ask(image, '--cache', 'off'), count },
      { name: 'plimsoll, warm', command: (image, _form, room) => ask(image, ...cache(room)), count },
      {
        name: 'plimsoll --verify',
        // Layers of an OCI layout are always verified.
        command: (image, form) => (form === 'docker-save' ? ask(image, '--verify', '--cache', 'off') : undefined),
        count,
      },
    ],
  }
}

const trivy = (): Scanner['ways'] => {
  // The one report that lists packages and asks for no vulnerability database: the scanner of licences.
  const command = (image: string, _form: Form, room: string): Command => ({
    program: 'trivy',
    args: 'image --quiet --format json --list-all-pkgs --scanners license --offline-scan --skip-version-check --disable-telemetry'
      .split(' ')
      .concat('--input', image, '--cache-dir', join(room, 'cache')),
  })
  const count = (output: string) =>
    (parse(trivyReport, output).Results ?? []).reduce((sum, { Packages = [] }) => sum + Packages.length, 0)
  const before = (room: string) => rmSync(join(room, 'cache'), { recursive: true, force: true })
  return [
    { name: 'trivy', command, before, count },
    { name: 'trivy, warm', command, count },
  ]
}
const syft = (): Scanner['ways'] => [
  {
    name: 'syft',
    command: (image, form) => ({
      program: 'syft',
      args: ['scan', '--quiet', `${form === 'docker-save' ? 'docker-archive' : 'oci-dir'}:${image}`, '-o', 'json'],
      env: { SYFT_CHECK_FOR_APP_UPDATE: 'false' },
    }),
    count: (output) => parse(syftReport, output).artifacts.length,
  },
]
const scalibr = (): Scanner['ways'] => [
  {
    name: 'scalibr',
    command: (image, form, room) =>
      form === 'docker-save'
        ? {
            program: 'scalibr',
            args: ['--offline', '--image-tarball', image, '-o', `cdx-json=${join(room, 'sbom.cdx.json')}`],
          }
        : undefined,
    count: (_output, room) =>
      (parse(cycloneDx, readFileSync(join(room, 'sbom.cdx.json'), 'utf8')).components ?? []).length,
  },
]
/** Lists no packages, and reads few files: the floor of what judges an image. */
const dockle = (): Scanner['ways'] => [
  {
    name: 'dockle',
    command: (image, form) =>
      form === 'docker-save'
        ? {
            program: 'dockle',
            args: ['--input', image, '--format', 'json', '--exit-code', '0'],
            env: { DOCKLE_VERSION_CHECK: 'false' },
          }
        : undefined,
  },
]

const PEERS: readonly (readonly [program: string, version: readonly string[], ways: () => Scanner['ways']])[] = [
  ['trivy', ['--version'], trivy],
  ['syft', ['--version'], syft],
  ['scalibr', ['--version'], scalibr],
  ['dockle', ['--version'], dockle],
]

/** Those of other makers that are on the PATH, and the names of those that are not. */
export function peers(): { readonly here: readonly Scanner[]; readonly absent: readonly string[] } {
  const here = PEERS.filter(([program]) => onPath(program) !== undefined)
  return {
    here: here.map(([program, version, ways]) => {
      return { program, version: versionOf(program, version), ways: ways() }
    }),
    absent: PEERS.filter(([program]) => onPath(program) === undefined).map(([program]) => program),
  }
}
