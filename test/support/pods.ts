/**
 * Pods made from hardened ones, always the same: every field that Pod Security looks at, and its neighbours, with every value of
 * its domain, alone and in chance combinations, in the pod, in containers, init containers, sidecars and ephemeral ones.
 *
 * Not made is what the API server refuses before admission judges it (k8s.io/kubernetes, pkg/apis/core/validation), where the
 * evaluator, which never sees it, answers by chance:
 * - values of the wrong type, types of profiles and procMount that are not words of the API, `{}` for a profile: not read, or
 *   refused by ValidatePodSpec;
 * - fields of Linux beside `os.name: windows` (validateWindows), and hostProcess that differs between pod and container;
 * - annotations of AppArmor that name no container, no known form of a profile, or another one than the field;
 * - volumes of two sources or without a name, mounts of volumes that there are not.
 * Nor are annotations of Podman (io.podman.annotations): Kubernetes does not know them, and we heed what they loosen.
 */

export type Value = null | boolean | number | string | readonly Value[] | { readonly [key: string]: Value }
export interface Made {
  readonly name: string
  readonly object: Value
}

/** Something that can be done to a pod: a key, and the values it may have. */
interface Knob {
  readonly at: readonly string[]
  readonly values: readonly Value[]
}
const knob = (at: string, ...values: readonly Value[]): Knob => ({ at: at.split('.'), values })

const LOCAL = { type: 'Localhost', localhostProfile: 'profiles/own.json' }
const profiles: readonly Value[] = [null, { type: 'RuntimeDefault' }, { type: 'Unconfined' }, LOCAL]
const labels: readonly Value[] = [
  null,
  {},
  ...[
    '',
    'container_t',
    'container_init_t',
    'container_kvm_t',
    'container_engine_t',
    'spc_t',
    'Container_t',
    'my_t',
  ].map((type) => ({ type })),
  { user: '' },
  { user: 'system_u' },
  { role: '' },
  { role: 'system_r' },
  { level: 's0:c1,c2' },
  { type: null, user: null, role: null },
  { user: 'u', role: 'r', type: 'container_t', level: 's0' },
]
/** Fields of a security context, of the pod's as of a container's. */
const SHARED: readonly Knob[] = [
  knob('securityContext', null, {}),
  knob('securityContext.seccompProfile', ...profiles),
  knob('securityContext.appArmorProfile', ...profiles),
  knob('securityContext.seLinuxOptions', ...labels),
  knob('securityContext.runAsUser', null, 0, 1, 1000, 65534, 4294967294),
  knob('securityContext.runAsGroup', null, 0, 1000),
  knob('securityContext.runAsNonRoot', null, true, false),
  knob('securityContext.windowsOptions', null, {}, { runAsUserName: 'ContainerUser' }, { hostProcess: null }),
]

const CAPABILITIES = [
  ...'AUDIT_CONTROL AUDIT_READ AUDIT_WRITE BLOCK_SUSPEND BPF CHECKPOINT_RESTORE CHOWN DAC_OVERRIDE DAC_READ_SEARCH FOWNER'.split(
    ' ',
  ),
  ...'FSETID IPC_LOCK IPC_OWNER KILL LEASE LINUX_IMMUTABLE MAC_ADMIN MAC_OVERRIDE MKNOD NET_ADMIN NET_BIND_SERVICE'.split(
    ' ',
  ),
  ...'NET_BROADCAST NET_RAW PERFMON SETFCAP SETGID SETPCAP SETUID SYSLOG SYS_ADMIN SYS_BOOT SYS_CHROOT SYS_MODULE'.split(
    ' ',
  ),
  ...'SYS_NICE SYS_PACCT SYS_PTRACE SYS_RAWIO SYS_RESOURCE SYS_TIME SYS_TTY_CONFIG WAKE_ALARM'.split(' '),
  'ALL',
  'all',
  'All',
  'CAP_ALL',
  'chown',
  'CAP_CHOWN',
  'cap_net_bind_service',
  'Net_Bind_Service',
  ' CHOWN',
  '',
  'BOGUS',
]
const HOSTS: readonly Value[] = [null, '', '127.0.0.1', '::1', 'localhost', 'example.org', '169.254.169.254', '0.0.0.0']
const handlers: readonly Value[] = [
  null,
  { exec: { command: ['true'] } },
  ...HOSTS.map((host) => ({ httpGet: { port: 80, host } })),
  ...HOSTS.map((host) => ({ tcpSocket: { port: 'web', host } })),
  { httpGet: { port: 80, path: '/', httpHeaders: [{ name: 'Host', value: 'example.org' }] } },
]
const probes: readonly Value[] = [...handlers, { grpc: { port: 9000 } }]
const hooks: readonly Value[] = [...handlers, { sleep: { seconds: 1 } }]

const OF_CONTAINER: readonly Knob[] = [
  ...SHARED,
  knob('securityContext.privileged', null, true, false),
  knob('securityContext.allowPrivilegeEscalation', null, true, false),
  knob('securityContext.readOnlyRootFilesystem', null, true, false),
  knob('securityContext.procMount', null, 'Default', 'Unmasked'),
  knob('securityContext.capabilities', null, {}, { add: null, drop: null }, { add: [], drop: [] }),
  knob(
    'securityContext.capabilities.add',
    null,
    [],
    [null],
    ...CAPABILITIES.map((name) => [name]),
    ['CHOWN', 'SETUID'],
    ['NET_BIND_SERVICE', 'SYS_ADMIN'],
    ['NET_BIND_SERVICE', 'NET_BIND_SERVICE'],
  ),
  knob(
    'securityContext.capabilities.drop',
    null,
    [],
    [null],
    ...['ALL', 'all', 'All', 'CAP_ALL', 'NET_RAW', ''].map((name) => [name]),
    ['NET_RAW', 'ALL'],
    ['ALL', 'ALL'],
    CAPABILITIES.slice(0, 41),
  ),
  knob('livenessProbe', ...probes),
  knob('readinessProbe', ...probes),
  knob('startupProbe', ...probes),
  knob('lifecycle', null, {}),
  knob('lifecycle.postStart', ...hooks),
  knob('lifecycle.preStop', ...hooks),
  knob(
    'ports',
    null,
    [],
    [{ containerPort: 80 }],
    [{ containerPort: 80, hostPort: null }],
    [{ containerPort: 80, hostPort: 0 }],
    [{ containerPort: 80, hostPort: 80 }],
    [{ containerPort: 80, hostPort: 8080, hostIP: '127.0.0.1' }],
    [
      { containerPort: 53, protocol: 'UDP' },
      { containerPort: 54, hostPort: 54, protocol: 'SCTP' },
    ],
  ),
  knob('command', ['sh']),
  knob('stdin', true),
]

const SYSCTLS = [
  'kernel.shm_rmid_forced',
  'net.ipv4.ip_local_port_range',
  'net.ipv4.ip_local_reserved_ports',
  'net.ipv4.ip_unprivileged_port_start',
  'net.ipv4.ping_group_range',
  'net.ipv4.tcp_fin_timeout',
  'net.ipv4.tcp_keepalive_intvl',
  'net.ipv4.tcp_keepalive_probes',
  'net.ipv4.tcp_keepalive_time',
  'net.ipv4.tcp_notsent_lowat',
  'net.ipv4.tcp_rmem',
  'net.ipv4.tcp_slow_start_after_idle',
  'net.ipv4.tcp_syncookies',
  'net.ipv4.tcp_wmem',
  'net.ipv4.ip_forward',
  'net.core.somaxconn',
  'kernel.msgmax',
  'kernel.sem',
  'fs.mqueue.msg_max',
  'net/ipv4/tcp_syncookies',
  'net/ipv4/conf/eth0.100/rp_filter',
  'kernel/shm_rmid_forced',
]
/** Every source of a volume (k8s.io/api/core/v1, VolumeSource). */
const SOURCES: Readonly<Record<string, Value>> = {
  hostPath: { path: '/srv' },
  emptyDir: {},
  gcePersistentDisk: { pdName: 'a' },
  awsElasticBlockStore: { volumeID: 'a' },
  gitRepo: { repository: 'https://example.org/a.git' },
  secret: { secretName: 'a' },
  nfs: { server: 'nfs.example.org', path: '/' },
  iscsi: { targetPortal: '10.0.0.1', iqn: 'iqn.2001-04.com.example:a', lun: 0 },
  glusterfs: { endpoints: 'a', path: 'a' },
  persistentVolumeClaim: { claimName: 'a' },
  rbd: { monitors: ['a'], image: 'a' },
  flexVolume: { driver: 'example/a' },
  cinder: { volumeID: 'a' },
  cephfs: { monitors: ['a'] },
  flocker: { datasetName: 'a' },
  downwardAPI: { items: [] },
  fc: { targetWWNs: ['a'], lun: 0 },
  azureFile: { secretName: 'a', shareName: 'a' },
  configMap: { name: 'a' },
  vsphereVolume: { volumePath: 'a' },
  quobyte: { registry: 'a:1', volume: 'a' },
  azureDisk: { diskName: 'a', diskURI: 'a' },
  photonPersistentDisk: { pdID: 'a' },
  projected: { sources: [{ serviceAccountToken: { path: 'token' } }, { secret: { name: 'a' } }] },
  portworxVolume: { volumeID: 'a' },
  scaleIO: { gateway: 'https://example.org', system: 'a', secretRef: { name: 'a' } },
  storageos: { volumeName: 'a' },
  csi: { driver: 'csi.example.org' },
  ephemeral: { volumeClaimTemplate: { spec: { resources: { requests: { storage: '1Gi' } } } } },
  image: { reference: 'example.org/data:1' },
}
const volumes: readonly Value[] = [
  ...Object.entries(SOURCES).map(([type, source]) => ({ name: 'extra', [type]: source })),
  { name: 'extra' },
  { name: 'extra', hostPath: null },
  { name: 'extra', hostPath: null, nfs: null, emptyDir: {} },
  { name: 'extra', emptyDir: { medium: 'Memory' } },
  { name: 'extra', hostPath: { path: '/var/run/docker.sock', type: 'Socket' } },
  { name: 'extra', hostPath: { path: '/' } },
  { name: 'extra', hostPath: { path: '/var/lib/kubelet/pods/a/b' } },
]

const OF_POD: readonly Knob[] = [
  ...SHARED,
  knob('hostNetwork', null, true, false),
  knob('hostPID', null, true, false),
  knob('hostIPC', null, true, false),
  knob('hostUsers', null, true, false),
  knob('shareProcessNamespace', true, false),
  knob('os', null, { name: 'linux' }),
  knob('nodeSelector', null, {}, { 'kubernetes.io/os': 'linux' }, { 'kubernetes.io/os': 'windows' }),
  knob('runtimeClassName', 'gvisor', 'kata'),
  knob('automountServiceAccountToken', false),
  knob('securityContext.fsGroup', 0, 1000),
  knob('securityContext.supplementalGroups', [0], []),
  knob(
    'securityContext.sysctls',
    null,
    [],
    ...SYSCTLS.map((name) => [{ name, value: '1' }]),
    SYSCTLS.slice(0, 14).map((name) => ({ name, value: '1' })),
    [
      { name: 'net.ipv4.tcp_syncookies', value: '0' },
      { name: 'kernel.msgmax', value: '65536' },
    ],
  ),
  knob('volumes', null, [], ...volumes.map((volume) => [volume])),
]
/** Only where the operating system is Windows: what Linux knows is refused beside it. */
const WINDOWS_POD: readonly Knob[] = [
  knob('securityContext', null, {}),
  knob('securityContext.runAsNonRoot', null, true, false),
  knob(
    'securityContext.windowsOptions',
    null,
    {},
    { runAsUserName: 'ContainerUser' },
    { hostProcess: true },
    { hostProcess: false },
  ),
  knob('hostNetwork', null, true, false),
  knob('volumes', null, [], ...volumes.map((volume) => [volume])),
]
const WINDOWS_CONTAINER: readonly Knob[] = OF_CONTAINER.filter(
  ({ at }) =>
    at[0] !== 'securityContext' || at[1] === undefined || at[1] === 'runAsNonRoot' || at[1] === 'windowsOptions',
)
const SECCOMP_WORDS: readonly Value[] = [
  'runtime/default',
  'docker/default',
  'localhost/a.json',
  'localhost/',
  'unconfined',
  '',
  'bogus',
  'Unconfined',
]
const APPARMOR_WORDS: readonly Value[] = ['runtime/default', 'localhost/a', 'unconfined', '']

/** Numbers by chance, always the same for one seed (mulberry32). */
function chance(seed: number): () => number {
  let state = seed
  return () => {
    state = (state + 0x6d2b79f5) | 0
    let x = Math.imul(state ^ (state >>> 15), 1 | state)
    x = (x + Math.imul(x ^ (x >>> 7), 61 | x)) ^ x
    return ((x ^ (x >>> 14)) >>> 0) / 2 ** 32
  }
}

type Draft = { [key: string]: Value | Draft }
const isDraft = (value: Value | Draft | undefined): value is Draft =>
  typeof value === 'object' && value !== null && !Array.isArray(value)
/** A key of a key: maps on the way are made, and what is no map is replaced. */
function put(draft: Draft, at: readonly string[], value: Value): void {
  const [key, ...rest] = at
  if (key === undefined) return
  if (rest.length === 0) {
    draft[key] = structuredClone(value)
    return
  }
  const inner = draft[key]
  const next: Draft = isDraft(inner) ? inner : {}
  draft[key] = next
  put(next, rest, value)
}

/** A pod under work: its spec, its containers by list, its annotations. */
interface Work {
  readonly spec: Draft
  readonly containers: readonly { readonly list: string; readonly container: Draft }[]
  readonly annotations: Draft
}
interface Shape {
  /** Hardened in the pod, in each container, in both, or nowhere. */
  readonly hardened: 'pod' | 'container' | 'both' | 'none'
  readonly lists: readonly string[]
  readonly windows?: boolean
}
const HARDENED = { runAsNonRoot: true, runAsUser: 1000, seccompProfile: { type: 'RuntimeDefault' } }
const OWN = { allowPrivilegeEscalation: false, capabilities: { drop: ['ALL'] } }

function start({ hardened, lists, windows }: Shape): Work {
  const inPod = hardened === 'pod' || hardened === 'both'
  const inContainer = hardened === 'container' || hardened === 'both'
  const containers = lists.map((list, index) => {
    const sidecar = list === 'sidecars'
    const container: Draft = {
      name: `c${index}`,
      image: 'example.org/app:1',
      ...(sidecar && { restartPolicy: 'Always' }),
    }
    if (hardened !== 'none' && windows !== true)
      container['securityContext'] = structuredClone({ ...OWN, ...(inContainer && HARDENED) })
    if (windows === true && inContainer) container['securityContext'] = { runAsNonRoot: true }
    return { list: sidecar ? 'initContainers' : list, container }
  })
  const spec: Draft = {}
  if (windows === true) spec['os'] = { name: 'windows' }
  if (inPod) spec['securityContext'] = windows === true ? { runAsNonRoot: true } : structuredClone(HARDENED)
  return { spec, containers, annotations: {} }
}

const KINDS = [
  'Pod',
  'Pod',
  'Pod',
  'Deployment',
  'StatefulSet',
  'DaemonSet',
  'ReplicaSet',
  'Job',
  'CronJob',
  'PodTemplate',
  'ReplicationController',
]
function finish(work: Work, name: string, kind: string): Made {
  const { spec, containers, annotations } = work
  for (const list of ['initContainers', 'containers', 'ephemeralContainers']) {
    const here = containers.filter((each) => each.list === list).map(({ container }) => container)
    if (here.length > 0) spec[list] = here as Value
  }
  const pod = { metadata: Object.keys(annotations).length > 0 ? { annotations } : {}, spec } as Value & {
    metadata: Draft
    spec: Draft
  }
  const of = (apiVersion: string, rest: Draft): Made => ({
    name,
    object: { apiVersion, kind, ...rest, metadata: { name } } as Value,
  })
  switch (kind) {
    case 'Pod':
      return { name, object: { apiVersion: 'v1', kind, metadata: { ...pod.metadata, name }, spec } as Value }
    case 'PodTemplate':
      return of('v1', { template: pod })
    case 'ReplicationController':
      return of('v1', { spec: { template: pod } })
    case 'Job':
      return of('batch/v1', { spec: { template: pod } })
    case 'CronJob':
      return of('batch/v1', { spec: { schedule: '0 0 * * *', jobTemplate: { spec: { template: pod } } } })
    default:
      return of('apps/v1', { spec: { selector: { matchLabels: { app: name } }, template: pod } })
  }
}

const LISTS = ['containers', 'initContainers', 'sidecars', 'ephemeralContainers']
const HARDENINGS = ['pod', 'container', 'both', 'none'] as const

/** Every value of every knob alone, in hardened and in bare pods, and `number` chance combinations. */
export function madePods(number: number): readonly Made[] {
  const pods: Made[] = []
  const add = (work: Work, kind: string): void => void pods.push(finish(work, `p${pods.length}`, kind))
  const alone = (shape: Shape, knobs: readonly Knob[], where: (work: Work) => readonly Draft[]): void => {
    for (const { at, values } of knobs)
      for (const value of values) {
        const work = start(shape)
        for (const draft of where(work)) put(draft, at, value)
        add(work, 'Pod')
      }
  }
  for (const hardened of ['both', 'none'] as const) {
    alone({ hardened, lists: ['containers'] }, OF_POD, ({ spec }) => [spec])
    for (const list of LISTS)
      alone({ hardened, lists: ['containers', list] }, OF_CONTAINER, ({ containers }) =>
        containers.slice(1).map((each) => each.container),
      )
    alone({ hardened, lists: ['containers'], windows: true }, WINDOWS_POD, ({ spec }) => [spec])
    alone({ hardened, lists: ['containers'], windows: true }, WINDOWS_CONTAINER, ({ containers }) =>
      containers.map((each) => each.container),
    )
    for (const word of SECCOMP_WORDS)
      for (const key of [
        'seccomp.security.alpha.kubernetes.io/pod',
        ...['c0', 'c1', 'other'].map((name) => `container.seccomp.security.alpha.kubernetes.io/${name}`),
      ]) {
        const work = start({ hardened, lists: ['containers', 'initContainers'] })
        work.annotations[key] = word
        add(work, 'Pod')
      }
    for (const word of APPARMOR_WORDS)
      for (const name of ['c0', 'c1']) {
        const work = start({ hardened, lists: ['containers', 'ephemeralContainers'] })
        work.annotations[`container.apparmor.security.beta.kubernetes.io/${name}`] = word
        add(work, 'Pod')
      }
  }
  // What meets: one word in the pod and in a container; a user namespace, or a node of Windows, with what they excuse.
  const pairs = (first: Knob, second: Knob, shapes: readonly (typeof HARDENINGS)[number][]): void => {
    for (const hardened of shapes)
      for (const one of first.values)
        for (const other of second.values) {
          const work = start({ hardened, lists: ['containers', 'initContainers'] })
          put(work.spec, first.at, one)
          for (const { container } of work.containers) put(container, second.at, other)
          add(work, 'Pod')
        }
  }
  const [whole, ...ofBoth] = SHARED
  for (const each of ofBoth) pairs(each, each, ['container'])
  const onNodes = knob('nodeSelector', { 'kubernetes.io/os': 'windows' })
  const relaxing = knob('hostUsers', true, false)
  for (const each of OF_CONTAINER.filter(({ at }) => at[0] === 'securityContext' && at.length < 3)) {
    pairs(onNodes, each, ['pod', 'none'])
    pairs(relaxing, each, ['pod', 'none'])
  }
  for (const each of [...ofBoth, ...(whole ? [whole] : [])])
    for (const beside of [onNodes, relaxing])
      for (const [first, second] of beside.values.flatMap((one) => each.values.map((other) => [one, other] as const))) {
        const work = start({ hardened: 'container', lists: ['containers'] })
        put(work.spec, beside.at, first)
        put(work.spec, each.at, second)
        add(work, 'Pod')
      }
  for (let seed = 0; seed < number; seed += 1) {
    const random = chance(seed)
    const pick = <T>(from: readonly T[]): T => from[Math.floor(random() * from.length)] as T
    const windows = random() < 0.12
    const extra = Array.from({ length: Math.floor(random() * 3) }, () => pick(LISTS))
    const work = start({ hardened: pick(HARDENINGS), lists: ['containers', ...extra], windows })
    const [ofPod, ofContainer] = windows ? [WINDOWS_POD, WINDOWS_CONTAINER] : [OF_POD, OF_CONTAINER]
    // Few changes leave most checks passed, many make them meet.
    const turns = Math.floor(random() ** 2 * 12)
    for (let turn = 0; turn < turns; turn += 1) {
      const inPod = random() < 0.45
      const { at, values } = pick(inPod ? ofPod : ofContainer)
      put(inPod ? work.spec : pick(work.containers).container, at, pick(values))
    }
    if (!windows && random() < 0.1) {
      const hostProcess = random() < 0.5
      put(work.spec, ['securityContext', 'windowsOptions'], { hostProcess })
      if (random() < 0.5) put(pick(work.containers).container, ['securityContext', 'windowsOptions'], { hostProcess })
    }
    if (Array.isArray(work.spec['volumes']) && work.spec['volumes'].length > 0 && random() < 0.5) {
      const subPath: Draft = random() < 0.3 ? { subPath: 'a/b' } : {}
      put(pick(work.containers).container, ['volumeMounts'], [
        { name: 'extra', mountPath: '/extra', ...subPath },
      ] as Value)
    }
    if (random() < 0.15) work.annotations['seccomp.security.alpha.kubernetes.io/pod'] = pick(SECCOMP_WORDS)
    for (const { container } of work.containers) {
      const name = String(container['name'])
      if (random() < 0.1)
        work.annotations[`container.seccomp.security.alpha.kubernetes.io/${name}`] = pick(SECCOMP_WORDS)
      const { securityContext } = container
      const isFree = !isDraft(securityContext) || securityContext['appArmorProfile'] === undefined
      if (random() < 0.1 && isFree)
        work.annotations[`container.apparmor.security.beta.kubernetes.io/${name}`] = pick(APPARMOR_WORDS)
    }
    add(work, pick(KINDS))
  }
  return pods
}
