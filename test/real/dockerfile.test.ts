/**
 * What Docker Engine (its classic builder) and buildah make of Dockerfiles, against what we say of them without building:
 * the configuration of the image, row by row.
 */
import { execFile, spawnSync } from 'node:child_process'
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { promisify } from 'node:util'
import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { imageFacts } from '../../src/dialect/image-config.ts'
import { dockerfileFacts } from '../../src/dialect/dockerfile.ts'
import { readDockerfile } from '../../src/document/dockerfile.ts'
import { readText } from '../../src/document/read.ts'
import { referenceParts } from '../../src/join/reference.ts'
import type { Fact } from '../../src/model/fact.ts'
import type { ImageFacts } from '../../src/model/fields.ts'
import { cases, type Case } from './dockerfiles.ts'
import { works } from '../support/works.ts'

const exec = promisify(execFile)
const noDocker = works('docker', 'info') ? undefined : 'there is no Docker Engine'
const noBuildah = !works('buildah', '--version')
  ? 'there is no buildah (Debian package buildah)'
  : process.getuid?.() === 0
    ? undefined
    : 'buildah is run as root here'
for (const [what, why] of [
  ['Docker Engine', noDocker],
  ['buildah', noBuildah],
])
  if (why !== undefined) console.log(`test/real/dockerfile.test.ts: the part with ${what} is skipped: ${why}`)

let folder = ''
beforeAll(() => {
  folder = mkdtempSync(join(tmpdir(), 'plimsoll-dockerfile-'))
  writeFileSync(join(folder, 'file.txt'), 'x')
})
afterAll(() => {
  rmSync(folder, { recursive: true, force: true })
})

/** What is known, in an order of its own; what is not known here is said so. */
function plain(facts: ImageFacts): Readonly<Record<string, unknown>> {
  const value = <T>(fact: Fact<T>): T | string => (fact.how === 'unknown' ? `unknown: ${fact.because}` : fact.value)
  const list = <E>(fact: Fact<readonly E[]>, each: (element: E) => unknown): unknown =>
    fact.how === 'unknown' ? value(fact) : fact.value.map(each)
  const sorted = <E>(fact: Fact<readonly E[]>, each: (element: E) => string): unknown =>
    fact.how === 'unknown' ? value(fact) : fact.value.map(each).sort()
  return {
    user: value(facts.user),
    workingDirectory: value(facts.workingDirectory),
    entrypoint: list(facts.entrypoint, value),
    command: list(facts.command, value),
    environment: sorted(facts.environment, ({ facts: one }) => `${value(one.name)}=${value(one.value)}`),
    exposed: sorted(facts.exposed, ({ facts: one }) => `${value(one.port)}/${value(one.protocol)}`),
    volumes: sorted(facts.volumes, value),
    labels: sorted(facts.labels, ({ facts: one }) => `${value(one.name)}=${value(one.value)}`),
    healthcheck: value(facts.healthcheck),
    stopSignal: value(facts.stopSignal),
    onbuild: list(facts.onbuild, value),
  }
}

function ours({ text, stage, args }: Case): Readonly<Record<string, unknown>> {
  const { value, notices } = readDockerfile('Dockerfile', text)
  expect(notices).toEqual([])
  const [root] = value.documents
  if (!root) throw new Error('it cannot be read')
  const read = dockerfileFacts(root, {
    ...(stage !== undefined && { stage }),
    args: new Map(Object.entries(args ?? {})),
    partsOf: referenceParts,
  })
  expect(read.notices).toEqual([])
  if (!read.value) throw new Error('there is no image in it')
  return plain(read.value)
}
/** The configuration of an image that was built, without what the builder adds by itself. */
function theirs(config: Record<string, unknown>, written: string): Readonly<Record<string, unknown>> {
  const { value } = readText('config.json', JSON.stringify({ config }))
  const [root] = value.documents
  if (!root) throw new Error('the configuration cannot be read')
  const facts = plain(imageFacts(root))
  const { environment, labels } = facts
  return {
    ...facts,
    environment: Array.isArray(environment)
      ? environment.filter((one: unknown) => !String(one).startsWith('PATH=') || written.includes('PATH='))
      : environment,
    labels: Array.isArray(labels)
      ? labels.filter((one: unknown) => !String(one).startsWith('io.buildah.version='))
      : labels,
  }
}
const parsed = (text: string): unknown => JSON.parse(text)
const isRecord = (value: unknown): value is Record<string, unknown> => typeof value === 'object' && value !== null

const flags = ({ stage, args = {} }: Case): readonly string[] => [
  ...(stage === undefined ? [] : ['--target', stage]),
  ...Object.entries(args).flatMap(([name, value]) => ['--build-arg', `${name}=${value}`]),
]

// Each step takes the classic builder a second, in which it waits.
describe.skipIf(noDocker !== undefined)("Docker Engine's classic builder", () => {
  it.concurrent.each(cases.filter(({ but }) => but?.docker === undefined))(
    '$name',
    async (one) => {
      const file = join(folder, `Dockerfile.${cases.indexOf(one)}`)
      writeFileSync(file, one.text)
      const env = { ...process.env, DOCKER_BUILDKIT: '0' }
      const given = ['build', '-q', '--rm', '--no-cache', ...flags(one), '-f', file, folder]
      const id = (await exec('docker', given, { env })).stdout.trim()
      try {
        const told = await exec('docker', ['image', 'inspect', '--format', '{{json .Config}}', id])
        const config = parsed(told.stdout)
        if (!isRecord(config)) throw new Error('docker image inspect gave no configuration')
        expect(ours(one)).toEqual(theirs(config, one.text))
      } finally {
        spawnSync('docker', ['image', 'rm', '-f', id])
      }
    },
    120_000,
  )
})

describe.skipIf(noBuildah !== undefined)('buildah', () => {
  const buildah = async (...given: readonly string[]): Promise<string> => {
    const own = ['--root', join(folder, 'root'), '--runroot', join(folder, 'run'), '--storage-driver', 'vfs']
    return (await exec('buildah', [...own, ...given])).stdout
  }
  it.each(cases.filter(({ but }) => but?.buildah === undefined))(
    '$name',
    async (one) => {
      const file = join(folder, 'Containerfile')
      writeFileSync(file, one.text)
      const built = await buildah('build', '-q', '--format', 'docker', '--no-cache', ...flags(one), '-f', file, folder)
      const id = built.trim()
      const told = parsed(await buildah('inspect', '--type', 'image', id))
      await buildah('rmi', '-f', id)
      const docker = isRecord(told) ? told['Docker'] : undefined
      const config = isRecord(docker) ? docker['config'] : undefined
      if (!isRecord(config)) throw new Error('buildah inspect gave no configuration')
      expect(ours(one)).toEqual(theirs(config, one.text))
    },
    120_000,
  )
})
