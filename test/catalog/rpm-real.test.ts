/** The databases that rpm writes, read as rpm reads them; and those that others labelled. */
import { execFileSync } from 'node:child_process'
import { existsSync, mkdirSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { dirname, join } from 'node:path'
import { DatabaseSync } from 'node:sqlite'
import { afterAll, beforeAll, describe, expect, test } from 'vitest'
import { z } from 'zod'
import { rpm } from '../../src/catalog/rpm.ts'
import type { PackageFind } from '../../src/model/tree.ts'
import { corpora } from '../support/corpora.ts'
import { works } from '../support/works.ts'
import { parse } from './file.ts'
import { ndbOf } from './rpm-made.ts'

/** Epochs, sources, modules, no files, thousands of files, versions with every character that rpm allows. */
const SPEC = `Name: many
Version: 1.0
Release: 1
Summary: s
License: MIT
BuildArch: noarch
%description
d
%install
mkdir -p %{buildroot}/opt/large %{buildroot}/opt/link
for i in $(seq 3000); do : > %{buildroot}/opt/large/a-file-of-a-long-name-$i; done
ln -s ../large %{buildroot}/opt/link/a
%files
%package large
Summary: x
License: GPLv2+ and (MIT or BSD)
%description large
d
%files large
/opt/large
%package epoch
Epoch: 7
Version: 2~rc1^git.1+x_y
Release: 3.el9_4.1
Summary: x
ModularityLabel: nodejs:18:8080020230718093737:63b34585
%description epoch
d
%files epoch
%ghost /opt/ghost
/opt/link
%package zero
Epoch: 0
Summary: x
%description zero
d
%files zero
${Array.from({ length: 40 }, (_, index) => `%package p${index}\nSummary: x\n%description p${index}\nd\n%files p${index}\n/opt/link/a\n`).join('')}`

/** As `rpm -qa` answers: name, version with epoch and release, architecture, licence, source, module, files. */
const FORMAT =
  '%{NAME}\\t%|EPOCH?{%{EPOCH}:}|%{VERSION}-%{RELEASE}\\t%{ARCH}\\t%{LICENSE}\\t%{SOURCERPM}\\t%{MODULARITYLABEL}\\t[%{FILENAMES} ]\\n'

function asked(folder: string, backend = 'sqlite'): readonly string[] {
  const options = ['--define', `_db_backend ${backend}`, '--dbpath', folder, '-qa', '--qf', FORMAT]
  const out = execFileSync('rpm', options, {
    encoding: 'utf8',
    maxBuffer: 2 ** 28,
    stdio: ['ignore', 'pipe', 'ignore'],
  })
  return out
    .split('\n')
    .filter((line) => line !== '' && !line.startsWith('gpg-pubkey\t'))
    .map((line) => line.replace('\t0:', '\t').replaceAll('(none)', '').replace(/ $/, ''))
    .toSorted()
}
const answered = (packages: readonly PackageFind[] = []): readonly string[] =>
  packages
    .map((one) => {
      const { name, version, architecture, qualifiers = {}, licences = [], files = [] } = one
      const source = `${one.source || name}-${one.sourceVersion ?? version.replace(/^\d+:/, '')}.src.rpm`
      const paths = files.map((path) => `/${path}`).join(' ')
      return [name, version, architecture, licences[0] ?? '', source, qualifiers['rpmmod'] ?? '', paths].join('\t')
    })
    .toSorted()

const absent = ['rpm', 'rpmbuild', 'db5.3_load'].filter(
  (tool) => !works(tool, tool.startsWith('db') ? '-V' : '--version'),
)
if (absent.length > 0)
  console.log(
    `rpm: ${absent.join(', ')} cannot be run (apt-get install rpm db5.3-util): rpm's own answers are not compared`,
  )

describe.skipIf(absent.length > 0)('a database that rpm wrote', () => {
  const folder = mkdtempSync(join(tmpdir(), 'plimsoll-rpm-'))
  const database = join(folder, 'root/var/lib/rpm')
  const file = join(database, 'rpmdb.sqlite')
  afterAll(() => rmSync(folder, { recursive: true }))
  beforeAll(() => {
    const run = (command: string, ...args: readonly string[]) => execFileSync(command, args, { stdio: 'ignore' })
    writeFileSync(join(folder, 'many.spec'), SPEC)
    const defined = {
      _topdir: folder,
      _rpmdir: `${folder}/rpms`,
      _build_id_links: 'none',
      __os_install_post: '%{nil}',
      _binary_payload: 'w0.gzdio',
    }
    const options = Object.entries(defined).flatMap(([name, value]) => ['--define', `${name} ${value}`])
    run('rpmbuild', ...options, '-bb', join(folder, 'many.spec'))
    mkdirSync(join(folder, 'root'))
    const install = ['--root', join(folder, 'root'), '--dbpath', '/var/lib/rpm']
    run('sh', '-c', `rpm ${install.join(' ')} -i --justdb --nodeps --nosignature ${folder}/rpms/noarch/*.rpm`)
    // Pages that were used before have free blocks between their rows.
    run('rpm', ...install, '-e', '--justdb', '--nodeps', 'many-p3', 'many-p4', 'many-p17')
  }, 120_000)

  const headers = (): readonly { readonly number: number; readonly blob: Buffer }[] => {
    const opened = new DatabaseSync(file, { readOnly: true })
    const rows = opened.prepare('SELECT hnum, blob FROM Packages').all()
    opened.close()
    return rows.map(({ hnum, blob }) => ({
      number: Number(hnum),
      blob: Buffer.from(z.instanceof(Uint8Array).parse(blob)),
    }))
  }

  test('SQLite', () => {
    const { value, notices } = parse(rpm, 'var/lib/rpm/rpmdb.sqlite', readFileSync(file))
    expect(answered(value.packages)).toEqual(asked(database))
    expect(value.packages).toHaveLength(41)
    expect(notices).toEqual([])
  })

  test.each([
    ['little-endian', 1234, 4096],
    ['big-endian', 4321, 512],
  ] as const)('Berkeley DB, %s', (order, number, page) => {
    const at = join(folder, order)
    mkdirSync(at)
    const hex = (value: number): string => {
      const bytes = Buffer.alloc(4)
      if (number === 1234) bytes.writeUInt32LE(value)
      else bytes.writeUInt32BE(value)
      return bytes.toString('hex')
    }
    const rows = headers().flatMap((row) => [hex(row.number), row.blob.toString('hex')])
    const lines = [
      'VERSION=3',
      'format=bytevalue',
      'type=hash',
      `db_lorder=${number}`,
      `db_pagesize=${page}`,
      'HEADER=END',
    ]
    const dump = [...lines, ...[hex(0), hex(999), ...rows].map((row) => ` ${row}`), 'DATA=END', ''].join('\n')
    execFileSync('db5.3_load', [join(at, 'Packages')], { input: dump })
    const { value, notices } = parse(rpm, 'var/lib/rpm/Packages', readFileSync(join(at, 'Packages')))
    expect(answered(value.packages)).toEqual(asked(at, 'bdb_ro'))
    expect(value.packages).toHaveLength(41)
    expect(notices).toEqual([])
  })

  test('ndb, of its headers: no rpm of Debian reads one', () => {
    const { value, notices } = parse(rpm, 'var/lib/rpm/Packages.db', ndbOf(headers().map(({ blob }) => blob)))
    expect(answered(value.packages)).toEqual(asked(database))
    expect(notices).toEqual([])
  })
})

const Label = z.object({
  file: z.string(),
  title: z.string(),
  expected: z.object({
    complete: z.boolean(),
    packages: z.array(
      z.object({
        name: z.string(),
        version: z.string(),
        epoch: z.number().nullish(),
        release: z.string().optional(),
        arch: z.string().optional(),
        sourceRpm: z.string().optional(),
        license: z.string().optional(),
        modularity: z.string().nullish(),
        licenses: z.array(z.string()).optional(),
        meta: z.object({ Epoch: z.number(), SourceRPM: z.string(), Architecture: z.string() }).optional(),
      }),
    ),
  }),
})
const known = join(corpora, 'rpmdb/labels.json')
const labels = existsSync(known) ? z.array(Label).parse(JSON.parse(readFileSync(known, 'utf8'))) : []
if (labels.length === 0) console.log(`rpm: no corpora at ${dirname(known)}: the labelled databases are not compared`)

describe.skipIf(labels.length === 0)('labelled databases', () => {
  test.each(labels.map((label) => [`${label.file}: ${label.title}`, label] as const))('%s', (_, { file, expected }) => {
    const name = file.endsWith('.sqlite') ? 'rpmdb.sqlite' : file.endsWith('.db') ? 'Packages.db' : 'Packages'
    const { value, notices } = parse(rpm, `var/lib/rpm/${name}`, readFileSync(join(dirname(known), file)))
    const wanted = expected.packages
      .filter((one) => one.name !== 'gpg-pubkey')
      .map((one) => {
        const epoch = one.epoch ?? one.meta?.Epoch ?? 0
        const version = one.release === undefined ? one.version : `${one.version}-${one.release}`
        const licence = one.license ?? one.licenses?.[0] ?? ''
        const source = one.sourceRpm ?? one.meta?.SourceRPM ?? ''
        const from = one.arch ?? one.meta?.Architecture ?? ''
        return [
          one.name,
          epoch > 0 ? `${epoch}:${version}` : version,
          from,
          licence,
          source,
          one.modularity ?? '',
        ].join('\t')
      })
    const found = answered(value.packages).map((line) => line.slice(0, line.lastIndexOf('\t')))
    if (expected.complete) expect(found).toEqual(wanted.toSorted())
    else expect(found).toEqual(expect.arrayContaining(wanted))
    expect(notices).toEqual([])
  })
})
