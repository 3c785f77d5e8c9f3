/** The defaults that come with Plimsoll against the vendors' own: every call, by every ABI, with every set of capabilities that matters. */
import { execFileSync } from 'node:child_process'
import { existsSync, mkdtempSync, readdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { builtinProfile } from '../../src/confine/seccomp/builtin-profile.ts'
import { argumentsOf, abisOf } from '../../src/confine/seccomp/compare.ts'
import { evaluator, sameAnswer, type World } from '../../src/confine/seccomp/decide.ts'
import { ARCHITECTURES, systemCalls, type Architecture } from '../../src/confine/syscalls.ts'
import { namedCalls, PURPOSES, purposeOf } from '../../src/confine/seccomp/purpose.ts'
import { builtinSeccompNames, profileJson, SeccompProfile } from '../../src/seccomp.ts'
import { CORPUS, ours, profileIn, profileOf } from './seccomp-profiles.ts'

type Profile = Awaited<ReturnType<typeof ours>>['profile']

/** What differs, as text: every call and some that no kernel has, with all arguments that tell rules apart. */
function differences(
  a: Profile,
  b: Profile,
  world: World & { readonly architecture: Architecture },
): readonly string[] {
  const argumentsFor = argumentsOf([a, b])
  return abisOf([a, b], world.architecture).flatMap((architecture) => {
    const here = { ...world, native: world.architecture, architecture }
    const [one, two] = [evaluator(a, here), evaluator(b, here)]
    return [...systemCalls(architecture), 0xfff0].flatMap((call) =>
      (typeof call === 'number' ? [[]] : argumentsFor(call)).flatMap((args) => {
        const [x, y] = [one.decide(call, args), two.decide(call, args)]
        return sameAnswer(x, y)
          ? []
          : [`${architecture} ${call} ${args.join()} ${x.action} ${x.errno} / ${y.action} ${y.errno}`]
      }),
    )
  })
}
/** Capabilities that decide: none, each, each with CAP_SYS_ADMIN, all. No call hangs on more than two (asserted). */
function capabilitySets(...profiles: readonly Profile[]): readonly ReadonlySet<string>[] {
  const rules = profiles.flatMap(({ syscalls }) => syscalls)
  const names = (rule: Profile['syscalls'][number]) =>
    [...(rule.includes?.caps ?? []), ...(rule.excludes?.caps ?? [])].map((cap) => cap.slice('CAP_'.length))
  const byCall = new Map<string, Set<string>>()
  for (const rule of rules)
    for (const call of rule.names) {
      const caps = byCall.get(call) ?? new Set()
      for (const cap of names(rule)) caps.add(cap)
      byCall.set(call, caps)
    }
  for (const caps of byCall.values()) expect(caps.size <= 1 || (caps.size === 2 && caps.has('SYS_ADMIN'))).toBe(true)
  const all = [...new Set(rules.flatMap(names))].sort()
  return [[], ...all.map((cap) => [cap]), ...all.map((cap) => [cap, 'SYS_ADMIN']), all].map((caps) => new Set(caps))
}

const DOCKER_20 = join(moduleCache(), 'github.com/docker/docker@v20.10.24+incompatible/profiles/seccomp/default.json')
const VENDORS = [
  ['docker-default', `${CORPUS}/moby/default.json`],
  ['podman-default', `${CORPUS}/container-libs/seccomp.json`],
  ['docker-default@20.10', DOCKER_20],
] as const

describe.each(VENDORS)('%s', (name, file) => {
  if (!existsSync(file)) console.log(`${file} is absent: ${name} is not compared with it`)
  it.skipIf(!existsSync(file))(`decides as the vendor's file`, async () => {
    const { profile } = await ours(name)
    const vendor = profileIn(file).profile
    const sets = capabilitySets(profile, vendor)
    expect(sets.length).toBeGreaterThan(20)
    for (const architecture of ARCHITECTURES)
      for (const capabilities of architecture === 'amd64' || architecture === 's390x' ? sets : sets.slice(0, 4))
        expect(differences(profile, vendor, { architecture, capabilities })).toEqual([])
    for (const kernel of [
      [4, 7],
      [4, 8],
      [5, 0],
    ] as const)
      expect(differences(profile, vendor, { architecture: 'amd64', capabilities: new Set(), kernel })).toEqual([])
  })
})

const CONTAINERD = 'github.com/containerd/containerd/v2@v2.4.2'
const GO_FILE = join(moduleCache(), CONTAINERD, 'contrib/seccomp/seccomp_default.go')
const hasGo = existsSync(GO_FILE) && works('go', ['version'])
if (!hasGo) console.log(`Go or its module ${CONTAINERD} is absent: containerd-default is not compared with it`)
describe.skipIf(!hasGo)('containerd-default', () => {
  // containerd makes its profile in code, for the machine that it was compiled for: the code runs with the machine as a word.
  const folder = mkdtempSync(join(tmpdir(), 'plimsoll-containerd-'))
  let built = false
  beforeAll(() => {
    const code = readFileSync(GO_FILE, 'utf8')
    writeFileSync(
      join(folder, 'default.go'),
      code
        .replace(/^package \w+/m, 'package main')
        .replaceAll('runtime.GOARCH', 'machine')
        .replace(/^\t"runtime"$/m, ''),
    )
    writeFileSync(join(folder, 'main.go'), MAIN)
    writeFileSync(
      join(folder, 'go.mod'),
      `module x\n\ngo 1.24\n\nrequire (\n\t${CONTAINERD.replace('@', ' ')}\n\tgithub.com/opencontainers/runtime-spec v1.3.0\n)\n`,
    )
    // The modules come from the cache: tests use no network.
    built = works('go', ['build', '-mod=mod', '-o', 'profile', '.'], {
      cwd: folder,
      env: { ...process.env, GOPROXY: 'off', GOFLAGS: '', GONOSUMDB: '*' },
    })
    if (!built) console.log('containerd-default is not compared: its module does not build from the cache alone')
  })
  afterAll(() => rmSync(folder, { recursive: true, force: true }))
  it("decides as containerd's code", async (test) => {
    if (!built) return test.skip()
    const { profile } = await ours('containerd-default')
    const sets = capabilitySets(profile)
    const machines = ARCHITECTURES.map(
      (architecture) => [architecture, architecture === 'x86' ? '386' : architecture] as const,
    )
    const worlds = machines.flatMap(([architecture, goarch]) =>
      (architecture === 'amd64' || architecture === 's390x' ? sets : sets.slice(0, 4)).map((capabilities) => ({
        architecture,
        goarch,
        capabilities,
      })),
    )
    const lines = execFileSync(
      join(folder, 'profile'),
      worlds.map(({ goarch, capabilities }) => `${goarch}:${[...capabilities].map((cap) => `CAP_${cap}`).join()}`),
      { encoding: 'utf8' },
    )
      .trim()
      .split('\n')
    expect(lines.length).toBe(worlds.length)
    for (const [i, { architecture, capabilities }] of worlds.entries()) {
      const vendor = profileOf(lines[i] ?? '').profile
      expect(differences(profile, vendor, { architecture, capabilities })).toEqual([])
    }
  })
})
const MAIN = `package main

import (
	"encoding/json"
	"os"
	"strings"

	specs "github.com/opencontainers/runtime-spec/specs-go"
)

var machine string

func main() {
	out := json.NewEncoder(os.Stdout)
	for _, word := range os.Args[1:] {
		name, caps, _ := strings.Cut(word, ":")
		machine = name
		process := &specs.Process{Capabilities: &specs.LinuxCapabilities{Bounding: strings.Split(caps, ",")}}
		if err := out.Encode(DefaultProfile(&specs.Spec{Process: process})); err != nil {
			panic(err)
		}
	}
}
`

describe('every shipped profile', async () => {
  const names = await builtinSeccompNames()
  it('is there by its name', () => {
    expect(names).toEqual(
      expect.arrayContaining([
        'containerd-default',
        'docker-default',
        'docker-default@20.10',
        'podman-default',
        'unconfined',
      ]),
    )
  })
  it.each(names)('%s: what is written for engines is valid for the schema, and decides the same', async (name) => {
    const { profile } = await ours(name)
    const text = profileJson(profile)
    expect(SeccompProfile.safeParse(JSON.parse(text)).error).toBeUndefined()
    const again = profileOf(text).profile
    expect(differences(profile, again, { architecture: 'amd64', capabilities: new Set(['SYS_ADMIN']) })).toEqual([])
  })
  it.each(names)('%s: its rules have the places of the file that they stand in', async (name) => {
    const { profile, places } = await ours(name)
    for (const [number, rule] of profile.syscalls.entries()) {
      if (rule.names.length === 0) continue
      const { file, line } = places.rule(number)
      const text = readFileSync(file, 'utf8')
        .split('\n')
        .slice(line - 1)
        .join('\n')
      const at = text.search(new RegExp(`\\b${rule.names[0] ?? ''}\\b`))
      expect(at).toBeGreaterThanOrEqual(0)
    }
    expect(places.key('defaultAction').line).toBeGreaterThan(1)
  })
})

describe('the compact form', () => {
  const read = (texts: Record<string, string>) => (name: string) => {
    const text = texts[name]
    return text === undefined ? undefined : { file: `${name}.yaml`, text }
  }
  it('extends, takes away and adds', () => {
    const { value, notices } = builtinProfile(
      'b',
      read({
        a: 'default: EPERM\nallow:\n  files: open read\n',
        b: 'extends: a\ndefault: ENOSYS\nless: open\nmore:\n  files: close\nrules:\n  - { deny: read, errno: EINVAL, where: arg0 & 0xf0 == 0x10, with: BPF, not-on: arm, kernel: "4.8" }\n',
      }),
    )
    expect(notices).toEqual([])
    expect(value?.profile).toMatchObject({
      defaultAction: 'SCMP_ACT_ERRNO',
      defaultErrnoRet: 38,
      syscalls: [
        { names: ['read'] },
        { names: ['close'] },
        {
          names: ['read'],
          action: 'SCMP_ACT_ERRNO',
          errnoRet: 22,
          args: [{ index: 0, op: 'SCMP_CMP_MASKED_EQ', value: 0xf0n, valueTwo: 0x10n }],
          includes: { caps: ['CAP_BPF'], arches: [], minKernel: [4, 8] },
          excludes: { caps: [], arches: ['arm'] },
        },
      ],
    })
    expect(value?.places.rule(0)).toMatchObject({ file: 'a.yaml', line: 3 })
    expect(value?.places.rule(2)).toMatchObject({ file: 'b.yaml', line: 7 })
  })
  it.each([
    ['a circle', 'extends: a\ndefault: EPERM', /extends itself/],
    ['a rule without a name', 'default: EPERM\nrules:\n  - { errno: EPERM }', /names no system call/],
    ['an error', 'default: EPREM', /no error by name/],
    ['a comparison', 'default: EPERM\nrules:\n  - { allow: read, where: arg9 == 1 }', /no comparison/],
    ['a key', 'default: EPERM\nrules:\n  - { allow: read, whith: BPF }', /whith is no key/],
    ['a machine', 'default: EPERM\nmachines: { x68: x32 }', /x68 is no architecture/],
  ])('tells what is wrong: %s', (_, text, expected) => {
    const { value, notices } = builtinProfile('a', read({ a: text }))
    expect(value).toBeUndefined()
    expect(notices.map(({ message }) => message).join('\n')).toMatch(expected)
  })
})

describe('purposes', () => {
  it('every call of every machine has one, and none has two', () => {
    expect(ARCHITECTURES.flatMap((one) => systemCalls(one)).filter((call) => purposeOf(call) === 'other')).toEqual([])
    expect(namedCalls().every((call) => PURPOSES.some(({ name }) => name === purposeOf(call)))).toBe(true)
    const table = /const TABLE = `\n([\s\S]*?)`/.exec(readFileSync('src/confine/seccomp/purpose.ts', 'utf8'))?.[1] ?? ''
    const calls = table
      .split('\n')
      .filter((line) => line.startsWith('  '))
      .flatMap((line) => line.trim().split(' '))
    expect(calls.length).toBeGreaterThan(490)
    expect(calls.length).toBe(new Set(calls).size)
  })
})

function moduleCache(): string {
  const home = process.env.GOMODCACHE ?? join(process.env.GOPATH ?? join(process.env.HOME ?? '/root', 'go'), 'pkg/mod')
  return existsSync(home) && readdirSync(home).length > 0 ? home : '/nonexistent'
}
function works(
  command: string,
  args: readonly string[],
  options: { cwd?: string; env?: NodeJS.ProcessEnv } = {},
): boolean {
  try {
    execFileSync(command, [...args], { stdio: 'pipe', ...options })
    return true
  } catch (error) {
    if (error instanceof Error && 'stderr' in error) console.log(String(error.stderr).slice(0, 500))
    return false
  }
}
