/**
 * OCI runtime configuration, the config.json of a bundle: what runc, crun, youki and gVisor are given.
 * https://github.com/opencontainers/runtime-spec/blob/main/config.md and config-linux.md
 */
import { child, isMap, textOf } from '../document/node.ts'
import { unknown } from '../model/fact.ts'
import type { container } from '../model/fields.ts'
import type { Read } from '../model/notice.ts'
import { ask, at, bool, int, scalarFact, parse, silent, text, listOfTexts, type Answer, type Ask } from './ask.ts'
import type { Asks, Dialect, Found } from './dialect.ts'
import { deviceRules, devices, mounts, sharedMemory, tokenMount } from './oci-runtime/mount.ts'
import { mappings, namespace, namespaceOf } from './oci-runtime/namespace.ts'
import { elsewhere, onLinux, platform } from './oci-runtime/platform.ts'
import {
  ambient,
  inheritable,
  permitted,
  annotation,
  apparmorKind,
  apparmorName,
  bounding,
  environment,
  label,
  sysctls,
  ulimits,
  withProcess,
} from './oci-runtime/process.ts'
import { cpu, cpuSet, memory, paths, pids, procMount, reservation, resource } from './oci-runtime/resource.ts'
import { jsonText } from './oci-runtime/text.ts'
import { ociRuntime as silence } from './silence/oci.ts'
import type { Node } from '../document/node.ts'
import { removeKey } from '../document/change.ts'
import { writing } from './write.ts'

const SECTIONS = ['process', 'root', 'mounts', 'hostname', 'linux', 'windows', 'freebsd', 'solaris', 'vm', 'zos']

const name: Ask<string> = annotation(
  'io.kubernetes.cri.container-name',
  'io.kubernetes.container.name',
  'nerdctl/name',
).else(text('hostname'))

/** A process without a user runs as 0:0, as Go and C read what is absent; on Windows the user has a name. */
const id = (key: 'uid' | 'gid'): Ask<string> =>
  int(`process.user.${key}`)
    .to(String)
    .else(elsewhere('windows'))
    .else(withProcess(() => '0', `config.json writes no ${key}, which is 0`))

/** linux.seccomp is the profile itself; that of the engine is written out like any other. */
const seccompKind: Ask<'profile'> = ask((scope): Answer<'profile'> => {
  const node = at(scope, 'self', 'linux.seccomp')
  if (node.unknown !== undefined) return unknown(node.place, node.unknown, 'user')
  if (node.missing === true || node.value === null) return { how: 'silent', place: node.place }
  return isMap(node)
    ? { how: 'set', place: node.place, value: 'profile' }
    : unknown(node.place, 'seccomp is not a map', 'user')
})
const seccompText: Ask<string> = ask((scope): Answer<string> => {
  const node = at(scope, 'self', 'linux.seccomp')
  if (!isMap(node)) return { how: 'silent', place: node.place }
  const json = jsonText(node)
  return json === undefined
    ? unknown(node.place, 'the profile is too large, or a value in it is not known', 'user')
    : { how: 'set', place: node.place, value: json }
})

const HOST_PROCESS = 'microsoft.com/hostprocess-container'
const hostProcess: Ask<boolean> = writing(
  ask((scope) => scalarFact(child(at(scope, 'self', 'annotations'), HOST_PROCESS), 'true or false', parse.bool)),
  (on, { self }) => (on ? undefined : [removeKey(self, ['annotations', HOST_PROCESS])]),
)

const asks: Asks<typeof container> = {
  name,
  os: platform,
  role: silent,
  image: {
    reference: annotation(
      'io.kubernetes.cri.image-name',
      'io.kubernetes.cri-o.ImageName',
      'org.opencontainers.image.ref.name',
    ),
    pull: silent,
  },
  // process.args is the whole command line: where the image's ENTRYPOINT ends in it is not written.
  entrypoint: withProcess(() => [], 'process.args holds the whole command line'),
  command: listOfTexts('process.args'),
  workingDirectory: text('process.cwd'),
  privileged: silent,
  readOnlyRootFilesystem: bool('root.readonly'),
  noNewPrivileges: onLinux(bool('process.noNewPrivileges')).else(
    withProcess(() => false, 'noNewPrivileges is false unless set'),
  ),
  init: silent,
  restart: { policy: silent, retries: silent },
  user: {
    name: text('process.user.username')
      .to((user) => (user === '' ? undefined : user))
      .else(id('uid')),
    group: id('gid'),
    supplementary: listOfTexts('process.user.additionalGids'),
    groupsPolicy: silent,
    mustBeNonRoot: silent,
  },
  namespaces: {
    pid: namespace('pid'),
    ipc: namespace('ipc'),
    network: namespace('network'),
    uts: namespace('uts'),
    user: namespace('user'),
    cgroup: namespace('cgroup'),
    mount: namespace('mount'),
    time: namespace('time'),
    pidOf: namespaceOf('pid'),
    ipcOf: namespaceOf('ipc'),
    networkOf: namespaceOf('network'),
    userOf: namespaceOf('user'),
  },
  uidMappings: mappings('uidMappings'),
  gidMappings: mappings('gidMappings'),
  network: { mode: silent, names: silent },
  capabilities: {
    given: bounding,
    add: silent,
    drop: silent,
    ambient,
    initialPermitted: permitted,
    initialInheritable: inheritable,
  },
  seccomp: { kind: onLinux(seccompKind), name: silent, text: seccompText },
  apparmor: { kind: onLinux(apparmorKind), name: apparmorName },
  selinux: {
    disabled: text('process.selinuxLabel').to((whole) => (whole === '' ? undefined : false)),
    user: label(0),
    role: label(1),
    type: label(2),
    level: label(3),
  },
  mounts,
  devices,
  deviceRules,
  masked: onLinux(paths('maskedPaths')),
  readOnlyPaths: onLinux(paths('readonlyPaths')),
  procMount: onLinux(procMount),
  sysctls,
  ulimits,
  ports: silent,
  environment,
  health: { check: silent, readiness: silent, liveness: silent },
  probes: silent,
  resources: {
    memory: onLinux(memory),
    memoryReservation: onLinux(reservation),
    swap: resource('memory.swap'),
    cpu: onLinux(cpu),
    cpuReservation: silent,
    cpuShares: resource('cpu.shares'),
    cpuSet,
    pids: onLinux(pids),
    ioWeight: resource('blockIO.weight'),
    ephemeralStorage: silent,
    oomKillDisabled: bool('linux.resources.memory.disableOOMKiller'),
    oomScoreAdjustment: int('process.oomScoreAdj'),
    sharedMemory,
  },
  cgroupParent: text('linux.cgroupsPath'),
  runtime: silent,
  serviceAccount: { name: silent, token: tokenMount },
  logging: { driver: silent },
  windows: { hostProcess, userName: text('process.user.username'), credentialSpec: silent },
  podSecurity: { enforce: silent, version: silent },
  nesting: silent,
  declarations: silent,
}

function containers(root: Node): Read<readonly Found[]> {
  const scope = { self: root }
  const found = name.read(scope)
  const id = found.how === 'silent' || found.how === 'unknown' || found.value === '' ? 'container' : found.value
  return { value: [{ id, scope }], notices: [] }
}

export const ociRuntime: Dialect = {
  name: 'oci-runtime',
  says: 'OCI runtime configuration: the config.json of a bundle (runc, crun)',
  sign: '`ociVersion`',
  certain: true,
  runtime: 'oci',
  mention: /ociVersion/,
  is: (root) =>
    isMap(root) && textOf(child(root, 'ociVersion')) !== undefined && SECTIONS.some((key) => root.value.has(key)),
  containers,
  asks,
  silence,
}
