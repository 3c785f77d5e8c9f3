/**
 * Against Quadlet's own generator, built from its Go module (v5.8.2): the `podman run` that it writes for a unit gives the flags that we read
 * out of the unit. Our units are below; podman's own (test/e2e/quadlet of the module) are read where the module holds them.
 *
 * Compared on 2026-11-21: all of our units give the same flags. Of podman's 125 .container files 10 are refused by the generator; of the 115
 * others 111 give the same flags, and 4 differ as `KNOWN` says. Capabilities are compared in capitals, and relative paths from the folder of
 * the unit.
 *
 * Skipped, with the reason, where Go is absent or the module cannot be had (`go mod download` in test/oracle/quadlet).
 */
import { spawnSync } from 'node:child_process'
import { existsSync, mkdirSync, mkdtempSync, readdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { dirname, join } from 'node:path'
import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import type { Want } from '../../src/dialect/dialect.ts'
import { runFlags } from '../../src/dialect/docker/run-flags.ts'
import { findContainers, isQuadlet, wantedFiles } from '../../src/dialect/quadlet/document.ts'
import { expanded } from '../../src/dialect/quadlet/specifier.ts'
import { Unit } from '../../src/dialect/quadlet/unit.ts'
import { elements, entries, textOf, type Node } from '../../src/document/node.ts'
import { splitUnitWords } from '../../src/document/systemd-words.ts'
import { readUnit } from '../../src/document/systemd.ts'

const SOURCE = join(import.meta.dirname, '../oracle/quadlet')
const folder = mkdtempSync(join(tmpdir(), 'plimsoll-quadlet-oracle-'))
const generator = join(folder, 'quadlet')

const go = ['go', '/usr/local/go/bin/go'].find((name) => spawnSync(name, ['version']).status === 0)
function reasonToSkip(): string | undefined {
  if (go === undefined) return 'go is not installed'
  const built = spawnSync(
    go,
    ['build', '-mod=readonly', '-o', generator, 'github.com/containers/podman/v5/cmd/quadlet'],
    {
      cwd: SOURCE,
      encoding: 'utf8',
      timeout: 240_000,
      env: { ...process.env, CGO_ENABLED: '0', GOFLAGS: '-buildvcs=false' },
    },
  )
  return built.status === 0
    ? undefined
    : `the generator cannot be built: ${(built.stderr || String(built.error)).slice(0, 300)}`
}
const skipped = reasonToSkip()
if (skipped !== undefined) console.log(`quadlet.test.ts is skipped: ${skipped}`)

/** The units of podman's own tests, in the cache of Go modules. */
const upstream =
  skipped === undefined && go !== undefined
    ? join(
        spawnSync(go, ['list', '-m', '-f', '{{.Dir}}', 'github.com/containers/podman/v5'], {
          cwd: SOURCE,
          encoding: 'utf8',
        }).stdout.trim(),
        'test/e2e/quadlet',
      )
    : ''
const hasUpstream = upstream !== '' && existsSync(upstream)

/** Units, by name: each is there for what its name says. */
const UNITS: Readonly<Record<string, string>> = {
  'plain.container': '[Container]\nImage=web\n',
  'continued.container': '[Container]\nImage=web\nExec=a\\\nb \\\n# a comment\n\n  c\nMemory=1\\\nm\n',
  'two-backslashes.container': '[Container]\nImage=web\nExec=a \\\\\nLabel=x=y\n',
  'blank-after.container': '[Container]\nImage=web\nExec=a \\  \n  b\n',
  'quotes.container': `[Container]\nImage="web"\nExec='a b' "c 'd'" e" "f \\x41\\u00e9\\101 \\s\nEnvironment="A=1 2" B='3' C="4\nWorkingDir="/srv"\n`,
  'empty-word.container': '[Container]\nImage=web\nExec=a "" b\nPodmanArgs=--rm "" --init\n',
  'bad-escape.container':
    '[Container]\nImage=web\nExec=a \\q b\nPodmanArgs=--init \\q\nPodmanArgs=--tty\nEnvironment=A=\\q\n',
  'cleared.container':
    '[Container]\nImage=web\nVolume=/a:/a\nVolume=\nVolume=/b:/b\nAddCapability=CHOWN\nAddCapability=\nEntrypoint=/x\nEntrypoint=\nMemory=1m\nMemory=\nSecret=a\nSecret=\n',
  'words.container':
    '[Container]\nImage=web\nReadOnly=y\nRunInit=ON\nNoNewPrivileges=Yes\nHttpProxy=nope\nReadOnlyTmpfs=1\nEnvironmentHost=TRUE\nSecurityLabelDisable="true"\n',
  'order.container': '[Container]\nPodmanArgs=--read-only=false\nImage=web\nReadOnly=true\n',
  'maps.container':
    '[Container]\nImage=web\nUserNS=keep-id:uid=1\nUIDMap=0:1:2 3:4:5\nGIDMap=0:1:2\nSubUIDMap=me\nSubGIDMap=us\n',
  'remapped.container':
    '[Container]\nImage=web\nRemapUsers=auto\nRemapUid=0:1:2 3:4:5\nRemapGid=7:8:9\nRemapUidSize=20\n',
  'remapped-by-hand.container': '[Container]\nImage=web\nRemapUsers=manual\nRemapUid=0:1:2\nRemapGid=7:8:9\n',
  'kept.container': '[Container]\nImage=web\nRemapUsers=keep-id\nRemapUid=5\nRemapGid=6\n',
  'ports.container':
    '[Container]\nImage=web\nPublishPort=127.0.0.1:1:2/udp\nPublishPort=[::1]:3:4\nExposeHostPort=5-6/tcp\n',
  'mounts.container':
    '[Container]\nImage=web\nMount=type=bind,source=/a,destination=/b,ro=true\nMount=type=volume,source=data.volume,destination=/c\nMount=type=image,source=img.image,dst=/d\nMount=type=tmpfs,tmpfs-size=1m,destination=/e\nVolume=data.volume:/g:ro\nVolume=:/h\nVolume=/i\nVolume=%h/j:/j\nVolume=./k:/k:z\nTmpfs=/l:size=1m\n',
  'data.volume': '[Volume]\n',
  'img.image': '[Image]\nImage=quay.io/img\n',
  'built.container': '[Container]\nImage=src.build\nPull=never\n',
  'src.build': '[Build]\nImageTag=localhost/src\nImageTag=localhost/other\nSetWorkingDirectory=unit\n',
  'pulled.container': '[Container]\nImage=img.image\n',
  'networks.container':
    '[Container]\nImage=web\nNetwork=back.network:alias=x\nNetwork=host\nNetwork=\nNetwork=slirp4netns:allow_host_loopback=true\n',
  'joined.container': '[Container]\nImage=web\nNetwork=named.container\n',
  'named.container': '[Container]\nImage=web\nContainerName=the-%N\nServiceName=service-of-it\n',
  'back.network': '[Network]\nNetworkName=behind\n',
  'podded.container': '[Container]\nImage=web\nPod=shop.pod\n',
  'shop.pod': '[Pod]\nNetwork=host\n',
  'template@.container': '[Container]\nImage=web:%i\nEnvironment=A=%p B=%%i\n',
  'template@one.container': '[Container]\nImage=web:%i\nVolume=%i:/x\n',
  'dropped.container': '[Container]\nImage=web\nMemory=1m\nLabel=a=1\n',
  'dropped.container.d/20.conf': '[Container]\nMemory=2m\nLabel=b=2 a=3\n',
  'dropped.container.d/10.conf': '[Container]\nMemory=4m\n[Service]\nType=oneshot\n',
  'container.d/20.conf': '[Container]\nMemory=8m\n',
  'container.d/90.conf': '[Container]\nStopTimeout=9\n',
  'health.container':
    '[Container]\nImage=web\nHealthCmd=curl -f "http://x"\nHealthInterval=5s\nHealthStartupCmd=x\nNotify=healthy\n',
  'security.container':
    '[Container]\nImage=web\nSeccompProfile=/x.json\nAppArmor=web\nSecurityLabelType=t\nSecurityLabelLevel=s0\nSecurityLabelFileType=f\nSecurityLabelNested=true\nMask=/a:/b\nUnmask=/c /d\nDropCapability=all\nAddCapability=CAP_CHOWN KILL\nAddDevice=/dev/null:/dev/x:r\nUser=1\nGroup=2\nGroupAdd=3\n',
  'rooted.container': '[Container]\nRootfs=/srv/root\nExec=/bin/sh\n',
  'limits.container':
    '[Container]\nImage=web\nPidsLimit=5\nShmSize=1m\nUlimit=nofile=1:2\nSysctl=a=1 b=2\nLogDriver=none\nLogOpt=path=/x size=1\nCgroupsMode=enabled\nStopSignal=9\nTimezone=local\nIP=10.0.0.1\nDNS=1.1.1.1\nAddHost=a:1.2.3.4\nHostName=h\nAutoUpdate=registry\nVolatileTmp=true\n',
}

/** Our `podman run` differs from the generator's, and why it may. */
const KNOWN: Readonly<Record<string, string>> = {
  'devices.container': 'a device that is marked `-` is there where the host has it, which the generator looks up',
  'podmanargs.container':
    'its options are none of Podman’s, so that it is not known where the image begins in the generator’s line',
  'mount.container': 'the generator calls src source, and cleans relative paths',
  'env-file.container': 'a relative path is left relative: files of variables are not read',
}

type Flags = Readonly<Record<string, readonly string[]>>
const base = (dir: string, text: string): string => text.replaceAll(`${dir}/`, './')
/** Flags as texts, in an order of their own. */
const plain = (flags: Node, dir: string): Flags =>
  Object.fromEntries(
    entries(flags)
      .map(([name, list]): readonly [string, readonly string[]] => {
        const values = elements(list).map((each) => base(dir, textOf(each) ?? '?'))
        const same = name.startsWith('cap-') ? values.map((each) => each.toLowerCase()) : values
        return [name, name === 'COMMAND' ? same : same.sort()]
      })
      .sort(([one], [other]) => (one < other ? -1 : 1)),
  )

/** The generator's flags of every .container of a folder, by the path of the unit; undefined where it refuses the unit. */
function generated(dir: string): (file: string) => Node | undefined {
  const { stdout } = spawnSync(generator, ['-dryrun'], {
    encoding: 'utf8',
    maxBuffer: 2 ** 28,
    env: { QUADLET_UNIT_DIRS: dir },
  })
  const services = new Map(
    stdout.split(/^---(?=\S)/m).map((text) => [/^SourcePath=(.*)$/m.exec(text)?.[1] ?? '', text] as const),
  )
  return (file) => {
    const service = services.get(file)
    const line = service === undefined ? undefined : /^ExecStart=(.*)$/m.exec(service)?.[1]
    if (line === undefined) return undefined
    const unit = new Unit(rootOf(file), file)
    const words = (splitUnitWords(line) ?? []).map((word) => expanded(unit.root, word, unit.name))
    const start = words.findIndex((word) => textOf(word) === 'run')
    return runFlags(words.slice(start + 1), 'podman', unit.root.place).flags
  }
}
function rootOf(file: string): Node {
  const [root] = readUnit(file, readFileSync(file, 'utf8')).value.documents
  if (!root) throw new Error(`${file} holds nothing`)
  return root
}

/** Our flags of a unit, with the other files that it needs. */
function ours(dir: string, name: string): { readonly flags: Node | undefined; readonly notices: readonly string[] } {
  const about = (path: string) => ({ file: join(dir, path), named: true, options: {} })
  const root = rootOf(join(dir, name))
  const files = new Map<string, Node>()
  const wants: Pick<Want, 'path' | 'dropIns'>[] = [...wantedFiles(root, about(name))]
  const seen = new Set<string>()
  for (let want = wants.shift(); want; want = wants.shift()) {
    const { path, dropIns } = want
    if (seen.has(path) || !existsSync(join(dir, path))) continue
    seen.add(path)
    if (dropIns) {
      for (const each of readdirSync(join(dir, path)).filter((each) => each.endsWith('.conf')))
        wants.push({ path: join(path, each) })
      continue
    }
    files.set(path, rootOf(join(dir, path)))
    for (const more of wantedFiles(rootOf(join(dir, path)), about(path)))
      wants.push({ ...more, path: join(dirname(path), more.path) })
  }
  const { value, notices } = findContainers(root, files, about(name))
  return { flags: value[0]?.scope.self, notices: notices.map(({ id }) => id) }
}

interface Compared {
  readonly same: string[]
  readonly different: string[]
  readonly refused: string[]
}
function compare(dir: string): Compared {
  const of = generated(dir)
  const result: Compared = { same: [], different: [], refused: [] }
  for (const name of readdirSync(dir)
    .filter((each) => each.endsWith('.container'))
    .sort()) {
    if (!isQuadlet(rootOf(join(dir, name)))) throw new Error(`${name} is not recognised`)
    const [theirs, { flags }] = [of(join(dir, name)), ours(dir, name)]
    if (!theirs) result.refused.push(name)
    else if (flags && JSON.stringify(plain(theirs, dir)) === JSON.stringify(plain(flags, dir))) result.same.push(name)
    else {
      result.different.push(name)
      if (!KNOWN[name]) expect({ name, ...(flags && plain(flags, dir)) }).toEqual({ name, ...plain(theirs, dir) })
    }
  }
  return result
}

describe.skipIf(skipped !== undefined)('the generator of Quadlet', () => {
  const dir = join(folder, 'units')
  beforeAll(() => {
    for (const [path, text] of Object.entries(UNITS)) {
      mkdirSync(dirname(join(dir, path)), { recursive: true })
      writeFileSync(join(dir, path), text)
    }
  })
  afterAll(() => {
    rmSync(folder, { recursive: true, force: true })
  })
  it('writes the flags that we read out of our units', () => {
    expect(compare(dir)).toMatchObject({ different: [], refused: [] })
  })
  it.skipIf(!hasUpstream)('writes the flags that we read out of podman’s own', () => {
    const { same, different, refused } = compare(upstream)
    console.log(`podman's own units: ${same.length} the same, ${different.length} differ, ${refused.length} refused`)
    expect(different.filter((name) => KNOWN[name] === undefined)).toEqual([])
    expect(same.length).toBeGreaterThanOrEqual(111)
    // What the generator refuses has a notice, but for what other files say (told as missing) and what the source of a mount lacks.
    const silent = refused.filter((name) => ours(upstream, name).notices.length === 0)
    expect(silent).toEqual(['mount-source-missing.container', 'pod.not-found.container'])
  })
})
