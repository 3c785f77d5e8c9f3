/**
 * KubeletConfiguration, as a file and as the API server shows it (/api/v1/nodes/NAME/proxy/configz):
 * https://kubernetes.io/docs/reference/config-api/kubelet-config.v1beta1/
 */
import { child, isMap, textOf, type Node } from '../../document/node.ts'
import { asMap, bool, int, listOfTexts, refuse, text, type Refusal } from '../ask.ts'
import { soundMaps, word } from '../docker/piece.ts'
import { kubelet as silence } from '../silence/engine/node.ts'
import { SAYS_NOTHING, type EngineFormat } from './format.ts'

/** Printed by configz under this key, without kind. */
const bodyOf = (root: Node): Node => {
  const body = child(root, 'kubeletconfig')
  return body.missing === true ? root : body
}
const isKubelet = (root: Node): boolean =>
  isMap(root) &&
  ((textOf(child(root, 'kind')) === 'KubeletConfiguration' &&
    (textOf(child(root, 'apiVersion')) ?? '').startsWith('kubelet.config.k8s.io/')) ||
    (root.value.size === 1 && isMap(child(root, 'kubeletconfig'))))

const SECONDS: Readonly<Record<string, number>> = { h: 3600, m: 60, s: 1, ms: 0.001, us: 1e-6, µs: 1e-6, ns: 1e-9 }
/** A duration of Go, `4h30m`, in seconds, rounded down. */
export function seconds(duration: string): number | Refusal {
  if (duration === '0') return 0
  const whole = duration.slice(0, 100)
  const parts = [...whole.matchAll(/(\d+(?:\.\d+)?)(h|ms|us|µs|ns|m|s)/g)]
  return parts.length > 0 && parts.map(([part]) => part).join('') === whole
    ? Math.floor(parts.reduce((sum, [, number = '', unit = '']) => sum + Number(number) * (SECONDS[unit] ?? 0), 0))
    : refuse(`"${whole}" is not a duration`, 'user')
}

export const kubelet: EngineFormat = {
  name: 'kubelet',
  file: 'kubelet.yaml',
  seat: 'kubelet',
  syntax: 'data',
  mention: /KubeletConfiguration|"kubeletconfig"/,
  is: isKubelet,
  runtimes: () => ['kubernetes'],
  scope: (root) => ({
    self: soundMaps(asMap(bodyOf(root)), [
      'authentication',
      'authentication.anonymous',
      'authentication.webhook',
      'authentication.x509',
      'authorization',
      'memorySwap',
    ]),
  }),
  silence,
  asks: {
    ...SAYS_NOTHING,
    seccomp: bool('seccompDefault').to((on) => (on ? 'runtime-default' : 'unconfined')),
    unsafeSysctls: listOfTexts('allowedUnsafeSysctls'),
    pids: int('podPidsLimit').to((limit) => Math.max(limit, 0)),
    cgroupParent: word('cgroupRoot').to((path) => (path === '/' ? '' : path)),
    kubelet: {
      anonymous: bool('authentication.anonymous.enabled'),
      webhook: bool('authentication.webhook.enabled'),
      clientCa: text('authentication.x509.clientCAFile'),
      authorization: word('authorization.mode').by({ AlwaysAllow: 'AlwaysAllow', Webhook: 'Webhook' }),
      readOnlyPort: int('readOnlyPort'),
      address: word('address'),
      debugging: bool('enableDebuggingHandlers'),
      certificate: text('tlsCertFile'),
      serverBootstrap: bool('serverTLSBootstrap'),
      rotate: bool('rotateCertificates'),
      tlsMinimum: text('tlsMinVersion'),
      ciphers: listOfTexts('tlsCipherSuites'),
      protectKernel: bool('protectKernelDefaults'),
      iptablesChains: bool('makeIPTablesUtilChains'),
      eventRate: int('eventRecordQPS'),
      streamTimeout: text('streamingConnectionIdleTimeout').to(seconds),
      failSwap: bool('failSwapOn'),
      swap: word('memorySwap.swapBehavior').by({
        NoSwap: 'NoSwap',
        LimitedSwap: 'LimitedSwap',
        UnlimitedSwap: 'UnlimitedSwap',
      }),
      staticPods: text('staticPodPath'),
    },
  },
}
