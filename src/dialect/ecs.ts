/**
 * Task definitions of Amazon ECS, by themselves, in CloudFormation and in what Terraform plans:
 * https://docs.aws.amazon.com/AmazonECS/latest/APIReference/API_RegisterTaskDefinition.html
 */
import { child, elements, type Node } from '../document/node.ts'
import { derived } from '../model/fact.ts'
import type { container } from '../model/fields.ts'
import {
  ask,
  at,
  bool,
  int,
  parse,
  refuse,
  scalarFact,
  silent,
  silentWhen,
  text,
  texts,
  writes,
  type Answer,
  type Ask,
  type Refusal,
} from './ask.ts'
import type { Change } from '../document/change.ts'
import { goneFor, writing } from './write.ts'
import type { Asks, Dialect } from './dialect.ts'
import { rawText, word } from './docker/piece.ts'
import { securityOptions, unlessPrivileged } from './docker/security-option.ts'
import { capability, groupPart, limit, userPart } from './docker/value.ts'
import { findContainers, isEcs, requires } from './ecs/document.ts'
import { check, devices, environment, ports, probes, sysctls, ulimits, words } from './ecs/list.ts'
import { mounts } from './ecs/mount.ts'
import { taskOf } from './ecs/task.ts'
import { onEc2 } from './silence/ecs.ts'

const MIB = 2 ** 20

/** Written with the keys of the document: CloudFormation begins them with a capital. What Terraform planned is no source. */
const spelled = <T>(own: Ask<T>): Ask<T> =>
  writing(own, (value, scope) =>
    own.write?.(value, scope)?.map((change): Change => {
      if (!('path' in change) || !scope.self.path.includes('ContainerDefinitions')) return change
      return { ...change, path: change.path.map((key) => `${key.slice(0, 1).toUpperCase()}${key.slice(1)}`) }
    }),
  )

/** Where it is silent, there was no way to say it. */
const unsayable = <T>(inner: Ask<T>, when: (task: Node) => boolean = () => true): Ask<T> =>
  ask((scope): Answer<T> => {
    const answer = inner.read(scope)
    return answer.how === 'silent' && when(scope['task'] ?? scope.self) ? { ...answer, unsayable: true } : answer
  }, writes(inner))
/** ECS refuses it in a task that Fargate is to run. */
const notOnFargate = <T>(inner: Ask<T>): Ask<T> => unsayable(inner, (task) => requires(task).includes('FARGATE'))

const { unmasked: _, mask: __, ...security } = unlessUnsayable()
function unlessUnsayable(): ReturnType<typeof securityOptions> {
  const options = securityOptions('dockerSecurityOptions', undefined, { apparmor: 'apparmor:docker-default' })
  return {
    ...options,
    noNewPrivileges: notOnFargate(options.noNewPrivileges),
    // https://github.com/aws/containers-roadmap/issues/1782
    seccomp: { ...options.seccomp, kind: unsayable(options.seccomp.kind) },
    apparmor: { ...options.apparmor, kind: notOnFargate(options.apparmor.kind) },
  }
}

const privileged = notOnFargate(bool('privileged'))
const mode = word('networkMode', 'task')
const unless = <T>(value: T): Ask<T> =>
  silentWhen<T, boolean>(
    silent,
    privileged,
    (on) => (on ? value : undefined),
    'a privileged container has no hidden paths',
  )

/** `WINDOWS_SERVER_2022_CORE`, `LINUX`. */
const osOf = (family: string): 'linux' | 'windows' | Refusal =>
  /^windows/i.test(family)
    ? 'windows'
    : /^linux$/i.test(family)
      ? 'linux'
      : refuse(`"${family}" is neither LINUX nor WINDOWS_SERVER_...`, 'user')
const os = word('runtimePlatform.operatingSystemFamily', 'task').to(osOf)
const isWindows = (task: Node): boolean =>
  /^windows/i.test(rawText(child(child(task, 'runtimePlatform'), 'operatingSystemFamily')) ?? '')

/** A container that others wait for to end runs before them; one that may end without the task is beside them. */
const role: Ask<'init' | 'sidecar' | 'main'> = ask((scope): Answer<'init' | 'sidecar' | 'main'> => {
  const awaited = taskOf(scope).awaited.get(rawText(child(scope.self, 'name')) ?? '')
  if (awaited) return derived(awaited.place, 'init', 'another container waits for it to end', [])
  const essential = bool('essential').read(scope)
  if (essential.how === 'silent' || essential.how === 'unknown') return essential
  return { ...essential, value: essential.value ? 'main' : 'sidecar' }
})

/** Units of the processor, 1024 each, or `.5 vCPU`, in millicores; 0 is none. */
const cpuUnits = (value: string): number | Refusal => {
  const match = /^\s*(\d{0,9}(?:\.\d{1,9})?)\s*(vcpu)?\s*$/i.exec(value)
  if (!match || !match[1] || (match[2] === undefined && match[1].includes('.')))
    return refuse(`"${value.slice(0, 40)}" is not a number of processor units`, 'user')
  return Math.round(Number(match[1]) * (match[2] === undefined ? 1000 / 1024 : 1000))
}
/** MiB, or `0.5 GB`. */
const memorySize = (value: string): number | Refusal => {
  const match = /^\s*(\d{0,9}(?:\.\d{1,9})?)\s*(gb?|mb?)?\s*$/i.exec(value)
  if (!match || !match[1]) return refuse(`"${value.slice(0, 40)}" is not a size in MiB`, 'user')
  return Math.round(Number(match[1]) * (/^g/i.test(match[2] ?? '') ? 1024 * MIB : MIB))
}
const mib = (path: string): Ask<number> => int(path).to((value) => limit(value * MIB))

/** The task's own limit bounds each of its containers. */
const bounded = (own: Ask<number>, outer: Ask<number>, because: string): Ask<number> =>
  ask((scope): Answer<number> => {
    const said = own.to(zeroIsNone).read(scope)
    if (said.how !== 'silent') return said
    const limited = outer.to(zeroIsNone).read(scope)
    if (limited.how === 'unknown') return limited
    return limited.how === 'silent' ? said : derived(limited.place, limited.value, because, [{ ...limited }])
  })
const zeroIsNone = (value: number): number | undefined => (value === 0 ? undefined : value)

const memory = bounded(
  mib('memory'),
  text('memory', 'task').to(memorySize),
  'the memory of the task bounds its containers',
)
const ownCpu = text('cpu').to(cpuUnits)
/** Where it is Windows, the units of a container are a limit; else they are a weight, and only those of the task are one. */
const cpu: Ask<number> = ask((scope): Answer<number> => {
  const own: Ask<number> = isWindows(scope['task'] ?? scope.self)
    ? ownCpu
    : ask(({ self }) => ({ how: 'silent', place: child(self, 'cpu').place }))
  return bounded(own, text('cpu', 'task').to(cpuUnits), 'the processors of the task bound its containers').read(scope)
})
/** Memory and swap together, as Docker counts. */
const swap: Ask<number> = ask((scope): Answer<number> => {
  const most = mib('linuxParameters.maxSwap').read(scope)
  const own = memory.read(scope)
  if (most.how === 'silent' || most.how === 'unknown') return most
  if (own.how === 'silent' || own.how === 'unknown') return own
  return derived(most.place, most.value + own.value, 'maxSwap on top of memory', [{ ...most }, { ...own }])
})

type Owner = 'own' | 'host' | 'container' | 'none'
const pid = goneFor<Owner>('own', 'pidMode', word('pidMode', 'task').by({ host: 'host', task: 'container' }), 'task')
const ipc = notOnFargate(
  goneFor<Owner>(
    'own',
    'ipcMode',
    word('ipcMode', 'task').by({ host: 'host', task: 'container', none: 'none' }),
    'task',
  ),
)

/** `credentialSpecs`, or the older `credentialspec:` among the security options. */
const credentialSpec: Ask<string> = ask((scope): Answer<string> => {
  const [first] = elements(at(scope, 'self', 'credentialSpecs'))
  if (first) return scalarFact(first, 'a text', parse.text)
  const option = elements(at(scope, 'self', 'dockerSecurityOptions')).find((each) =>
    rawText(each)?.startsWith('credentialspec:'),
  )
  const answer = option ? scalarFact(option, 'a text', parse.text) : undefined
  if (!answer || answer.how === 'silent') return { how: 'silent', place: scope.self.place }
  return answer.how === 'unknown' ? answer : { ...answer, value: answer.value.replace(/^credentialspec:/, '') }
})

const confined = unlessPrivileged(security, privileged)
const asks: Asks<typeof container> = {
  name: word('name'),
  os,
  role,
  image: { reference: word('image'), pull: silent },
  entrypoint: words('entryPoint'),
  command: words('command'),
  workingDirectory: word('workingDirectory'),
  privileged: spelled(privileged),
  readOnlyRootFilesystem: spelled(bool('readonlyRootFilesystem')),
  ...confined,
  noNewPrivileges: spelled(confined.noNewPrivileges),
  apparmor: { ...confined.apparmor, kind: spelled(confined.apparmor.kind) },
  selinux: { ...confined.selinux, disabled: spelled(confined.selinux.disabled) },
  init: bool('linuxParameters.initProcessEnabled'),
  restart: {
    policy: bool('restartPolicy.enabled').to((on) => (on ? 'always' : 'no')),
    retries: silent,
  },
  user: {
    name: word('user').to(userPart),
    group: word('user').to(groupPart),
    supplementary: silent,
    groupsPolicy: silent,
    mustBeNonRoot: silent,
  },
  namespaces: {
    pid: spelled(pid),
    ipc: spelled(ipc),
    network: spelled(mode.by({ host: 'host', none: 'none', bridge: 'own', awsvpc: 'own', default: 'own' })),
    uts: silent,
    user: silent,
    cgroup: silent,
    mount: silent,
    time: silent,
    pidOf: silent,
    ipcOf: silent,
    networkOf: silent,
    userOf: silent,
  },
  uidMappings: silent,
  gidMappings: silent,
  network: { mode, names: silent },
  capabilities: {
    given: silent,
    add: texts('linuxParameters.capabilities.add', 'self', capability),
    drop: texts('linuxParameters.capabilities.drop', 'self', capability),
    ambient: silent,
    initialPermitted: silent,
    initialInheritable: silent,
  },
  mounts,
  devices,
  deviceRules: silent,
  masked: unless<readonly never[]>([]),
  readOnlyPaths: unless<readonly never[]>([]),
  procMount: unless<'unmasked'>('unmasked'),
  sysctls,
  ulimits,
  ports,
  environment,
  health: { check, readiness: silent, liveness: silent },
  probes,
  resources: {
    memory,
    memoryReservation: mib('memoryReservation'),
    swap,
    cpu,
    cpuReservation: ownCpu,
    cpuShares: int('cpu'),
    cpuSet: silent,
    pids: silent,
    ioWeight: silent,
    ephemeralStorage: int('ephemeralStorage.sizeInGiB', 'task').to((value) => limit(value * 1024 * MIB)),
    oomKillDisabled: silent,
    oomScoreAdjustment: silent,
    sharedMemory: notOnFargate(mib('linuxParameters.sharedMemorySize')),
  },
  cgroupParent: silent,
  runtime: silent,
  serviceAccount: { name: silent, token: silent },
  logging: { driver: word('logConfiguration.logDriver') },
  windows: { hostProcess: silent, userName: silent, credentialSpec },
  podSecurity: { enforce: silent, version: silent },
  nesting: silent,
  declarations: silent,
}

export const ecs: Dialect = {
  name: 'ecs',
  says: 'Task definitions of Amazon ECS, in JSON, CloudFormation, Terraform plans and states',
  runtime: 'docker',
  mention:
    /containerDefinitions|AWS::ECS::TaskDefinition|aws_ecs_task_definition|portMappings|mountPoints|logConfiguration|essential|readonlyRootFilesystem|entryPoint|memoryReservation|dockerLabels|linuxParameters|environmentFiles/,
  sign: '`containerDefinitions`, `AWS::ECS::TaskDefinition`, or `aws_ecs_task_definition`',
  is: isEcs,
  containers: findContainers,
  asks,
  silence: onEc2,
}
