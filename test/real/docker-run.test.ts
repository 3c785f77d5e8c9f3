/**
 * Against real engines: containers are made by lines, inspected, and what we read of each line must be what we read of the inspection.
 * Skipped, with the reason, where no engine answers (Debian: docker.io and its dockerd; podman).
 */
import { execFileSync } from 'node:child_process'
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import type { Dialect } from '../../src/dialect/dialect.ts'
import { dockerInspect } from '../../src/dialect/docker-inspect.ts'
import { longOption, shortOption } from '../../src/dialect/docker/run-options.ts'
import { read } from '../../src/dialect/index.ts'
import { podmanInspect } from '../../src/dialect/podman-inspect.ts'
import { readText } from '../../src/document/read.ts'
import { isFact, type AnyFact, type AnyFacts } from '../../src/model/row.ts'
import { plain } from '../support/docker-facts.ts'
import { runsIn } from '../support/shell-facts.ts'

/** Names and tags of this run alone, so that runs side by side do not meet. */
const run = `plimsoll-run-${process.pid}`
const image = `localhost/${run}:1`

/** Options of one line each. */
const BOTH: readonly string[] = [
  '',
  '--name NAME',
  '-i -t',
  '-itd',
  '--rm',
  '--privileged',
  '--privileged=false',
  '--privileged=1',
  '--privileged=T --privileged=0',
  '--read-only',
  '--read-only=true --init',
  '--init=false',
  '--cap-add SYS_ADMIN',
  '--cap-add=sys_time --cap-add CAP_NET_ADMIN --cap-drop ALL',
  '--cap-drop=net_raw',
  '--security-opt no-new-privileges',
  '--security-opt=no-new-privileges:true',
  '--security-opt no-new-privileges=false',
  '--security-opt seccomp=unconfined',
  '--security-opt label=disable',
  '--security-opt label=type:svirt_t --security-opt label=level:s0:c1,c2',
  '-u 1000',
  '--user=1000:1001',
  '-u0:0',
  '--group-add 44 --group-add 45',
  '-w /srv',
  '--workdir=/x/y',
  '-e A=b',
  '-eA=b -e C=d=e',
  "--env 'A=b c'",
  '-e \'JSON={"a": [1, 2]}\'',
  '-e A=',
  '-m 64m',
  '--memory=1g --memory-swap=-1',
  '-m64m --memory-reservation 32m --memory-swap 128m',
  '--cpus 1.5',
  '--cpus=.5',
  '--cpu-quota 20000 --cpu-period 10000',
  '--cpu-quota 50000',
  '-c 512',
  '--cpuset-cpus 0',
  '--pids-limit 100',
  '--pids-limit=-1',
  '--oom-score-adj 100',
  '--shm-size 1m',
  '--ulimit nofile=100:200',
  '--ulimit core=0 --ulimit nproc=64:128',
  '--cgroup-parent /mine',
  '-p 8080:80',
  '-p127.0.0.1:8080:80/udp',
  '--publish [::1]:8081:81',
  '-p 90',
  '-p 127.0.0.1::91',
  '-p 7000-7002:70-72',
  '--expose 9000',
  '--expose 9001/udp -p 9001:9001/udp',
  '--network host',
  '--net=none',
  '--network bridge',
  '--pid host',
  '--ipc=host',
  '--ipc private',
  '--ipc shareable',
  '--ipc none',
  '--uts host',
  '--userns host',
  '--cgroupns private',
  '--cgroupns=host',
  '-v /etc:/e',
  '-v /etc:/e:ro',
  '-v=/etc:/e:ro,rslave',
  '-v VOLUME:/data',
  '--mount type=bind,source=/etc,target=/e',
  '--mount type=bind,src=/etc,dst=/e,readonly',
  '--mount type=bind,src=/etc,destination=/e,ro=true,bind-propagation=rslave',
  '--mount type=volume,source=VOLUME,target=/d',
  `--mount 'type=bind,"source=/etc",target=/e,readonly=false'`,
  '--mount type=tmpfs,target=/t',
  '--tmpfs /run',
  '--tmpfs /run:size=1m,noexec',
  '--device /dev/null',
  '--device=/dev/null:/dev/blank:rw',
  '--device /dev/zero:r',
  '--sysctl net.ipv4.ip_forward=1',
  '--restart always',
  '--restart=on-failure:3',
  '--restart unless-stopped',
  '--restart no',
  '--entrypoint /bin/x',
  '--entrypoint=/bin/x --',
  '--health-cmd "test -e /x" --health-interval 5s',
  '--no-healthcheck',
  '--log-driver none',
  '-l a=b --label c --hostname h -h i',
  '--add-host a:1.2.3.4 --dns 1.1.1.1 --dns-search x --dns-option y',
  '--stop-signal TERM --stop-timeout 3 -q --pull never',
]
const DOCKER: readonly string[] = [
  '--security-opt apparmor=mine',
  '--security-opt seccomp:unconfined --security-opt apparmor:unconfined',
  '--security-opt systempaths=unconfined',
  '-u :100',
  '-v /anonymous',
  '-P --expose 9000',
  '-P',
  '--oom-kill-disable',
  '--blkio-weight 300',
  '--network name=bridge',
  '--device-cgroup-rule "c 1:5 r"',
  '--gpus all',
  '--gpus 2',
  `--gpus '"device=0,1",driver=nvidia,capabilities=utility'`,
  '--runtime io.containerd.runc.v2',
  '--volumes-from OTHER:ro',
  '--network container:OTHER --pid container:OTHER --ipc container:OTHER',
  '--mount type=volume,target=/d,volume-nocopy',
  '--mount type=volume,target=/d,volume-opt=type=none,volume-opt=o=bind,volume-opt=device=/etc',
]
const PODMAN: readonly string[] = [
  '--cap-add NET_ADMIN,SYS_TIME',
  '--cap-drop all',
  '--security-opt unmask=ALL',
  '--security-opt unmask=/proc/acpi:/sys/firmware',
  '--security-opt mask=/proc/version',
  '--uidmap 0:100000:65536',
  '--uidmap 0:100000:1000 --gidmap 0:200000:2000',
  '--pids-limit 0',
  `--entrypoint '["/bin/x","y"]'`,
  '--env-merge A=b --unsetenv B --tz UTC --umask 077 --systemd=false --no-hosts',
  '--read-only --read-only-tmpfs=false',
  '--secret SECRET',
  '--secret SECRET,type=env,target=TOKEN',
  '--health-cmd none',
  '--network slirp4netns:allow_host_loopback=true',
]

interface Engine {
  readonly client: 'docker' | 'podman'
  readonly program: readonly string[]
  readonly dialect: Dialect
  readonly lines: readonly string[]
  /** Elements that the engine adds of its own accord, and parts that it words in its own way, for the rows that have them. */
  readonly forgets?: (row: string, element: unknown) => unknown
  /** Rows that an inspection answers otherwise, and why. A row that names an option differs where that option is. */
  readonly differences: readonly {
    readonly rows: readonly string[]
    readonly with?: RegExp
    readonly because: string
  }[]
}

/** What podman adds to every container, and the options that it writes out for every mount. */
const podmansOwn = (row: string, element: unknown): unknown => {
  const { name, options: _, ...rest }: { readonly [key: string]: unknown } = isRecord(element) ? element : {}
  if (row === 'environment') return /^(?:PATH|TERM|container|HOSTNAME)$/.test(String(name)) ? undefined : element
  if (row === 'ulimits') return rest['soft'] === 1_048_576 || rest['soft'] === 32_768 ? undefined : element
  if (row === 'mounts') return rest
  // Docker's default set, less podman's: `podman inspect` writes them as dropped. This machine has no SYS_RESOURCE.
  if (row === 'capabilities.drop')
    return /^(?:AUDIT_WRITE|MKNOD|NET_RAW|SYS_RESOURCE)$/.test(String(element)) ? undefined : element
  return element
}
const isRecord = (x: unknown): x is { readonly [key: string]: unknown } => typeof x === 'object' && x !== null

const folder = mkdtempSync(join(tmpdir(), 'plimsoll-run-'))
const ENGINES: readonly Engine[] = [
  {
    client: 'docker',
    program: ['docker'],
    dialect: dockerInspect,
    lines: [...BOTH, ...DOCKER],
    differences: [
      { rows: ['name'], because: 'the engine makes a name up' },
      { rows: ['runtime', 'resources.sharedMemory'], because: 'the engine writes its default out' },
      { rows: ['masked'], because: 'which paths are hidden by default grows with the version of the engine' },
      { rows: ['network.names'], because: 'the engine lists the default network, and host and none, too' },
      {
        rows: ['resources.swap'],
        with: /^-m 64m$/,
        because: 'the engine writes twice the memory where nothing is said',
      },
      { rows: ['image.pull'], with: /--pull/, because: 'the client pulls; the engine does not know' },
      { rows: ['mounts'], with: /VOLUME/, because: 'the engine adds the option z to a volume with a name' },
      {
        rows: ['mounts'],
        with: /anonymous|type=volume,target/,
        because: 'the engine makes a name up for a volume without one',
      },
      { rows: ['mounts'], with: /volumes-from/, because: 'the engine lists what the other container mounts' },
      { rows: ['ports'], with: /-P/, because: 'ports of the image are not known from the line' },
      {
        rows: ['resources.ioWeight'],
        with: /blkio/,
        because: 'the kernel here has no weights, and the engine drops it',
      },
      {
        rows: ['namespaces.pidOf', 'namespaces.ipcOf', 'namespaces.networkOf', 'network.mode'],
        with: /container:/,
        because: 'the engine writes the id of the container that is named',
      },
    ],
  },
  {
    client: 'podman',
    program: [
      'podman',
      '--root',
      join(folder, 'root'),
      '--runroot',
      join(folder, 'run'),
      '--storage-driver',
      'vfs',
      '--runtime',
      'runc',
      '--cgroup-manager',
      'cgroupfs',
    ],
    dialect: podmanInspect,
    forgets: podmansOwn,
    lines: [...BOTH.filter((line, index) => index % 3 === 0 && !line.endsWith('--init')), ...PODMAN],
    differences: [
      { rows: ['name'], because: 'podman makes a name up' },
      { rows: ['runtime', 'resources.sharedMemory', 'network.mode'], because: 'podman writes its default out' },
      { rows: ['network.names'], because: 'podman lists the default network, podman, too' },
      { rows: ['capabilities.given'], because: 'podman writes out what it has after adding and dropping' },
      { rows: ['capabilities.drop'], with: /drop all/i, because: 'podman writes out what ALL is' },
      { rows: ['resources.swap'], with: /^-m 64m$/, because: 'podman writes twice the memory where nothing is said' },
      { rows: ['ports'], with: /-p 90|::91/, because: 'podman picks the port when the container is made' },
      { rows: ['mounts'], with: /--read-only$/, because: 'podman mounts tmpfs of its own over a read-only root' },
      { rows: ['selinux.disabled'], with: /host/, because: 'SELinux is off here, and podman writes no label' },
    ],
  },
]

const call = ([program = '', ...first]: readonly string[], args: readonly string[], input?: Buffer): string =>
  execFileSync(program, [...first, ...args], {
    encoding: 'utf8',
    stdio: [input ? 'pipe' : 'ignore', 'pipe', 'pipe'],
    timeout: 60_000,
    ...(input && { input }),
  }).trim()

function reasonToSkip({ program, client }: Engine): string | undefined {
  try {
    call(
      program,
      client === 'docker' ? ['info', '--format', '{{.ServerVersion}}'] : ['info', '--format', '{{.Version.Version}}'],
    )
    return undefined
  } catch (error) {
    return error instanceof Error ? (error.message.split('\n')[0] ?? '') : 'unknown reason'
  }
}

/** Every fact as plain values, by its path; elements of lists in order of their text. */
function valuesOf(facts: AnyFacts, { forgets = (_, element) => element }: Pick<Engine, 'forgets'>) {
  const values = new Map<string, { readonly how: string; readonly value: string }>()
  const walk = (group: AnyFacts, path: readonly string[]): void => {
    for (const [key, each] of Object.entries(group)) {
      const row = [...path, key].join('.')
      if (!isFact(each)) walk(each, [...path, key])
      else values.set(row, { how: each.how, value: valueOf(each, (element) => forgets(row, element)) })
    }
  }
  walk(facts, [])
  return values
}
const valueOf = (fact: AnyFact, settle: (element: unknown) => unknown): string => {
  const value = plain(fact)
  if (!Array.isArray(value)) return JSON.stringify(value)
  const elements = value.map(settle).filter((each) => each !== undefined)
  return elements
    .map((each) => JSON.stringify(each))
    .sort()
    .join(' ')
}

describe.each(ENGINES)('$client', (engine) => {
  const skipped = reasonToSkip(engine)
  if (skipped !== undefined) console.log(`docker-run.test.ts: ${engine.client} is skipped: no engine (${skipped})`)
  const { client, program } = engine
  const made: string[] = []
  beforeAll(() => {
    if (skipped !== undefined) return
    writeFileSync(join(folder, 'file'), 'x')
    call(program, ['import', '-', image], execFileSync('tar', ['-c', '-C', folder, 'file']))
    call(program, ['create', '--name', `${run}-other`, image, '/x'])
    if (client === 'podman') {
      writeFileSync(join(folder, 'secret'), 'x')
      call(program, ['secret', 'create', `${run}-secret`, join(folder, 'secret')])
    }
  })
  afterAll(() => {
    if (skipped === undefined) {
      call(program, ['rm', '-f', '-v', `${run}-other`, ...made])
      call(program, ['rmi', '-f', image])
      call(program, ['volume', 'rm', '-f', `${run}-volume`])
    }
    if (client === 'podman') rmSync(folder, { recursive: true, force: true })
  })

  it.skipIf(skipped !== undefined)('has no option that we do not know, or read otherwise', () => {
    const help = call(program, ['create', '--help']).matchAll(/^ +(?:-(\w), )?--([\w-]+)(?: (\S.*?))?(?: {2,}.*)?$/gm)
    const wrong = [...help].flatMap(([, letter, name = '', value]) => {
      const option = longOption(name)
      const short = letter === undefined ? option : shortOption(letter)
      const isRight = option?.bool === (value === undefined) && short === option && option.clients.has(client)
      return isRight ? [] : [name]
    })
    expect(wrong).toEqual([])
  })

  it.skipIf(skipped !== undefined).each(engine.lines)('%s', async (options) => {
    const written = options
      .replaceAll('NAME', `${run}-named`)
      .replaceAll('VOLUME', `${run}-volume`)
      .replaceAll('OTHER', `${run}-other`)
      .replaceAll('SECRET', `${run}-secret`)
    // The shell itself splits the line into words, for the engine as for us.
    const words = execFileSync('bash', ['-c', `printf '%s\\0' ${written} end`], { encoding: 'utf8' })
      .split('\0')
      .slice(0, -2)
    const id =
      call(program, ['create', ...words.filter((word) => !/^(?:-d|-itd)$/.test(word)), image, '/x', 'y'])
        .split('\n')
        .at(-1) ?? ''
    made.push(id)
    const root = readText('inspect.json', call(program, ['inspect', id])).value.documents[0]
    if (!root) throw new Error('the inspection cannot be read')
    const inspected = read(engine.dialect, root).value[0]
    const line = await runsIn(`${client} create ${written} ${image} /x y`)
    expect(line.notices).toEqual([])
    const [ours] = line.value
    if (!inspected || !ours) throw new Error('there is no container')
    const theirs = valuesOf(inspected.facts, engine)
    const differing = [...valuesOf(ours.facts, engine)].flatMap(([row, { how, value }]) => {
      const other = theirs.get(row)
      if (how === 'unknown' || other?.how === 'unknown' || value === other?.value) return []
      const isListed = engine.differences.some(
        ({ rows, with: only }) => rows.includes(row) && (only?.test(options) ?? true),
      )
      return isListed
        ? []
        : [`${row}: the line ${value} (${how}), the engine ${other?.value ?? 'nothing'} (${other?.how ?? ''})`]
    })
    expect(differing).toEqual([])
  })
})
