import fc from 'fast-check'
import { describe, expect, test } from 'vitest'
import { kubernetes } from '../../src/dialect/kubernetes.ts'
import { recognise } from '../../src/dialect/index.ts'
import { readText } from '../../src/document/read.ts'
import { allFacts, containerOf, containersOf, factAt, valueAt } from '../support/facts.ts'
import { check, dialectRows, missing, type Table } from './table.ts'

const full = `apiVersion: v1
kind: Pod
metadata: { name: web, namespace: shop }
spec:
  os: { name: linux }
  restartPolicy: OnFailure
  hostPID: true
  hostIPC: true
  hostNetwork: true
  hostUsers: false
  shareProcessNamespace: true
  automountServiceAccountToken: false
  serviceAccountName: robot
  runtimeClassName: gvisor
  securityContext:
    runAsGroup: 3000
    supplementalGroups: [4000]
    supplementalGroupsPolicy: Strict
    fsGroup: 2000
    sysctls:
      - { name: net/ipv4/ip_forward, value: "1" }
    windowsOptions: { hostProcess: true, runAsUserName: robot, gmsaCredentialSpecName: shop }
  containers:
    - name: app
      image: nginx:1.27
      imagePullPolicy: Never
      command: [/bin/sh]
      args: [-c, sleep]
      workingDir: /srv
      ports:
        - { containerPort: 80, hostPort: 8080, hostIP: 127.0.0.1, protocol: UDP }
      env:
        - { name: PLAIN, value: hello }
        - name: SECRET
          valueFrom: { secretKeyRef: { name: s, key: k } }
        - name: FIELD
          valueFrom: { fieldRef: { fieldPath: metadata.name } }
      livenessProbe: { httpGet: { host: example.org, port: 80 } }
      readinessProbe: { tcpSocket: { port: 80 } }
      lifecycle: { preStop: { tcpSocket: { host: 10.0.0.1, port: 1 } } }
      resources:
        limits: { memory: 128Mi, cpu: 500m, ephemeral-storage: 1Gi }
        requests: { memory: 64Mi }
      securityContext:
        privileged: true
        readOnlyRootFilesystem: true
        allowPrivilegeEscalation: false
        runAsUser: 1000
        runAsNonRoot: true
        procMount: Unmasked
        capabilities:
          add: [CAP_sys_admin, net_raw]
          drop: [all]
        seccompProfile: { type: Localhost, localhostProfile: p.json }
        appArmorProfile: { type: Localhost, localhostProfile: armour }
        seLinuxOptions: { user: u, role: r, type: t, level: "s0:c1,c2" }
      volumeMounts:
        - { name: host, mountPath: /host, readOnly: true, mountPropagation: Bidirectional }
        - { name: memory, mountPath: /cache }
  volumes:
    - name: host
      hostPath: { path: /var/run }
    - name: memory
      emptyDir: { medium: Memory }
    - name: lonely
      hostPath: { path: /dev/null }
`
const written: Table = {
  name: ['app', 'set', 'name: app'],
  os: ['linux', 'set', 'os:'],
  role: ['main', 'set', 'containers:'],
  'image.reference': ['nginx:1.27', 'set', 'image: nginx'],
  'image.pull': ['never', 'set', 'imagePullPolicy'],
  entrypoint: [['/bin/sh'], 'set', 'command:'],
  command: [['-c', 'sleep'], 'set', 'args:'],
  workingDirectory: ['/srv', 'set', 'workingDir'],
  privileged: [true, 'set', 'privileged: true'],
  readOnlyRootFilesystem: [true, 'set', 'readOnlyRootFilesystem'],
  noNewPrivileges: [true, 'set', 'allowPrivilegeEscalation'],
  init: [true, 'set', 'shareProcessNamespace'],
  'restart.policy': ['on-failure', 'set', 'restartPolicy'],
  'user.name': ['1000', 'set', 'runAsUser'],
  'user.group': ['3000', 'inherited', 'runAsGroup'],
  'user.supplementary': [['4000', '2000'], 'set', 'supplementalGroups'],
  'user.groupsPolicy': ['strict', 'set', 'supplementalGroupsPolicy'],
  'user.mustBeNonRoot': [true, 'set', 'runAsNonRoot'],
  'namespaces.pid': ['host', 'set', 'hostPID'],
  'namespaces.ipc': ['host', 'set', 'hostIPC'],
  'namespaces.network': ['host', 'set', 'hostNetwork'],
  'namespaces.uts': ['host', 'set', 'hostNetwork'],
  'namespaces.user': ['own', 'set', 'hostUsers'],
  'network.mode': ['host', 'set', 'hostNetwork'],
  // As written: Pod Security takes CAP_NET_RAW for a name of its own.
  'capabilities.add': [['CAP_sys_admin', 'net_raw'], 'set', 'add:'],
  'capabilities.drop': [['all'], 'set', 'drop:'],
  'seccomp.kind': ['profile', 'set', 'seccompProfile'],
  'seccomp.name': ['p.json', 'set', 'seccompProfile'],
  'apparmor.kind': ['profile', 'set', 'appArmorProfile'],
  'apparmor.name': ['armour', 'set', 'appArmorProfile'],
  'selinux.user': ['u', 'set', 'seLinuxOptions'],
  'selinux.role': ['r', 'set', 'seLinuxOptions'],
  'selinux.type': ['t', 'set', 'seLinuxOptions'],
  'selinux.level': ['s0:c1,c2', 'set', 'seLinuxOptions'],
  'mounts[0].kind': ['bind', 'set', 'hostPath: { path: /var/run }'],
  'mounts[0].type': ['hostPath', 'set', 'hostPath: { path: /var/run }'],
  'mounts[0].source': ['/var/run', 'set', 'hostPath: { path: /var/run }'],
  'mounts[0].target': ['/host', 'set', 'mountPath: /host'],
  'mounts[0].readOnly': [true, 'set', 'mountPath: /host'],
  'mounts[0].propagation': ['rshared', 'set', 'mountPath: /host'],
  'mounts[0].options': [[], 'default', 'mountPath: /host'],
  'mounts[1].kind': ['tmpfs', 'set', 'medium: Memory'],
  'mounts[1].type': ['emptyDir', 'set', 'medium: Memory'],
  'mounts[1].source': ['memory', 'set', 'name: memory'],
  'mounts[1].readOnly': [false, 'default', 'mountPath: /cache'],
  'mounts[1].propagation': ['private', 'default', 'mountPath: /cache'],
  'mounts[2].source': ['/dev/null', 'set', 'path: /dev/null'],
  'mounts[2].target': ['', 'default', 'path: /dev/null'],
  masked: [[], 'set', 'procMount'],
  readOnlyPaths: [[], 'set', 'procMount'],
  procMount: ['unmasked', 'set', 'procMount'],
  // As written: Pod Security refuses a name with slashes.
  sysctls: [[{ name: 'net/ipv4/ip_forward', value: '1' }], 'set', 'sysctls:'],
  declarations: [
    [
      { of: 'apparmor.kind', text: 'Localhost', form: 'field' },
      { of: 'seccomp.kind', text: 'Localhost', form: 'field' },
      { of: 'selinux.user', text: 'u', form: 'field' },
      { of: 'selinux.role', text: 'r', form: 'field' },
      { of: 'selinux.type', text: 't', form: 'field' },
      { of: 'user.name', text: '1000', form: 'field' },
      { of: 'user.mustBeNonRoot', text: 'true', form: 'field' },
    ],
    'set',
    'appArmorProfile',
  ],
  ports: [[{ container: 80, published: true, host: 8080, address: '127.0.0.1', protocol: 'udp' }], 'set', 'ports:'],
  'environment[0].value': ['hello', 'set', 'value: hello'],
  'environment[0].fromSecret': [false, 'default', 'name: PLAIN'],
  'environment[1].name': ['SECRET', 'set', 'name: SECRET'],
  'environment[1].value': ['', 'default', 'secretKeyRef'],
  'environment[1].fromSecret': [true, 'set', 'secretKeyRef'],
  'environment[2].value': ['', 'default', 'fieldRef'],
  'health.check': [true, 'set', 'livenessProbe'],
  'health.readiness': [true, 'set', 'readinessProbe'],
  'health.liveness': [true, 'set', 'livenessProbe'],
  probes: [
    [
      { kind: 'liveness', host: 'example.org' },
      { kind: 'readiness', host: '' },
      { kind: 'preStop', host: '10.0.0.1' },
    ],
    'set',
    'livenessProbe',
  ],
  'resources.memory': [134217728, 'set', 'memory: 128Mi'],
  'resources.memoryReservation': [67108864, 'set', 'memory: 64Mi'],
  'resources.cpu': [500, 'set', 'cpu: 500m'],
  'resources.cpuReservation': [500, 'default', 'requests:'],
  'resources.ephemeralStorage': [1073741824, 'set', 'ephemeral-storage'],
  runtime: ['gvisor', 'set', 'runtimeClassName'],
  'serviceAccount.name': ['robot', 'set', 'serviceAccountName'],
  'serviceAccount.token': [false, 'set', 'automountServiceAccountToken'],
  'windows.hostProcess': [true, 'inherited', 'windowsOptions'],
  'windows.userName': ['robot', 'inherited', 'windowsOptions'],
  'windows.credentialSpec': ['shop', 'inherited', 'windowsOptions'],
}

const bare = `apiVersion: v1
kind: Pod
metadata: { name: web }
spec:
  containers:
    - image: nginx
`
/** Where nobody wrote anything, the place is the nearest key that encloses it. */
const quiet: Table = {
  name: ['', 'default', '- image'],
  os: ['linux', 'default', 'spec:'],
  'image.pull': ['always', 'default', 'image: nginx'],
  entrypoint: ['unknown: what is run is left to the image', 'unknown', '- image'],
  command: ['unknown: what is run is left to the image', 'unknown', '- image'],
  workingDirectory: ['unknown: the working directory is left to the image', 'unknown', '- image'],
  privileged: [false, 'default', '- image'],
  readOnlyRootFilesystem: [false, 'default', '- image'],
  noNewPrivileges: [false, 'default', '- image'],
  init: [false, 'default', 'spec:'],
  'restart.policy': ['always', 'default', '- image'],
  'restart.retries': [0, 'default', '- image'],
  'user.name': ['unknown: the user is left to the image', 'unknown', '- image'],
  'user.group': ['unknown: the group is left to the image', 'unknown', '- image'],
  'user.supplementary': [[], 'default', 'spec:'],
  'user.groupsPolicy': ['merge', 'default', 'spec:'],
  'user.mustBeNonRoot': [false, 'default', '- image'],
  'namespaces.pid': ['own', 'default', 'spec:'],
  'namespaces.ipc': ['own', 'default', 'spec:'],
  'namespaces.network': ['own', 'default', 'spec:'],
  'namespaces.uts': ['own', 'default', 'spec:'],
  'namespaces.user': ['host', 'default', 'spec:'],
  'namespaces.cgroup': ['own', 'default', '- image'],
  'namespaces.mount': ['own', 'default', '- image'],
  'namespaces.time': ['host', 'default', '- image'],
  'namespaces.pidOf': ['', 'default', '- image'],
  'namespaces.ipcOf': ['', 'default', '- image'],
  'namespaces.networkOf': ['', 'default', '- image'],
  'namespaces.userOf': ['', 'default', '- image'],
  uidMappings: [[], 'default', '- image'],
  gidMappings: [[], 'default', '- image'],
  'network.mode': ['', 'default', 'spec:'],
  'network.names': [[], 'default', '- image'],
  'capabilities.given': [
    'AUDIT_WRITE CHOWN DAC_OVERRIDE FOWNER FSETID KILL MKNOD NET_BIND_SERVICE NET_RAW SETFCAP SETGID SETPCAP SETUID SYS_CHROOT'.split(
      ' ',
    ),
    'default',
    '- image',
  ],
  'capabilities.add': [[], 'default', '- image'],
  'capabilities.drop': [[], 'default', '- image'],
  'capabilities.ambient': [[], 'default', '- image'],
  'capabilities.initialPermitted': [[], 'default', '- image'],
  'capabilities.initialInheritable': [[], 'default', '- image'],
  'seccomp.kind': ['unknown: unconfined unless the kubelet has seccompDefault', 'unknown', '- image'],
  'seccomp.name': ['', 'default', '- image'],
  'seccomp.text': ['', 'default', '- image'],
  'apparmor.kind': ['runtime-default', 'default', '- image'],
  'apparmor.name': ['', 'default', '- image'],
  'selinux.disabled': [false, 'default', '- image'],
  'selinux.user': ['', 'default', '- image'],
  'selinux.role': ['', 'default', '- image'],
  'selinux.type': ['', 'default', '- image'],
  'selinux.level': ['', 'default', '- image'],
  mounts: [[], 'default', '- image'],
  devices: [[], 'default', '- image'],
  deviceRules: [[], 'default', '- image'],
  procMount: ['default', 'default', '- image'],
  sysctls: [[], 'default', 'spec:'],
  ulimits: [[], 'default', '- image'],
  ports: [[], 'default', '- image'],
  environment: [[], 'default', '- image'],
  'health.check': [false, 'default', '- image'],
  'health.readiness': [false, 'default', '- image'],
  'health.liveness': [false, 'default', '- image'],
  probes: [[], 'default', '- image'],
  'resources.memory': [0, 'default', '- image'],
  'resources.memoryReservation': [0, 'default', '- image'],
  'resources.swap': ['unknown: whether it may swap is set in the kubelet (memorySwap)', 'unknown', '- image'],
  'resources.cpu': [0, 'default', '- image'],
  'resources.cpuReservation': [0, 'default', '- image'],
  'resources.cpuShares': [0, 'default', '- image'],
  'resources.cpuSet': ['', 'default', '- image'],
  'resources.pids': ['unknown: the limit of processes is set in the kubelet (podPidsLimit)', 'unknown', '- image'],
  'resources.ioWeight': [0, 'default', '- image'],
  'resources.ephemeralStorage': [0, 'default', '- image'],
  'resources.oomKillDisabled': [false, 'default', '- image'],
  'resources.oomScoreAdjustment': ['unknown: the kubelet computes it from the class of service', 'unknown', '- image'],
  'resources.sharedMemory': [0, 'default', '- image'],
  cgroupParent: ['', 'default', '- image'],
  runtime: ['', 'default', 'spec:'],
  'serviceAccount.name': ['default', 'default', 'spec:'],
  'serviceAccount.token': [true, 'default', 'spec:'],
  'logging.driver': ['', 'default', '- image'],
  'windows.hostProcess': [false, 'default', '- image'],
  'windows.userName': ['', 'default', '- image'],
  'windows.credentialSpec': ['', 'default', '- image'],
  'podSecurity.enforce': ['unknown: the Namespace is not in the input', 'unknown', '- image'],
  'podSecurity.version': ['unknown: the Namespace is not in the input', 'unknown', '- image'],
  nesting: [false, 'default', '- image'],
  declarations: [[], 'default', '- image'],
}

describe('what is written', () => {
  const found = containerOf(kubernetes, full)
  test.each(Object.entries(written))('%s', (path, expected) => check(full, found, path, expected))
})
describe('what nobody wrote', () => {
  const found = containerOf(kubernetes, bare)
  test.each(Object.entries(quiet))('%s', (path, expected) => check(bare, found, path, expected))
})
/** Elements that nothing of Kubernetes fills, or that annotations and claims fill (below). */
const NEVER = [/^devices\[\]/, /^ulimits\[\]/, /^[ug]idMappings\[\]/]
test('the tables speak of every row', () => {
  expect(missing(written, quiet).filter((path) => !NEVER.some((never) => never.test(path)))).toEqual([])
  expect(dialectRows().length).toBeGreaterThan(90)
})

/** A pod with these lines in its spec, and these in its container. */
const pod = (spec: string, container = ''): string =>
  [
    'apiVersion: v1',
    'kind: Pod',
    'metadata:',
    '  name: web',
    'spec:',
    ...spec
      .split('\n')
      .filter(Boolean)
      .map((line) => `  ${line}`),
    '  containers:',
    '  - name: app',
    '    image: nginx',
    ...container
      .split('\n')
      .filter(Boolean)
      .map((line) => `    ${line}`),
  ].join('\n')
const context = (text: string): string => `securityContext:\n  ${text}`

describe('pod and container', () => {
  test.each([
    ['user.name', 'runAsUser: 0', 'runAsUser: 7', '0', '7'],
    ['user.group', 'runAsGroup: 0', 'runAsGroup: 7', '0', '7'],
    ['user.mustBeNonRoot', 'runAsNonRoot: true', 'runAsNonRoot: false', true, false],
    [
      'seccomp.kind',
      'seccompProfile: {type: RuntimeDefault}',
      'seccompProfile: {type: Unconfined}',
      'runtime-default',
      'unconfined',
    ],
    [
      'apparmor.kind',
      'appArmorProfile: {type: RuntimeDefault}',
      'appArmorProfile: {type: Unconfined}',
      'runtime-default',
      'unconfined',
    ],
    ['selinux.type', 'seLinuxOptions: {type: spc_t}', 'seLinuxOptions: {type: container_t}', 'spc_t', 'container_t'],
    ['windows.hostProcess', 'windowsOptions: {hostProcess: true}', 'windowsOptions: {hostProcess: false}', true, false],
  ])('%s: the container has the last word', (path, outer, inner, fromPod, fromContainer) => {
    const onlyPod = containerOf(kubernetes, pod(context(outer)))
    expect([valueAt(onlyPod, path), factAt(onlyPod, path).how, factAt(onlyPod, path).place.line]).toEqual([
      fromPod,
      'inherited',
      7,
    ])
    const both = containerOf(kubernetes, pod(context(outer), context(inner)))
    expect([valueAt(both, path), factAt(both, path).how, factAt(both, path).place.line]).toEqual([
      fromContainer,
      'set',
      12,
    ])
    const onlyContainer = containerOf(kubernetes, pod('', context(inner)))
    expect([valueAt(onlyContainer, path), factAt(onlyContainer, path).how]).toEqual([fromContainer, 'set'])
  })
  test.each([
    ["serviceAccountName: ''", 'default', 'default'],
    ["serviceAccountName: ''\nserviceAccount: robot", 'robot', 'set'],
    ['serviceAccount: robot', 'robot', 'set'],
    ['serviceAccountName: robot\nserviceAccount: other', 'robot', 'set'],
  ])('an empty account is none: %s', (spec, name, how) => {
    const found = containerOf(kubernetes, pod(spec))
    expect([valueAt(found, 'serviceAccount.name'), factAt(found, 'serviceAccount.name').how]).toEqual([name, how])
  })
  test('a readiness probe alone finds out that it does not answer, and restarts nothing', () => {
    const found = containerOf(kubernetes, pod('', 'readinessProbe: {tcpSocket: {port: 80}}'))
    const health = ['check', 'liveness', 'readiness'].map((row) => valueAt(found, `health.${row}`))
    expect(health).toEqual([true, false, true])
    expect(factAt(found, 'health.check').place.line).toBe(9)
  })
  test('profiles and SELinux options are replaced as a whole', () => {
    const found = containerOf(
      kubernetes,
      pod(
        'securityContext:\n  seccompProfile: {type: Localhost, localhostProfile: outer}\n  seLinuxOptions: {type: spc_t, user: outer}',
        'securityContext:\n  seccompProfile: {type: RuntimeDefault}\n  seLinuxOptions: {type: container_t}',
      ),
    )
    expect(valueAt(found, 'seccomp.name')).toBe('')
    expect(valueAt(found, 'selinux.user')).toBe('')
  })
  test('limits of the pod bound the container', () => {
    const found = containerOf(kubernetes, pod('resources: {limits: {memory: 1Gi}}'))
    expect([valueAt(found, 'resources.memory'), factAt(found, 'resources.memory').how]).toEqual([2 ** 30, 'inherited'])
    expect(valueAt(found, 'resources.memoryReservation')).toBe(2 ** 30)
  })
})

describe('annotations of old', () => {
  const annotated = (annotation: string, spec = '', container = ''): string =>
    pod(spec, container).replace('  name: web', `  name: web\n  annotations:\n    ${annotation}`)
  const armour = 'container.apparmor.security.beta.kubernetes.io/app'
  test.each([
    [`${armour}: unconfined`, '', '', 'unconfined', ''],
    [`${armour}: runtime/default`, '', '', 'runtime-default', ''],
    [`${armour}: localhost/mine`, '', '', 'profile', 'mine'],
    [`${armour}2: unconfined`, '', '', 'runtime-default', ''],
    [`${armour}: unconfined`, '', context('appArmorProfile: {type: RuntimeDefault}'), 'runtime-default', ''],
    [`${armour}: unconfined`, context('appArmorProfile: {type: RuntimeDefault}'), '', 'unconfined', ''],
    // No word of Kubernetes: the API server refuses the pod, and no profile is named.
    [`${armour}: hello`, '', '', 'unconfined', ''],
    ['other: x', '', context('appArmorProfile: {type: runtimeDefault}'), 'unconfined', ''],
  ])('AppArmor %s %s %s', (annotation, spec, container, kind, name) => {
    const found = containerOf(kubernetes, annotated(annotation, spec, container))
    expect(valueAt(found, 'apparmor.kind')).toBe(kind)
    if (name !== 'unknown') expect(valueAt(found, 'apparmor.name')).toBe(name)
  })
  const unheard = 'unknown: since Kubernetes 1.27 seccomp annotations are ignored: write securityContext.seccompProfile'
  test.each([
    ['seccomp.security.alpha.kubernetes.io/pod: unconfined', '', 'unconfined'],
    ['seccomp.security.alpha.kubernetes.io/pod: runtime/default', '', unheard],
    [
      'container.seccomp.security.alpha.kubernetes.io/app: unconfined',
      context('seccompProfile: {type: RuntimeDefault}'),
      'unconfined',
    ],
    ['container.seccomp.security.alpha.kubernetes.io/app: localhost/x', '', unheard],
    [
      'seccomp.security.alpha.kubernetes.io/pod: unconfined',
      context('seccompProfile: {type: RuntimeDefault}'),
      'runtime-default',
    ],
  ])('seccomp %s %s', (annotation, spec, kind) => {
    expect(valueAt(containerOf(kubernetes, annotated(annotation, spec)), 'seccomp.kind')).toBe(kind)
  })
})

test('what pod, container and annotations declare is kept, whatever overrides it', () => {
  const text = pod(
    'securityContext: { runAsUser: 0, seccompProfile: { type: Unconfined }, seLinuxOptions: { level: s0 } }',
    'securityContext: { runAsUser: 1, seccompProfile: { type: RuntimeDefault }, appArmorProfile: }',
  ).replace(
    '  name: web',
    `  name: web
  annotations:
    seccomp.security.alpha.kubernetes.io/pod: ''
    container.seccomp.security.alpha.kubernetes.io/app: unconfined
    container.seccomp.security.alpha.kubernetes.io/other: unconfined
    container.apparmor.security.beta.kubernetes.io/app: runtime/default`,
  )
  const found = containerOf(kubernetes, text)
  expect(valueAt(found, 'seccomp.kind')).toBe('runtime-default')
  expect(valueAt(found, 'declarations')).toEqual([
    { of: 'seccomp.kind', text: 'RuntimeDefault', form: 'field' },
    { of: 'user.name', text: '1', form: 'field' },
    { of: 'seccomp.kind', text: 'Unconfined', form: 'field' },
    { of: 'user.name', text: '0', form: 'field' },
    { of: 'apparmor.kind', text: 'runtime/default', form: 'annotation' },
    { of: 'seccomp.kind', text: 'unconfined', form: 'annotation' },
    { of: 'seccomp.kind', text: '', form: 'annotation' },
  ])
})
test('the nodes that a pod chooses are not its own word for its operating system', () => {
  const found = containerOf(kubernetes, pod('nodeSelector: { kubernetes.io/os: windows }'))
  expect(factAt(found, 'os')).toMatchObject({ how: 'derived', value: 'windows' })
})

describe('annotations of Podman', () => {
  const annotated = (lines: string, spec = '', container = ''): string =>
    pod(spec, container).replace(
      '  name: web',
      `  name: web\n  annotations:\n${lines.replace(/^/gm, '    io.podman.annotations.')}`,
    )
  const options = 'label/app: "type:spc_t,label=level:s0:c1,c2"'
  test.each([
    [
      'ulimit: "nofile=1024:2048,nproc=-1"',
      'ulimits',
      [
        { name: 'nofile', soft: 1024, hard: 2048 },
        { name: 'nproc', soft: -1, hard: -1 },
      ],
    ],
    ['init/app: "TRUE"', 'init', true],
    ['init/app: "FALSE"', 'init', false],
    ['init/other: "TRUE"', 'init', false],
    ['cpuset/app: "0-1"', 'resources.cpuSet', '0-1'],
    ['label/app: disable', 'selinux.disabled', true],
    [options, 'selinux.type', 'spc_t'],
    [options, 'selinux.level', 's0:c1,c2'],
    [options, 'selinux.disabled', false],
    ['userns: host', 'namespaces.user', 'host'],
    // Tighter with Podman only: no pass for what Kubernetes will run.
    [
      'userns: auto',
      'namespaces.user',
      'unknown: a user namespace of its own (auto) with podman kube play; Kubernetes does not know the annotation',
    ],
    [
      'pids-limit/app: "50"',
      'resources.pids',
      'unknown: a limit of 50 with podman kube play; Kubernetes does not know the annotation',
    ],
    // Shown by podman inspect, and not applied.
    ['privileged/app: "TRUE"', 'privileged', false],
    ['seccomp/app: unconfined', 'seccomp.kind', 'unknown: unconfined unless the kubelet has seccompDefault'],
    [
      'ulimit: nofile',
      'ulimits',
      [
        {
          name: 'unknown: "nofile" is not name=soft:hard',
          soft: 'unknown: "nofile" is not name=soft:hard',
          hard: 'unknown: "nofile" is not name=soft:hard',
        },
      ],
    ],
  ])('%s: %s', (lines, path, value) => {
    expect(valueAt(containerOf(kubernetes, annotated(lines)), path)).toEqual(value)
  })
  test('SELinux options of the manifest come first', () => {
    const text = annotated(options, '', context('seLinuxOptions: {type: container_t}'))
    expect(valueAt(containerOf(kubernetes, text), 'selinux.type')).toBe('container_t')
  })
})

test('a device of a ResourceClaim is one that is not known', () => {
  const found = containerOf(kubernetes, pod('resourceClaims: [{name: gpu}]', 'resources: {claims: [{name: gpu}]}'))
  const because = 'unknown: the driver of the claim "gpu" chooses the device when the pod is placed on a node'
  expect(valueAt(found, 'devices')).toEqual([{ source: because, target: because, permissions: because }])
})

describe('variables of the pod itself', () => {
  const text = (path: string): string =>
    pod('', `env: [{name: A, valueFrom: {fieldRef: {fieldPath: "${path}"}}}]`).replace(
      '  name: web',
      '  name: web\n  labels: {tier: front}',
    )
  test.each([
    ["metadata.labels['tier']", 'front', 'inherited'],
    ["metadata.labels['gone']", '', 'default'],
    ['status.podIP', '', 'default'],
  ])('%s', (path, value, how) => {
    const found = containerOf(kubernetes, text(path))
    expect([valueAt(found, 'environment[0].value'), factAt(found, 'environment[0].value').how]).toEqual([value, how])
  })
})

describe('an Argo Workflow', () => {
  const text = `apiVersion: argoproj.io/v1alpha1
kind: Workflow
metadata: { name: flow, namespace: ci }
spec:
  hostNetwork: true
  securityContext: { runAsUser: 1000 }
  volumes: [{ name: src, hostPath: { path: /src } }]
  templates:
    - name: steps
      steps: [[{ name: a, template: build }]]
    - name: build
      securityContext: { runAsUser: 0 }
      initContainers: [{ name: before, image: i }]
      container: { image: "{{inputs.parameters.image}}", volumeMounts: [{ name: src, mountPath: /s }] }
      sidecars: [{ name: beside, image: s }]
    - name: set
      containerSet: { containers: [{ name: one, image: a }, { name: two, image: b }] }
`
  test('is a pod for every template that runs containers', () => {
    const { value, notices } = containersOf(kubernetes, text)
    expect(notices).toEqual([])
    expect(value.map((each) => [each.id, valueAt(each, 'user.name'), valueAt(each, 'namespaces.network')])).toEqual([
      ['Workflow/ci/flow/build/before', '0', 'host'],
      ['Workflow/ci/flow/build/main', '0', 'host'],
      ['Workflow/ci/flow/build/beside', '0', 'host'],
      ['Workflow/ci/flow/set/one', '1000', 'host'],
      ['Workflow/ci/flow/set/two', '1000', 'host'],
    ])
    const [, main] = value
    expect(
      main && ['image.reference', 'mounts[0].source', 'restart.policy'].map((path) => valueAt(main, path)),
    ).toEqual(['unknown: a template stands here: render it first', '/src', 'no'])
  })
  test('whose pods are patched when it runs is not read in full', () => {
    const patched = text.replace('  hostNetwork', '  podSpecPatch: "hostPID: true"\n  hostNetwork')
    expect(containersOf(kubernetes, patched).notices.map(({ id, place, lost }) => [id, place.line, lost])).toEqual([
      ['pod-patch-unread', 5, true],
    ])
  })
})

describe('roles', () => {
  const text = `apiVersion: v1
kind: Pod
metadata: { name: web }
spec:
  initContainers:
    - { name: setup, image: a }
    - { name: proxy, image: a, restartPolicy: Always }
  containers: [{ name: app, image: a }]
  ephemeralContainers: [{ name: debug, image: a, targetContainerName: app }]
`
  test.each([
    ['setup', 'init', 'on-failure', 'own'],
    ['proxy', 'sidecar', 'always', 'own'],
    ['app', 'main', 'always', 'own'],
    ['debug', 'ephemeral', 'no', 'container'],
  ])('%s is %s, restarted %s', (name, role, policy, pid) => {
    const found = containerOf(kubernetes, text, `Pod/default/web/${name}`)
    expect([valueAt(found, 'role'), valueAt(found, 'restart.policy'), valueAt(found, 'namespaces.pid')]).toEqual([
      role,
      policy,
      pid,
    ])
  })
  test('a debug container joins the one it names', () => {
    expect(valueAt(containerOf(kubernetes, text, 'Pod/default/web/debug'), 'namespaces.pidOf')).toBe('app')
  })
  test('an alias in another list has the role of that list', () => {
    const { value } = containersOf(
      kubernetes,
      'apiVersion: v1\nkind: Pod\nspec:\n  initContainers: [&c {name: a, image: x}]\n  containers: [*c]\n',
    )
    expect(value.map((each) => valueAt(each, 'role'))).toEqual(['init', 'main'])
  })
  test('an init container of a pod that never restarts is not restarted', () => {
    expect(
      valueAt(
        containerOf(kubernetes, text.replace('spec:', 'spec:\n  restartPolicy: Never'), 'Pod/default/web/setup'),
        'restart.policy',
      ),
    ).toBe('no')
  })
})

describe('namespaces', () => {
  test.each([
    ['hostPID: false', 'own', 'set'],
    ['hostPID: false\nshareProcessNamespace: true', 'container', 'set'],
    ['hostPID: true\nshareProcessNamespace: true', 'host', 'set'],
    ['shareProcessNamespace: false', 'own', 'default'],
    ['hostPID: perhaps', 'unknown: hostPID is not true or false', 'unknown'],
  ])('%s', (spec, value, how) => {
    const found = containerOf(kubernetes, pod(spec))
    expect([valueAt(found, 'namespaces.pid'), factAt(found, 'namespaces.pid').how]).toEqual([value, how])
  })
})

describe('image', () => {
  test.each([
    ['nginx', 'always'],
    ['nginx:latest', 'always'],
    ['host:5000/nginx', 'always'],
    ['host:5000/nginx:1', 'missing'],
    ['nginx@sha256:aa', 'missing'],
    ['nginx:latest@sha256:aa', 'always'],
  ])('%s is pulled %s', (image, pull) => {
    expect(valueAt(containerOf(kubernetes, pod('').replace('image: nginx', `image: ${image}`)), 'image.pull')).toBe(
      pull,
    )
  })
  test('a command without args leaves the CMD of the image out', () => {
    const found = containerOf(kubernetes, pod('', 'command: [sh]'))
    expect([valueAt(found, 'command'), factAt(found, 'command').how]).toEqual([[], 'default'])
  })
  test('an empty command is none', () => {
    expect(factAt(containerOf(kubernetes, pod('', 'command: []')), 'entrypoint').how).toBe('unknown')
  })
})

describe('volumes', () => {
  const volume = (source: string): string =>
    pod(`volumes:\n- name: v\n  ${source}`, 'volumeMounts: [{name: v, mountPath: /v}]')
  test.each([
    ['hostPath: {path: /etc}', 'bind', 'hostPath', '/etc', false],
    ['emptyDir: {}', 'volume', 'emptyDir', 'v', false],
    ['emptyDir:', 'volume', 'emptyDir', 'v', false],
    ['emptyDir: {medium: Memory}', 'tmpfs', 'emptyDir', 'v', false],
    ['secret: {secretName: s}', 'secret', 'secret', 's', true],
    ['configMap: {name: c}', 'config', 'configMap', 'c', true],
    ['downwardAPI: {items: []}', 'config', 'downwardAPI', 'v', true],
    ['projected: {sources: [{configMap: {name: c}}]}', 'config', 'projected', 'v', true],
    ['projected: {sources: [{secret: {name: c}}]}', 'secret', 'projected', 'v', true],
    ['projected: {sources: [{configMap: {}}, {serviceAccountToken: {path: t}}]}', 'token', 'projected', 'v', true],
    ['persistentVolumeClaim: {claimName: pvc}', 'volume', 'persistentVolumeClaim', 'pvc', false],
    ['persistentVolumeClaim: {claimName: pvc, readOnly: true}', 'volume', 'persistentVolumeClaim', 'pvc', true],
    ['ephemeral: {}', 'volume', 'ephemeral', 'v', false],
    ['csi: {driver: d}', 'volume', 'csi', 'v', false],
    ['nfs: {server: a, path: /b}', 'volume', 'nfs', 'v', false],
    ['cephfs: {monitors: []}', 'volume', 'cephfs', 'v', false],
    ['image: {reference: "a:1", pullPolicy: Always}', 'image', 'image', 'a:1', true],
    ['csi: {driver: d, readOnly: true, nodePublishSecretRef: {name: s}}', 'volume', 'csi', 'v', true],
    ['projected: {sources: [{clusterTrustBundle: {name: b, path: p}}]}', 'config', 'projected', 'v', true],
    ['projected: {sources: [{podCertificate: {signerName: s, keyType: ED25519}}]}', 'secret', 'projected', 'v', true],
    ['projected: {sources: [{downwardAPI: {items: []}}]}', 'config', 'projected', 'v', true],
    ['brandNew: {}', 'other', 'brandNew', 'v', false],
    ['hostPath:', 'volume', 'emptyDir', 'v', false],
    ['emptyDir: {}\n  hostPath: {path: /etc}', 'bind', 'hostPath', '/etc', false],
  ])('%s', (source, kind, type, name, readOnly) => {
    const found = containerOf(kubernetes, volume(source))
    expect(['kind', 'type', 'source', 'readOnly', 'target'].map((key) => valueAt(found, `mounts[0].${key}`))).toEqual([
      kind,
      type,
      name,
      readOnly,
      '/v',
    ])
  })
  test.each(
    'rbd iscsi fc glusterfs cinder flexVolume flocker gitRepo quobyte gcePersistentDisk awsElasticBlockStore azureDisk azureFile vsphereVolume photonPersistentDisk portworxVolume scaleIO storageos'.split(
      ' ',
    ),
  )('%s is storage', (type) => {
    const found = containerOf(kubernetes, volume(`${type}: {}`))
    expect(['kind', 'type', 'source'].map((key) => valueAt(found, `mounts[0].${key}`))).toEqual(['volume', type, 'v'])
  })
  test.each([
    ['/var', 'subPath: run/docker.sock', '/var/run/docker.sock', 'derived'],
    ['/', 'subPath: etc', '/etc', 'derived'],
    ['/var', 'subPath: ""', '/var', 'set'],
    ['/var', 'subPathExpr: log/fixed', '/var/log/fixed', 'derived'],
    ['/var', 'subPathExpr: $(NAME)', 'unknown: a path below /var that holds variables: $(NAME)', 'unknown'],
    [
      '/var',
      'subPath: ../etc',
      'unknown: the subPath "../etc" leads out of its volume, and the API server refuses it',
      'unknown',
    ],
    ['/var', 'subPath: [1]', 'unknown: subPath is not a text', 'unknown'],
  ])('%s with %s is what is mounted', (path, below, source, how) => {
    const found = containerOf(
      kubernetes,
      pod(`volumes: [{name: v, hostPath: {path: ${path}}}]`, `volumeMounts:\n- name: v\n  mountPath: /v\n  ${below}`),
    )
    expect([valueAt(found, 'mounts[0].source'), factAt(found, 'mounts[0].source').how]).toEqual([source, how])
  })
  test('a subPath of another volume is its own affair', () => {
    const found = containerOf(
      kubernetes,
      pod('volumes: [{name: v, secret: {secretName: s}}]', 'volumeMounts: [{name: v, mountPath: /v, subPath: key}]'),
    )
    expect(valueAt(found, 'mounts[0].source')).toBe('s')
  })
  test('what is read-only all the way down is read-only', () => {
    const found = containerOf(
      kubernetes,
      pod(
        'volumes: [{name: v, hostPath: {path: /a}}]',
        'volumeMounts: [{name: v, mountPath: /v, readOnly: true, recursiveReadOnly: Enabled}]',
      ),
    )
    expect(valueAt(found, 'mounts[0].readOnly')).toBe(true)
  })
  test('what no container mounts is told of every container, at the volume', () => {
    const text = pod('volumes:\n- name: v\n  hostPath: {path: /}\ninitContainers: [{name: i, image: a}]')
    for (const found of containersOf(kubernetes, text).value) {
      expect(valueAt(found, 'mounts[0].source')).toBe('/')
      expect(valueAt(found, 'mounts[0].target')).toBe('')
      expect(factAt(found, 'mounts').place.line).toBe(6)
    }
  })
  test('what another container mounts is not told of this one', () => {
    const text = pod(
      'volumes: [{name: v, hostPath: {path: /}}]\ninitContainers: [{name: i, image: a, volumeMounts: [{name: v, mountPath: /x}]}]',
    )
    expect(containersOf(kubernetes, text).value.map((each) => factAt(each, 'mounts').how)).toEqual(['set', 'default'])
  })
  test('a block device', () => {
    const found = containerOf(
      kubernetes,
      pod(
        'volumes: [{name: v, persistentVolumeClaim: {claimName: disk}}]',
        'volumeDevices: [{name: v, devicePath: /dev/xvda}]',
      ),
    )
    expect(['kind', 'type', 'source', 'target'].map((key) => valueAt(found, `mounts[0].${key}`))).toEqual([
      'device',
      'persistentVolumeClaim',
      'disk',
      '/dev/xvda',
    ])
  })
  test('volume claim templates of a StatefulSet', () => {
    const found = containerOf(
      kubernetes,
      'apiVersion: apps/v1\nkind: StatefulSet\nmetadata: {name: db}\nspec:\n  volumeClaimTemplates: [{metadata: {name: data}}]\n  template:\n    spec:\n      containers: [{name: a, image: b, volumeMounts: [{name: data, mountPath: /d}]}]\n',
    )
    expect(['kind', 'type', 'source'].map((key) => valueAt(found, `mounts[0].${key}`))).toEqual([
      'volume',
      'persistentVolumeClaim',
      'data',
    ])
  })
  test('a mount of nothing is not known', () => {
    const found = containerOf(kubernetes, pod('', 'volumeMounts: [{name: gone, mountPath: /x}]'))
    expect(valueAt(found, 'mounts[0].kind')).toBe('unknown: the pod declares no volume "gone"')
  })
})

describe('shapes: privileged is seen in', () => {
  const spec = 'containers: [{name: app, image: nginx, securityContext: {privileged: true}}]'
  const head = (version: string, kind: string): string =>
    `apiVersion: ${version}\nkind: ${kind}\nmetadata: {name: web}\n`
  const indent = (text: string, by: number): string =>
    text
      .split('\n')
      .map((line) => ' '.repeat(by) + line)
      .join('\n')
  const template = (path: string): string => {
    const keys = path.split('.')
    return [...keys.map((key, level) => `${'  '.repeat(level)}${key}:`), indent(spec, keys.length * 2)].join('\n')
  }
  const simple = head('v1', 'Pod') + template('spec')
  const shapes: readonly (readonly [string, string, string])[] = [
    ['a plain pod', simple, 'Pod/default/web/app'],
    ['an init container', simple.replace('containers', 'initContainers'), 'Pod/default/web/app'],
    ['an ephemeral container', simple.replace('containers', 'ephemeralContainers'), 'Pod/default/web/app'],
    ['CRLF with BOM', `\uFEFF${simple.replaceAll('\n', '\r\n')}`, 'Pod/default/web/app'],
    ['documents that are comments', `# one\n---\n# two\n---\n${simple}\n---\n# three\n`, 'Pod/default/web/app'],
    ['unknown fields', `${simple}\n  novelty: {a: 1}`, 'Pod/default/web/app'],
    [
      'an anchor and a merge key',
      `x: &p {privileged: true}\n${simple.replace('{privileged: true}', '{<<: *p}')}`,
      'Pod/default/web/app',
    ],
    ['a List', `apiVersion: v1\nkind: List\nitems:\n-\n${indent(simple, 2)}`, 'Pod/default/web/app'],
    [
      'a PodList without kinds',
      `apiVersion: v1\nkind: PodList\nitems:\n- metadata: {name: web}\n${indent(template('spec'), 2)}`,
      'Pod/default/web/app',
    ],
    [
      'a List in a List',
      `apiVersion: v1\nkind: List\nitems:\n- apiVersion: v1\n  kind: List\n  items:\n  -\n${indent(simple, 4)}`,
      'Pod/default/web/app',
    ],
    [
      'a CronJob',
      head('batch/v1', 'CronJob') + template('spec.jobTemplate.spec.template.spec'),
      'CronJob/default/web/app',
    ],
    [
      'a v1beta1 CronJob',
      head('batch/v1beta1', 'CronJob') + template('spec.jobTemplate.spec.template.spec'),
      'CronJob/default/web/app',
    ],
    ...['Job', 'Deployment', 'ReplicaSet', 'StatefulSet', 'DaemonSet', 'ReplicationController', 'DeploymentConfig'].map(
      (kind) =>
        [`a ${kind}`, head('apps/v1', kind) + template('spec.template.spec'), `${kind}/default/web/app`] as const,
    ),
    [
      'an Argo Rollout',
      head('argoproj.io/v1alpha1', 'Rollout') + template('spec.template.spec'),
      'Rollout/default/web/app',
    ],
    ['a PodTemplate', head('v1', 'PodTemplate') + template('template.spec'), 'PodTemplate/default/web/app'],
    [
      'a Knative Service',
      head('serving.knative.dev/v1', 'Service') + template('spec.template.spec'),
      'Service/default/web/app',
    ],
    [
      'a Volcano Job',
      `${head('batch.volcano.sh/v1alpha1', 'Job')}spec:\n  tasks:\n  - template:\n      spec:\n${indent(spec, 8)}`,
      'Job/default/web/app',
    ],
    [
      'an OpenShift Template',
      `apiVersion: template.openshift.io/v1\nkind: Template\nobjects:\n-\n${indent(simple, 2)}`,
      'Pod/default/web/app',
    ],
    [
      'a manifest inside another',
      `${head('work.open-cluster-management.io/v1', 'ManifestWork')}spec:\n  workload:\n    manifests:\n    -\n${indent(simple, 6)}`,
      'Pod/default/web/app',
    ],
    ['a container without a name', simple.replace('name: app, ', ''), 'Pod/default/web/containers[0]'],
    ['a generateName', simple.replace('{name: web}', '{generateName: web-}'), 'Pod/default/web-*/app'],
    ['no metadata', simple.replace('metadata: {name: web}\n', ''), 'Pod/default/*/app'],
    ['a namespace', simple.replace('{name: web}', '{name: web, namespace: shop}'), 'Pod/shop/web/app'],
    ['"true" in quotes', simple.replace('privileged: true', 'privileged: "true"'), 'Pod/default/web/app'],
    ['yes of YAML 1.1', simple.replace('privileged: true', 'privileged: yes'), 'Pod/default/web/app'],
    [
      'a %YAML 1.2 directive',
      `%YAML 1.2\n---\n${simple.replace('privileged: true', 'privileged: yes')}`,
      'Pod/default/web/app',
    ],
    ['a good document after a template', `kind: {{ .Values.kind }}\n---\n${simple}`, 'Pod/default/web/app'],
    [
      'JSON on one line',
      '{"apiVersion":"v1","kind":"Pod","metadata":{"name":"web"},"spec":{"containers":[{"name":"app","image":"nginx","securityContext":{"privileged":true}}]}}',
      'Pod/default/web/app',
    ],
  ]
  test.each(shapes)('%s', (_, text, id) => {
    const { value } = containersOf(kubernetes, text)
    expect(value.map((each) => [each.id, valueAt(each, 'privileged')])).toEqual([[id, true]])
    const names = readText('test.yaml', text).value.documents.map((each) => recognise(each).value?.name)
    expect(names).toContain('kubernetes')
  })
  test('two pods in one object have ids of their own', () => {
    const text = `${head('kubeflow.org/v1', 'TFJob')}spec:\n  replicas:\n    Worker: {template: {spec: {containers: [{name: tf, image: a}]}}}\n    Chief: {template: {spec: {containers: [{name: tf, image: a}]}}}\n`
    expect(containersOf(kubernetes, text).value.map((each) => each.id)).toEqual([
      'TFJob/default/web/spec.replicas.Worker.template.spec/tf',
      'TFJob/default/web/spec.replicas.Chief.template.spec/tf',
    ])
  })
  test.each([
    ['a Service', `${head('v1', 'Service')}spec: {ports: [{port: 80}]}`],
    ['a ConfigMap', `${head('v1', 'ConfigMap')}data: {a: "containers: [{image: x}]"}`],
    [
      'a CRD',
      `${head('apiextensions.k8s.io/v1', 'CustomResourceDefinition')}spec: {versions: [{schema: {openAPIV3Schema: {default: {containers: [{image: x}]}}}}]}`,
    ],
    ['a schema anywhere', `${head('x/v1', 'Thing')}openAPIV3Schema: {containers: [{image: x}]}`],
    [
      'a Kyverno policy',
      `${head('kyverno.io/v1', 'ClusterPolicy')}spec: {rules: [{validate: {pattern: {spec: {containers: [{image: "!*:latest"}]}}}}]}`,
    ],
    [
      'values of a chart',
      `${head('helm.toolkit.fluxcd.io/v2', 'HelmRelease')}spec: {values: {containers: [{image: x}]}}`,
    ],
    ['a pod without spec', head('v1', 'Pod')],
    ['a list without items', head('v1', 'List')],
  ])('%s holds no container, and nothing is lost', (_, text) => {
    expect(containersOf(kubernetes, text)).toEqual({ value: [], notices: [] })
  })
})

describe('wrong types', () => {
  test.each([
    ['privileged', '', context('privileged: maybe')],
    ['privileged', '', 'securityContext: [1]'],
    ['user.name', '', context('runAsUser: web')],
    ['user.name', context('runAsUser: [0]'), ''],
    ['seccomp.kind', '', context('seccompProfile: {type: [RuntimeDefault]}')],
    ['seccomp.name', '', context('seccompProfile: {type: Localhost}')],
    ['capabilities.add', '', context('capabilities: {add: {a: 1}}')],
    ['capabilities.add[0]', '', context('capabilities: {add: [{a: 1}]}')],
    ['mounts', 'volumes: {a: 1}', ''],
    ['mounts', '', 'volumeMounts: text'],
    ['mounts[0].kind', 'volumes: [text]', ''],
    ['mounts[0].source', '', 'volumeMounts: [text]'],
    ['mounts[0].propagation', '', 'volumeMounts: [{name: a, mountPropagation: Often}]'],
    ['environment', '', 'env: A=B'],
    ['environment[0].name', '', 'env: [A=B]'],
    ['ports[0].published', '', 'ports: [{hostPort: many}]'],
    ['ports[0].protocol', '', 'ports: [{protocol: QUIC}]'],
    ['sysctls[0].name', context('sysctls: [text]'), ''],
    ['probes[0].host', '', 'livenessProbe: text'],
    ['user.supplementary[0]', context('fsGroup: staff'), ''],
    ['resources.memory', '', 'resources: {limits: {memory: plenty}}'],
    ['resources.cpuReservation', '', 'resources: {requests: {cpu: [1]}}'],
  ])('%s of %s%s is not known', (path, spec, container) => {
    const { value, notices } = containersOf(kubernetes, pod(spec, container))
    expect(notices).toEqual([])
    expect(value[0] && factAt(value[0], path).how).toBe('unknown')
  })
  test.each([
    [
      'containers that are a map',
      'apiVersion: v1\nkind: Pod\nspec:\n  containers: {name: a, image: b}\n',
      'containers-unreadable',
      4,
    ],
    [
      'a container that is a text',
      'apiVersion: v1\nkind: Pod\nspec:\n  containers:\n  - nginx\n',
      'container-unreadable',
      5,
    ],
    ['a spec that is a list', 'apiVersion: v1\nkind: Pod\nspec: [1]\n', 'pod-unreadable', 3],
    ['items that are a map', 'apiVersion: v1\nkind: List\nitems: {a: 1}\n', 'object-unreadable', 3],
    ['an item that is a text', 'apiVersion: v1\nkind: List\nitems:\n- text\n', 'object-unreadable', 4],
  ])('%s is input lost', (_, text, id, line) => {
    const { value, notices } = containersOf(kubernetes, text)
    expect(value).toEqual([])
    expect(notices.map((each) => [each.id, each.place.line, each.lost])).toEqual([[id, line, true]])
  })
})

describe('hostile input', () => {
  test('more containers than anybody has are cut, and said so', () => {
    const text = `apiVersion: v1\nkind: Pod\nspec:\n  containers: [${Array.from({ length: 10_050 }, () => '{image: a}').join(',')}]\n`
    const { value, notices } = containersOf(kubernetes, text)
    expect(value).toHaveLength(10_000)
    expect(notices.map(({ id, lost }) => [id, lost])).toEqual([['too-many-containers', true]])
  }, 20_000)
  test('aliases that multiply are cut, and said so', () => {
    const variables = Array.from({ length: 2_000 }, (_, index) => `{name: v${index}}`).join(',')
    const text = `apiVersion: v1\nkind: Pod\nspec:\n  containers: [&c {image: a, env: [${variables}]}, ${Array.from({ length: 200 }, () => '*c').join(',')}]\n`
    const { value, notices } = containersOf(kubernetes, text)
    expect(value.length).toBeLessThan(110)
    expect(notices.map(({ id, lost }) => [id, lost])).toEqual([['too-many-containers', true]])
  }, 20_000)
  test('lists of lists of aliases end', () => {
    const levels = Array.from(
      { length: 12 },
      (_, level) =>
        `l${level + 1}: &l${level + 1} {apiVersion: v1, kind: List, items: [${Array.from({ length: 10 }, () => `*l${level}`).join(',')}]}`,
    )
    const text = [
      'l0: &l0 {apiVersion: v1, kind: List, items: []}',
      ...levels,
      'apiVersion: v1',
      'kind: List',
      'items: [*l12]',
    ].join('\n')
    const { notices } = containersOf(kubernetes, text)
    expect(notices.map(({ id, lost }) => [id, lost])).toEqual([['document-too-large', true]])
  }, 20_000)
})

/** Any value, with the keys of a pod more often than chance would have them. */
const words = [
  'apiVersion',
  'kind',
  'metadata',
  'name',
  'spec',
  'template',
  'containers',
  'initContainers',
  'image',
  'securityContext',
  'volumes',
  'volumeMounts',
  'hostPath',
  'env',
  'ports',
  'resources',
  'limits',
  'capabilities',
  'add',
  'items',
  'annotations',
  '?',
  '__proto__',
  'constructor',
]
const anything = fc.letrec((tie) => ({
  value: fc.oneof(
    { depthSize: 'medium' },
    fc.constantFrom('Pod', 'List', 'v1', 'Deployment', true, null, 0, -1, 1e300, ''),
    fc.string(),
    fc.array(tie('value'), { maxLength: 4 }),
    fc.dictionary(fc.oneof(fc.constantFrom(...words), fc.string()), tie('value'), { maxKeys: 6 }),
  ),
})).value
test('no document makes it throw, and every fact has a place', () => {
  fc.assert(
    fc.property(anything, anything, fc.constantFrom('Pod', 'Deployment', 'List', 'Thing'), (spec, container, kind) => {
      const inner = {
        containers: [container, { image: 'a', ...(typeof container === 'object' ? container : {}) }],
        ...(typeof spec === 'object' ? spec : {}),
      }
      const text = JSON.stringify({
        apiVersion: 'v1',
        kind,
        metadata: spec,
        spec: { ...inner, template: { spec: inner } },
        items: [spec],
      })
      for (const each of [text, JSON.stringify(spec) ?? 'null']) {
        const document = readText('x.json', each).value.documents[0]
        if (!document) continue
        const { value, notices } = containersOf(kubernetes, each, 'x.json')
        expect(notices.filter(({ id }) => id === 'reader-failed')).toEqual([])
        for (const found of value)
          for (const [path, fact] of allFacts(found.facts)) expect([path, fact.place.line]).toEqual([path, 1])
      }
    }),
    { numRuns: 300, seed: 7 },
  )
})
