/** SBOMs that Plimsoll writes: valid by the standards' own schemas and tools, the same for the same image, with what is known and no more. */
import { spawnSync } from 'node:child_process'
import { readFileSync, writeFileSync } from 'node:fs'
import { createRequire } from 'node:module'
import { join } from 'node:path'
import { Ajv, type ValidateFunction } from 'ajv'
import { Ajv2020 } from 'ajv/dist/2020.js'
import { beforeAll, describe, expect, it } from 'vitest'
import { listPackages, type PackageLists } from '../../src/packages.ts'
import type { Package } from '../../src/model/package.ts'
import type { PackageList } from '../../src/model/package-list.ts'
import { packageReports, sboms, type PackageReportOptions } from '../../src/report/packages/index.ts'
import { jsonSchema, packagesSchema } from '../../src/report/packages/json-schema.ts'
import { checkExpression } from '../../src/report/packages/licence.ts'
import { folder, root } from '../e2e/run.ts'
import { archiveOf, ociFiles } from '../support/archive.ts'
import { works } from '../support/works.ts'
import { archive, imageSpec } from './image.ts'

/** It has no types. */
const formats: (ajv: Ajv) => Ajv = createRequire(import.meta.url)('ajv-formats-draft2019')
const SCHEMAS = join(root, 'node_modules/@cyclonedx/cyclonedx-library/res/schema')
const schema = (name: string): object => JSON.parse(readFileSync(join(SCHEMAS, name), 'utf8')) as object
const options: PackageReportOptions = {
  tool: { name: 'Plimsoll', version: '1.2.3' },
  colour: false,
  width: 100,
  unicode: true,
}

const place = folder()
let valid: ValidateFunction
let one: PackageLists
let two: PackageLists
beforeAll(async () => {
  const ajv = new Ajv({ strict: false, unicodeRegExp: false })
  ajv.addSchema(schema('spdx.SNAPSHOT.schema.json'), 'http://cyclonedx.org/schema/spdx.SNAPSHOT.schema.json')
  ajv.addSchema(schema('jsf-0.82.SNAPSHOT.schema.json'), 'http://cyclonedx.org/schema/jsf-0.82.SNAPSHOT.schema.json')
  formats(ajv)
  ajv.addFormat('date-time', /^\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d(?:\.\d+)?Z$/)
  for (const other of ['email', 'uri', 'string']) ajv.addFormat(other, true)
  valid = ajv.compile(schema('bom-1.6.SNAPSHOT.schema.json'))
  const web = place.put('web.tar', archive())
  const oci = place.put('oci.tar', archiveOf(ociFiles([imageSpec(['ghcr.io/team/api:2.0'])])))
  one = await listPackages({ targets: [oci] })
  two = await listPackages({ targets: [web, oci] })
})

interface Bom {
  readonly serialNumber: string
  readonly metadata: { readonly timestamp?: string; readonly component?: Component }
  readonly components: readonly Component[]
  readonly dependencies?: readonly { readonly ref: string; readonly dependsOn: readonly string[] }[]
}
interface Component {
  readonly type: string
  readonly name: string
  readonly version?: string
  readonly purl?: string
  readonly 'bom-ref': string
  readonly licenses?: readonly object[]
  readonly properties?: readonly { readonly name: string; readonly value: string }[]
  readonly evidence?: { readonly occurrences?: readonly object[] }
  readonly components?: readonly Component[]
}
const bomOf = async (lists: readonly PackageList[], more: Partial<PackageReportOptions> = {}): Promise<Bom> =>
  JSON.parse(await sboms.cyclonedx(lists, [], { ...options, ...more })) as Bom
const named = (bom: Bom, name: string): Component | undefined => bom.components.find((part) => part.name === name)
const property = (part: Component | undefined, name: string): string | undefined =>
  part?.properties?.find((each) => each.name === name)?.value

/** A list in which everything that input can say is `text`. */
function hostile(text: string): PackageList {
  const part: Package = {
    type: 'generic',
    name: text,
    version: text,
    architecture: text,
    source: text,
    purl: `pkg:generic/${encodeURIComponent(text.toWellFormed())}`,
    licences: [text, `${text} 2`],
    cataloger: 'dpkg',
    locations: [{ path: text, line: 1, layer: 0 }],
    owner: text,
  }
  return {
    id: text,
    names: [text],
    manifest: '',
    target: text,
    kind: text,
    distribution: { id: text, version: text, name: text, endOfLife: text },
    layers: [{ index: 0, digest: text, diffId: text, size: 1, instruction: text }],
    packages: { installed: [part], declared: [part], removed: [{ ...part, removedIn: 0 }] },
  }
}
const nasty = [
  '\x1b[2J',
  'a\nb',
  '\u202egnp',
  '\0',
  '<a href="&">]]>',
  '\ud800',
  '\u{e0041}',
  '"',
  'LicenseRef-x',
  '  ',
]

describe('CycloneDX', () => {
  it('is valid by its own schema: one image, several, none, dated, hostile', async () => {
    for (const lists of [one.lists, two.lists, [], ...nasty.map((text) => [hostile(text)])]) {
      const bom = await bomOf(lists, lists === two.lists ? { created: '2026-01-31T00:00:00.000Z' } : {})
      expect(valid(bom), JSON.stringify(valid.errors)).toBe(true)
    }
    expect(valid({ bomFormat: 'CycloneDX', specVersion: '1.6', components: [{ name: 'no type' }] })).toBe(false)
  })
  it('is about the image where there is one, by its package URL', async () => {
    const { metadata } = await bomOf(one.lists)
    expect(metadata.component).toMatchObject({ type: 'container', name: 'ghcr.io/team/api:2.0' })
    expect(metadata.component?.version).toMatch(/^sha256:/)
    expect(metadata.component?.purl).toBe(
      `pkg:oci/api@${metadata.component?.version?.replace(':', '%3A')}?repository_url=ghcr.io/team/api&tag=2.0`,
    )
  })
  it('has a component for each of several images, with its parts inside, and no name twice', async () => {
    const bom = await bomOf(two.lists)
    expect(bom.metadata.component).toBeUndefined()
    expect(bom.components.map(({ type, name }) => `${type} ${name}`)).toEqual([
      'container registry.example.com/shop/web:1.4',
      'container ghcr.io/team/api:2.0',
    ])
    // Only of an OCI archive the digest of a manifest is known.
    expect(bom.components.map(({ purl }) => purl?.slice(0, 8))).toEqual([undefined, 'pkg:oci/'])
    const refs = bom.components.flatMap((image) => [image, ...(image.components ?? [])].map((part) => part['bom-ref']))
    expect(new Set(refs).size).toBe(refs.length)
    expect(refs.length).toBeGreaterThan(12)
  })
  it('says of a package where it is, which layer and which instruction brought it', async () => {
    const bom = await bomOf(one.lists)
    const express = named(bom, 'express')
    expect(express).toMatchObject({ type: 'library', version: '4.21.1', purl: 'pkg:npm/express@4.21.1' })
    expect(property(express, 'plimsoll:layer')).toBe('1')
    expect(property(express, 'plimsoll:instruction')).toBe('COPY app /app # buildkit')
    expect(property(express, 'plimsoll:evidence')).toBe('npm')
    expect(express?.evidence?.occurrences).toEqual([
      { location: 'app/node_modules/express/package.json', line: 1, additionalContext: 'layer 1' },
    ])
    expect(property(named(bom, 'libc6'), 'plimsoll:layer')).toBe('0')
    expect(named(bom, 'debian')).toMatchObject({ type: 'operating-system', version: '12' })
  })
  it('knows a licence of SPDX, an expression, and a name', async () => {
    const bom = await bomOf(one.lists)
    expect(named(bom, 'express')?.licenses).toEqual([{ license: { id: 'MIT' } }])
    expect(named(bom, '@scope/two')?.licenses).toEqual([{ expression: expect.stringContaining('MIT OR Apache-2.0') }])
    expect(named(bom, 'odd')?.licenses).toEqual([{ license: { name: 'Ours & theirs <only>' } }])
  })
  it('tells only the dependencies that are known: what a package of the distribution brought', async () => {
    const bom = await bomOf(one.lists)
    const [owner, part] = [named(bom, 'python3-jinja2'), named(bom, 'Jinja2')]
    expect(bom.dependencies).toEqual([{ ref: owner?.['bom-ref'], dependsOn: [part?.['bom-ref']] }])
  })
  it('leaves out what was removed again and what only a lock file names', async () => {
    expect(one.lists[0]?.packages.removed.map(({ name }) => name)).toEqual(['gone'])
    expect(one.lists[0]?.packages.declared.map(({ name }) => name)).toEqual(['left-pad'])
    const bom = await bomOf(one.lists)
    expect([named(bom, 'gone'), named(bom, 'left-pad')]).toEqual([undefined, undefined])
  })
  it('is the same for the same image, another for another, and dated only where that is asked', async () => {
    const [first, again, other] = [await bomOf(one.lists), await bomOf(one.lists), await bomOf(two.lists)]
    expect(again).toEqual(first)
    expect(first.serialNumber).toMatch(/^urn:uuid:[0-9a-f]{8}-[0-9a-f]{4}-5[0-9a-f]{3}-[89ab][0-9a-f]{3}-[0-9a-f]{12}$/)
    expect(other.serialNumber).not.toBe(first.serialNumber)
    expect(first.metadata.timestamp).toBeUndefined()
    const dated = await bomOf(one.lists, { created: '2026-01-31T00:00:00.000Z' })
    expect(dated.metadata.timestamp).toBe('2026-01-31T00:00:00.000Z')
  })
  const xmllint = works('xmllint', '--version')
  if (!xmllint)
    console.log('test/sbom/write.test.ts: CycloneDX as XML is not checked by its schema: no xmllint (libxml2-utils)')
  it.skipIf(!xmllint)('as XML is valid by its schema too, and holds what the JSON does', async () => {
    const check = (text: string): string => {
      const file = place.put('bom.xml', text)
      const ran = spawnSync('xmllint', ['--nonet', '--noout', '--schema', join(SCHEMAS, 'bom-1.6.SNAPSHOT.xsd'), file])
      return ran.status === 0 ? '' : ran.stderr.toString()
    }
    for (const lists of [one.lists, two.lists, [], ...nasty.map((text) => [hostile(text)])])
      expect(check(await sboms['cyclonedx-xml'](lists, [], options))).toBe('')
    expect(check('<bom xmlns="http://cyclonedx.org/schema/bom/1.6"><nothing/></bom>')).toContain('nothing')
    const xml = await sboms['cyclonedx-xml'](one.lists, [], options)
    expect(xml.match(/<component /g)).toHaveLength((await bomOf(one.lists)).components.length + 2)
  })
})

describe('SPDX', () => {
  interface Spdx {
    readonly packages: readonly { readonly SPDXID: string; readonly name: string; readonly licenseDeclared: string }[]
    readonly relationships: readonly {
      readonly spdxElementId: string
      readonly relationshipType: string
      readonly relatedSpdxElement: string
    }[]
    readonly hasExtractedLicensingInfos: readonly { readonly licenseId: string; readonly name: string }[]
    readonly creationInfo: { readonly created: string }
    readonly documentNamespace: string
  }
  const spdxOf = async (lists: readonly PackageList[], more: Partial<PackageReportOptions> = {}): Promise<Spdx> =>
    JSON.parse(await sboms.spdx(lists, [], { ...options, ...more })) as Spdx

  const python = join('/tmp', 'plimsoll-spdx-tools')
  const spdxTools = join(python, 'bin/pyspdxtools')
  const has =
    works(spdxTools, '--help') ||
    (works('python3', '-m', 'venv', python) &&
      works(join(python, 'bin/pip'), 'install', '-q', 'spdx-tools') &&
      works(spdxTools, '--help'))
  if (!has) console.log('test/sbom/write.test.ts: SPDX is not checked by spdx-tools: it cannot be had from PyPI')
  it.skipIf(!has)(
    'is valid by spdx-tools: one image, several, hostile',
    async () => {
      const check = (text: string): string => {
        const file = join(place.path, 'sbom.spdx.json')
        writeFileSync(file, text)
        const ran = spawnSync(spdxTools, ['-i', file], { timeout: 120_000 })
        return ran.status === 0 ? '' : `${ran.stdout.toString()}${ran.stderr.toString()}`
      }
      const all = [one.lists, two.lists, nasty.map(hostile)]
      for (const lists of all) expect(check(await sboms.spdx(lists, [], options))).toBe('')
      const broken = (await sboms.spdx(one.lists, [], options)).replaceAll('"DESCRIBES"', '"HOLDS"')
      expect(check(broken)).not.toBe('')
    },
    300_000,
  )
  it('describes the image, which contains its packages, of which one brought another', async () => {
    const { packages, relationships } = await spdxOf(one.lists)
    const id = (name: string): string => packages.find((part) => part.name === name)?.SPDXID ?? 'none'
    const relations = relationships.map(
      (each) => `${each.spdxElementId} ${each.relationshipType} ${each.relatedSpdxElement}`,
    )
    expect(relations).toContain(`SPDXRef-DOCUMENT DESCRIBES ${id('ghcr.io/team/api:2.0')}`)
    expect(relations).toContain(`${id('ghcr.io/team/api:2.0')} CONTAINS ${id('express')}`)
    expect(relations).toContain(`${id('python3-jinja2')} CONTAINS ${id('Jinja2')}`)
    expect([id('gone'), id('left-pad')]).toEqual(['none', 'none'])
  })
  it('names licences that SPDX does not know at its end', async () => {
    const {
      packages,
      hasExtractedLicensingInfos: [info],
    } = await spdxOf(one.lists)
    expect(info?.name).toBe('Ours & theirs <only>')
    expect(packages.find(({ name }) => name === 'odd')?.licenseDeclared).toBe(info?.licenseId)
    expect(packages.find(({ name }) => name === '@scope/two')?.licenseDeclared).toContain('MIT OR Apache-2.0')
  })
  it('is the same for the same image, and dated only where that is asked', async () => {
    const [first, again, other] = [await spdxOf(one.lists), await spdxOf(one.lists), await spdxOf(two.lists)]
    expect(again).toEqual(first)
    expect(other.documentNamespace).not.toBe(first.documentNamespace)
    expect(first.creationInfo.created).toBe('1970-01-01T00:00:00Z')
    const dated = await spdxOf(one.lists, { created: '2026-01-31T01:02:03.000Z' })
    expect(dated.creationInfo.created).toBe('2026-01-31T01:02:03Z')
  })
})

describe('JSON', () => {
  const published = new Ajv2020({ strict: true, allowUnionTypes: true, formats: {} }).compile(jsonSchema())
  it('is valid for the schema that is published, and for the strict one', async () => {
    for (const { lists, notices } of [one, two, { lists: [], notices: [] }]) {
      const data: unknown = JSON.parse(await packageReports.json(lists, notices, { ...options, files: true }))
      expect(published(data), JSON.stringify(published.errors)).toBe(true)
      expect(() => packagesSchema.parse(data)).not.toThrow()
    }
    expect(published({})).toBe(false)
  })
  it('has what is known of each package, and its files only where they are asked for', async () => {
    const told = async (files: boolean) =>
      packagesSchema.parse(JSON.parse(await packageReports.json(one.lists, [], { ...options, files }))).images[0]
    const [image, full] = [await told(false), await told(true)]
    const find = (name: string, from = image) => from?.packages.find((each) => each.name === name)
    expect(find('Jinja2')).toMatchObject({ type: 'pypi', owner: find('python3-jinja2')?.purl, evidence: 'python' })
    expect(find('libc6')).toMatchObject({
      version: '1:2.0-1+b1',
      source: 'src-libc6',
      sourceVersion: '2.0-1',
      architecture: 'amd64',
    })
    expect(find('express')?.instruction).toBe('COPY app /app # buildkit')
    expect(image?.removed).toMatchObject([{ name: 'gone', removedIn: 1 }])
    expect(image?.declared).toMatchObject([{ name: 'left-pad' }])
    expect(find('python3-jinja2')?.files).toBeUndefined()
    expect(find('python3-jinja2', full)?.files).toEqual([
      'usr/lib/python3/dist-packages/Jinja2-3.1.2.dist-info/METADATA',
    ])
  })
})

describe('text', () => {
  const text = async (more: Partial<PackageReportOptions> = {}, lists = one.lists): Promise<string> =>
    packageReports.text(lists, [], { ...options, ...more })
  it('shows an image, its packages, what brought them, and counts the rest', async () => {
    const lines = (await text()).split('\n')
    expect(lines[0]).toMatch(/^ghcr\.io\/team\/api:2\.0 {2}\(oci-archive .*oci\.tar\)$/)
    expect(lines).toContain('system  Debian GNU/Linux 12 (bookworm), end of life 2028-06-30')
    expect(lines.find((line) => / express /.test(line))?.split(/\s{2,}/)).toEqual([
      'npm',
      'express',
      '4.21.1',
      '1',
      'COPY app /app # buildkit',
    ])
    expect(lines.slice(-4).join(' ')).toContain(
      '7 packages (deb 3, npm 3, pypi 1); 1 removed again by a later layer; 1 named by lock files only; --all lists them',
    )
    expect(await text()).not.toContain('left-pad')
  })
  it('--all shows what was removed again and what only lock files name', async () => {
    const all = await text({ all: true })
    expect(all).toContain('left-pad')
    expect(all).toMatch(/gone .*removed in layer 1: ADD rootfs/)
  })
  it('is as wide as the terminal, and draws in ASCII where that is all there is', async () => {
    for (const width of [60, 80, 100, 120])
      for (const line of (await text({ width })).split('\n').slice(2))
        expect(line.length, line).toBeLessThanOrEqual(width)
    expect(await text({ width: 60, unicode: false })).toMatch(/^[\x20-\x7e\n]*$/)
  })
  it('colours only where that is asked, and nothing of the input acts on the terminal', async () => {
    expect(await text()).not.toContain('\x1b')
    expect(await text({ colour: true })).toContain('\x1b[1m')
    for (const each of nasty) {
      const shown = await text({ all: true }, [hostile(each)])
      expect(/[\p{Cc}\p{Cf}\p{Zl}\p{Zp}\p{Cs}]/u.test(shown.replaceAll('\n', '')), JSON.stringify(each)).toBe(false)
    }
  })
})

it('no format sends what a terminal acts on, or a reader cannot see', async () => {
  for (const [name, report] of Object.entries(packageReports))
    for (const each of nasty) {
      const told = await report(
        [hostile(each)],
        [{ id: 'x', place: { file: each, line: 1, column: 1 }, message: each, lost: true }],
        options,
      )
      expect(
        /[\p{Cc}\p{Cf}\p{Zl}\p{Zp}\p{Cs}]/u.test(told.replaceAll('\n', '')),
        `${name} ${JSON.stringify(each)}`,
      ).toBe(false)
    }
})

it('knows expressions of SPDX', () => {
  for (const good of [
    'MIT',
    'MIT AND (Apache-2.0 OR GPL-2.0-only)',
    'GPL-2.0-only WITH Classpath-exception-2.0',
    'GPL-2.0+',
    'LicenseRef-x OR MIT',
  ])
    expect(() => checkExpression(good), good).not.toThrow()
  for (const bad of [
    '',
    'MIT AND',
    'MIT or Apache-2.0',
    '(MIT',
    'MIT)',
    'GPL-2+',
    'MIT MIT',
    `${'('.repeat(9999)}MIT${')'.repeat(9999)}`,
  ])
    expect(() => checkExpression(bad), bad.slice(0, 20)).toThrow(RangeError)
})
