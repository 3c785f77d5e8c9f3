/** Ways through namespaces of the host, or of another container (namespaces(7)). */
import { isWritten } from '../../model/fact.ts'
import type { Subject } from '../../model/subject.ts'
import { known, yes } from './answer.ts'
import type { Entry, Opening } from './entry.ts'
import { apparmor, capability, hostUsers, hostUsersOrLess, root, through, type Need } from './needs.ts'
import { given, hostNamespace, sharedNamespace } from './openings.ts'

const OWN = (what: string): string => `${what} of its own`
/** No other seccomp or LSM stands in the way: an openly shared namespace is all that it needs. */
const always: Need = () => yes()

/** An opening of the host's network, with what has to be true of the host besides. */
const networkIf =
  (text: string) =>
  (subject: Subject): readonly Opening[] =>
    hostNamespace('network')(subject).map((opening) => ({
      ...opening,
      ifs: [...(opening.ifs ?? []), { text, place: opening.place, ask: 'user' }],
    }))
/** The docker-default profile of AppArmor lets nobody look into processes outside it; the same user is let in without it. */
const samePid: Need = (subject) => apparmor(subject)

/** Containers of one pod are meant for each other. */
const neighbourSeverity = ({ runtime }: Subject): boolean => runtime === 'kubernetes'

export const namespaces: readonly Entry[] = [
  {
    id: 'host-processes',
    title: 'The host’s processes are in sight',
    gives: 'files and environment of host processes of the same user, command lines of all',
    severity: 'high',
    source: 'https://man7.org/linux/man-pages/man7/pid_namespaces.7.html',
    openings: hostNamespace('pid'),
    needs: [hostUsers, samePid, through('processes')],
    steps: () => [
      'reads /proc/PID/environ and /proc/PID/root of host processes of its own user (root may become any user)',
    ],
    breaks: [
      OWN('a PID namespace'),
      OWN('a user namespace'),
      'AppArmor (docker-default denies looking into others)',
      'gVisor, Kata or Firecracker',
    ],
  },
  {
    id: 'host-shared-memory',
    title: 'Shared memory and message queues of the host are open',
    gives: 'data of other processes of the host',
    severity: 'medium',
    source: 'https://man7.org/linux/man-pages/man7/ipc_namespaces.7.html',
    weaker: { gives: 'data that other processes of the host share with everybody', severity: 'low' },
    openings: hostNamespace('ipc'),
    needs: [hostUsersOrLess, through('processes')],
    steps: () => ['reads and writes /dev/shm, System V shared memory and queues of the host'],
    breaks: [OWN('an IPC namespace'), 'gVisor, Kata or Firecracker'],
  },
  {
    id: 'host-loopback',
    title: 'Services of the host that listen on loopback are reached',
    gives: 'local services of the host, such as the kubelet’s read-only port and databases without password',
    severity: 'medium',
    source: 'https://kubernetes.io/docs/concepts/security/pod-security-standards/',
    openings: hostNamespace('network'),
    needs: [always, through('network')],
    steps: () => ['connects to 127.0.0.1, which is the host’s, past firewalls and network policies'],
    breaks: [OWN('a network namespace'), 'gVisor, Kata or Firecracker'],
  },
  {
    id: 'host-abstract-socket',
    title: 'Abstract Unix sockets of the host are reached',
    gives: 'root on the host through a daemon that trusts who connects',
    severity: 'high',
    source: 'https://github.com/containerd/containerd/security/advisories/GHSA-36xw-fx78-c5r4',
    openings: networkIf(
      'a daemon of the host listens on an abstract socket and trusts root (containerd before 1.3.9 and 1.4.3 does)',
    ),
    needs: [root, hostUsers, through('sockets')],
    steps: () => ['connects to an abstract Unix socket of the host, such as the containerd-shim’s, and gives orders'],
    breaks: [
      OWN('a network namespace'),
      OWN('a user namespace'),
      'another user than root',
      'AppArmor with rules for abstract sockets',
      'gVisor, Kata or Firecracker',
    ],
  },
  {
    id: 'metadata-service',
    title: 'The cloud’s metadata service takes the container for the host',
    gives: 'the cloud credentials of the machine',
    severity: 'medium',
    source: 'https://docs.aws.amazon.com/AWSEC2/latest/UserGuide/instancedata-data-retrieval.html',
    openings: networkIf('the host is a machine of a cloud'),
    needs: [always],
    steps: () => ['asks 169.254.169.254 as the host, past hop limits and network policies'],
    breaks: [OWN('a network namespace'), 'machine credentials without rights'],
  },
  {
    id: 'host-traffic-read',
    title: 'The host’s network traffic can be read',
    gives: 'what the host and all its containers send and receive unencrypted',
    severity: 'medium',
    source: 'https://blog.champtar.fr/Metadata_MITM_root_EKS_GKE/',
    openings: hostNamespace('network'),
    needs: [capability('NET_RAW'), hostUsers, through('network')],
    steps: (_, { container }) => {
      const fact = (known(container.capabilities.bounding) ?? []).find((one) => known(one) === 'NET_RAW')
      return [
        {
          text: 'listens on the host’s interfaces and sends forged packets (NET_RAW)',
          ...(fact && isWritten(fact) && { fact }),
        },
      ]
    },
    breaks: [
      OWN('a network namespace'),
      'no NET_RAW',
      OWN('a user namespace'),
      'another user than root',
      'gVisor or Kata',
    ],
  },
  {
    id: 'host-network-changed',
    title: 'The host’s network can be changed',
    gives: 'the traffic of the host and all its containers',
    severity: 'high',
    source: 'https://man7.org/linux/man-pages/man7/capabilities.7.html',
    openings: (subject) => {
      const [network] = hostNamespace('network')(subject)
      return network ? given('NET_ADMIN')(subject) : []
    },
    needs: [
      ({
        container: {
          namespaces: { network },
        },
      }) => ({ is: 'yes', because: [{ field: 'container.namespaces.network', fact: network }] }),
      capability('NET_ADMIN'),
      hostUsers,
      through('network'),
    ],
    steps: (_, { container }) => [
      { text: 'uses the host’s network', fact: container.namespaces.network },
      'changes its routes, addresses and firewall (NET_ADMIN)',
    ],
    breaks: [OWN('a network namespace'), 'no NET_ADMIN', OWN('a user namespace'), 'gVisor or Kata'],
  },
  {
    id: 'neighbour-processes',
    title: 'Another container’s processes are in sight',
    gives: 'another container: its files, environment and processes of the same user',
    severity: 'medium',
    source: 'https://docs.docker.com/engine/containers/run/#pid-settings---pid',
    // A pod's containers share by design, and a debugger is made for it: see the entry below.
    openings: (subject) => (neighbourSeverity(subject) ? [] : sharedNamespace('pid')(subject)),
    needs: [always],
    steps: ({ name }) => [`reads /proc/PID/root and /proc/PID/environ of the processes of ${name}`],
    breaks: [OWN('a PID namespace'), 'different users'],
  },
  {
    id: 'pod-processes',
    title: 'Processes of the pod’s other containers are in sight',
    gives: 'the other containers of the pod',
    severity: 'low',
    source: 'https://kubernetes.io/docs/tasks/configure-pod-container/share-process-namespace/',
    openings: (subject) => (neighbourSeverity(subject) ? sharedNamespace('pid')(subject) : []),
    needs: [always],
    steps: () => ['reads /proc/PID/root and /proc/PID/environ of the other containers of the pod'],
    breaks: ['no shareProcessNamespace', 'different users'],
  },
  {
    id: 'neighbour-shared-memory',
    title: 'Another container’s shared memory is open',
    gives: 'data of another container',
    severity: 'low',
    source: 'https://docs.docker.com/engine/containers/run/#ipc-settings---ipc',
    openings: sharedNamespace('ipc'),
    needs: [always],
    steps: ({ name }) => [`reads and writes /dev/shm and System V shared memory of ${name}`],
    breaks: [OWN('an IPC namespace')],
  },
]
