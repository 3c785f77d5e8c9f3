/** Units that start a kubelet: its flags, which win over its configuration file. https://kubernetes.io/docs/reference/command-line-tools-reference/kubelet/ */
import type { Node } from '../../document/node.ts'
import { refuse } from '../ask.ts'
import { is } from '../dialect.ts'
import { undecided } from '../silence/engine/undecided.ts'
import type { EngineFormat } from './format.ts'
import { kubelet } from './kubelet.ts'
import { unitFlags, valueNode, type Started } from './unit-flags.ts'

/** Flag -> where KubeletConfiguration has it. */
const KEYS: Readonly<Record<string, string>> = {
  address: 'address',
  'allowed-unsafe-sysctls': 'allowedUnsafeSysctls',
  'anonymous-auth': 'authentication.anonymous.enabled',
  'authentication-token-webhook': 'authentication.webhook.enabled',
  'authorization-mode': 'authorization.mode',
  'cgroup-root': 'cgroupRoot',
  'client-ca-file': 'authentication.x509.clientCAFile',
  'enable-debugging-handlers': 'enableDebuggingHandlers',
  'event-qps': 'eventRecordQPS',
  'fail-swap-on': 'failSwapOn',
  'make-iptables-util-chains': 'makeIPTablesUtilChains',
  'pod-manifest-path': 'staticPodPath',
  'pod-max-pids': 'podPidsLimit',
  'protect-kernel-defaults': 'protectKernelDefaults',
  'read-only-port': 'readOnlyPort',
  'rotate-certificates': 'rotateCertificates',
  'seccomp-default': 'seccompDefault',
  'streaming-connection-idle-timeout': 'streamingConnectionIdleTimeout',
  'tls-cert-file': 'tlsCertFile',
  'tls-cipher-suites': 'tlsCipherSuites',
  'tls-min-version': 'tlsMinVersion',
}
const SWITCHES = new Set([
  'anonymous-auth',
  'authentication-token-webhook',
  'enable-debugging-handlers',
  'fail-swap-on',
  'make-iptables-util-chains',
  'protect-kernel-defaults',
  'rotate-certificates',
  'seccomp-default',
])
const LISTS = new Set(['allowed-unsafe-sysctls', 'tls-cipher-suites'])
const startIn = (root: Node): Started | undefined => unitFlags(root, 'kubelet', SWITCHES)

/** The flags as a configuration would say them. */
function configOf({ place, flags }: Started): Node {
  const whole = new Map<string, Node>()
  for (const flag of flags) {
    const path = Object.hasOwn(KEYS, flag.name) ? (KEYS[flag.name] ?? '').split('.') : []
    const last = path.pop()
    if (last === undefined) continue
    let here = whole
    for (const [depth, key] of path.entries()) {
      const known = here.get(key)?.value
      const next = known instanceof Map ? new Map(known) : new Map<string, Node>()
      here.set(key, valueNode(flag, path.slice(0, depth + 1), next))
      here = next
    }
    const value = LISTS.has(flag.name)
      ? flag.value.split(',').map((one, index) => valueNode(flag, [...path, last, index], one.trim()))
      : flag.value
    here.set(last, valueNode(flag, [...path, last], value))
  }
  return { place, path: [], value: whole }
}

export const kubeletUnit: EngineFormat = {
  name: 'kubelet-unit',
  file: 'kubelet.service',
  seat: 'kubelet flags',
  syntax: 'unit',
  mention: /\bkubelet\b/,
  is: (root) => startIn(root) !== undefined,
  runtimes: () => ['kubernetes'],
  scope: (root) => ({ self: configOf(startIn(root) ?? { place: root.place, flags: [] }) }),
  silence: {
    ...undecided(
      refuse('the command line of the kubelet does not say it: its configuration file may (--config)', 'engine'),
    ),
    kind: is('kubelet', 'the unit starts a kubelet'),
  },
  asks: kubelet.asks,
}
