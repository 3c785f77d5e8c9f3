/** crio.conf(5): https://github.com/cri-o/cri-o/blob/main/docs/crio.conf.5.md */
import { child, isMap, textOf, type Node } from '../../document/node.ts'
import { asMap, bool, int, parse, scalarFact, text } from '../ask.ts'
import { shortDevice, strangeDevice } from '../docker/device.ts'
import { said, soundMaps, why, word, type Device } from '../docker/piece.ts'
import { crio as silence } from '../silence/engine/node.ts'
import { SAYS_NOTHING, type EngineFormat } from './format.ts'
import { below, runtimesAt } from './runtime.ts'
import { capabilitiesAt, listAt, sysctlsAt, textsAt, ulimitsAt } from './toml.ts'
import type { Fact } from '../../model/fact.ts'

const R = 'crio.runtime.'
const isNamed = (node: Node): boolean => (textOf(node) ?? '') !== ''

/** The opposite of a switch, as a fact. */
export function unless(node: Node, what: string): Fact<boolean> | undefined {
  const answer = scalarFact(child(node, what), 'true or false', parse.bool)
  return answer.how === 'silent' ? undefined : answer.how === 'unknown' ? answer : { ...answer, value: !answer.value }
}
/** A list of texts below a runtime, as a fact. */
export function patterns(node: Node, key: string): Fact<readonly Fact<string>[]> | undefined {
  const answer = textsAt(key, 'self').read({ self: node })
  return answer.how === 'silent' ? undefined : answer
}

export const crio: EngineFormat = {
  name: 'crio',
  file: 'crio.conf',
  seat: 'container runtime of the node',
  syntax: 'toml',
  mention: /^\s*\[crio(?:\.|\])/m,
  is: (root) => isMap(root) && root.value.size === 1 && isMap(child(root, 'crio')),
  runtimes: () => ['kubernetes'],
  scope: (root) => ({ self: soundMaps(asMap(root), ['crio', 'crio.runtime', 'crio.api', 'crio.image']) }),
  silence,
  asks: {
    ...SAYS_NOTHING,
    readOnlyRootFilesystem: bool(`${R}read_only`),
    usernsRemap: text(`${R}uid_mappings`).to((mappings) => mappings !== ''),
    capabilities: capabilitiesAt(`${R}default_capabilities`, 'self').to((list) =>
      list.length === 0 ? undefined : list,
    ),
    seccompProfile: word(`${R}seccomp_profile`),
    apparmorProfile: word(`${R}apparmor_profile`).to((name) => (name.startsWith('crio-default') ? '' : name)),
    selinux: bool(`${R}selinux`),
    selinuxOnHostNetwork: bool(`${R}hostnetwork_disable_selinux`).to((off) => !off),
    runtime: word(`${R}default_runtime`),
    runtimes: runtimesAt(`${R}runtimes`, 'self', (name, node) => {
      const hostDevices = unless(node, 'privileged_without_host_devices')
      const annotations = patterns(node, 'allowed_annotations')
      const path = below(node, 'runtime_path')
      const isMachine = textOf(below(node, 'runtime_type')) === 'vm'
      return {
        name,
        // What runs in a virtual machine says so; its path is that of the shim.
        paths: isNamed(path) ? [path] : [],
        ...(isMachine && { sandbox: said(below(node, 'runtime_type'), 'virtual-machine' as const) }),
        ...(hostDevices && { hostDevices }),
        ...(annotations && { annotations }),
      }
    }),
    sysctls: sysctlsAt(`${R}default_sysctls`, 'self'),
    ulimits: ulimitsAt(`${R}default_ulimits`, 'self'),
    pids: int(`${R}pids_limit`).to((limit) => Math.max(limit, 0)),
    devices: listAt<Device>(`${R}additional_devices`, 'self', shortDevice, (node) => strangeDevice(why(node, ''))),
    logLevel: word(`${R}log_level`),
    storageDriver: word('crio.storage_driver'),
    storageOptions: textsAt('crio.storage_option', 'self'),
    hosts: word('crio.api.listen').to((path, place) => [
      { how: 'set' as const, place, value: `unix://${path.replace(/^unix:\/\//, '')}` },
    ]),
    insecureRegistries: textsAt('crio.image.insecure_registries', 'self'),
    stream: { address: word('crio.api.stream_address'), tls: bool('crio.api.stream_enable_tls') },
  },
}
