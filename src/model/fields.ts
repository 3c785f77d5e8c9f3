/**
 * The table: every question that Plimsoll asks of a container, an image and an engine.
 * TypeScript types, CEL classes, load-time checks of rules and the documentation all come from it.
 * A new dialect row does not compile until every dialect and every silence table has it.
 *
 * Units: sizes in bytes, processors in millicores; 0 is "no limit". Capabilities without `CAP_`, in capitals.
 */
import { severities } from './finding.ts'
import { by, group, type Facts, type Item, type Rows } from './row.ts'
import { sandboxes } from './sandbox.ts'

const { bool, int, string, oneOf, list } = by('dialect')
const join = by('join')
const derive = by('derive')

const mount = group(
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
    propagation: oneOf(
      ['private', 'rprivate', 'slave', 'rslave', 'shared', 'rshared', 'unbindable', 'runbindable'],
      'Whether mounts made on one side appear on the other (mount_namespaces(7))',
    ),
    options: list(string('An option'), 'Mount options as written, such as nosuid, noexec'),
  },
  'A mount',
)
const device = group(
  'Device',
  {
    source: string('Path of the device on the host, or the name of a CDI device'),
    target: string('Path in the container'),
    permissions: string('Any of r (read), w (write), m (make nodes)'),
  },
  'A device of the host',
)
const port = group(
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
const flaw = group(
  'Flaw',
  {
    id: string('What it is, as the linter names it'),
    message: string('What is wrong, why it matters and what to do'),
    severity: oneOf(severities, 'How bad that is'),
  },
  'Something wrong in a profile',
)
const escape = group(
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
const probe = group(
  'Probe',
  {
    kind: oneOf(['liveness', 'readiness', 'startup', 'postStart', 'preStop', 'command'], 'When it runs'),
    host: string('Host name that an HTTP or TCP probe connects to; empty is the pod itself'),
  },
  'A health probe or lifecycle hook',
)
const variable = group(
  'Variable',
  {
    name: string('Name'),
    value: string('Value as the process sees it; empty where it comes from a secret or elsewhere'),
    fromSecret: bool('Taken from a secret store or a file when it starts, not written out'),
  },
  'An environment variable',
)
const sysctl = group('Sysctl', { name: string('Name, with dots'), value: string('Value') }, 'A kernel parameter')
const ulimit = group(
  'Ulimit',
  {
    name: string('Name, such as nofile'),
    soft: int('Soft limit; -1 is unlimited'),
    hard: int('Hard limit; -1 is unlimited'),
  },
  'A resource limit of processes (getrlimit(2))',
)
const idMapping = group(
  'IdMapping',
  {
    container: int('First id inside'),
    host: int('First id outside, in the parent user namespace'),
    size: int('How many'),
  },
  'A range of ids of a user namespace (user_namespaces(7))',
)
const OWNERS = ['own', 'host', 'container', 'none'] as const

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
      check: bool('Somebody finds out when it stops answering (HEALTHCHECK, livenessProbe)'),
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
} as const satisfies Rows

const precisions = ['digest', 'version', 'partial', 'word', 'none'] as const
const baseImage = group(
  'BaseImage',
  {
    reference: join.string('Image reference as written; scratch is no image'),
    registry: join.string('Registry host; docker.io where none is written'),
    repository: join.string('Repository, with library/ for official images'),
    tag: join.string('Tag; empty where none is written'),
    digest: join.string('Digest; empty where none is written, or it is not a well-formed one'),
    precision: join.oneOf(precisions, 'How exactly it is named, as for container.image'),
    scratch: join.bool('Nothing: FROM scratch'),
    stage: join.string('Stage that begins with it, by its name, else its number'),
    final: join.bool('The stage that is asked for, or one that it is built on'),
  },
  'What a stage of the build begins with',
)
const stageOf = {
  stage: join.string('Stage of the build, by its name, else its number'),
  final: join.bool('The stage that is asked for, or one that it is built on'),
} as const

const location = {
  path: join.string('Path in the image, without a leading slash'),
  layer: join.int('Index of the layer that brought it, from 0'),
} as const

/** What an image holds. Its configuration is read by the dialect `image-config`, its content by the catalogers. */
export const image = {
  reference: join.string('As it was asked for, or its first name'),
  names: join.list(join.string('A name'), 'Repository tags and ref annotations that it carries'),
  digest: join.string('Digest of its manifest, or of its configuration where there is none'),
  os: string('Operating system'),
  architecture: string('Processor architecture'),
  user: string('USER as written; empty where none is'),
  uid: join.int('Numeric user id of USER, by its /etc/passwd'),
  gid: join.int('Numeric group id of USER'),
  userKnown: join.bool('USER is a number, or a name that its /etc/passwd has'),
  entrypoint: list(string('A word'), 'ENTRYPOINT'),
  command: list(string('A word'), 'CMD'),
  workingDirectory: string('WORKDIR'),
  environment: list(variable, 'ENV', 'name'),
  exposed: list(
    group('Exposed', { port: int('Port'), protocol: oneOf(['tcp', 'udp', 'sctp'], 'Protocol') }, 'An exposed port'),
    'EXPOSE',
    'port',
  ),
  volumes: list(string('A path'), 'VOLUME'),
  labels: list(group('Label', { name: string('Name'), value: string('Value') }, 'A label'), 'LABEL', 'name'),
  healthcheck: bool('Has a HEALTHCHECK'),
  stopSignal: string('STOPSIGNAL'),
  onbuild: list(string('An instruction'), 'ONBUILD'),
  history: list(
    group(
      'Step',
      {
        instruction: string('Instruction that made it'),
        empty: bool('It brought no layer'),
      },
      'A step of the build',
    ),
    'History',
  ),
  built: join.bool('It is there; false where its Dockerfile alone was read'),
  leaves: join.list(
    join.string('An instruction'),
    'What its Dockerfile leaves to a base image of which nothing is known: USER, WORKDIR, ENTRYPOINT, CMD, HEALTHCHECK, STOPSIGNAL',
  ),
  base: baseImage,
  bases: join.list(baseImage, 'The images that the stages of its Dockerfile begin with', 'reference'),
  buildArguments: join.list(
    group(
      'BuildArgument',
      {
        name: join.string('Name'),
        value: join.string('Default, or what it was built with; empty where none is written'),
        ...stageOf,
      },
      'A build argument',
    ),
    'ARG, and what the history of an image tells of them',
    'name',
  ),
  adds: join.list(
    group(
      'Added',
      {
        instruction: join.oneOf(['ADD', 'COPY'], 'By which instruction'),
        source: join.string('What is put in: a path of the context, of a stage or image, an address, or <<NAME'),
        target: join.string('Where it is put'),
        remote: join.oneOf(['no', 'http', 'git'], 'Fetched by HTTP, or from a git repository'),
        checksum: join.string(
          'Checksum that is demanded (--checksum, or the commit of a git address); empty where none is',
        ),
        from: join.string('Stage, image or named context that it comes from; empty is the context of the build'),
        chown: join.string('Owner as written; empty where none is'),
        chmod: join.string('Mode as written; empty where none is'),
        ...stageOf,
      },
      'A file or folder that is put into the image',
    ),
    'ADD and COPY of its Dockerfile, a source each',
    'source',
  ),
  runs: join.list(
    group(
      'RunStep',
      {
        command: join.string('What is run, with its here-documents'),
        insecure: join.bool('Without confinement (--security=insecure)'),
        network: join.oneOf(['default', 'none', 'host'], '--network'),
        mounts: join.list(
          group(
            'RunMount',
            {
              type: join.oneOf(['bind', 'cache', 'tmpfs', 'secret', 'ssh'], 'What is mounted'),
              id: join.string('id of a secret, an SSH agent or a cache; empty where none is written'),
              target: join.string('Where it is mounted; empty where none is written'),
              required: join.bool('The build fails without it'),
            },
            'A mount of one RUN',
          ),
          '--mount',
          'target',
        ),
        ...stageOf,
      },
      'A command of the build',
    ),
    'RUN of its Dockerfile',
    'command',
  ),
  layers: join.list(
    group(
      'LayerInfo',
      {
        digest: join.string('Digest of the layer as stored'),
        diffId: join.string('Digest of the layer uncompressed'),
        size: join.int('Bytes as stored'),
        instruction: join.string('Instruction that made it; empty where the history does not say'),
      },
      'A layer',
    ),
    'Layers, lowest first',
    'diffId',
  ),
  distribution: group(
    'Distribution',
    {
      id: join.string('ID of os-release; empty where there is none'),
      version: join.string('VERSION_ID of os-release'),
      name: join.string('PRETTY_NAME of os-release'),
    },
    'Distribution',
  ),
  packages: join.list(
    group(
      'Package',
      {
        type: join.oneOf(['deb', 'apk', 'npm', 'pypi', 'golang', 'rpm'], 'Kind of package, as in package URLs'),
        name: join.string('Name'),
        version: join.string('Version'),
        architecture: join.string('Architecture; empty where it has none'),
        source: join.string('Source package; empty where it is its own'),
        ...location,
      },
      'A package',
    ),
    'Packages',
    'name',
  ),
  accounts: join.list(
    group(
      'Account',
      {
        name: join.string('Name'),
        uid: join.int('User id'),
        gid: join.int('Group id'),
        home: join.string('Home directory'),
        shell: join.string('Login shell'),
        password: join.oneOf(['locked', 'empty', 'hashed', 'shadowed'], 'shadowed where shadow(5) has no entry for it'),
        login: join.bool('Its shell lets somebody in'),
        ...location,
      },
      'An account (passwd(5))',
    ),
    'Accounts',
    'name',
  ),
  groups: join.list(
    group(
      'UserGroup',
      {
        name: join.string('Name'),
        gid: join.int('Group id'),
        members: join.list(join.string('A user'), 'Members'),
        ...location,
      },
      'A group (group(5))',
    ),
    'Groups',
    'name',
  ),
  setuid: join.list(
    group(
      'Setuid',
      {
        ...location,
        mode: join.string('Mode in octal'),
        uid: join.int('Owner'),
        gid: join.int('Group'),
        setuid: join.bool('Runs as its owner'),
        setgid: join.bool('Runs as its group'),
      },
      'A file that runs as its owner or group',
    ),
    'setuid and setgid files',
    'path',
  ),
  fileCapabilities: join.list(
    group(
      'FileCapability',
      {
        ...location,
        permitted: join.list(join.string('A capability'), 'What a process that runs it gains'),
        effective: join.bool('Gained at once (+ep)'),
      },
      'A file with capabilities (capabilities(7), security.capability)',
    ),
    'Files with capabilities',
    'path',
  ),
  worldWritable: join.list(
    group(
      'WorldWritable',
      {
        ...location,
        kind: join.oneOf(['file', 'directory'], 'What it is'),
        sticky: join.bool('Only owners may delete (sticky bit)'),
      },
      'A file that everybody may write',
    ),
    'World-writable files and directories',
    'path',
  ),
  sudoers: join.list(
    group(
      'Sudoer',
      {
        ...location,
        who: join.string('User, %group or alias'),
        commands: join.string('What it may run'),
        passwordless: join.bool('NOPASSWD'),
      },
      'A rule of sudoers(5)',
    ),
    'sudoers rules',
    'who',
  ),
} as const satisfies Rows

const engineRuntime = group(
  'EngineRuntime',
  {
    name: string('Name by which containers ask for it (handler)'),
    path: string('Path of its binary or type of its shim; empty where neither is written'),
    sandbox: oneOf(sandboxes, "What it puts between the container and the host's kernel"),
    hostDevices: bool('Gives a privileged container every device of the host'),
    annotations: list(string('A pattern'), 'Annotations of pods that it takes orders from'),
    loosened: list(string('A flag'), 'Flags that weaken its sandbox'),
  },
  'A runtime that the engine can start containers with',
)

/**
 * What the engine's own settings decide where a container says nothing: daemon.json, `docker info`, containerd's config.toml, crio.conf,
 * containers.conf, the kubelet's configuration. On a node the kubelet and what runs below it are one engine: each row is that one's who decides it.
 */
export const engine = {
  kind: oneOf(['docker', 'podman', 'containerd', 'cri-o', 'kubelet', 'runsc'], 'Which program'),
  version: string('Version'),
  rootless: bool('The engine does not run as root'),
  usernsRemap: bool('Containers get a user namespace of their own (userns-remap, userns)'),
  noNewPrivileges: bool('Containers get no_new_privs (no-new-privileges)'),
  privileged: bool('Every container is privileged (containers.conf)'),
  readOnlyRootFilesystem: bool('Every root file system is read-only'),
  init: bool('Every container gets a minimal init'),
  capabilities: list(string('A capability'), 'What a container has before it adds and drops'),
  seccomp: oneOf(['runtime-default', 'unconfined', 'profile', 'unsupported'], 'seccomp profile for containers'),
  seccompProfile: string('Path of its seccomp profile; empty is the built-in'),
  apparmor: bool('AppArmor is on'),
  apparmorProfile: string('AppArmor profile of containers that name none; empty is its own'),
  selinux: bool('SELinux labels containers (selinux-enabled)'),
  selinuxLabels: bool('It labels containers that do not say otherwise (label), where the host has SELinux'),
  selinuxOnHostNetwork: bool('SELinux confines containers of the host network too (hostnetwork_disable_selinux)'),
  cgroupVersion: int('cgroup version of the host, 1 or 2'),
  cgroupNamespace: oneOf(['own', 'host'], 'default-cgroupns-mode'),
  cgroupParent: string('cgroup-parent'),
  ipc: oneOf(['own', 'shareable', 'host', 'none'], 'default-ipc-mode'),
  pid: oneOf(['own', 'host'], 'Whose processes containers see'),
  network: oneOf(['own', 'host', 'none'], 'Whose network containers use'),
  uts: oneOf(['own', 'host'], 'Whose host name containers have'),
  runtime: string('default-runtime'),
  runtimes: list(engineRuntime, 'Runtimes besides those that are built in', 'name'),
  sysctls: list(sysctl, 'Kernel parameters of every container', 'name'),
  unsafeSysctls: list(string('A name or pattern'), 'Kernel parameters that pods may set though others feel them'),
  ulimits: list(ulimit, 'default-ulimits', 'name'),
  pids: int('Limit of processes where a container has none of its own; 0 is no limit'),
  sharedMemory: int('Size of /dev/shm; 0 is the default'),
  mounts: list(mount, 'Mounts that every container gets', 'target'),
  devices: list(device, 'Devices of the host that every container gets', 'source'),
  defaultAddress: string('Address that ports are published on where none is written (ip)'),
  interContainer: bool('Containers of the default bridge may talk to each other (icc)'),
  iptables: bool('It sets packet filter rules for its networks (iptables)'),
  liveRestore: bool('Containers live on while it restarts (live-restore)'),
  userlandProxy: bool('userland-proxy'),
  logDriver: string('log-driver'),
  logLevel: string('How much it logs of its own doing (log-level)'),
  storageDriver: string('storage-driver; empty is its own choice'),
  experimental: bool('Features that are not ready are on (experimental)'),
  hosts: list(string('An address'), 'Addresses that its API listens on'),
  tlsVerify: bool('Clients of its API must show a certificate (tlsverify)'),
  authorization: list(string('A plugin'), 'Plugins that decide who may ask its API for what (authorization-plugins)'),
  insecureRegistries: list(string('A registry'), 'Registries spoken to without TLS'),
  stream: group(
    'EngineStream',
    {
      address: string('Address that exec, attach and port-forward are served on'),
      tls: bool('They are served with TLS'),
    },
    "The streaming server of a node's container runtime",
  ),
  kubelet: group(
    'Kubelet',
    {
      anonymous: bool('Requests without credentials are taken (authentication.anonymous)'),
      webhook: bool('Bearer tokens are checked by the API server (authentication.webhook)'),
      clientCa: string('Certificates of clients are checked against this; empty is not at all (authentication.x509)'),
      authorization: oneOf(['AlwaysAllow', 'Webhook'], 'Who may do what (authorization.mode)'),
      readOnlyPort: int('Port that shows all pods to everybody; 0 is off'),
      address: string('Address that its API listens on'),
      debugging: bool('exec, attach, logs and port-forward are served (enableDebuggingHandlers)'),
      certificate: string('Its serving certificate; empty is one that it signs itself (tlsCertFile)'),
      serverBootstrap: bool('The cluster signs its serving certificate (serverTLSBootstrap)'),
      rotate: bool('Its client certificate is renewed (rotateCertificates)'),
      tlsMinimum: string('Oldest version of TLS; empty is that of Go (tlsMinVersion)'),
      ciphers: list(string('A cipher suite'), 'Cipher suites of TLS 1.2; empty are those of Go'),
      protectKernel: bool('It refuses to start where kernel settings are not as it wants, and changes none'),
      iptablesChains: bool('It keeps chains in iptables for the node (makeIPTablesUtilChains)'),
      eventRate: int('Events per second that it records; 0 is without limit'),
      streamTimeout: int('Seconds until an idle stream is closed; 0 is never'),
      failSwap: bool('It refuses to run where swap is on'),
      swap: oneOf(['NoSwap', 'LimitedSwap', 'UnlimitedSwap'], 'How pods may swap (memorySwap)'),
      staticPods: string('Folder of pods that nobody admits; empty is none'),
    },
    'The kubelet: https://kubernetes.io/docs/reference/config-api/kubelet-config.v1beta1/',
  ),
} as const satisfies Rows

/** The roots that a rule may name. */
export const roots = {
  container: group('Container', container, 'A container as it would run'),
  image: group('Image', image, 'The image it runs'),
  engine: group('Engine', engine, 'The engine that runs it'),
} as const
export type Root = keyof typeof roots

export type ContainerFacts = Facts<typeof container>
export type ImageFacts = Facts<typeof image>
export type EngineFacts = Facts<typeof engine>
export type MountFacts = Item<(typeof mount)['rows']>
