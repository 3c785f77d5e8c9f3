/**
 * Container configurations of the Container Runtime Interface, as crictl reads them and the kubelet sends them, alone or in a
 * CreateContainerRequest with the configuration of their sandbox.
 * https://github.com/kubernetes/cri-api/blob/master/pkg/apis/runtime/v1/api.proto
 */
import { child, entries, get, isMap, textOf, type Node } from '../document/node.ts'
import { byDefault, type Fact } from '../model/fact.ts'
import type { container } from '../model/fields.ts'
import type { Read } from '../model/notice.ts'
import { ask, bool, int, listOfTexts, present, silent, silentWhen, text, type Answer, type Ask } from './ask.ts'
import type { Asks, Dialect, Found } from './dialect.ts'
import { devices, environment, mounts, ports, sysctls } from './cri/list.ts'
import { profile } from './cri/profile.ts'
import { wordAt } from './cri/word.ts'
import { cri as silence } from './silence/cri.ts'

const SECURITY = 'linux.security_context'
const RESOURCES = 'linux.resources'

/** All keys of a ContainerConfig. */
const KEYS: ReadonlySet<string> = new Set(
  `metadata image command args working_dir envs mounts devices labels annotations log_path stdin stdin_once tty linux windows
   CDI_devices stop_signal`.split(/\s+/),
)
/** `image` is a map with the image in it, which is so in no other format of a container. */
const isConfig = (node: Node): boolean =>
  isMap(node) &&
  textOf(get(node, 'metadata.name')) !== undefined &&
  textOf(get(node, 'image.image')) !== undefined &&
  entries(node).every(([key]) => KEYS.has(key))

function is(root: Node): boolean {
  if (!isMap(root)) return false
  return isConfig(root) || (root.value.has('sandbox_config') && isConfig(child(root, 'config')))
}

function containers(root: Node): Read<readonly Found[]> {
  const self = isConfig(root) ? root : child(root, 'config')
  const sandbox = child(root, 'sandbox_config')
  const pod = get(sandbox, 'metadata')
  const id = [textOf(child(pod, 'namespace')), textOf(child(pod, 'name')), textOf(get(self, 'metadata.name'))]
  return {
    value: [{ id: id.filter((part) => part !== undefined && part !== '').join('/'), scope: { self, sandbox } }],
    notices: [],
  }
}

const full = (path: string): Ask<readonly Fact<string>[]> =>
  listOfTexts(path).to((value) => (value.length > 0 ? value : undefined))
/** Without args, a command runs alone. */
const noArguments: Ask<readonly Fact<string>[]> = ask((scope): Answer<readonly Fact<string>[]> => {
  const command = full('command').read(scope)
  return command.how === 'silent' || command.how === 'unknown'
    ? command
    : byDefault(command.place, [], 'command is written, so the CMD of the image is not used')
})
const full0 = (path: string): Ask<number> => int(path).to((value) => (value === 0 ? undefined : value))
const filled = (path: string): Ask<string> => text(path).to((value) => (value === '' ? undefined : value))

const MODES = { POD: 0, CONTAINER: 1, NODE: 2, TARGET: 3 } as const
const namespace = <T>(kind: string, pod: T): Ask<T | 'own' | 'host' | 'container'> =>
  wordAt(`${SECURITY}.namespace_options.${kind}`, MODES, (mode) => ([pod, 'own', 'host', 'container'] as const)[mode])

const privileged = bool(`${SECURITY}.privileged`)
const unlessPrivileged = <T, U>(own: Ask<T>, value: () => U): Ask<T | U> =>
  silentWhen<T | U, boolean>(
    own,
    privileged,
    (on) => (on ? value() : undefined),
    'a privileged container is not confined',
  )
const seccomp = profile('seccomp', 'seccomp_profile_path')
const apparmor = profile('apparmor', 'apparmor_profile')
const hidden = (key: string): Ask<readonly Fact<string>[]> =>
  unlessPrivileged(listOfTexts(`${SECURITY}.${key}`), () => [])

/** Quota in a period, in millicores. */
const cpu: Ask<number> = ask((scope): Answer<number> => {
  const quota = full0(`${RESOURCES}.cpu_quota`).read(scope)
  if (quota.how === 'silent' || quota.how === 'unknown') return quota
  const period = full0(`${RESOURCES}.cpu_period`).read(scope)
  if (period.how === 'unknown') return period
  if (quota.value < 0) return { ...quota, value: 0 }
  return { ...quota, value: Math.round((quota.value * 1000) / (period.how === 'silent' ? 100_000 : period.value)) }
})

const SERVICE_ACCOUNT = /^(?:\/var)?\/run\/secrets\/kubernetes\.io\/serviceaccount\/?$/
const token: Ask<true> = ask((scope): Answer<true> => {
  const answer = mounts.read(scope)
  if (answer.how === 'silent' || answer.how === 'unknown') return { how: 'silent', place: answer.place }
  for (const { place, facts } of answer.value)
    if (facts.target.how !== 'unknown' && SERVICE_ACCOUNT.test(facts.target.value))
      return { how: 'set', place, value: true }
  return { how: 'silent', place: answer.place }
})

/** A user by number, or by a name of the image. */
const user: Ask<string> = int(`${SECURITY}.run_as_user.value`)
  .to(String)
  .else(filled(`${SECURITY}.run_as_username`))

const cgroupParent: Ask<string> = ask((scope): Answer<string> => {
  const sandbox = scope['sandbox'] ?? scope.self
  const own = text('linux.cgroup_parent', 'sandbox').read(scope)
  return own.how === 'silent' && isMap(sandbox) ? byDefault(sandbox.place, '', 'the sandbox names none') : own
})

/** `runtime_handler` of the image, where the kubelet has filled it in. */
const handler: Ask<string> = filled('image.runtime_handler')

const asks: Asks<typeof container> = {
  name: text('metadata.name'),
  os: present('windows').to((there) => (there ? ('windows' as const) : undefined)),
  role: silent,
  image: { reference: filled('image.user_specified_image').else(filled('image.image')), pull: silent },
  entrypoint: full('command'),
  command: full('args').else(noArguments),
  workingDirectory: filled('working_dir'),
  privileged,
  readOnlyRootFilesystem: bool(`${SECURITY}.readonly_rootfs`),
  noNewPrivileges: bool(`${SECURITY}.no_new_privs`),
  init: silent,
  restart: { policy: silent, retries: silent },
  user: {
    name: user,
    group: int(`${SECURITY}.run_as_group.value`).to(String),
    supplementary: listOfTexts(`${SECURITY}.supplemental_groups`),
    groupsPolicy: wordAt(
      `${SECURITY}.supplemental_groups_policy`,
      { Merge: 0, Strict: 1 },
      (value) => (['merge', 'strict'] as const)[value],
    ),
    mustBeNonRoot: silent,
  },
  namespaces: {
    pid: namespace('pid', 'container' as const),
    ipc: namespace('ipc', 'own' as const),
    network: namespace('network', 'own' as const),
    uts: wordAt(`${SECURITY}.namespace_options.network`, MODES, (mode) => (mode === 2 ? ('host' as const) : undefined)),
    user: wordAt(`${SECURITY}.namespace_options.userns_options.mode`, MODES, (mode) =>
      mode === 2 ? ('host' as const) : ('own' as const),
    ).else(present(`${SECURITY}.namespace_options.userns_options`).to(() => 'own' as const)),
    cgroup: silent,
    mount: silent,
    time: silent,
    pidOf: filled(`${SECURITY}.namespace_options.target_id`),
    ipcOf: silent,
    networkOf: silent,
    userOf: silent,
  },
  uidMappings: silent,
  gidMappings: silent,
  network: {
    mode: wordAt(`${SECURITY}.namespace_options.network`, MODES, (mode) =>
      mode === 2 ? ('host' as const) : undefined,
    ),
    names: silent,
  },
  capabilities: {
    given: silent,
    add: listOfTexts(`${SECURITY}.capabilities.add_capabilities`),
    drop: listOfTexts(`${SECURITY}.capabilities.drop_capabilities`),
    ambient: listOfTexts(`${SECURITY}.capabilities.add_ambient_capabilities`),
    initialPermitted: silent,
    initialInheritable: silent,
  },
  seccomp: { ...seccomp, kind: unlessPrivileged(seccomp.kind, () => 'unconfined' as const), text: silent },
  apparmor: { ...apparmor, kind: unlessPrivileged(apparmor.kind, () => 'unconfined' as const) },
  selinux: {
    disabled: unlessPrivileged(silent, () => true),
    user: filled(`${SECURITY}.selinux_options.user`),
    role: filled(`${SECURITY}.selinux_options.role`),
    type: filled(`${SECURITY}.selinux_options.type`),
    level: filled(`${SECURITY}.selinux_options.level`),
  },
  mounts,
  devices,
  deviceRules: silent,
  masked: hidden('masked_paths'),
  readOnlyPaths: hidden('readonly_paths'),
  procMount: unlessPrivileged(
    listOfTexts(`${SECURITY}.masked_paths`).to((paths) => (paths.length === 0 ? ('unmasked' as const) : undefined)),
    () => 'unmasked' as const,
  ),
  sysctls,
  ulimits: silent,
  ports,
  environment,
  health: { check: silent, readiness: silent, liveness: silent },
  probes: silent,
  resources: {
    // The runtime takes what is negative for no limit.
    memory: full0(`${RESOURCES}.memory_limit_in_bytes`).to((bytes) => Math.max(bytes, 0)),
    memoryReservation: silent,
    swap: full0(`${RESOURCES}.memory_swap_limit_in_bytes`),
    cpu,
    cpuReservation: silent,
    cpuShares: full0(`${RESOURCES}.cpu_shares`),
    cpuSet: filled(`${RESOURCES}.cpuset_cpus`),
    pids: silent,
    ioWeight: silent,
    ephemeralStorage: silent,
    oomKillDisabled: silent,
    oomScoreAdjustment: int(`${RESOURCES}.oom_score_adj`),
    sharedMemory: silent,
  },
  cgroupParent,
  runtime: handler,
  serviceAccount: { name: silent, token },
  logging: { driver: silent },
  windows: {
    hostProcess: bool('windows.security_context.host_process'),
    userName: filled('windows.security_context.run_as_username'),
    credentialSpec: filled('windows.security_context.credential_spec'),
  },
  podSecurity: { enforce: silent, version: silent },
  nesting: silent,
  declarations: silent,
}

export const cri: Dialect = {
  name: 'cri',
  says: 'CRI container configurations (JSON or YAML), as crictl and the kubelet give them to containerd and CRI-O',
  sign: '`linux.security_context` beside `image`, or a sandbox configuration',
  runtime: 'kubernetes',
  mention: /security_context|user_specified_image|sandbox_config|\b(?:log_path|stdin_once|envs)\b/,
  isPrinted: () => true,
  is,
  containers,
  asks,
  silence,
}
