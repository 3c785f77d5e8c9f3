/** Ways through files of the host that are mounted in the container. */
import type { Subject } from '../../model/subject.ts'
import { isBelow } from '../../model/pathname.ts'
import { known } from './answer.ts'
import type { Entry, Opening } from './entry.ts'
import {
  call,
  capability,
  apparmor,
  hostUsers,
  hostUsersOrLess,
  root,
  rootForFiles,
  rootForFilesOrLess,
  selinux,
  through,
} from './needs.ts'
import { binds, mounted, normal, type Access, type Bind } from './openings.ts'

const SENSITIVE = ['host-path-sensitive', 'host-path-mounted'] as const

/** Mounts of one of these folders of the host, of what is in one, or of a folder that holds one (but for the root). */
const of =
  (folders: readonly string[], access: Access, also?: RegExp) =>
  (subject: Subject): readonly Opening[] =>
    binds(subject).flatMap((bind) => {
      const { source } = bind
      const matches =
        source !== '/' &&
        (folders.some((folder) => isBelow(source, folder) || isBelow(folder, source)) || (also?.test(source) ?? false))
      const opening = matches ? mounted(bind, access, SENSITIVE) : undefined
      return opening ? [opening] : []
    })
/** Mounts of exactly one of these: what is below them engines mount into containers themselves. */
const exactly =
  (paths: readonly string[], access: Access) =>
  (subject: Subject): readonly Opening[] =>
    binds(subject).flatMap((bind) => {
      const matches = bind.source !== '/' && paths.some((path) => bind.source === path || isBelow(path, bind.source))
      const opening = matches ? mounted(bind, access, SENSITIVE) : undefined
      return opening ? [opening] : []
    })
const whole =
  (access: Access) =>
  (subject: Subject): readonly Opening[] =>
    binds(subject).flatMap((bind) => {
      // The mount that holds everything holds the engine's socket too, and may be told as that.
      const opening = bind.source === '/' ? mounted(bind, access, ['engine-socket-mounted', ...SENSITIVE]) : undefined
      return opening ? [opening] : []
    })

const FILES = [hostUsers, selinux, through('files')] as const
const READ_ONLY = 'a read-only mount'
const USER_NAMESPACE = 'a user namespace of its own, or a rootless engine'
const NON_ROOT = 'another user than root, with no-new-privileges'
const SELINUX = 'SELinux, where the engine labels containers'
const NO_FILES = 'Firecracker, which has no shared file system'
const WRITE = [READ_ONLY, USER_NAMESPACE, NON_ROOT, SELINUX, NO_FILES]
const READ = [USER_NAMESPACE, NON_ROOT, SELINUX, NO_FILES]

const path = (target: string, rest: string): string => `${target === '/' ? '' : target}/${rest}`
const HOST_PATH = 'https://github.com/BishopFox/badPods/blob/main/manifests/hostpath/README.md'
const BADPODS = 'https://bishopfox.com/blog/kubernetes-pod-privilege-escalation'
const SENSITIVE_MOUNTS =
  'https://book.hacktricks.wiki/en/linux-hardening/privilege-escalation/container-security/sensitive-host-mounts.html'

/** Files of /etc that name what the host runs or whom it trusts; the rest of /etc is mostly a program's own settings. */
const ETC_POWER =
  /^\/etc\/(apt|bash\.bashrc|cni|containerd|cron|crio|crypttab|dbus|default|docker|environment|fstab|group|gshadow|init|inittab|kubernetes|ld\.so|logrotate|modprobe|modules|network|NetworkManager|pam\.d|passwd|polkit|profile|rancher|rc|security|shadow|ssh(\/|$)|sudoers|sysconfig|systemd|udev|xinetd|yum)/
const ETC_SECRET = /^\/etc\/(gshadow|kubernetes|letsencrypt|rancher|shadow|ssh(\/|$)|ssl\/private|sudoers|wireguard)/
const KEYS = /(^|\/)\.(ssh|aws|kube|gnupg|docker|config\/gcloud|azure)(\/|$)/
/** Of engines' folders those that hold state of containers; deeper ones are mounted by engines themselves. */
const ENGINE_DATA = [
  '/var/lib/docker',
  '/var/lib/docker/containers',
  '/var/lib/docker/overlay2',
  '/var/lib/docker/volumes',
  '/var/lib/docker/vfs',
  '/var/lib/containerd',
  '/var/lib/containers',
  '/var/lib/containers/storage',
]

const etc =
  (pattern: RegExp, access: Access) =>
  (subject: Subject): readonly Opening[] =>
    binds(subject).flatMap((bind) => {
      const matches = bind.source === '/etc' || pattern.test(bind.source)
      const opening = matches && !bind.source.startsWith('/etc/cron') ? mounted(bind, access, SENSITIVE) : undefined
      return opening ? [opening] : []
    })

const shared = (subject: Subject): readonly Opening[] =>
  binds(subject).flatMap((bind: Bind) => {
    const propagation = known(bind.mount.facts.propagation)
    if (propagation !== 'shared' && propagation !== 'rshared') return []
    const opening = mounted(bind, 'any', ['mount-propagation-shared'])
    const { propagation: fact } = bind.mount.facts
    return opening ? [{ ...opening, cause: { field: 'mount.propagation', fact } }] : []
  })

export const mounts: readonly Entry[] = [
  {
    id: 'host-root-written',
    title: 'The host’s root file system can be written',
    gives: 'root on the host',
    severity: 'critical',
    source: BADPODS,
    weaker: { gives: 'what every user of the host may read and write', severity: 'medium' },
    openings: whole('written'),
    needs: [rootForFilesOrLess, hostUsersOrLess, selinux, through('files')],
    steps: ({ name }) => [`writes ${path(name, 'etc/cron.d')} through the bind mount`],
    breaks: WRITE,
  },
  {
    id: 'host-etc-written',
    title: 'What the host runs and trusts can be written in /etc',
    gives: 'root on the host',
    severity: 'critical',
    source: SENSITIVE_MOUNTS,
    openings: etc(ETC_POWER, 'written'),
    needs: [rootForFiles, ...FILES],
    steps: ({ name }) => [`writes ${name} (users, services or cron jobs of the host) through the bind mount`],
    breaks: WRITE,
  },
  {
    id: 'host-cron-written',
    title: 'The host’s cron jobs can be written',
    gives: 'root on the host',
    severity: 'critical',
    source: 'https://attack.mitre.org/techniques/T1053/003/',
    // Of /etc as a whole the path above says it.
    openings: (subject) =>
      of(
        ['/var/spool/cron', '/etc/cron.d', '/etc/cron.daily', '/etc/cron.hourly', '/etc/crontab'],
        'written',
      )(subject).filter(({ cause }) => normal(String(known(cause.fact))) !== '/etc'),
    needs: [rootForFiles, ...FILES],
    steps: ({ name }) => [`writes a cron job of root into ${name} through the bind mount`],
    breaks: WRITE,
  },
  {
    id: 'host-programs-written',
    title: 'Programs that the host runs can be written',
    gives: 'root on the host',
    severity: 'critical',
    source: 'https://attack.mitre.org/techniques/T1611/',
    openings: (subject) =>
      of(
        ['/bin', '/boot', '/lib', '/lib64', '/opt/cni/bin', '/run/systemd/system', '/sbin', '/usr'],
        'written',
      )(subject).filter(({ cause }) => !HARMLESS.some((folder) => isBelow(normal(String(known(cause.fact))), folder))),
    needs: [rootForFiles, ...FILES],
    steps: ({ name }) => [`replaces a program in ${name} through the bind mount`, 'the host runs it as root'],
    breaks: WRITE,
  },
  {
    id: 'ssh-keys-written',
    title: 'An account’s SSH keys can be written',
    gives: 'a login on the host',
    severity: 'critical',
    source: 'https://attack.mitre.org/techniques/T1098/004/',
    openings: of(['/root/.ssh', '/home'], 'written', /(^|\/)\.ssh(\/|$)/),
    needs: [rootForFiles, ...FILES],
    steps: ({ name }) => [
      `adds a key of its own to the authorized_keys below ${name} through the bind mount`,
      'logs in with it over SSH',
    ],
    breaks: WRITE,
  },
  {
    id: 'engine-data-written',
    title: 'The engine’s own files can be written',
    gives: 'every other container, and root on the host through their settings',
    severity: 'critical',
    source: SENSITIVE_MOUNTS,
    openings: exactly(ENGINE_DATA, 'written'),
    needs: [rootForFiles, ...FILES],
    steps: ({ name }) => [
      `changes files and settings of other containers below ${name} through the bind mount`,
      'the engine starts them with these',
    ],
    breaks: WRITE,
  },
  {
    id: 'engine-data-read',
    title: 'Files of every container can be read',
    gives: 'files and secrets of every container of the host',
    severity: 'high',
    source: SENSITIVE_MOUNTS,
    openings: exactly(ENGINE_DATA, 'read'),
    needs: [rootForFiles, ...FILES],
    steps: ({ name }) => [`reads files, volumes and settings of other containers below ${name}`],
    breaks: READ,
  },
  {
    id: 'kubelet-data',
    title: 'The kubelet’s files can be read',
    gives: 'the tokens and secrets of all pods of the node',
    severity: 'critical',
    source: HOST_PATH,
    openings: exactly(['/var/lib/kubelet', '/var/lib/kubelet/pods', '/var/lib/kubelet/pki'], 'any'),
    needs: [rootForFiles, ...FILES],
    steps: ({ name }) => [`reads the service account tokens and secrets of other pods below ${name}`],
    breaks: READ,
  },
  {
    id: 'cluster-data',
    title: 'The cluster’s own store can be read',
    gives: 'the whole cluster',
    severity: 'critical',
    source: 'https://kubernetes.io/docs/tasks/administer-cluster/encrypt-data/',
    openings: of(['/var/lib/etcd', '/etc/kubernetes', '/etc/rancher', '/var/lib/rancher'], 'any', /^\/etc$/),
    needs: [
      rootForFiles,
      ...FILES,
      ({ runtime }) => (runtime === 'kubernetes' ? { is: 'yes', because: [] } : { is: 'no' }),
    ],
    steps: ({ name }) => [`reads the cluster’s keys or every Secret of it below ${name}`],
    breaks: READ,
  },
  {
    id: 'host-root-read',
    title: 'The host’s root file system can be read',
    gives: 'read of the host’s files: password hashes, keys, tokens',
    severity: 'high',
    source: BADPODS,
    weaker: { gives: 'read of what every user of the host may read', severity: 'low' },
    openings: whole('read'),
    needs: [rootForFilesOrLess, hostUsersOrLess, selinux, through('files')],
    steps: ({ name }) => [`reads ${path(name, 'etc/shadow')} and the keys below ${path(name, 'root')}`],
    breaks: READ,
  },
  {
    id: 'host-secrets-read',
    title: 'Secrets in the host’s /etc can be read',
    gives: 'password hashes or private keys of the host',
    severity: 'high',
    source: 'https://attack.mitre.org/techniques/T1552/',
    openings: etc(ETC_SECRET, 'read'),
    needs: [rootForFiles, ...FILES],
    steps: ({ name }) => [`reads password hashes or private keys in ${name}`],
    breaks: READ,
  },
  {
    id: 'account-keys-read',
    title: 'Keys of an account of the host can be read',
    gives: 'what those keys open: the host, other machines, the cloud',
    severity: 'high',
    source: 'https://attack.mitre.org/techniques/T1552/004/',
    openings: (subject) => [
      ...of(['/root', '/home'], 'read', KEYS)(subject),
      // What the path to a login has not said: keys of other things than SSH, or of a folder that can be written too.
      ...of([], 'written', KEYS)(subject),
    ],
    needs: [rootForFiles, ...FILES],
    steps: ({ name }) => [`reads the private keys below ${name}`],
    breaks: READ,
  },
  {
    id: 'node-logs',
    title: 'The node’s logs can be replaced with links',
    gives: 'read of the node’s files',
    severity: 'medium',
    source: 'https://avd.aquasec.com/misconfig/kubernetes/khv047',
    openings: (subject) =>
      subject.runtime === 'kubernetes'
        ? exactly(
            ['/var/log', '/var/log/pods', '/var/log/containers'],
            'written',
          )(subject).map((opening) => ({
            ...opening,
            ifs: [
              ...(opening.ifs ?? []),
              {
                text: 'who is in the pod may read logs through the API (get nodes/log or pods/log)',
                place: opening.place,
                ask: 'user',
              },
            ],
          }))
        : [],
    needs: [rootForFiles, ...FILES],
    steps: ({ name }) => [`puts a link to / into ${name}`, 'asks the kubelet for that log'],
    breaks: WRITE,
  },
  {
    id: 'mount-propagated',
    title: 'Mounts made in the container appear on the host',
    gives: 'root on the host',
    severity: 'high',
    source: 'https://man7.org/linux/man-pages/man7/mount_namespaces.7.html',
    openings: shared,
    needs: [capability('SYS_ADMIN'), root, hostUsers, call('mount'), apparmor, selinux, through('kernel')],
    steps: ({ name }) => [
      `mounts programs or settings of its own below ${name}`,
      'the mount appears on the host, over what the host or other containers use',
    ],
    breaks: ['slave or private propagation', 'no SYS_ADMIN', USER_NAMESPACE, 'AppArmor', NON_ROOT],
  },
]
/** Parts of /usr and /lib that hold no program that the host runs. */
const HARMLESS = ['/usr/share', '/usr/src', '/usr/lib/os-release', '/lib/modules', '/usr/lib/modules']
