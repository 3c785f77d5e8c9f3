import { existsSync, globSync, readFileSync } from 'node:fs'
import { dirname, join, relative } from 'node:path'
import { Readable } from 'node:stream'
import { gunzipSync } from 'node:zlib'
import { extract } from 'tar-stream'
import { beforeAll, describe, expect, test } from 'vitest'
import { z } from 'zod'
import { apk } from '../../src/catalog/apk.ts'
import { dpkg } from '../../src/catalog/dpkg.ts'
import { imageContent } from '../../src/catalog/facts.ts'
import { packagesOf as joined } from '../../src/catalog/packages.ts'
import { go } from '../../src/catalog/go.ts'
import { catalogers } from '../../src/catalog/index.ts'
import { npm } from '../../src/catalog/npm.ts'
import { python } from '../../src/catalog/python.ts'
import type { Catalogued, Cataloger, ImageFile } from '../../src/model/tree.ts'
import { fileOf, packagesOf, parse } from './file.ts'

const CORPORA = '../shared/corpora'
const absent = !existsSync(CORPORA)
if (absent) console.log(`catalog: no corpora at ${CORPORA}: the labelled package databases are not compared`)

const Label = z.object({
  file: z.string(),
  ecosystem: z.string(),
  case: z.string(),
  expected: z.object({
    error: z.boolean(),
    partial: z.boolean(),
    packages: z.array(
      z.object({ name: z.string(), version: z.string(), origin: z.string().nullish(), arch: z.string().optional() }),
    ),
  }),
})
type Label = z.infer<typeof Label>
const labels = <T>(file: string, shape: z.ZodType<T>): readonly T[] =>
  absent ? [] : z.array(shape).parse(JSON.parse(readFileSync(join(CORPORA, file), 'utf8')))

/** Where the file of a label would be in an image, so that the cataloger takes it for what it is. */
const KINDS: Record<string, readonly [Cataloger, (name: string) => string]> = {
  'os/apk': [apk, () => 'lib/apk/db/installed'],
  'os/dpkg': [dpkg, (name) => (name.includes('status.d/') ? 'var/lib/dpkg/status.d/x' : 'var/lib/dpkg/status')],
  'language/javascript/packagejson': [npm, () => 'node_modules/x/package.json'],
  'language/python/wheelegg': [python, () => 'x.dist-info/METADATA'],
  'language/golang/gobinary': [go, () => 'usr/bin/x'],
}

/** Where we differ, by file, and why. Nothing else may differ. */
const DIFFERENCES: Record<string, string> = {
  'os/dpkg/testdata/dpkg/status.d/foo.md5sums':
    'never asked: wants() leaves the checksums of distroless out, so that they are no complaint',
  'os/dpkg/testdata/opkg/statusfield#statusfield':
    'the label counts `installed` alone; an unpacked package has its files on the disk, and so it counts here',
  'os/dpkg/testdata/opkg/statusfield#statusfield including not installed':
    'the label is of a mode that also counts packages without files',
  'language/javascript/packagejson/testdata/vscode-extension-only-required.json':
    'SCALIBR takes any package.json of a disk; below node_modules `npm ls` lists an extension of VS Code like any package',
  'language/javascript/packagejson/testdata/unity-package.json':
    'the same: a Unity package stands in no node_modules, and if it does `npm ls` lists it',
  'language/python/wheelegg/testdata/monotonic-1.6-py2.py3-none-any.whl':
    'a wheel is an archive that is not installed: no cataloger wants it',
  'language/python/wheelegg/testdata/monotonic_no_pkginfo-1.6-py3.10.egg': 'an archive that no cataloger wants',
}

describe.skipIf(absent)('osv-scalibr', () => {
  const known = labels('osv-scalibr/labels.json', Label).filter((label) => KINDS[label.ecosystem])
  const nameOf = (label: Label) => label.file.replace(/^data\//, '')
  const used = new Set<string>()

  test.each(known.map((label) => [`${nameOf(label)}#${label.case}`, label] as const))('%s', (key, label) => {
    const difference = [key, nameOf(label)].find((one) => DIFFERENCES[one] !== undefined)
    if (difference !== undefined) {
      used.add(difference)
      return
    }
    const kind = KINDS[label.ecosystem]
    if (!kind) throw new Error(label.ecosystem)
    const [cataloger, pathOf] = kind
    const body = readFileSync(join(CORPORA, 'osv-scalibr', label.file))
    const path = pathOf(label.file)
    expect(cataloger.wants(path, fileOf(path, body, { mode: 0o755, size: 2 ** 20 }).entry)).toBe(true)
    const { value, notices } = parse(cataloger, path, body)
    expect(packagesOf(value.packages)).toEqual(
      label.expected.packages.map(({ name, version }) => `${shown(label, name, version)}`).toSorted(),
    )
    if (label.expected.error) expect(notices.some((notice) => notice.lost)).toBe(true)
    if (label.ecosystem === 'os/apk') {
      const full = (value.packages ?? []).map((one) => `${one.name} ${one.architecture} ${one.source || one.name}`)
      const wanted = label.expected.packages.map((one) => `${one.name} ${one.arch} ${one.origin ?? one.name}`)
      expect(full.toSorted()).toEqual(wanted.toSorted())
    }
  })

  /** SCALIBR calls the standard library `go` and cuts the `v` of modules' versions; we name both as Go and its advisories do. */
  const shown = (label: Label, name: string, version: string) => {
    if (label.ecosystem !== 'language/golang/gobinary') return `${name} ${version}`
    return name === 'go' ? `stdlib ${version}` : `${name} ${/^\d/.test(version) ? 'v' : ''}${version}`
  }

  test('every listed difference is one of a file that is here', () => {
    expect([...used].toSorted()).toEqual(Object.keys(DIFFERENCES).toSorted())
    expect(known.length).toBeGreaterThan(30)
  })
})

const TrivyLabel = z.object({
  test: z.string(),
  expected: z.object({
    results: z
      .array(z.object({ packages: z.array(z.object({ name: z.string(), version: z.string() })).nullish() }))
      .nullish(),
  }),
})
describe.skipIf(absent)('trivy', () => {
  test('packages below node_modules are among those of the lock file', () => {
    const folder = join(CORPORA, 'trivy/data/repo/npm')
    const label = labels('trivy/labels.json', TrivyLabel).find((one) => one.test === 'npm with dev deps')
    const locked = (label?.expected.results ?? []).flatMap((one) =>
      (one.packages ?? []).map((p) => `${p.name} ${p.version}`),
    )
    const found = globSync(`${folder}/**/package.json`, { exclude: [] })
      .map((path) => fileOf(relative(folder, path), readFileSync(path)))
      .filter((file) => npm.wants(file.path, file.entry))
      .flatMap((file) => packagesOf(npm.parse(file).value.packages))
    expect(found.length).toBeGreaterThan(4)
    // Only the licence texts of the tree were kept upstream, as package.json files of some packages.
    expect(found.filter((one) => !locked.includes(one))).toEqual(NOT_LOCKED)
  })
})
/** Packages of the tree that the label does not have, with the reason. */
const NOT_LOCKED: readonly string[] = []

/** The files of a compressed tar archive: enough for an archive that we trust. */
async function filesOf(path: string): Promise<readonly ImageFile[]> {
  const files: ImageFile[] = []
  const archive = extract()
  Readable.from([gunzipSync(readFileSync(path))]).pipe(archive)
  for await (const member of archive) {
    const chunks: Buffer[] = []
    for await (const chunk of member) if (chunk instanceof Uint8Array) chunks.push(Buffer.from(chunk))
    const { name, mode = 0, uid = 0, gid = 0, type, linkname } = member.header
    const clean = name.replace(/^\.?\//, '').replace(/\/$/, '')
    if (type !== 'file' && type !== 'directory' && type !== 'symlink') continue
    files.push(fileOf(clean, Buffer.concat(chunks), { mode, uid, gid, type, ...(linkname && { link: linkname }) }))
  }
  return files
}

const roots = absent ? [] : globSync(`${CORPORA}/images/data/alpine-minirootfs/*.tar.gz`).toSorted()
for (const path of roots) {
  describe(path, () => {
    const finds: Catalogued['finds'][number][] = []
    const notices: string[] = []
    let files: readonly ImageFile[] = []
    beforeAll(async () => {
      files = await filesOf(path)
      for (const file of files) {
        for (const cataloger of catalogers) {
          if (!cataloger.wants(file.path, file.entry)) continue
          const read = cataloger.parse(file)
          finds.push({ file, cataloger: cataloger.name, finds: read.value })
          notices.push(...read.notices.map((notice) => `${notice.id} ${notice.place.file}`))
        }
      }
    })

    test('packages, accounts, groups and files are those that a plain reading gives, and nothing is complained about', () => {
      const textOf = (name: string) => files.find((file) => file.path === name)?.body.toString() ?? ''
      const plain = [...textOf('lib/apk/db/installed').matchAll(/^P:(.*)\nV:(.*)$/gm)].map((m) => `${m[1]} ${m[2]}`)
      expect(plain.length).toBeGreaterThan(10)
      const all = finds.flatMap((one) => one.finds.packages ?? [])
      expect(packagesOf(all)).toEqual(plain.toSorted())
      expect(notices).toEqual([])

      const content = imageContent({
        id: dirname(path),
        layers: [],
        catalogued: { finds, notices: [] },
        packages: joined({ finds }),
      })
      const release = /alpine-minirootfs-([\d.]+)-/.exec(path)?.[1]
      expect(content.distribution.id).toMatchObject({ value: 'alpine' })
      expect(content.distribution.version).toMatchObject({ value: release })
      const names = (fact: (typeof content)['accounts'] | (typeof content)['groups']) =>
        fact.how === 'unknown'
          ? []
          : fact.value.map(({ facts }) => (facts.name.how === 'unknown' ? '?' : facts.name.value))
      const firsts = (text: string) =>
        text
          .trimEnd()
          .split('\n')
          .map((line) => line.split(':')[0])
      expect(names(content.accounts)).toEqual(firsts(textOf('etc/passwd')))
      expect(names(content.groups)).toEqual(firsts(textOf('etc/group')))
    })
  })
}
