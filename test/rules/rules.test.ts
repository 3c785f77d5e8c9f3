/** Every file of rules/ is a rule, and its examples hold: adding a rule adds its tests. */
import { readFileSync, readdirSync } from 'node:fs'
import { join, resolve } from 'node:path'
import { describe, expect, it } from 'vitest'
import { readExample } from '../../src/example.ts'
import { checkExamples } from '../../src/rule/example.ts'
import { loadRule } from '../../src/rule/load.ts'
import type { RuleError } from '../../src/rule/rule.ts'

const folder = resolve(import.meta.dirname, '../../rules')
const names = readdirSync(folder).filter((name) => name.endsWith('.yaml'))
const rules = await Promise.all(
  names.map(async (name) => {
    const source = readFileSync(join(folder, name), 'utf8')
    return { id: name.replace(/\.yaml$/, ''), ...(await loadRule(`rules/${name}`, source)) }
  }),
)
const ids = new Set(rules.map(({ id }) => id))
const told = (errors: readonly RuleError[]): readonly string[] =>
  errors.map(({ place, message }) => `${place.file}:${place.line}:${place.column} ${message}`)

/** What has no meaning on Windows says so; an example in every such rule would say it again. */
const LINUX = 'container.os == "linux"'

/** What the first issue names: an id never changes its meaning, and none of these may go. */
const PROMISED = `privileged root-user host-user-namespace host-pid-namespace host-network-namespace host-ipc-namespace
  host-uts-namespace host-cgroup-namespace seccomp-unconfined seccomp-missing apparmor-unconfined apparmor-missing
  selinux-disabled new-privileges-allowed capability-dangerous capabilities-not-dropped memory-unbounded cpu-unbounded
  pids-unbounded writable-root-filesystem engine-socket-mounted host-path-sensitive host-path-mounted
  mount-propagation-shared host-device proc-unmasked sysctl-unsafe port-on-all-interfaces host-port image-tag-mutable
  image-digest-missing secret-in-environment healthcheck-missing restart-unbounded service-account-token
  root-account-extra password-empty setuid-file file-capability world-writable-file sudo-passwordless
  image-user-unknown non-root-not-provable`.split(/\s+/)

/** Ids of policy/check_*.go. */
const PSS_CHECKS = [
  'allowPrivilegeEscalation',
  'appArmorProfile',
  'capabilities_baseline',
  'capabilities_restricted',
  'hostNamespaces',
  'hostPathVolumes',
  'hostPorts',
  'hostProbesAndHostLifecycle',
  'privileged',
  'procMount',
  'procMount_restricted',
  'restrictedVolumes',
  'runAsNonRoot',
  'runAsUser',
  'seLinuxOptions',
  'seccompProfile_baseline',
  'seccompProfile_restricted',
  'sysctls',
  'windowsHostProcess',
]

it('has every rule that was promised', () => {
  expect(PROMISED.filter((id) => !ids.has(id))).toEqual([])
})

it('has one list of what engines mount by themselves', () => {
  const lists = ['host-path-sensitive', 'host-path-mounted', 'host-path-writable'].map(
    (id) => rules.find((rule) => rule.id === id)?.value?.rule.parameters['engine']?.default,
  )
  expect(lists.map((list) => list?.toString())).toEqual(lists.map(() => lists[0]?.toString()))
  expect(lists[0]).not.toEqual([])
})

it('names every check of the Pod Security Standards (kubernetes/pod-security-admission, v1.37)', () => {
  const named = new Set(rules.flatMap(({ value }) => value?.rule.standards['pss-control'] ?? []))
  expect([...named].sort()).toEqual(PSS_CHECKS)
})

describe.each(rules)('$id', ({ id, value, errors }) => {
  it('is a rule', () => {
    expect(told(errors)).toEqual([])
    expect(value?.rule.id).toBe(id)
  })

  it('has examples that hold', async () => {
    expect(value && told(await checkExamples(value, readExample))).toEqual([])
  })

  it('has a good and a bad example: neither a rule that always fails nor one that never does passes them', async () => {
    for (const deny of ['true', 'false'])
      expect(value && (await checkExamples({ ...value, rule: { ...value.rule, deny } }, readExample))).not.toEqual([])
  })

  it('says with an example where it does not apply', async () => {
    if (!value?.rule.when || value.rule.when === LINUX) return
    const { when: _, ...rule } = value.rule
    expect(await checkExamples({ ...value, rule }, readExample)).not.toEqual([])
  })

  it('covers rules that exist, and not itself', () => {
    expect(value?.rule.covers.filter((other) => !ids.has(other) || other === id)).toEqual([])
  })

  it('is written for people: a sentence of why, a fix, published controls', () => {
    expect(value?.rule.why.length).toBeGreaterThan(80)
    expect(value?.rule.fix).toMatch(/[.]$/)
    expect(Object.keys(value?.rule.standards ?? {}).length).toBeGreaterThan(0)
  })
})
