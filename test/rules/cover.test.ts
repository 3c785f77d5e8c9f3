/** One root cause is one finding, and no finding hides another: how rules of rules/ cover each other. */
import { readFileSync } from 'node:fs'
import { resolve } from 'node:path'
import { describe, expect, it } from 'vitest'
import { readExample } from '../../src/example.ts'
import type { Finding } from '../../src/model/finding.ts'
import { compile } from '../../src/rule/compile.ts'
import { judge } from '../../src/rule/judge.ts'
import { loadRule } from '../../src/rule/load.ts'

async function judged(ids: readonly string[], dialect: string, text: string): Promise<readonly Finding[]> {
  const rules = await Promise.all(
    ids.map(async (id) => {
      const file = `rules/${id}.yaml`
      const { value } = await loadRule(file, readFileSync(resolve(import.meta.dirname, '../..', file), 'utf8'))
      const { compiled } = value ? compile(value.rule) : {}
      if (!compiled) throw new Error(`${id} is no rule`)
      const parameters = Object.entries(compiled.rule.parameters).map(([name, { default: is }]) => [name, is] as const)
      return { compiled, parameters: Object.fromEntries(parameters) }
    }),
  )
  const { world } = await readExample('x.yaml', [
    { dialect, text, locate: (line, column) => ({ file: 'x.yaml', line, column }) },
  ])
  const { findings, notices } = judge(rules, world)
  expect(notices).toEqual([])
  return findings
}
const shown = (findings: readonly Finding[]): readonly string[] =>
  findings.map(
    ({ rule, outcome, place, coveredBy }) => `${place.line} ${rule} ${outcome}${coveredBy ? ` < ${coveredBy}` : ''}`,
  )

describe('covering', () => {
  it('takes in what is said of the same mount, and leaves the other mounts alone', async () => {
    const findings = await judged(
      ['engine-socket-mounted', 'host-path-sensitive', 'host-path-mounted'],
      'compose',
      `services:
  web:
    image: nginx
    volumes:
      - /var/run/docker.sock:/s
      - /etc/cron.d:/c
      - /srv:/d
`,
    )
    expect(shown(findings)).toEqual([
      '5 engine-socket-mounted fail',
      '5 host-path-sensitive fail < engine-socket-mounted',
      '6 host-path-sensitive fail',
      '5 host-path-mounted fail < engine-socket-mounted',
      '6 host-path-mounted fail < host-path-sensitive',
      '7 host-path-mounted fail',
    ])
  })

  it('takes in every element where a rule about the container as a whole covers', async () => {
    const findings = await judged(
      ['privileged', 'capability-dangerous', 'capability-added'],
      'compose',
      `services:
  web:
    image: nginx
    privileged: true
    cap_add:
      - SYS_TIME
      - NET_RAW
`,
    )
    expect(shown(findings).every((line) => line.endsWith('< privileged') || line === '4 privileged fail')).toBe(true)
    expect(findings).toHaveLength(4)
  })

  it('tells of a pod without probes and limits once, and of the part that is missing where the rest is there', async () => {
    const findings = await judged(
      [
        'healthcheck-missing',
        'liveness-probe-missing',
        'readiness-probe-missing',
        'memory-unbounded',
        'memory-request-missing',
      ],
      'kubernetes',
      `apiVersion: v1
kind: Pod
metadata: { name: web }
spec:
  containers:
    - name: nothing
      image: nginx
    - name: part
      image: nginx
      resources: { requests: { memory: 1Mi } }
      readinessProbe: { tcpSocket: { port: 80 } }
`,
    )
    expect(shown(findings)).toEqual([
      '6 memory-unbounded fail',
      '10 memory-unbounded fail',
      '6 healthcheck-missing fail',
      '6 liveness-probe-missing fail < healthcheck-missing',
      '6 memory-request-missing fail < memory-unbounded',
      '6 readiness-probe-missing fail < healthcheck-missing',
      '8 liveness-probe-missing fail',
    ])
  })

  it('knows numbers of users for those of the host only where the user namespace is the host’s', async () => {
    const findings = await judged(
      ['host-user-namespace', 'root-user', 'root-group', 'user-id-low', 'group-id-low'],
      'kubernetes',
      `apiVersion: v1
kind: Pod
metadata: { name: web }
spec:
  containers:
    - name: root
      image: nginx
      securityContext: { runAsUser: 0, runAsGroup: 0 }
    - name: low
      image: nginx
      securityContext: { runAsUser: 33, runAsGroup: 33 }
    - name: group
      image: nginx
      securityContext: { runAsUser: 10001, runAsGroup: 0 }
`,
    )
    expect(shown(findings).filter((line) => !line.includes('<'))).toEqual([
      '8 root-user fail',
      '11 user-id-low fail',
      '14 root-group fail',
    ])
  })

  it('is not stopped by a list that is not known: the finding is open, with the worst severity', async () => {
    const findings = await judged(
      ['capability-dangerous', 'port-on-all-interfaces'],
      'compose',
      'services: { web: { image: nginx, ports: 80, cap_add: { a: [b] } } }',
    )
    expect(findings.map(({ rule, outcome, severity }) => [rule, outcome, severity])).toEqual([
      ['capability-dangerous', 'open', 'critical'],
      ['port-on-all-interfaces', 'open', 'medium'],
    ])
  })

  it('takes in what is not known for the same reason, and nothing that is not known for another', async () => {
    const findings = await judged(
      ['host-path-sensitive', 'host-path-mounted', 'volume-type-restricted', 'privileged', 'seccomp-missing'],
      'kubernetes',
      `kind: Pod
apiVersion: v1
metadata: { name: web }
spec:
  containers:
    - name: web
      image: nginx
      securityContext: { privileged: often }
      volumeMounts: [{ name: absent, mountPath: /data }]
`,
    )
    expect(shown(findings)).toEqual([
      '8 privileged open',
      '9 host-path-sensitive open',
      '8 seccomp-missing open',
      '9 host-path-mounted open < host-path-sensitive',
      '9 volume-type-restricted open < host-path-mounted',
    ])
  })
})
