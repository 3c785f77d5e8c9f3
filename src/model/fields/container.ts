/** The table of a container. */
import { by, group, type Rows } from '../row.ts'
import { sandboxes } from '../sandbox.ts'
import {
  mount,
  device,
  port,
  flaw,
  escape,
  probe,
  variable,
  sysctl,
  ulimit,
  idMapping,
  declaration,
  OWNERS,
} from './group.ts'

const { bool, int, string, oneOf, list } = by('dialect')
const join = by('join')
const derive = by('derive')

/** What a runtime configuration says about one container, and what follows from it. */
export const container = {
  name: string('Name of the container in its file'),
  os: oneOf(['linux', 'windows'], 'Operating system'),
  role: oneOf(
    ['main', 'init', 'sidecar', 'ephemeral', 'system'],
    'Its part in the pod; system boots an init of its own (LXC, LXD, systemd-nspawn)',
  ),
  image: group(
    'ImageReference',
    {
      reference: string('Image reference as written'),
      registry: join.string('Registry host; docker.io where none is written'),
      repository: join.string('Repository, with library/ for official images'),
      tag: join.string('Tag; empty where none is written'),
      digest: join.string('Digest; empty where none is written, or it is not a well-formed one'),
      precision: join.oneOf(
        ['digest', 'version', 'partial', 'word', 'none'],
        'How exactly it is named: by digest, a full version (1.27.3), a part of one (1.27), a word (latest, stable), or no tag',
      ),
      pull: oneOf(['always', 'missing', 'never', 'build'], 'When it is pulled'),
    },
    'The image it runs',
  ),
  entrypoint: list(string('A word'), "What is run; the image's where nobody says"),
  command: list(string('A word'), "Arguments, or what is run; the image's where nobody says"),
  workingDirectory: string('Directory it starts in'),
  privileged: bool('Every capability, every device, no confinement'),
  readOnlyRootFilesystem: bool('The root file system is mounted read-only'),
  noNewPrivileges: bool('setuid bits and file capabilities gain nothing (no_new_privs, prctl(2))'),
  init: bool('A minimal init reaps zombies'),
  restart: group(
    'Restart',
    {
      policy: oneOf(['no', 'always', 'on-failure', 'unless-stopped'], 'When it is started again'),
      retries: int('How often after failures; 0 is without end'),
    },
    'Restart',
  ),
  user: group(
    'User',
    {
      name: string('User as written, name or number; empty where only a group is written'),
      group: string('Group as written, name or number; empty where none is'),
      uid: join.int('Numeric user id of the first process'),
      gid: join.int('Numeric group id of the first process'),
      supplementary: list(string('A group'), 'Supplementary groups as written'),
      groupsPolicy: oneOf(
        ['merge', 'strict'],
        'merge adds the groups that the /etc/group of the image gives the user (supplementalGroupsPolicy)',
      ),
      mustBeNonRoot: bool('The kubelet refuses uid 0 (runAsNonRoot)'),
      numeric: join.bool('The user that decides is written as a number, so that the kubelet can check it'),
    },
    'Who the first process is',
  ),
  namespaces: group(
    'Namespaces',
    {
      pid: oneOf(OWNERS, 'Whose processes it sees'),
      ipc: oneOf(['own', 'host', 'container', 'none', 'shareable'], 'Whose System V and POSIX IPC it uses'),
      network: oneOf(OWNERS, 'Whose network it uses'),
      uts: oneOf(OWNERS, 'Whose host name it has'),
      user: oneOf(OWNERS, 'Whose user ids it has: own means that root inside is not root outside'),
      cgroup: oneOf(OWNERS, 'Whose cgroup tree it sees'),
      mount: oneOf(OWNERS, 'Whose mount table it has'),
      time: oneOf(OWNERS, 'Whose clock offsets it has'),
      pidOf: string('Container or path whose PID namespace it joins'),
      ipcOf: string('Container or path whose IPC namespace it joins'),
      networkOf: string('Container or path whose network namespace it joins'),
      userOf: string('Container or path whose user namespace it joins'),
    },
    'Namespaces (namespaces(7))',
  ),
  uidMappings: list(idMapping, 'User ids of its user namespace; empty where they are not written', 'container'),
  gidMappings: list(idMapping, 'Group ids of its user namespace', 'container'),
  network: group(
    'Network',
    {
      mode: string('Network mode as written'),
      names: list(string('A network'), 'Networks it is connected to'),
    },
    'Network',
  ),
  capabilities: group(
    'Capabilities',
    {
      given: list(
        string('A capability'),
        'What it has before add and drop: the set of the runtime, or the one written out',
      ),
      add: list(string('A capability'), 'Added; ALL is all'),
      drop: list(string('A capability'), 'Dropped; ALL is all'),
      ambient: list(string('A capability'), 'Ambient set written out (OCI)'),
      initialPermitted: list(string('A capability'), 'Permitted set written out, before the program is executed (OCI)'),
      initialInheritable: list(string('A capability'), 'Inheritable set written out (OCI)'),
      bounding: derive.list(string('A capability'), 'The most that any of its processes can ever have'),
      permitted: derive.list(string('A capability'), 'What its first process may make effective once its program runs'),
      effective: derive.list(string('A capability'), 'What its first process holds'),
      gainable: derive.list(
        string('A capability'),
        'What its first process does not hold and its processes can gain, through files of the image or as root',
      ),
      reaching: derive.list(
        string('A capability'),
        'What is held or gainable and counts on the host: none in a user namespace of its own',
      ),
      startable: derive.bool(
        'Its program is not refused for want of capabilities: false where a file with the effective bit wants what the bounding set lacks',
      ),
    },
    'Capabilities (capabilities(7))',
  ),
  seccomp: group(
    'Seccomp',
    {
      kind: oneOf(['runtime-default', 'unconfined', 'profile'], 'Which filter'),
      name: string('Name or path of the profile; empty where it is written inline'),
      text: string('The profile itself, where it is written inline'),
      defaultAction: derive.string('Action for system calls that the profile does not name'),
      allows: derive.list(
        string('A system call'),
        'System calls that the profile lets through, whatever their arguments',
      ),
      found: derive.bool('The profile that is named is there; true where none is named'),
      relation: derive.oneOf(
        ['equal', 'tighter', 'looser', 'incomparable'],
        "The profile against Docker's default, with this container's capabilities",
      ),
      looser: derive.list(
        string('A system call'),
        "System calls that the profile lets through and Docker's default holds back",
      ),
      flaws: derive.list(flaw, 'What is wrong with a profile of its own: `plimsoll seccomp lint`', 'id'),
    },
    'System-call filter (seccomp(2))',
  ),
  apparmor: group(
    'Apparmor',
    {
      kind: oneOf(['runtime-default', 'unconfined', 'profile'], 'Which profile'),
      name: string('Name of the profile'),
      looser: derive.list(string('What is allowed'), 'What a profile of its own allows and docker-default forbids'),
      flaws: derive.list(flaw, 'What is wrong with a profile of its own: `plimsoll apparmor lint`', 'id'),
    },
    'AppArmor (apparmor(7))',
  ),
  selinux: group(
    'Selinux',
    {
      disabled: bool('Labelling is switched off'),
      user: string('User of the label; empty where none is written'),
      role: string('Role of the label'),
      type: string('Type of the label'),
      level: string('Level of the label'),
      reaches: derive.list(
        string('A container'),
        'Other containers of the scan with the same level, that it has nothing to do with',
      ),
    },
    'SELinux',
  ),
  mounts: list(mount, 'Mounts, and volumes that are declared and not mounted', 'target'),
  devices: list(device, 'Devices of the host', 'source'),
  deviceRules: list(string('A rule'), 'Rules of the device cgroup, as written'),
  escapes: derive.list(
    escape,
    'Known ways from the container to its host or a neighbour: the worst and shortest of every root cause',
    'id',
  ),
  start: group(
    'Start',
    {
      program: derive.oneOf(
        ['starts', 'missing', 'interpreter-missing', 'not-executable', 'elsewhere'],
        'What becomes of its program in its image: elsewhere where the program is not the image’s own, but a mount’s',
      ),
      path: derive.string('The file that is its program, or its first word where none is found'),
      interpreter: derive.string('What its program is run by; empty where it needs nothing'),
      raises: derive.oneOf(
        ['nothing', 'setuid', 'sudo'],
        'How its program is to come to more rights than its user has: by its setuid bit, or as sudo, su and the like',
      ),
      ports: derive.list(
        group(
          'StartPort',
          {
            port: derive.int('Port'),
            bindable: derive.bool(
              'A process may listen there: by net.ipv4.ip_unprivileged_port_start, or with NET_BIND_SERVICE',
            ),
          },
          'A port that it listens on',
        ),
        'Ports that it listens on: those that it is written with, else those that its image exposes',
        'port',
      ),
      writes: derive.list(
        group(
          'StartWrite',
          {
            path: derive.string('Path'),
            program: derive.string('Program that writes there before it serves anybody'),
            writable: derive.bool('A mount that may be written covers it'),
          },
          'A path that must be writable',
        ),
        'Where a well-known program must write, of images that are known to run it',
        'path',
      ),
      needs: derive.list(
        group(
          'StartNeed',
          {
            capability: derive.string('Capability'),
            program: derive.string('Program that needs it as long as it begins as root'),
            held: derive.bool('It is in the bounding set'),
          },
          'A capability that must be there',
        ),
        'What a well-known program needs to become its own user, of images that are known to run it',
        'capability',
      ),
      heap: derive.int('Largest heap that its command or environment asks for (-Xmx, --max-old-space-size); 0 is none'),
    },
    'What decides whether it starts at all',
  ),
  masked: list(string('A path'), 'Paths that are hidden'),
  readOnlyPaths: list(string('A path'), 'Paths that are read-only'),
  procMount: oneOf(['default', 'unmasked'], 'Whether the dangerous files of /proc and /sys are hidden'),
  sysctls: list(sysctl, 'Kernel parameters', 'name'),
  ulimits: list(ulimit, 'Resource limits of processes', 'name'),
  ports: list(port, 'Ports', 'container'),
  environment: list(variable, 'Environment', 'name'),
  health: group(
    'Health',
    {
      check: bool('Somebody finds out when it stops answering (HEALTHCHECK, livenessProbe, readinessProbe)'),
      readiness: bool('Has a readiness probe'),
      liveness: bool('Has a liveness probe'),
    },
    'Health checks',
  ),
  probes: list(probe, 'Probes and lifecycle hooks', 'kind'),
  resources: group(
    'Resources',
    {
      memory: int('Memory limit'),
      memoryReservation: int('Memory request or reservation'),
      swap: int('Limit of memory and swap together; -1 is unlimited, 0 is not set'),
      cpu: int('Processor limit (quota)'),
      cpuReservation: int('Processor request'),
      cpuShares: int('Weight; 0 is the default'),
      cpuSet: string('Processors it may use; empty is all'),
      pids: int('Limit of processes and threads'),
      ioWeight: int('Block I/O weight; 0 is the default'),
      ephemeralStorage: int('Limit of disk used by the writable layer and logs'),
      oomKillDisabled: bool('The kernel may not kill it when memory runs out'),
      oomScoreAdjustment: int('From -1000, never killed, to 1000, killed first'),
      sharedMemory: int('Size of /dev/shm; 0 is the default'),
    },
    'Limits (cgroups(7))',
  ),
  cgroupParent: string("Cgroup that it is put under; empty is the runtime's own"),
  runtime: string('OCI runtime or RuntimeClass; empty is the default'),
  sandbox: join.oneOf(sandboxes, "What stands between it and the host's kernel"),
  serviceAccount: group(
    'ServiceAccount',
    { name: string('Name; empty outside Kubernetes'), token: bool('Its token is mounted') },
    'Kubernetes service account',
  ),
  logging: group('Logging', { driver: string('Log driver') }, 'Logging'),
  windows: group(
    'Windows',
    {
      hostProcess: bool('HostProcess container'),
      userName: string('User of Windows that it runs as; empty where none is written'),
      credentialSpec: string('Credential specification (gMSA), or where it is; empty where none is written'),
    },
    'Windows',
  ),
  podSecurity: group(
    'PodSecurity',
    {
      enforce: oneOf(
        ['privileged', 'baseline', 'restricted', 'none'],
        'Level that the namespace enforces (pod-security.kubernetes.io/enforce)',
      ),
      version: string('Version of the standard that is enforced'),
    },
    'Pod Security admission of its namespace',
  ),
  nesting: bool('May run containers of its own, and is confined less for it (security.nesting of LXD)'),
  declarations: list(
    declaration,
    'What a manifest of Kubernetes writes of its confinement, in the pod and in the container, each word also where another one overrides it: what Pod Security judges. All other rows say what holds',
    'of',
  ),
} as const satisfies Rows
