/** Units that start dockerd: its flags are the keys of daemon.json, some in the singular. dockerd(8). */
import type { Node } from '../../document/node.ts'
import { refuse } from '../ask.ts'
import { FIXED } from '../silence/engine/docker.ts'
import { undecided } from '../silence/engine/undecided.ts'
import { daemon } from './daemon.ts'
import type { EngineFormat } from './format.ts'
import { unitFlags, valueNode, type Flag, type Started } from './unit-flags.ts'

const SWITCHES = new Set(
  `debug experimental icc init ip-forward ip-masq iptables ip6tables ipv6 live-restore no-new-privileges raw-logs rootless
   selinux-enabled tls tlsverify userland-proxy validate help version`.split(/\s+/),
)
/** Flags that may be repeated -> the key of the list. */
const LISTS: Readonly<Record<string, string>> = {
  host: 'hosts',
  'insecure-registry': 'insecure-registries',
  'authorization-plugin': 'authorization-plugins',
  'storage-opt': 'storage-opts',
}
const startIn = (root: Node): Started | undefined => unitFlags(root, 'dockerd', SWITCHES, { H: 'host' })

/** The flags as a daemon.json would say them. */
function configOf({ place, flags }: Started): Node {
  const keys = new Map<string, Node>()
  const into = (key: string, flag: Flag, name: string, value: Node['value']): void => {
    const known = keys.get(key)?.value
    const map = new Map(known instanceof Map ? [...known] : [])
    map.set(name, valueNode(flag, [key, name], value))
    keys.set(key, valueNode(flag, [key], map))
  }
  for (const flag of flags) {
    const { name, value } = flag
    const key = LISTS[name]
    if (key !== undefined) {
      const known = keys.get(key)?.value
      const before: readonly Node[] = Array.isArray(known) ? known : []
      keys.set(key, valueNode(flag, [key], [...before, valueNode(flag, [key, before.length], value)]))
    } else if (name === 'add-runtime') {
      const [runtime = '', path = ''] = value.split('=', 2)
      into('runtimes', flag, runtime, new Map([['path', valueNode(flag, ['runtimes', runtime, 'path'], path)]]))
    } else if (name === 'default-ulimit') {
      const [, limit = '', soft = '', hard = soft] = /^([a-z]+)=(-?\d+)(?::(-?\d+))?$/.exec(value) ?? []
      const part = (each: string, text: string): readonly [string, Node] => [
        each,
        valueNode(flag, ['default-ulimits', limit, each], text),
      ]
      into('default-ulimits', flag, limit, limit === '' ? value : new Map([part('Soft', soft), part('Hard', hard)]))
    } else keys.set(name, valueNode(flag, [name], value))
  }
  return { place, path: [], value: keys }
}

export const dockerdUnit: EngineFormat = {
  name: 'dockerd-unit',
  file: 'docker.service',
  seat: 'dockerd',
  syntax: 'unit',
  mention: /\bdockerd\b/,
  is: (root) => startIn(root) !== undefined,
  runtimes: () => ['docker'],
  scope: (root) => ({ self: configOf(startIn(root) ?? { place: root.place, flags: [] }) }),
  silence: {
    ...undecided(refuse('the command line of dockerd does not say it: daemon.json may', 'engine')),
    ...FIXED,
  },
  asks: daemon.asks,
}
