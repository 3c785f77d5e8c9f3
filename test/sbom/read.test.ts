/** SBOMs that Plimsoll reads: its own and those of others, whole and broken. */
import { beforeAll, describe, expect, it } from 'vitest'
import { findOfPurl, purlOf } from '../../src/catalog/purl.ts'
import { readSbom, type SbomImage } from '../../src/catalog/sbom/read.ts'
import { sbomForm } from '../../src/catalog/sbom/recognise.ts'
import type { Package } from '../../src/model/package.ts'
import { listPackages } from '../../src/packages.ts'
import { sboms } from '../../src/report/packages/index.ts'
import { folder } from '../e2e/run.ts'
import { archive } from './image.ts'

const only = (file: string, text: string): SbomImage => {
  const { value, notices } = readSbom(file, text)
  expect(notices.filter(({ lost }) => lost)).toEqual([])
  const [image, ...more] = value
  if (!image || more.length > 0) throw new Error(`${value.length} images`)
  return image
}
const named = ({ list }: SbomImage): readonly string[] =>
  list.packages.installed.map(({ type, name, version }) => `${type} ${name} ${version}`)
const cdx = (rest: object): string => JSON.stringify({ bomFormat: 'CycloneDX', specVersion: '1.5', ...rest }, null, 2)
const part = (rest: object): object => ({ type: 'library', ...rest })

describe('a round trip', () => {
  const place = folder()
  const options = { tool: { name: 'Plimsoll', version: '1.2.3' }, colour: false, width: 0, unicode: true }
  let web: string
  let before: readonly Package[]
  beforeAll(async () => {
    web = place.put('web.tar', archive())
    before = (await listPackages({ targets: [web] })).lists[0]?.packages.installed ?? []
  })
  const plain = ({
    type,
    name,
    version,
    architecture,
    source,
    sourceVersion,
    purl,
    owner,
    licences,
  }: Package): object => ({
    type,
    name,
    version,
    architecture,
    source,
    sourceVersion,
    purl,
    owner,
    licences,
  })
  it.each(Object.entries(sboms))('%s gives the same packages back', async (name, report) => {
    expect(before.length).toBeGreaterThan(6)
    const { lists } = await listPackages({ targets: [web] })
    const { list } = only('web', await report(lists, [], options))
    expect(list.packages.installed.map(plain)).toEqual(before.map(plain))
    expect(list.distribution).toMatchObject({ id: 'debian', version: '12', name: 'Debian GNU/Linux 12 (bookworm)' })
    expect(list.names).toContain('registry.example.com/shop/web:1.4')
    if (name === 'spdx') return
    // CycloneDX has room for where a package is, too.
    const where = ({ locations, cataloger }: Package): object => ({ locations, cataloger })
    expect(list.packages.installed.map(where)).toEqual(before.map(where))
    expect(list.layers.map(({ instruction }) => instruction)).toEqual([
      'ADD rootfs.tar.xz / # buildkit',
      'COPY app /app # buildkit',
    ])
  })
  it.each(Object.entries(sboms))('%s of several images gives them back', async (_, report) => {
    const other = place.put('api.tar', archive(['shop/api:2.0']))
    const { lists } = await listPackages({ targets: [web, other] })
    const { value } = readSbom('both', await report(lists, [], options))
    expect(value.map(({ list }) => list.packages.installed.length)).toEqual([before.length, before.length])
    expect(value.map(({ list }) => list.names[0])).toEqual(['registry.example.com/shop/web:1.4', 'shop/api:2.0'])
  })
})

describe('package URLs', () => {
  it.each([
    ['deb', 'libc6', '1:2.36-9+deb12u9', { architecture: 'amd64', source: 'glibc', sourceVersion: '2.36-9' }],
    ['rpm', 'bash', '1:5.1.8-9.el9', { architecture: 'x86_64', source: 'bash-5.1.8-9.el9.src.rpm' }],
    ['apk', 'musl', '1.2.5-r0', { architecture: 'x86_64' }],
    ['npm', '@babel/core', '7.24.0', {}],
    ['golang', 'github.com/a/b/v2', 'v2.1.0+incompatible', {}],
    ['maven', 'org.apache.logging.log4j:log4j-core', '2.17.1', { qualifiers: { classifier: 'tests' } }],
    ['composer', 'symfony/console', '6.4.0', {}],
    ['pypi', 'zope-interface', '6.2', {}],
    ['generic', 'a name & more', '1 + 2', {}],
  ] as const)('%s %s %s comes back as it was', (type, name, version, rest) => {
    const find = { type, name, version, architecture: '', source: '', ...rest }
    expect(findOfPurl(purlOf(find, { id: 'debian', version: '12' }))).toEqual(find)
  })
  it('of types that are none of ours are generic; what is none is none', () => {
    expect(findOfPurl('pkg:bitnami/redis@7.2.4')).toMatchObject({ type: 'generic', name: 'redis', version: '7.2.4' })
    expect(findOfPurl('pkg:huggingface/actions/checkout@v4')).toMatchObject({
      type: 'generic',
      name: 'actions/checkout',
    })
    for (const bad of ['', 'pkg:', 'pkg:npm', 'express', 'pkg:npm/%', 'http://x/y'])
      expect(findOfPurl(bad), bad).toBeUndefined()
  })
})

describe('CycloneDX of others', () => {
  it('tells places, nested components, the operating system, and passes over what is no package', () => {
    const text = cdx({
      metadata: { component: { type: 'container', name: 'debian:12', version: 'sha256:abc' } },
      components: [
        { type: 'operating-system', name: 'debian', version: '12.5' },
        { type: 'file', name: '/etc/passwd' },
        {
          type: 'application',
          name: 'app/package-lock.json',
          components: [part({ name: 'a', version: '1', purl: 'pkg:npm/a@1' })],
        },
        part({
          group: '@scope',
          name: 'b',
          version: '2',
          purl: 'pkg:npm/%40scope/b@2',
          licenses: [{ license: { id: 'MIT' } }],
        }),
      ],
    })
    const image = only('x.cdx.json', text)
    expect(named(image)).toEqual(['npm @scope/b 2', 'npm a 1'])
    expect(image.list.distribution).toMatchObject({ id: 'debian', version: '12.5' })
    expect(image.list.names).toEqual(['debian:12', 'sha256:abc'])
    const lines = text.split('\n')
    for (const [one, { line, column }] of image.places) {
      expect(lines[line - 1]?.[column - 1]).toBe('{')
      expect(lines.slice(line - 1, line + 4).join('\n')).toContain(`"name": "${one.name.replace('@scope/', '')}"`)
    }
  })
  it('reads epochs, architectures and sources that stand in package URLs', () => {
    const purl =
      'pkg:rpm/redhat/bash@5.1.8-9.el9?arch=x86_64&distro=redhat-9.3&epoch=1&upstream=bash-5.1.8-9.el9.src.rpm'
    const { list } = only('x', cdx({ components: [part({ name: 'bash', purl })] }))
    expect(list.packages.installed[0]).toMatchObject({
      version: '1:5.1.8-9.el9',
      architecture: 'x86_64',
      source: 'bash-5.1.8-9.el9.src.rpm',
    })
    expect(list.distribution).toMatchObject({ id: 'redhat', version: '9.3' })
  })
  it('says where a part has no package URL, and takes it by its name', () => {
    const { value, notices } = readSbom(
      'x',
      cdx({ components: [part({ name: 'a', version: '1' }), part({ name: 'b', purl: 'nonsense' })] }),
    )
    expect(value.flatMap(named)).toEqual(['generic a 1', 'generic b '])
    expect(notices).toMatchObject([
      { id: 'sbom-part-without-purl', lost: false, message: expect.stringContaining('2 parts') },
    ])
  })
  it('says where a part has no name at all: then something is missing', () => {
    const { notices } = readSbom(
      'x',
      cdx({ components: [part({}), part({ name: 'a'.repeat(5000), purl: 'pkg:npm/a@1' }), null, 7] }),
    )
    expect(notices).toMatchObject([{ id: 'sbom-part-unread', lost: true }])
  })
  it('reads an attestation that holds it', () => {
    const text = JSON.stringify(
      {
        _type: 'https://in-toto.io/Statement/v1',
        predicate: JSON.parse(cdx({ components: [part({ name: 'a', purl: 'pkg:npm/a@1' })] })),
      },
      null,
      1,
    )
    const image = only('x', text)
    expect(named(image)).toEqual(['npm a 1'])
    expect([...image.places.values()][0]?.line).toBeGreaterThan(3)
  })
  it('reads XML, with the line of each component', () => {
    const image = only(
      'x.cdx.xml',
      `<?xml version="1.0"?>
<!-- made by hand -->
<b:bom xmlns:b="http://cyclonedx.org/schema/bom/1.4" version="1">
  <b:components>
    <b:component type="library"><b:name>a</b:name><b:version>1</b:version>
      <b:licenses><b:expression>MIT OR ISC</b:expression></b:licenses>
      <b:purl>pkg:npm/a@1?x=1&amp;y=2</b:purl>
      <b:components><b:component type="library"><b:name>b</b:name><b:purl>pkg:npm/b@2</b:purl></b:component></b:components>
    </b:component>
  </b:components>
</b:bom>`,
    )
    expect(image.list.kind).toBe('CycloneDX 1.4')
    expect(named(image)).toEqual(['npm a 1', 'npm b 2'])
    expect([...image.places.values()].map(({ line }) => line).toSorted()).toEqual([5, 8])
    expect(image.list.packages.installed[0]?.licences).toEqual(['MIT OR ISC'])
  })
})

describe('SPDX of others', () => {
  const document = {
    spdxVersion: 'SPDX-2.3',
    SPDXID: 'SPDXRef-DOCUMENT',
    name: 'alpine:3.20',
    packages: [
      { SPDXID: 'SPDXRef-image', name: 'alpine:3.20', versionInfo: 'sha256:abc', primaryPackagePurpose: 'CONTAINER' },
      { SPDXID: 'SPDXRef-os', name: 'alpine', versionInfo: '3.20.1', primaryPackagePurpose: 'OPERATING-SYSTEM' },
      {
        SPDXID: 'SPDXRef-musl',
        name: 'musl',
        versionInfo: '1.2.5-r0',
        licenseDeclared: 'MIT AND LicenseRef-ours',
        externalRefs: [
          { referenceCategory: 'SECURITY', referenceType: 'cpe23Type', referenceLocator: 'cpe:2.3:a:musl' },
          {
            referenceCategory: 'PACKAGE_MANAGER',
            referenceType: 'purl',
            referenceLocator: 'pkg:apk/alpine/musl@1.2.5-r0?arch=x86_64',
          },
        ],
      },
    ],
    hasExtractedLicensingInfos: [{ licenseId: 'LicenseRef-ours', name: 'Our licence' }],
    relationships: [
      { spdxElementId: 'SPDXRef-DOCUMENT', relationshipType: 'DESCRIBES', relatedSpdxElement: 'SPDXRef-image' },
    ],
  }
  it('as JSON', () => {
    const image = only('x.spdx.json', JSON.stringify(document, null, 1))
    expect(named(image)).toEqual(['apk musl 1.2.5-r0'])
    expect(image.list).toMatchObject({
      kind: 'SPDX 2.3',
      names: ['alpine:3.20', 'sha256:abc'],
      distribution: { id: 'alpine', version: '3.20.1' },
    })
    expect(image.list.packages.installed[0]).toMatchObject({ licences: ['MIT', 'Our licence'], architecture: 'x86_64' })
  })
  it('as tag-value, with texts of several lines', () => {
    const image = only(
      'x.spdx',
      `# a comment
SPDXVersion: SPDX-2.2
DocumentName: thing
##### Package: a
PackageName: a
SPDXID: SPDXRef-a
PackageVersion: 1.0
PackageDescription: <text>says
PackageName: not this one
and no more</text>
PackageLicenseDeclared: (MIT OR ISC)
ExternalRef: PACKAGE-MANAGER purl pkg:npm/a@1.0
FileName: ./x
SPDXID: SPDXRef-file
PackageName: b
SPDXID: SPDXRef-b
PackageVersion: 2.0
Relationship: SPDXRef-DOCUMENT DESCRIBES SPDXRef-a
Relationship: SPDXRef-DOCUMENT DESCRIBES SPDXRef-b
`,
    )
    expect(named(image)).toEqual(['generic b 2.0', 'npm a 1.0'])
    expect(image.list.packages.installed[1]?.licences).toEqual(['(MIT OR ISC)'])
    expect([...image.places.values()].map(({ line }) => line)).toEqual([5, 15])
  })
})

it("reads Syft's own JSON", () => {
  const image = only(
    'x.json',
    JSON.stringify({
      artifacts: [
        {
          name: 'bash',
          version: '5.2.15-2',
          foundBy: 'dpkg-db-cataloger',
          purl: 'pkg:deb/debian/bash@5.2.15-2?arch=amd64&distro=debian-12',
          locations: [{ path: '/var/lib/dpkg/status', layerID: 'sha256:two' }],
          licenses: [{ value: 'GPL-3.0-or-later', spdxExpression: 'GPL-3.0-or-later' }, 'ISC'],
        },
      ],
      source: {
        metadata: { userInput: 'web:1', tags: ['web:1'], layers: [{ digest: 'sha256:one' }, { digest: 'sha256:two' }] },
      },
      distro: { id: 'debian', versionID: '12', prettyName: 'Debian 12' },
      schema: { version: '16', url: 'https://raw.githubusercontent.com/anchore/syft/main/schema/json/schema-16.json' },
    }),
  )
  expect(named(image)).toEqual(['deb bash 5.2.15-2'])
  expect(image.list.packages.installed[0]).toMatchObject({
    licences: ['GPL-3.0-or-later', 'ISC'],
    locations: [{ path: 'var/lib/dpkg/status', layer: 1 }],
  })
})

describe('what is no SBOM, or a broken one', () => {
  it('is told apart by content alone', () => {
    expect(sbomForm(cdx({}))).toBe('cyclonedx')
    expect(sbomForm('{"packages":[],"spdxVersion": "SPDX-2.2"}')).toBe('spdx')
    for (const other of [
      '',
      '{}',
      'bomFormat: CycloneDX',
      '{"metadata":{"annotations":{"sbom":"{\\"bomFormat\\":\\"CycloneDX\\"}"}}}',
      'FROM debian\n# SPDXVersion: SPDX-2.3\n',
      '<bom/>',
    ])
      expect(sbomForm(other), other).toBeUndefined()
  })
  const lost = (text: string): readonly string[] =>
    readSbom('x', text)
      .notices.filter((each) => each.lost)
      .map(({ id }) => id)
  it('never passes for a list without packages', () => {
    const whole = cdx({ components: [part({ name: 'a', purl: 'pkg:npm/a@1' })] })
    for (let end = whole.indexOf('CycloneDX') + 10; end < whole.length - 1; end++)
      expect(lost(whole.slice(0, end)), whole.slice(0, end)).toEqual(['sbom-unread'])
    expect(lost('{"inner":{"bomFormat":"CycloneDX","components":[]}}')).toEqual(['sbom-unread'])
    expect(lost('<bom xmlns="http://cyclonedx.org/schema/bom/1.6"><components>')).toEqual(['sbom-unread'])
    expect(lost('no such thing')).toEqual(['sbom-unread'])
  })
  it('may be nested deep, hold a million parts, or repeat keys, and stops nobody', () => {
    let deep: object = part({ name: 'inner', purl: 'pkg:npm/inner@1' })
    for (let i = 0; i < 200; i++) deep = part({ name: `n${i}`, purl: `pkg:npm/n${i}@1`, components: [deep] })
    expect(lost(cdx({ components: [deep] }))).toEqual(['sbom-too-deep'])
    const brackets = `{"bomFormat":"CycloneDX","components":${'['.repeat(200_000)}`
    expect(lost(brackets)).toEqual(['sbom-unread'])
    const closed = `${brackets}${']'.repeat(200_000)}}`
    expect(() => readSbom('x', closed)).not.toThrow()
    const many = `{"bomFormat":"CycloneDX","components":[${Array.from({ length: 120_000 }, (_, i) => `{"type":"library","name":"n${i}"}`).join(',')}]}`
    expect(lost(many)).toEqual(['too-many-records'])
    expect(
      named(only('x', '{"bomFormat":"CycloneDX","components":[{"name":"a","purl":"pkg:npm/a@1"}],"components":[]}')),
    ).toEqual([])
  }, 60_000)
  it('of the wrong types is read as far as it goes', () => {
    for (const components of [
      null,
      7,
      'x',
      {},
      [null],
      [[]],
      [{ purl: 7, name: [] }],
      [{ licenses: 'x', properties: {}, evidence: [], purl: 'pkg:npm/a@1' }],
    ])
      expect(() => readSbom('x', cdx({ components, metadata: components, dependencies: components }))).not.toThrow()
    for (const packages of [null, 7, {}, [null], [{ externalRefs: {} }]])
      expect(() =>
        readSbom(
          'x',
          JSON.stringify({ spdxVersion: 'SPDX-2.3', packages, relationships: packages, documentDescribes: [{}] }),
        ),
      ).not.toThrow()
  })
})
