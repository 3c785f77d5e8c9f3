/** Groups of rows that stand in lists, and that several tables have. */
import { severities } from '../finding.ts'
import { by, group } from '../row.ts'

const { bool, int, string, oneOf, list } = by('dialect')

/** mount_namespaces(7), the words of `mount --make-*`. */
export const propagations = [
  'private',
  'rprivate',
  'slave',
  'rslave',
  'shared',
  'rshared',
  'unbindable',
  'runbindable',
] as const

export const mount = group(
  'Mount',
  {
    kind: oneOf(
      ['bind', 'volume', 'tmpfs', 'config', 'secret', 'token', 'image', 'device', 'other'],
      'What is mounted: a host path, a volume, memory, a configuration, a secret, a service account token, an image, a block device',
    ),
    type: string("The dialect's own word for it: hostPath, emptyDir, nfs, bind"),
    source: string('Host path, or name of the volume; empty where it has none'),
    target: string('Path in the container; empty where it is declared and not mounted here'),
    readOnly: bool('May not be written through this mount'),
    propagation: oneOf(propagations, 'Whether mounts made on one side appear on the other (mount_namespaces(7))'),
    options: list(string('An option'), 'Mount options as written, such as nosuid, noexec'),
  },
  'A mount',
)
export const device = group(
  'Device',
  {
    source: string('Path of the device on the host, or the name of a CDI device'),
    target: string('Path in the container'),
    permissions: string('Any of r (read), w (write), m (make nodes)'),
  },
  'A device of the host',
)
export const port = group(
  'Port',
  {
    container: int('Port in the container'),
    published: bool('Reachable through the host'),
    host: int('Port of the host; 0 where it is not published, or the engine picks one'),
    address: string('Address of the host it is bound to; 0.0.0.0 and :: are every interface'),
    protocol: oneOf(['tcp', 'udp', 'sctp'], 'Transport protocol'),
  },
  'A port',
)
export const flaw = group(
  'Flaw',
  {
    id: string('What it is, as the linter names it'),
    message: string('What is wrong, why it matters and what to do'),
    severity: oneOf(severities, 'How bad that is'),
  },
  'Something wrong in a profile',
)
export const escape = group(
  'Escape',
  {
    id: string('The way, as `plimsoll paths` names it'),
    title: string('What happens, in a few words'),
    gives: string('What it gives whoever is in the container, such as "root on the host"'),
    severity: oneOf(severities, 'How bad that is'),
    open: bool('All that it needs is known to be so'),
  },
  'A way out of the container',
)
export const probe = group(
  'Probe',
  {
    kind: oneOf(['liveness', 'readiness', 'startup', 'postStart', 'preStop', 'command'], 'When it runs'),
    host: string('Host name that an HTTP or TCP probe connects to; empty is the pod itself'),
  },
  'A health probe or lifecycle hook',
)
export const variable = group(
  'Variable',
  {
    name: string('Name'),
    value: string('Value as the process sees it; empty where it comes from a secret or elsewhere'),
    fromSecret: bool('Taken from a secret store or a file when it starts, not written out'),
  },
  'An environment variable',
)
export const sysctl = group(
  'Sysctl',
  { name: string('Name, with dots; in a manifest of Kubernetes as it is written'), value: string('Value') },
  'A kernel parameter',
)
/** Rows of a container that a declaration may be about. */
export const DECLARED = [
  'apparmor.kind',
  'seccomp.kind',
  'selinux.user',
  'selinux.role',
  'selinux.type',
  'user.name',
  'user.mustBeNonRoot',
] as const
export const declaration = group(
  'Declaration',
  {
    of: oneOf(DECLARED, 'Row of the container that it is about'),
    text: string('The word itself, as it is written'),
    form: oneOf(['field', 'annotation'], 'What it is written in'),
  },
  'A word of a manifest about confinement',
)
export const ulimit = group(
  'Ulimit',
  {
    name: string('Name, such as nofile'),
    soft: int('Soft limit; -1 is unlimited'),
    hard: int('Hard limit; -1 is unlimited'),
  },
  'A resource limit of processes (getrlimit(2))',
)
export const idMapping = group(
  'IdMapping',
  {
    container: int('First id inside'),
    host: int('First id outside, in the parent user namespace'),
    size: int('How many'),
  },
  'A range of ids of a user namespace (user_namespaces(7))',
)
export const OWNERS = ['own', 'host', 'container', 'none'] as const
