/** The table of an image. */
import { distributionKinds } from '../distribution.ts'
import { packageTypes } from '../package.ts'
import { by, group, type Rows } from '../row.ts'
import { variable } from './group.ts'

const { bool, int, string, oneOf, list } = by('dialect')
const join = by('join')

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

const packageRows = {
  type: join.oneOf(packageTypes, 'Kind of package, as in package URLs'),
  name: join.string('Name, as its ecosystem writes it whole: @babel/core, github.com/a/b, group:artifact'),
  version: join.string('Version, as its ecosystem writes it'),
  architecture: join.string('Architecture; empty where it has none'),
  source: join.string('Source package; empty where it is its own'),
  purl: join.string('Package URL'),
  licences: join.list(join.string('A licence'), 'Licences as stated'),
  owner: join.string('Package URL of the package of the distribution that brought its files; empty where none did'),
  path: join.string('The file that tells of it, in the image, without a leading slash'),
  layer: join.int('Index of the layer that brought it, from 0'),
  instruction: join.string('Instruction that made that layer; empty where the history does not say'),
} as const
const installedPackage = group('Package', packageRows, 'A package')
const declaredPackage = group('DeclaredPackage', packageRows, 'A package that is named and may not be there')
const removedPackage = group(
  'RemovedPackage',
  { ...packageRows, removedIn: join.int('Index of the layer that took it away, from 0') },
  'A package that is no longer there',
)

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
      id: join.string('ID of os-release; empty where nothing tells'),
      version: join.string('VERSION_ID of os-release'),
      name: join.string('PRETTY_NAME of os-release'),
      family: join.string('What it is made from, as Ansible calls it: debian, redhat, suse, alpine ...; else its ID'),
      kind: join.oneOf(
        distributionKinds,
        'distroless has neither its shell nor its package manager, or keeps its packages apart as Google does; busybox has nothing else; scratch has nothing of an operating system',
      ),
      supportEnds: join.string(
        'Last day on which everybody gets security updates (YYYY-MM-DD); empty where it is not known, or has no releases',
      ),
    },
    'Distribution',
  ),
  packages: join.list(installedPackage, 'Packages that are there, each once', 'name'),
  declaredPackages: join.list(
    declaredPackage,
    'Packages that lock files and lists of requirements name, whether they are there or not',
    'name',
  ),
  removedPackages: join.list(
    removedPackage,
    'Packages that a layer brought and a later one took away: they can still be extracted',
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
  programs: join.list(
    group(
      'ProgramFile',
      {
        ...location,
        kind: join.oneOf(
          ['program', 'link', 'folder'],
          'A file that somebody may execute, a symbolic link, or a folder that not everybody may search',
        ),
        mode: join.string('Mode in octal'),
        uid: join.int('Owner'),
        gid: join.int('Group'),
        link: join.string('Where a link leads, as written; empty for what is none'),
        owned: join.bool('A package of the distribution lists it among its files'),
        interpreter: join.string(
          'What runs it: the words after #!, or the loader of a dynamically linked program; empty where it needs none',
        ),
      },
      'What decides whether a name starts a program (path_resolution(7))',
    ),
    'Programs, and the links and closed folders on the way to them',
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
