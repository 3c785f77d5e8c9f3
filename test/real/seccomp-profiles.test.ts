/**
 * The hardened profiles of profiles/seccomp: read by our own schema, held against the engines' defaults, and run. Programs of Debian's
 * packages start, answer and stop in Docker Engine under their profile: no capabilities, no-new-privileges, read-only, not as root.
 * Then calls that the engine's default lets through are tried under both profiles.
 *
 * Needs: docker.io (a running engine); nginx-light, openjdk-17-jre-headless, redis-server, postgresql-15, python3, perl-base, bash; for one
 * test gcc and libc6-dev. Node is the one that runs this test. Nothing is copied: containers see the /usr of the machine, read-only.
 */
import { execFile, execFileSync } from 'node:child_process'
import { existsSync, globSync, mkdtempSync, readFileSync, realpathSync, rmSync, writeFileSync } from 'node:fs'
import { arch, tmpdir } from 'node:os'
import { join } from 'node:path'
import { promisify } from 'node:util'
import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { CAPABILITIES } from '../../src/confine/capabilities.ts'
import { allowsByName } from '../../src/confine/seccomp/allows.ts'
import { compareProfiles } from '../../src/confine/seccomp/compare.ts'
import { decide } from '../../src/confine/seccomp/decide.ts'
import { lint } from '../../src/confine/seccomp/lint.ts'
import type { PlacedProfile } from '../../src/confine/seccomp/places.ts'
import { readPlacedProfile } from '../../src/confine/seccomp/read.ts'
import type { SeccompProfile, SeccompRule } from '../../src/confine/seccomp/profile.ts'
import { numbersOf, systemCalls, type Architecture } from '../../src/confine/syscalls.ts'
import { readText } from '../../src/document/read.ts'
import { builtinSeccompProfile } from '../../src/seccomp-builtin.ts'
import { tar } from '../support/archive.ts'
import { corpora } from '../support/corpora.ts'
import { works } from '../support/works.ts'

const run = promisify(execFile)
const folder = new URL('../../profiles/seccomp/', import.meta.url).pathname
const PROFILES = ['web-static', 'jvm-service', 'node-service', 'python-service', 'batch-offline', 'database'] as const
type Name = (typeof PROFILES)[number]

function placed(file: string): PlacedProfile {
  const text = readText(file, readFileSync(file, 'utf8'))
  const [root] = text.value.documents
  if (!root) throw new Error(`${file} is empty`)
  const { value, notices } = readPlacedProfile(root)
  expect([...text.notices, ...notices]).toEqual([])
  if (!value) throw new Error(`${file} holds no profile`)
  return value
}
const read = (file: string): SeccompProfile => placed(file).profile
const profile = (name: Name): SeccompProfile => read(join(folder, `${name}.json`))

/** The rule without its conditions, as a reader of the OCI form takes it. */
const unconditional = ({ names, action, args, errnoRet }: SeccompRule): SeccompRule => ({
  names,
  action,
  args,
  ...(errnoRet !== undefined && { errnoRet }),
})

/** A container cannot start without these (../shared/real-parts.md: measured, today's default with one call removed). */
const START = (
  'execve read write close openat fstat newfstatat mprotect getcwd capget capset prctl setuid setgid setgroups futex fstatfs ' +
  'getdents64 arch_prctl chdir getppid'
).split(' ')
/** The machines that the profiles are made for. */
const MACHINES = ['amd64', 'arm64', 'riscv64', 'loong64', 'ppc64le'] as const satisfies readonly Architecture[]
/** The ways out of a container that a call alone can be. */
const NEVER = (
  'bpf mount umount2 move_mount open_tree fsopen fsconfig fsmount fspick mount_setattr pivot_root chroot unshare setns keyctl add_key ' +
  'request_key ptrace process_vm_readv process_vm_writev pidfd_getfd kcmp userfaultfd io_uring_setup io_uring_enter io_uring_register ' +
  'perf_event_open open_by_handle_at init_module finit_module delete_module kexec_load kexec_file_load reboot swapon swapoff acct ' +
  'quotactl settimeofday clock_settime clock_adjtime adjtimex sethostname setdomainname syslog iopl ioperm modify_ldt personality ' +
  'lookup_dcookie name_to_handle_at fanotify_init fanotify_mark mq_open execveat vhangup memfd_secret process_madvise socketcall'
).split(' ')

describe.each(PROFILES)('%s', (name) => {
  it('keeps what a container needs to start', () => {
    const { allows } = allowsByName(profile(name), { capabilities: new Set(), architecture: 'amd64' })
    expect(START.filter((call) => !allows.includes(call))).toEqual([])
  })

  it.each(MACHINES)(
    "is tighter than today's default of Docker Engine, podman and containerd on %s",
    async (architecture) => {
      const ours = profile(name)
      // With all capabilities the defaults open up and these profiles do not.
      for (const capabilities of [new Set<string>(), new Set<string>(CAPABILITIES)]) {
        const world = { architecture, capabilities }
        for (const other of ['docker-default', 'containerd-default', 'podman-default']) {
          const builtin = await builtinSeccompProfile(other)
          if (!builtin) throw new Error(`${other} is not built in`)
          const { relation, differences } = compareProfiles(ours, builtin.profile, world)
          expect({ relation, looser: differences.filter(({ direction }) => direction === 'looser') }, other).toEqual({
            relation: 'tighter',
            looser: [],
          })
        }
      }
    },
  )

  const moby = join(corpora, 'seccomp/data/moby/default.json')
  if (!existsSync(moby))
    console.log("test/real/seccomp-profiles.test.ts: the comparison with moby's file is skipped: no corpora")
  it.skipIf(!existsSync(moby)).each(MACHINES)(
    "allows nothing by name that moby's own file denies on %s",
    (architecture) => {
      const world = { architecture, capabilities: new Set<string>() }
      const theirs = allowsByName(read(moby), world)
      const ours = allowsByName(profile(name), world)
      const exist = new Set(systemCalls(architecture))
      const open = new Set(theirs.allows)
      const partly = new Set([...open, ...theirs.depends])
      expect(ours.allows.filter((call) => exist.has(call) && !open.has(call))).toEqual([])
      expect(ours.depends.filter((call) => exist.has(call) && !partly.has(call))).toEqual([])
      expect(theirs.allows.filter((call) => exist.has(call) && !ours.allows.includes(call)).length).toBeGreaterThan(60)
      expect(compareProfiles(profile(name), read(moby), world).relation).toBe('tighter')
    },
  )

  it("differs from 20.10's default, where it is looser, in calls only that 20.10 did not know yet", async () => {
    const builtin = await builtinSeccompProfile('docker-default@20.10')
    if (!builtin) throw new Error('docker-default@20.10 is not built in')
    const later = ['fchmodat2', 'futex_requeue', 'futex_wait', 'futex_wake', 'pkey_alloc', 'pkey_free', 'pkey_mprotect']
    const { differences } = compareProfiles(profile(name), builtin.profile, {
      architecture: 'amd64',
      capabilities: new Set(),
    })
    const looser = differences.flatMap(({ direction, syscall }) => (direction === 'looser' ? [syscall] : []))
    expect(looser.filter((call) => !later.includes(call))).toEqual([])
  })

  it('has nothing that our own lint complains of, but that 32-bit programs cannot run', () => {
    for (const architecture of MACHINES) {
      const findings = lint(placed(join(folder, `${name}.json`)), { architecture })
      const told = findings.filter(({ id }) => id !== 'seccomp-architecture-missing')
      expect(
        told.map(({ id, message }) => `${id}: ${message}`),
        architecture,
      ).toEqual([])
      expect(findings.map(({ severity }) => severity).filter((severity) => severity !== 'info')).toEqual([])
    }
  })

  it('leaves no way around its socket rules by socketcall', () => {
    for (const architecture of ['ppc64le', 's390x'] as const)
      for (const call of [1n, 2n, 3n, 8n])
        expect(decide(profile(name), { architecture, capabilities: new Set() }, 'socketcall', [call])).toMatchObject({
          action: 'SCMP_ACT_ERRNO',
          errno: 38,
        })
  })

  it('opens none of the ways out, whatever the capabilities', () => {
    const { allows, depends } = allowsByName(profile(name), {
      capabilities: new Set(CAPABILITIES),
      architecture: 'amd64',
    })
    expect(NEVER.filter((call) => allows.includes(call) || depends.includes(call))).toEqual([])
  })

  it('lets no process into a new namespace and sends libc from clone3 to clone', () => {
    const flags = [0x00020000n, 0x02000000n, 0x04000000n, 0x08000000n, 0x10000000n, 0x20000000n, 0x40000000n]
    for (const architecture of MACHINES) {
      const world = { architecture, capabilities: new Set(CAPABILITIES) }
      const asked = (args: bigint[]) => decide(profile(name), world, 'clone', args).action
      // What fork() and pthread_create() of glibc ask for.
      expect([asked([0x01200011n]), asked([0x003d0f00n, 1n << 40n])]).toEqual(['SCMP_ACT_ALLOW', 'SCMP_ACT_ALLOW'])
      expect(flags.map((flag) => asked([flag | 17n]))).toEqual(flags.map(() => 'SCMP_ACT_ERRNO'))
      expect(decide(profile(name), world, 'clone3')).toMatchObject({ action: 'SCMP_ACT_ERRNO', errno: 38 })
    }
  })

  it('means the same where archMap, includes and excludes are not read (containerd takes the OCI form)', () => {
    const ours = profile(name)
    const bare = { ...ours, archMap: [], syscalls: ours.syscalls.map(unconditional) }
    for (const architecture of MACHINES)
      expect(compareProfiles(bare, ours, { architecture, capabilities: new Set() })).toEqual({
        relation: 'equal',
        differences: [],
      })
  })
})

const skipped = (what: string, why: string | undefined): boolean => {
  if (why !== undefined) console.log(`test/real/seccomp-profiles.test.ts: ${what} is skipped: ${why}`)
  return why !== undefined
}
/** The first of the paths that is there; a pattern stands for what it matches. */
const found = (...patterns: string[]): string | undefined =>
  patterns.flatMap((pattern) => globSync(pattern).sort()).find((path) => existsSync(path))

const machine: Architecture | undefined = arch() === 'x64' ? 'amd64' : arch() === 'arm64' ? 'arm64' : undefined
const postgres = found('/usr/lib/postgresql/*/bin')
/** Debian's JRE reads its settings from /etc by symbolic links. */
const java = existsSync('/usr/bin/java') ? realpathSync('/usr/bin/java') : undefined
const javaEtc = found('/etc/java-17-openjdk', '/etc/java-*-openjdk')
const noEngine =
  process.getuid?.() !== 0
    ? 'starting containers needs root'
    : machine === undefined
      ? `no tables for ${arch()} here`
      : works('docker', 'info')
        ? !existsSync('/usr/bin/perl') || !existsSync('/usr/bin/bash')
          ? 'perl or bash is not installed (apt-get install perl-base bash)'
          : undefined
        : 'no Docker Engine answers (apt-get install docker.io)'

interface Job {
  readonly title: string
  readonly profile: Name
  /** Debian's package, and whether it is here. */
  readonly needs: readonly [string, unknown]
  /** Written into the folder that the container sees as /job, read-only. */
  readonly files: Readonly<Record<string, string>>
  readonly mounts?: readonly string[]
  readonly user?: string
  readonly command: readonly string[]
  /** Asked by `docker exec`, so under the same profile; the first one until it answers. Each with what must be in its answer. */
  readonly asks: readonly (readonly [readonly string[], string])[]
  readonly signal: string
  readonly exit: number
  readonly log?: string
}

const get = (port: number, path = '/'): readonly string[] => [
  'bash',
  '-c',
  `exec 3<>/dev/tcp/127.0.0.1/${port} && printf 'GET ${path} HTTP/1.0\\r\\nHost: localhost\\r\\n\\r\\n' >&3 && cat <&3`,
]

const NGINX = `
pid /tmp/nginx.pid;
worker_processes 2;
events {}
http {
  access_log /tmp/access.log;
  client_body_temp_path /tmp/body; proxy_temp_path /tmp/proxy; fastcgi_temp_path /tmp/f; uwsgi_temp_path /tmp/u; scgi_temp_path /tmp/s;
  server { listen 8080; listen [::]:8080; root /job; sendfile on; gzip on; }
}
`
const JAVA = `
import com.sun.net.httpserver.HttpServer;
import java.net.*;
import java.nio.file.*;
import java.util.*;
import java.util.concurrent.Executors;

public class Server {
  public static void main(String[] arguments) throws Exception {
    HttpServer server = HttpServer.create(new InetSocketAddress(8080), 0);
    server.createContext("/", exchange -> {
      Path file = Files.writeString(Files.createTempFile("plimsoll", ""), "from a file of Java");
      Process child = new ProcessBuilder("/bin/echo", "from a child").start();
      String text = new String(child.getInputStream().readAllBytes()).strip();
      int interfaces = Collections.list(NetworkInterface.getNetworkInterfaces()).size();
      byte[] body = (Files.readString(file) + ", " + text + ", interfaces: " + interfaces).getBytes();
      Files.delete(file);
      exchange.sendResponseHeaders(200, body.length);
      exchange.getResponseBody().write(body);
      exchange.close();
    });
    server.setExecutor(Executors.newFixedThreadPool(4));
    Runtime.getRuntime().addShutdownHook(new Thread(() -> System.out.println("stopped by its hook")));
    server.start();
  }
}
`
const NODE = `
const http = require('node:http'), fs = require('node:fs'), os = require('node:os')
const { spawnSync } = require('node:child_process')
const { Worker } = require('node:worker_threads')
const server = http.createServer((request, response) => {
  const folder = fs.mkdtempSync('/tmp/plimsoll-')
  fs.writeFileSync(folder + '/a', 'from a file of Node')
  fs.copyFileSync(folder + '/a', folder + '/b')
  const watcher = fs.watch(folder, () => {})
  const child = spawnSync('/bin/echo', ['from a child'], { encoding: 'utf8' }).stdout.trim()
  const worker = new Worker('require("node:worker_threads").parentPort.postMessage("from a thread")', { eval: true })
  worker.once('message', (text) => {
    watcher.close()
    response.end([fs.readFileSync(folder + '/b', 'utf8'), child, text, Object.keys(os.networkInterfaces()).join()].join(', '))
  })
})
server.listen(8080)
process.on('SIGTERM', () => server.close(() => console.log('stopped by its handler')))
`
const PYTHON = `
import asyncio, concurrent.futures, http.server, multiprocessing, os, signal, sqlite3, subprocess, sys, tempfile, threading

def square(x):
    return x * x

class Handler(http.server.BaseHTTPRequestHandler):
    def do_GET(self):
        with tempfile.TemporaryDirectory() as folder:
            db = sqlite3.connect(folder + '/db')
            db.execute('create table t(x)'); db.execute("insert into t values('from SQLite')"); db.commit()
            row = db.execute('select x from t').fetchone()[0]
        child = subprocess.run(['/bin/echo', 'from a child'], capture_output=True, text=True).stdout.strip()
        with multiprocessing.Pool(2) as pool:
            squares = pool.map(square, range(4))
        async def task():
            process = await asyncio.create_subprocess_exec('/bin/true')
            return await process.wait()
        with concurrent.futures.ThreadPoolExecutor(1) as threads:
            ended = threads.submit(lambda: asyncio.run(task())).result()
        body = f'{row}, {child}, {squares}, asyncio {ended}'.encode()
        self.send_response(200); self.send_header('Content-Length', str(len(body))); self.end_headers(); self.wfile.write(body)

if __name__ == '__main__':
    server = http.server.ThreadingHTTPServer(('127.0.0.1', 8080), Handler)
    main = os.getpid()
    # A worker of the pool inherits the handler, and must die of the signal by which the pool ends it.
    signal.signal(signal.SIGTERM, lambda *_: threading.Thread(target=server.shutdown).start() if os.getpid() == main else os._exit(0))
    server.serve_forever()
    print('stopped by its handler', flush=True)
`
const SQL = [
  'create table t as select g x, md5(g::text) y from generate_series(1, 20000) g',
  'create index on t(y)',
  "set work_mem = '64kB'; select sum(x) from (select * from t order by y) s",
  'vacuum analyze t',
  'checkpoint',
]

const JOBS: readonly Job[] = [
  {
    title: 'nginx',
    profile: 'web-static',
    needs: ['nginx-light', found('/usr/sbin/nginx')],
    files: { 'nginx.conf': NGINX, 'index.html': 'hello from nginx', 'large.html': 'x'.repeat(400_000) },
    command: ['nginx', '-c', '/job/nginx.conf', '-e', '/dev/stderr', '-g', 'daemon off;'],
    asks: [
      [get(8080), 'hello from nginx'],
      [get(8080, '/large.html'), 'x'.repeat(400_000)],
      [get(8080, '/none'), '404 Not Found'],
      [['bash', '-c', 'kill -HUP 1; sleep 0.5; echo reloaded'], 'reloaded'],
      [get(8080), 'hello from nginx'],
    ],
    signal: 'QUIT',
    exit: 0,
  },
  {
    title: 'OpenJDK',
    profile: 'jvm-service',
    needs: ['openjdk-17-jre-headless', java && javaEtc],
    files: { 'Server.java': JAVA },
    mounts: javaEtc ? [javaEtc] : [],
    command: [java ?? 'java', '-Xmx128m', '-Djava.io.tmpdir=/tmp', '/job/Server.java'],
    asks: [[get(8080), 'from a file of Java, from a child, interfaces: 1']],
    signal: 'TERM',
    exit: 143,
    log: 'stopped by its hook',
  },
  {
    title: 'Node',
    profile: 'node-service',
    needs: ['nodejs', true],
    files: { 'server.cjs': NODE },
    mounts: [realpathSync(process.execPath)],
    command: [realpathSync(process.execPath), '/job/server.cjs'],
    asks: [[get(8080), 'from a file of Node, from a child, from a thread, lo']],
    signal: 'TERM',
    exit: 0,
    log: 'stopped by its handler',
  },
  {
    title: 'Python',
    profile: 'python-service',
    needs: ['python3', found('/usr/bin/python3')],
    files: { 'server.py': PYTHON },
    command: ['/usr/bin/python3', '/job/server.py'],
    asks: [[get(8080), 'from SQLite, from a child, [0, 1, 4, 9], asyncio 0']],
    signal: 'TERM',
    exit: 0,
    log: 'stopped by its handler',
  },
  {
    title: 'Redis',
    profile: 'database',
    needs: ['redis-server', found('/usr/bin/redis-server')],
    files: {},
    command: ['redis-server', '--dir', '/tmp', '--appendonly', 'yes', '--io-threads', '2'],
    asks: [
      [['redis-cli', 'PING'], 'PONG'],
      [['redis-cli', 'SET', 'mark', '42'], 'OK'],
      [['redis-cli', 'GET', 'mark'], '42'],
      [['redis-cli', 'BGSAVE'], 'Background saving started'],
      [['redis-cli', 'EVAL', "return redis.call('INCR', 'mark')", '0'], '43'],
    ],
    signal: 'TERM',
    exit: 0,
    log: 'ready to exit',
  },
  {
    title: 'PostgreSQL',
    profile: 'database',
    needs: ['postgresql-15', postgres],
    files: {},
    command: [
      'sh',
      '-c',
      `${postgres}/initdb -D /tmp/data -U app -N >/dev/null && exec ${postgres}/postgres -D /tmp/data -k /tmp -c max_parallel_workers_per_gather=2`,
    ],
    asks: [
      [[`${postgres}/psql`, '-h', '127.0.0.1', '-d', 'postgres', '-Atc', 'select 6 * 7'], '42'],
      [[`${postgres}/psql`, '-h', '/tmp', '-d', 'postgres', '-At', ...SQL.flatMap((one) => ['-c', one])], 'CHECKPOINT'],
      [[`${postgres}/psql`, '-h', '/tmp', '-d', 'postgres', '-Atc', 'select sum(x) from t'], '200010000'],
    ],
    signal: 'INT',
    exit: 0,
    log: 'database system is shut down',
  },
]

/** Files that the batch job makes, sorts by several processes, packs and unpacks; the last line is what it is for. */
const BATCH = `
set -eu
cd "$(mktemp -d)"
seq 1 50000 | sort -R > numbers
sort -n --parallel=2 -S 1M numbers | tail -n 1 > largest
tar czf all.tgz numbers largest && mkdir out && tar xzf all.tgz -C out && cmp numbers out/numbers
cp -a out copy && mv copy moved && ln -s moved link && mkfifo pipe && (cat numbers > pipe & wc -l < pipe) > count
timeout 5 sleep 0.1
python3 -c 'import multiprocessing as m; p = m.Pool(2); print(sum(p.map(int, open("numbers")))); p.close(); p.join()' > sum
echo "largest $(cat largest), lines $(cat count), sum $(cat sum)" > /tmp/result
cat /tmp/result
`

/** `syscall(2)` by number: prints the error, or `ok`. The last argument of each is -1 where the call shall fail early. */
interface Attempt {
  readonly call: string
  readonly args: readonly (number | string)[]
  /** Of the profiles, those that deny it; all where it is left out. */
  readonly by?: readonly Name[]
  /** What it gets under the engine's default. */
  readonly byDefault: string
}
const SERVICES = ['web-static', 'jvm-service', 'node-service', 'python-service', 'database'] as const
/** The engine's own default lets these through, with no capabilities at all. */
const ATTEMPTS: readonly Attempt[] = [
  { call: 'personality', args: [0xffffffff], byDefault: 'ok' },
  { call: 'ptrace', args: [0, 0, 0, 0], byDefault: 'ok' },
  { call: 'mq_unlink', args: ['none'], byDefault: 'ENOENT' },
  { call: 'msgget', args: [0, 0o600], byDefault: 'ok' },
  { call: 'tee', args: [-1, -1, 1, 0], byDefault: 'EBADF' },
  { call: 'ioprio_get', args: [1, 0], byDefault: 'ok' },
  { call: 'execveat', args: [-1, '/none', 0, 0, 0], byDefault: 'ENOENT' },
  { call: 'shmget', args: [0, 4096, 0o600], byDefault: 'ok', by: PROFILES.filter((name) => name !== 'database') },
  {
    call: 'memfd_create',
    args: ['m', 0],
    byDefault: 'ok',
    by: ['web-static', 'node-service', 'batch-offline', 'database'],
  },
  { call: 'inotify_init1', args: [0], byDefault: 'ok', by: ['web-static', 'batch-offline', 'database'] },
  {
    call: 'io_destroy',
    args: [0],
    byDefault: 'EINVAL',
    by: ['jvm-service', 'node-service', 'python-service', 'batch-offline'],
  },
  // AF_INET, SOCK_STREAM, IPPROTO_SCTP; AF_INET6, SOCK_DCCP; AF_UNIX's neighbours: AF_NETLINK with NETLINK_SOCK_DIAG, AF_INET in TCP.
  { call: 'socket', args: [2, 1, 132], byDefault: 'EPROTONOSUPPORT' },
  { call: 'socket', args: [16, 3, 4], byDefault: 'ok' },
  { call: 'socket', args: [2, 1, 0], byDefault: 'ok', by: ['batch-offline'] },
  { call: 'socket', args: [10, 2, 0], byDefault: 'ok', by: ['batch-offline'] },
  { call: 'socket', args: [16, 3, 0], byDefault: 'ok', by: ['web-static', 'batch-offline'] },
]
/** And these must go on: the same kind of call, as the job needs it. */
const KEPT: readonly Attempt[] = [
  { call: 'socket', args: [1, 1, 0], byDefault: 'ok', by: PROFILES },
  { call: 'socket', args: [2, 0x80801, 0], byDefault: 'ok', by: SERVICES },
  { call: 'socket', args: [2, 0x80001, 6], byDefault: 'ok', by: SERVICES },
  { call: 'socket', args: [10, 2, 17], byDefault: 'ok', by: SERVICES },
  {
    call: 'socket',
    args: [16, 3, 0],
    byDefault: 'ok',
    by: ['jvm-service', 'node-service', 'python-service', 'database'],
  },
  { call: 'shmget', args: [0, 4096, 0o600], byDefault: 'ok', by: ['database'] },
  { call: 'inotify_init1', args: [0], byDefault: 'ok', by: ['jvm-service', 'node-service', 'python-service'] },
]

const image = `plimsoll-seccomp-profiles-${process.pid}`
let work = ''
const started: string[] = []

/** A root with nothing of its own but a user and the places that the machine's folders are mounted at. */
const ROOT = [
  ...['etc/', 'proc/', 'sys/', 'dev/', 'usr/', 'job/', 'sbin/'].map((path) => ({ path })),
  { path: 'tmp/', mode: 0o1777 },
  { path: 'etc/passwd', body: 'root:x:0:0::/tmp:/bin/sh\napp:x:1000:1000::/tmp:/bin/sh\n' },
  { path: 'etc/group', body: 'root:x:0:\napp:x:1000:\n' },
  ...['bin', 'lib', 'lib32', 'lib64'].map((path) => ({ path, link: `usr/${path}` })),
]

const HARDENED =
  '--security-opt no-new-privileges --cap-drop ALL --user 1000:1000 --network none --read-only --tmpfs /tmp:exec,mode=1777 ' +
  '--workdir /tmp --env HOME=/tmp --env PATH=/usr/sbin:/usr/bin:/sbin:/bin'
/** `profile`: undefined for the engine's default. */
const options = (profile: Name | undefined, mounts: readonly string[] = []): string[] => [
  ...(profile ? ['--security-opt', `seccomp=${join(folder, `${profile}.json`)}`] : []),
  ...HARDENED.split(' '),
  ...['/usr', ...mounts].flatMap((path) => ['--volume', `${path}:${path}:ro`]),
]
const docker = async (...args: string[]): Promise<string> => {
  const { stdout, stderr } = await run('docker', args, { maxBuffer: 2 ** 24, timeout: 60_000 })
  return stdout + stderr
}
const sleep = (ms: number): Promise<void> => new Promise((done) => void setTimeout(done, ms))

async function ask(name: string, command: readonly string[], ms: number): Promise<string> {
  const end = performance.now() + ms
  for (;;) {
    try {
      const answer = await docker('exec', name, ...command)
      // A server that was asked as it started may close without a word.
      if (answer.trim() !== '' || performance.now() > end) return answer
    } catch (error) {
      const alive = (await docker('inspect', '--format', '{{.State.Running}}', name)).trim() === 'true'
      if (!alive || performance.now() > end)
        throw new Error(`${String(error)}\n${await docker('logs', name)}`, { cause: error })
    }
    await sleep(150)
  }
}

/** Perl can make any call by its number; each line of the answer is one attempt. */
async function attempts(profile: Name | undefined, all: readonly Attempt[]): Promise<readonly string[]> {
  const numbers = numbersOf(machine ?? 'amd64')
  const calls = all.map(({ call, args }) => {
    const list = args.map((arg) => (typeof arg === 'string' ? `my $s${arg.length} = "${arg}"` : String(arg)))
    return `{ $! = 0; my $r = syscall(${[numbers.get(call) ?? -1, ...list].join(', ')}); print $r == -1 ? join("", grep { $!{$_} } keys %!) : "ok", "\\n" }`
  })
  const script = ['use Errno;', ...calls].join('\n')
  const { stdout } = await run('docker', ['run', '--rm', ...options(profile), image, 'perl', '-e', script])
  return stdout.trim().split('\n')
}
const told = ({ call, args }: Attempt, answer: string | undefined): string => `${call}(${args.join(', ')}): ${answer}`

describe.skipIf(skipped('running the profiles', noEngine))('in Docker Engine', () => {
  beforeAll(async () => {
    work = mkdtempSync(join(tmpdir(), 'plimsoll-seccomp-'))
    const file = join(work, 'root.tar')
    writeFileSync(file, tar(ROOT))
    await docker('import', file, image)
  })
  afterAll(async () => {
    for (const name of started) await docker('rm', '--force', name).catch(() => undefined)
    await docker('rmi', '--force', image).catch(() => undefined)
    if (work) rmSync(work, { recursive: true, force: true })
  })

  for (const job of JOBS) {
    const [debian, here] = job.needs
    const why = here ? undefined : `not installed (apt-get install ${debian})`
    it.skipIf(noEngine === undefined && skipped(job.title, why))(
      `${job.title} starts, answers and stops under ${job.profile}`,
      async () => {
        const own = mkdtempSync(join(work, 'job-'))
        execFileSync('chmod', ['755', own, work])
        for (const [name, text] of Object.entries(job.files)) writeFileSync(join(own, name), text)
        const name = `${image}-${job.title.toLowerCase()}`
        started.push(name)
        const settings = [
          ...options(job.profile, job.mounts),
          '--volume',
          `${own}:/job:ro`,
          '--stop-signal',
          job.signal,
        ]
        await docker('run', '--detach', '--name', name, ...settings, image, ...job.command)
        for (const [i, [question, answer]] of job.asks.entries())
          expect(await ask(name, question, i === 0 ? 120_000 : 0)).toContain(answer)
        // The filter is there, and the process is who it should be.
        const status = await docker('exec', name, 'cat', '/proc/1/status')
        expect(status).toMatch(/^Seccomp:\s+2$/m)
        expect(status).toMatch(/^NoNewPrivs:\s+1$/m)
        expect(status).toMatch(/^CapBnd:\s+0+$/m)
        expect(status).toMatch(/^Uid:\s+1000\s/m)
        await docker('stop', '--time', '20', name)
        const log = await docker('logs', name)
        expect(await docker('inspect', '--format', '{{.State.ExitCode}}', name), log).toBe(`${job.exit}\n`)
        expect(log).toContain(job.log ?? '')
        expect(log).not.toMatch(/Operation not permitted|EPERM/)
      },
      // An engine that starts dozens of containers for other tests may take its time.
      240_000,
    )
  }

  it.skipIf(skipped('the batch job', found('/usr/bin/python3') ? undefined : 'python3 is not installed'))(
    'a batch job computes, writes its file and ends under batch-offline',
    async () => {
      const output = await docker('run', '--rm', ...options('batch-offline'), image, 'bash', '-c', BATCH)
      expect(output).toBe('largest 50000, lines 50000, sum 1250025000\n')
    },
  )

  it.each(PROFILES)(
    '%s starts without no-new-privileges too, as root with default capabilities and with an init',
    async (name) => {
      const settings = [
        '--security-opt',
        `seccomp=${join(folder, `${name}.json`)}`,
        '--network',
        'none',
        '--volume',
        '/usr:/usr:ro',
      ]
      expect(await docker('run', '--rm', '--init', ...settings, image, 'sh', '-c', 'id -u; echo | cat')).toBe('0\n\n')
    },
  )

  const denied = (name: Name): readonly Attempt[] => ATTEMPTS.filter(({ by = PROFILES }) => by.includes(name))
  const kept = (name: Name): readonly Attempt[] => KEPT.filter(({ by = PROFILES }) => by.includes(name))

  it("the engine's default lets all of the calls through that are tried here", async () => {
    const answers = await attempts(undefined, [...ATTEMPTS, ...KEPT])
    expect([...ATTEMPTS, ...KEPT].map((one, i) => told(one, answers[i]))).toEqual(
      [...ATTEMPTS, ...KEPT].map((one) => told(one, one.byDefault)),
    )
  })

  it.each(PROFILES)('%s denies calls that the default lets through, and keeps what its job needs', async (name) => {
    expect(denied(name).length).toBeGreaterThan(7)
    const all = [...denied(name), ...kept(name)]
    const answers = await attempts(name, all)
    expect(all.map((one, i) => told(one, answers[i]))).toEqual([
      ...denied(name).map((one) => told(one, 'EPERM')),
      ...kept(name).map((one) => told(one, one.byDefault)),
    ])
  })

  it.each(PROFILES)('%s lets no process into a user namespace, and clone3 is not there', async (name) => {
    const world = machine ?? 'amd64'
    const tries: readonly Attempt[] = [
      { call: 'clone', args: [0x10000000 | 17, 0, 0, 0, 0], byDefault: 'EPERM' },
      { call: 'clone3', args: [0, 0], byDefault: 'ENOSYS' },
      { call: 'unshare', args: [0x10000000], byDefault: 'EPERM' },
    ]
    expect(numbersOf(world).get('clone3')).toBe(435)
    expect(await attempts(name, tries)).toEqual(tries.map(({ byDefault }) => byDefault))
  })

  const noGcc =
    machine !== 'amd64' ? 'only amd64 has it' : works('gcc', '--version') ? undefined : 'gcc is not installed'
  it.skipIf(skipped('the way around by 32-bit calls', noGcc))(
    'a 32-bit call ends the process: there is no way around',
    async () => {
      // getpid of i386, entered from a 64-bit program: the default answers it.
      const source =
        '#include <stdio.h>\nint main(void) { long r = 20; __asm__ volatile("int $0x80" : "+a"(r)); printf("%d\\n", r > 0); return 0; }\n'
      const own = mkdtempSync(join(work, 'i386-'))
      execFileSync('chmod', ['755', own, work])
      writeFileSync(join(own, 'call.c'), source)
      await run('gcc', ['-static', '-o', join(own, 'call'), join(own, 'call.c')])
      const command = ['--rm', '--volume', `${own}:/job:ro`]
      expect(await docker('run', ...command, ...options(undefined), image, '/job/call')).toBe('1\n')
      for (const name of PROFILES) {
        const end = run('docker', ['run', ...command, ...options(name), image, '/job/call'])
        // 128 + SIGSYS: libseccomp's answer to an ABI that the filter was not made for.
        await expect(end).rejects.toMatchObject({ code: 159 })
      }
    },
  )
})
