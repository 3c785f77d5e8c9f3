/** Ways through who commands containers or the machine: the engine's API, the system bus, the cluster's API. */
import { isWritten } from '../../model/fact.ts'
import type { PathIf } from '../../model/path.ts'
import type { Subject } from '../../model/subject.ts'
import { isBelow } from '../../model/pathname.ts'
import { known, reason } from './answer.ts'
import { elsewhere, noToken, removeMount } from './change.ts'
import type { Entry, Opening } from './entry.ts'
import { hostUsers, root, selinux, socketUser, through } from './needs.ts'
import { binds, mounted } from './openings.ts'

const SOCKET_NAMES =
  /(^|\/)(docker|containerd|crio|cri-dockerd|podman|buildkitd|balena-engine)\.sock$|(^|\/)(lxd|incus)\/unix\.socket(\.user)?$|^\/run\/dockershim\.sock$/
/** Engines of a user of their own: their socket commands that account only. */
const ROOTLESS = /^\/run\/user\/\d+(\/|$)/
const PIPE = /(^|\/)pipe\/docker_engine\w*$/
/** Where engines listen, for mounts of folders that hold them. */
const SOCKETS = [
  '/run/docker.sock',
  '/run/containerd/containerd.sock',
  '/run/crio/crio.sock',
  '/run/podman/podman.sock',
  '/run/k3s/containerd/containerd.sock',
  '/run/cri-dockerd.sock',
]
const BUS = ['/run/dbus/system_bus_socket', '/run/systemd/private']

type Kind = 'root' | 'rootless' | 'bus'
/** The mount of a socket, or of a folder that holds one. Read-only is no obstacle: a socket is written to all the same. */
const sockets =
  (wanted: Kind) =>
  (subject: Subject): readonly Opening[] =>
    binds(subject).flatMap((bind) => {
      const { source, target } = bind
      const itself = wanted === 'bus' ? BUS.includes(source) : SOCKET_NAMES.test(source)
      const kind: Kind = wanted === 'bus' ? 'bus' : ROOTLESS.test(source) ? 'rootless' : 'root'
      const list = wanted === 'bus' ? BUS : wanted === 'root' ? SOCKETS : []
      const inside = itself ? source : list.find((path) => isBelow(path, source) && path !== source)
      const folder = wanted === 'rootless' && /^\/run\/user(\/\d+(\/podman)?)?$/.test(source)
      if (kind !== wanted || (inside === undefined && !folder)) return []
      const opening = mounted(bind, 'any', ['engine-socket-mounted', 'host-path-sensitive', 'host-path-mounted'])
      if (!opening) return []
      const { readOnly } = bind.mount.facts
      // /var holds a link to /run only, and that leads into the container: what is below /run is not there.
      const below =
        inside === undefined || itself
          ? target
          : `${target === '/' ? '' : target}${source === '/' ? inside : inside.slice(source.length)}`
      const ifs: PathIf[] =
        itself || !inside
          ? []
          : [
              {
                text: `${wanted === 'bus' ? 'systemd' : 'an engine'} listens there on the host (${SOCKET_HINT[wanted]})`,
                place: opening.place,
                ask: 'user',
              },
            ]
      return [
        {
          ...opening,
          name: below,
          closing: removeMount(bind.mount),
          ...(ifs.length > 0 && { ifs }),
          ...(known(readOnly) === true && {
            eased: [{ text: 'the mount is read-only, which does not hold a socket', place: readOnly.place }],
          }),
        },
      ]
    })
const SOCKET_HINT: Readonly<Record<Kind, string>> = {
  root: 'docker.sock, containerd.sock or crio.sock below /run',
  rootless: 'a socket below /run/user',
  bus: 'dbus/system_bus_socket or systemd/private below /run',
}
const pipes = (subject: Subject): readonly Opening[] =>
  binds(subject).flatMap((bind) => {
    const opening = PIPE.test(bind.source) ? mounted(bind, 'any', ['engine-socket-mounted']) : undefined
    return opening ? [opening] : []
  })
/** A source that cannot be read, mounted where an engine's socket belongs: `${DOCKER_SOCK}:/var/run/docker.sock`. */
const perhaps = ({ container }: Subject): readonly Opening[] =>
  (known(container.mounts) ?? []).flatMap((mount) => {
    const { source, target } = mount.facts
    const to = known(target)
    if (source.how !== 'unknown' || to === undefined || !SOCKET_NAMES.test(to)) return []
    return [
      {
        cause: reason('mount.source', source),
        place: mount.place,
        name: to,
        ifs: [
          {
            text: `what is mounted there is the engine’s socket (${source.because})`,
            place: source.place,
            ask: 'user',
          },
        ],
        rules: ['engine-socket-mounted'],
        closing: removeMount(mount),
      },
    ]
  })

/** An API that takes orders from whoever reaches it. */
const openApi = ({ engine, container }: Subject): readonly Opening[] => {
  const { hosts, tlsVerify } = engine
  const host = known(hosts)?.find((one) => known(one)?.startsWith('tcp://'))
  if (!host || known(tlsVerify) !== false || known(container.namespaces.network) === 'none') return []
  const address = known(host) ?? ''
  const loopback = /^tcp:\/\/(127\.|localhost|\[::1\])/.test(address)
  if (loopback && known(container.namespaces.network) !== 'host') return []
  return [
    {
      cause: reason('engine.hosts', host),
      place: host.place,
      name: address,
      rules: [],
      closing: elsewhere(
        'engine.hosts',
        'let the engine listen on its socket only, or demand certificates (tlsverify)',
        host.place,
        (subject) => ({
          ...subject,
          engine: {
            ...subject.engine,
            hosts: { ...hosts, how: 'default', place: hosts.place, value: [], because: 'after the change' },
          },
        }),
      ),
    },
  ]
}

const token = ({ container, runtime }: Subject): readonly Opening[] => {
  const { name, token: fact } = container.serviceAccount
  const named = isWritten(name) && known(name) !== '' && known(name) !== 'default'
  // The default account has no rights of its own: its token, which nearly every pod has, opens nothing.
  if (runtime !== 'kubernetes' || known(fact) !== true || !(named || isWritten(fact))) return []
  const account = known(name) ?? ''
  return [
    {
      cause: reason('container.serviceAccount.token', fact),
      place: named ? name.place : fact.place,
      name: account,
      ifs: [
        {
          text: `the service account ${account} has wide rights (its RoleBindings are not among the targets)`,
          place: named ? name.place : fact.place,
          ask: 'user',
        },
      ],
      rules: ['service-account-token'],
      closing: noToken(fact.place),
    },
  ]
}

const hostProcess = ({ container }: Subject): readonly Opening[] => {
  const fact = container.windows.hostProcess
  return known(fact) === true
    ? [
        {
          cause: reason('container.windows.hostProcess', fact),
          place: fact.place,
          name: '',
          rules: ['windows-host-process'],
          closing: elsewhere(
            'container.windows.hostProcess',
            'do not run it as a HostProcess container',
            fact.place,
            (subject) => ({
              ...subject,
              container: {
                ...subject.container,
                windows: {
                  ...subject.container.windows,
                  hostProcess: { how: 'default', place: fact.place, value: false, because: 'after the change' },
                },
              },
            }),
          ),
        },
      ]
    : []
}

const NOT_SOCKETS = 'gVisor (unless --host-uds=open) and Kata, through which no socket of the host works'
const USER_NAMESPACE = 'a user namespace of its own, or a rootless engine'
const DOCKER = 'https://docs.docker.com/engine/security/#docker-daemon-attack-surface'

export const engine: readonly Entry[] = [
  {
    id: 'engine-socket',
    title: 'The engine can be commanded through its socket',
    gives: 'root on the host',
    severity: 'critical',
    source: DOCKER,
    openings: (subject) => [...sockets('root')(subject), ...perhaps(subject)],
    needs: [socketUser, hostUsers, selinux, through('sockets')],
    steps: ({ name }) => [`asks the engine through ${name} for a privileged container with the host’s disk mounted`],
    breaks: [
      'no mount of the socket (a read-only one changes nothing)',
      USER_NAMESPACE,
      'a user without rights to the socket',
      'SELinux',
      NOT_SOCKETS,
    ],
  },
  {
    id: 'engine-socket-rootless',
    title: 'A rootless engine can be commanded through its socket',
    gives: 'the account of the host that runs the engine, and all its containers',
    severity: 'high',
    source: 'https://docs.docker.com/engine/security/rootless/',
    openings: sockets('rootless'),
    // In a rootless engine root inside is that account outside, so a user namespace is no obstacle.
    needs: [socketUser, selinux, through('sockets')],
    steps: ({ name }) => [`asks the engine through ${name} for a container with the account’s files mounted`],
    breaks: ['no mount of the socket', 'SELinux', NOT_SOCKETS],
  },
  {
    id: 'engine-pipe',
    title: 'The engine can be commanded through its named pipe',
    gives: 'SYSTEM on the host',
    severity: 'critical',
    source: DOCKER,
    openings: pipes,
    needs: [],
    steps: ({ name }) => [`asks the engine through ${name} for a container with the host’s disk mounted`],
    breaks: ['no mount of the pipe'],
  },
  {
    id: 'engine-api-open',
    title: 'The engine takes orders over the network from everybody',
    gives: 'root on the host',
    severity: 'critical',
    source: 'https://docs.docker.com/engine/daemon/remote-access/',
    openings: openApi,
    needs: [],
    steps: ({ name }) => [`asks the engine at ${name} for a privileged container with the host’s disk mounted`],
    breaks: ['certificates for clients (tlsverify)', 'no network', 'a firewall between containers and the engine'],
  },
  {
    id: 'system-bus',
    title: 'systemd can be commanded through its socket',
    gives: 'root on the host',
    severity: 'critical',
    source: 'https://www.freedesktop.org/software/systemd/man/latest/org.freedesktop.systemd1.html',
    openings: (subject) =>
      sockets('bus')(subject).map((opening) => ({ ...opening, rules: ['host-path-sensitive', 'host-path-mounted'] })),
    needs: [root, hostUsers, selinux, through('sockets')],
    steps: ({ name }) => [`tells systemd through ${name} to start a unit of its own (StartTransientUnit)`],
    breaks: ['no mount of the socket', USER_NAMESPACE, 'another user than root', 'AppArmor or SELinux', NOT_SOCKETS],
  },
  {
    id: 'service-account-rights',
    title: 'The pod’s token speaks to the cluster',
    gives: 'what the service account may do in the cluster, up to all of it',
    severity: 'medium',
    source: 'https://kubernetes.io/docs/concepts/security/rbac-good-practices/#privilege-escalation-risks',
    openings: token,
    needs: [],
    steps: ({ name }) => [`calls the API server with the token of ${name}`],
    breaks: ['automountServiceAccountToken: false', 'a service account with few rights'],
  },
  {
    id: 'windows-host-process',
    title: 'The container is a process of the Windows host',
    gives: 'SYSTEM on the host',
    severity: 'critical',
    source: 'https://kubernetes.io/docs/tasks/configure-pod-container/create-hostprocess-pod/',
    openings: hostProcess,
    needs: [],
    steps: () => ['runs as a process of the host (hostProcess)'],
    breaks: ['no HostProcess container'],
  },
]
