/**
 * The table, asked of the options of a `docker run`, `podman run` or `nerdctl run` line: the map of flags of run-flags.ts.
 * Quadlet's PodmanArgs, devcontainer's runArgs and the options of GitHub's job containers hold such options too.
 */
import { child, elements, isList, isMap, type Node } from '../../document/node.ts'
import { byDefault, derived, unknown, type Fact } from '../../model/fact.ts'
import type { container } from '../../model/fields.ts'
import { ask, at, parse, refuse, scalarFact, silent, silentWhen, type Answer, type Ask, type Scope } from '../ask.ts'
import { isAsk, type AnyAsks, type Asks } from '../dialect.ts'
import { isVoid, rawText, said, type Probe } from './piece.ts'
import {
  devices,
  environment,
  flagTexts,
  mappings,
  mounts,
  networkOf,
  networks,
  ports,
  sysctls,
  ulimits,
} from './run-list.ts'
import { pathsOf, unmasksAll } from './run-paths.ts'
import { securityOptions, unlessPrivileged } from './security-option.ts'
import { capability, groupPart, limit, osOf, restartPolicy, userPart, whole } from './value.ts'

/** The value that counts: the last one, as pflag takes it. Networks are added up, and the first is the mode. */
const valueOf = (scope: Scope, name: string, which: -1 | 0 = -1): Node => {
  const node = at(scope, 'self', name)
  const value = elements(node).at(which)
  return value ? { ...value, path: [`--${name}`] } : node
}
const flag = <T>(name: string, what: string, parser: (node: Node) => T | undefined): Ask<T> =>
  ask((scope) => scalarFact(valueOf(scope, name), what, parser))

const bool = (name: string): Ask<boolean> => flag(name, 'true or false', parse.bool)
const int = (name: string): Ask<number> => flag(name, 'a whole number', parse.int)
const bytes = (name: string): Ask<number> => flag(name, 'a size', parse.bytes)
/** A text where the empty one says something too. */
const text = (name: string): Ask<string> => flag(name, 'a text', parse.text)
const word = (name: string): Ask<string> => text(name).to((value) => (value === '' ? undefined : value))

const privileged = bool('privileged')
const pod = word('pod')

/** The security options, with one more that is not known where options are not. */
const hardened = <T>(own: Ask<T>): Ask<T> =>
  ask((scope) => {
    const { self } = scope
    const options = child(self, 'security-opt')
    if (self.unknown === undefined || !isMap(self) || !isList(options)) return own.read(scope)
    const more: Node = { place: self.place, path: options.path, value: null, unknown: self.unknown }
    const opened = new Map([...self.value, ['security-opt', { ...options, value: [...options.value, more] }] as const])
    return own.read({ ...scope, self: { ...self, value: opened } })
  })
// Where options stand is for the dialect to say, and so how they are written: run-write.ts.
const { unmasked, ...plain } = securityOptions('security-opt', () => undefined)
const confined = unlessPrivileged(
  {
    noNewPrivileges: hardened(plain.noNewPrivileges),
    seccomp: {
      kind: hardened(plain.seccomp.kind),
      name: hardened(plain.seccomp.name),
      text: hardened(plain.seccomp.text),
    },
    apparmor: { kind: hardened(plain.apparmor.kind), name: hardened(plain.apparmor.name) },
    selinux: {
      disabled: hardened(plain.selinux.disabled),
      user: hardened(plain.selinux.user),
      role: hardened(plain.selinux.role),
      type: hardened(plain.selinux.type),
      level: hardened(plain.selinux.level),
    },
  },
  privileged,
)
/** A container that sees all processes or all IPC of the host has no label either (moby daemon/create.go; podman, SetLabelOpts). */
const unlabelled = (own: Ask<boolean>, mode: Ask<string>, option: string): Ask<boolean> =>
  silentWhen(own, mode, (value) => value === 'host' || undefined, `--${option}=host switches labelling off`)
const security = {
  ...confined,
  selinux: {
    ...confined.selinux,
    disabled: unlabelled(unlabelled(confined.selinux.disabled, word('pid'), 'pid'), word('ipc'), 'ipc'),
  },
}
const noPaths = (which: 'masked' | 'readOnly'): Ask<readonly Fact<string>[]> =>
  silentWhen<readonly Fact<string>[], boolean>(
    hardened(unmasked)
      .to((on) => (on ? [] : undefined))
      .else(hardened(pathsOf(which))),
    privileged,
    (on) => (on ? [] : undefined),
    'a privileged container has none',
  )

/** Whose namespace a mode is: `container:NAME`, and podman's `ns:PATH`, join another's. */
const joined = <const U extends string>(
  own: Ask<string>,
  words: { readonly [word: string]: U },
  otherwise?: 'own',
): Ask<U | 'own' | 'container'> =>
  own.to((mode) => {
    if (/^(?:container|ns):/.test(mode)) return 'container'
    const found = Object.hasOwn(words, mode) ? words[mode] : otherwise
    return found ?? refuse(`"${mode}" is not one of ${Object.keys(words).join(', ')}, container:NAME, ns:PATH`, 'user')
  })
const joinedOf = (own: Ask<string>): Ask<string> => own.to((mode) => /^(?:container|ns):(.*)$/s.exec(mode)?.[1])
/** A container of a pod (podman) shares its network, IPC and host name, unless it or the pod says otherwise. */
const ofPod = <U extends string>(own: Ask<U | 'own' | 'container'>): Ask<U | 'own' | 'container'> =>
  silentWhen<U | 'own' | 'container', string>(own, pod, () => 'container', 'the containers of a pod share it')
const podOf = (own: Ask<string>, mode: Ask<string>): Ask<string> =>
  ask((scope) => (mode.read(scope).how === 'silent' ? pod.read(scope) : own.read(scope)))

const OWN = { host: 'host', private: 'own' } as const
const network = ask((scope) => scalarFact(valueOf(scope, 'network', 0), 'a text', parse.text)).to((value) =>
  value === '' ? undefined : networkOf(value),
)
const modes = { pid: word('pid'), ipc: word('ipc'), uts: word('uts'), user: word('userns'), cgroup: word('cgroupns') }

/** podman's `--uidmap`, `--gidmap` and `--subuidname` make a user namespace; root inside is root outside where 0 is mapped to 0. */
const mapped: Ask<'own' | 'host'> = ask((scope): Answer<'own' | 'host'> => {
  for (const name of ['uidmap', 'gidmap', 'subuidname', 'subgidname']) {
    const node = child(scope.self, name)
    if (isVoid(node)) continue
    if (node.unknown !== undefined) return unknown(node.place, node.unknown, 'user')
    const found = name === 'uidmap' ? mappings('uidmap').read(scope) : undefined
    const isRoot =
      found !== undefined &&
      found.how === 'set' &&
      found.value.some(
        ({ facts: { container: inside, host } }) =>
          inside.how === 'set' && inside.value === 0 && host.how === 'set' && host.value === 0,
      )
    return isRoot
      ? derived(node.place, 'host', 'it has a user namespace, but root in it is root outside (--uidmap)', [])
      : said(node, 'own')
  }
  return { how: 'silent', place: scope.self.place }
})
const userNamespace = joined(
  modes.user.to((mode) => mode.replace(/^(auto|keep-id|nomap):.*$/s, '$1')),
  { host: 'host', private: 'own', auto: 'own', 'keep-id': 'own', nomap: 'own' },
).else(mapped)

/** `keep-id[:uid=...,gid=...]`: it runs as whoever starts it, or as the ids that are named. */
const keptId = (key: 'uid' | 'gid'): Ask<string> =>
  modes.user.to((mode) => {
    if (!/^keep-id(?::|$)/.test(mode)) return undefined
    const id = new RegExp(`[:,]${key}=(\\d+)`).exec(mode)?.[1]
    return id ?? refuse('keep-id: it runs as whoever starts it', 'user')
  })

/** One word, or a list of them as JSON (podman); the empty one takes the image's away. */
const entrypoint: Ask<readonly Fact<string>[]> = ask((scope): Answer<readonly Fact<string>[]> => {
  const node = valueOf(scope, 'entrypoint')
  const answer = scalarFact(node, 'a text', parse.text)
  if (answer.how === 'silent' || answer.how === 'unknown') return answer
  if (answer.value === '') return said(node, [])
  const words = answer.value.startsWith('[') ? jsonWords(answer.value) : undefined
  return said(
    node,
    (words ?? [answer.value]).map((each) => said(node, each)),
  )
})
function jsonWords(value: string): readonly string[] | undefined {
  try {
    const words: unknown = JSON.parse(value)
    return Array.isArray(words) && words.every((each) => typeof each === 'string') ? words : undefined
  } catch {
    return undefined
  }
}
/** An entrypoint that is written takes the image's command away. */
const command: Ask<readonly Fact<string>[]> = silentWhen<readonly Fact<string>[], readonly Fact<string>[]>(
  flagTexts('COMMAND'),
  entrypoint,
  () => [],
  '--entrypoint takes the command of the image away',
)

/** Podman's transports of images that a registry holds. */
const reference: Ask<string> = ask((scope): Answer<string> => {
  const rootfs = valueOf(scope, 'rootfs')
  if (rootfs.value === true)
    return unknown(rootfs.place, 'it runs a root file system of the host, not an image', 'user')
  return word('IMAGE')
    .to((image) => image.replace(/^docker:\/\//, ''))
    .read(scope)
})

/** `--cpus 1.5`, or the quota out of its period, whose default is 100 ms. */
const cpu: Ask<number> = text('cpus')
  .to((value) =>
    /^(?:\d+\.?\d*|\.\d+)$/.test(value)
      ? Math.round(Number(value) * 1000)
      : refuse(`--cpus "${value.slice(0, 40)}" is not a number of processors`, 'user'),
  )
  .to((value) => (value === 0 ? undefined : value))
  .else(
    ask((scope): Answer<number> => {
      const used = int('cpu-quota').read(scope)
      const period = int('cpu-period').read(scope)
      if (used.how === 'silent' || used.how === 'unknown') return used
      if (period.how === 'unknown') return period
      const of = period.how === 'silent' || period.value === 0 ? 100_000 : period.value
      return { ...used, value: used.value <= 0 ? 0 : Math.round((used.value / of) * 1000) }
    }),
  )
  .to(limit)

/** `--storage-opt size=10G` */
const storage: Ask<number> = ask((scope): Answer<number> => {
  const node = child(scope.self, 'storage-opt')
  if (!isList(node))
    return isVoid(node) ? { how: 'silent', place: node.place } : scalarFact(node, 'a size', parse.bytes)
  const size = node.value.findLast((each) => rawText(each)?.startsWith('size=') === true)
  if (!size) return { how: 'silent', place: node.place }
  return scalarFact({ ...size, path: ['--storage-opt'], value: (rawText(size) ?? '').slice(5) }, 'a size', parse.bytes)
})

/** True where a check is written, false where the image's is switched off (podman: `--health-cmd none` too). */
const check: Ask<boolean> = bool('no-healthcheck')
  .to((off) => (off ? false : undefined))
  .else(word('health-cmd').to((cmd) => cmd !== 'none'))
const probes: Ask<readonly Probe[]> = ask((scope): Answer<readonly Probe[]> => {
  const answer = check.read(scope)
  const node = valueOf(scope, 'health-cmd')
  if (answer.how === 'unknown') return answer
  if (answer.how === 'silent' || !answer.value) return { how: 'silent', place: scope.self.place }
  const { place } = node
  return said(node, [{ place, facts: { kind: said(node, 'command'), host: byDefault(place, '', 'it is a command') } }])
})

const ASKS: Asks<typeof container> = {
  name: word('name'),
  os: word('platform').else(word('os')).to(osOf),
  role: word('init-ctr').to(() => 'init' as const),
  image: {
    reference,
    // `newer` (podman) asks the registry every time.
    pull: word('pull').by({ always: 'always', missing: 'missing', never: 'never', newer: 'always' }),
  },
  entrypoint,
  command,
  workingDirectory: word('workdir'),
  privileged,
  readOnlyRootFilesystem: bool('read-only'),
  ...security,
  init: bool('init'),
  restart: {
    policy: word('restart').to(restartPolicy),
    retries: word('restart').to((value) => {
      const count = /^on-failure:(\d{1,9})$/.exec(value)?.[1]
      return count === undefined ? undefined : Number(count)
    }),
  },
  user: {
    name: word('user').to(userPart).else(keptId('uid')),
    group: word('user').to(groupPart).else(keptId('gid')),
    supplementary: flagTexts('group-add'),
    groupsPolicy: silent,
    mustBeNonRoot: silent,
  },
  namespaces: {
    pid: joined(modes.pid, OWN),
    ipc: ofPod(joined(modes.ipc, { ...OWN, shareable: 'shareable', none: 'none' })),
    network: ofPod(joined(network, { host: 'host', none: 'none' }, 'own')),
    uts: ofPod(joined(modes.uts, OWN)),
    user: userNamespace,
    cgroup: joined(modes.cgroup, OWN),
    mount: silent,
    time: silent,
    pidOf: joinedOf(modes.pid),
    ipcOf: podOf(joinedOf(modes.ipc), modes.ipc),
    networkOf: podOf(joinedOf(network), network),
    userOf: joinedOf(modes.user),
  },
  uidMappings: mappings('uidmap'),
  gidMappings: mappings('gidmap').else(mappings('uidmap')),
  network: { mode: network, names: networks },
  capabilities: {
    given: silent,
    add: flagTexts('cap-add', capability),
    drop: flagTexts('cap-drop', capability),
    ambient: silent,
    initialPermitted: silent,
    initialInheritable: silent,
  },
  mounts,
  devices,
  deviceRules: flagTexts('device-cgroup-rule'),
  masked: noPaths('masked'),
  readOnlyPaths: noPaths('readOnly'),
  procMount: silentWhen<'unmasked', boolean>(
    hardened(unmasked)
      .else(hardened(unmasksAll))
      .to((on) => (on ? 'unmasked' : undefined)),
    privileged,
    (on) => (on ? 'unmasked' : undefined),
    'a privileged container has no hidden paths',
  ),
  sysctls,
  ulimits,
  ports,
  environment,
  health: { check, readiness: silent, liveness: silent },
  probes,
  resources: {
    memory: bytes('memory').to(limit),
    memoryReservation: bytes('memory-reservation').to(limit),
    swap: bytes('memory-swap').to(whole),
    cpu,
    cpuReservation: silent,
    cpuShares: int('cpu-shares'),
    cpuSet: word('cpuset-cpus'),
    pids: int('pids-limit').to(limit),
    ioWeight: int('blkio-weight'),
    ephemeralStorage: storage.to(limit),
    oomKillDisabled: bool('oom-kill-disable'),
    oomScoreAdjustment: int('oom-score-adj'),
    sharedMemory: bytes('shm-size').to(limit),
  },
  cgroupParent: word('cgroup-parent'),
  runtime: word('runtime'),
  serviceAccount: { name: silent, token: silent },
  logging: { driver: word('log-driver') },
  windows: {
    hostProcess: silent,
    userName: silent,
    credentialSpec: ask((scope) => {
      const options = child(scope.self, 'security-opt')
      const found = isList(options)
        ? options.value.findLast((each) => rawText(each)?.startsWith('credentialspec=') === true)
        : undefined
      if (!found) return { how: 'silent', place: options.place }
      return scalarFact(
        { ...found, value: (rawText(found) ?? '').slice('credentialspec='.length) },
        'a text',
        parse.text,
      )
    }),
  },
  podSecurity: { enforce: silent, version: silent },
  nesting: silent,
  declarations: silent,
}

/**
 * Every row, asked of the map of flags that is the scope `where`: the container's own node, or another one of it, such as the
 * arguments of a unit. Where the scope has none of that name, all rows are silent.
 */
export function runAsks(where = 'self'): Asks<typeof container> {
  if (where === 'self') return ASKS
  const moved = (asks: AnyAsks): object =>
    Object.fromEntries(
      Object.entries(asks).map(([key, own]) => [
        key,
        isAsk(own)
          ? ask((scope) => own.read({ ...scope, self: scope[where] ?? { ...scope.self, value: null, missing: true } }))
          : moved(own),
      ]),
    )
  // One cast for the whole table, as in dialect.ts: a walk over rows cannot be typed row by row.
  return moved(ASKS as AnyAsks) as Asks<typeof container>
}
