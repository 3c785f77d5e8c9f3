/**
 * Packages as SPDX 2.3, JSON (https://spdx.github.io/spdx-spec/v2.3/). The document describes the images, each of which contains its
 * packages. What was removed again and what only lock files name is left out: it is not there.
 */
import { instructionOf, type PackageList } from '../../model/package-list.ts'
import type { Package } from '../../model/package.ts'
import { json } from '../escape.ts'
import { broughtBy, imagePurl, nameOf, uniquely, uuidOf, versionOf } from './document.ts'
import { isExpression, spdxId } from './licence.ts'
import type { PackageReport } from './report.ts'

interface SpdxPackage {
  readonly SPDXID: string
  readonly name: string
  readonly versionInfo?: string
  readonly primaryPackagePurpose: 'CONTAINER' | 'OPERATING-SYSTEM' | 'LIBRARY' | 'APPLICATION'
  readonly summary?: string
  readonly sourceInfo?: string
  readonly licenseDeclared: string
  readonly externalRefs?: readonly object[]
}
interface Relation {
  readonly spdxElementId: string
  readonly relationshipType: 'DESCRIBES' | 'CONTAINS'
  readonly relatedSpdxElement: string
}

const DOCUMENT = 'SPDXRef-DOCUMENT'
/** Documents must have a date. This one says of itself that it is none. */
const NO_DATE = '1970-01-01T00:00:00Z'

export const spdx: PackageReport = (lists, _, { tool, created }) => {
  const idFor = ids()
  const licences = new Licences()
  const packages: SpdxPackage[] = []
  const relations: Relation[] = []
  for (const list of lists) addImage(list, { idFor, licences, packages, relations })
  const content = {
    spdxVersion: 'SPDX-2.3',
    dataLicense: 'CC0-1.0',
    SPDXID: DOCUMENT,
    name: lists.map(nameOf).join(', ') || 'nothing',
    creationInfo: {
      created: created === undefined ? NO_DATE : `${created.slice(0, 19)}Z`,
      creators: [`Tool: ${tool.name}-${tool.version}`],
      ...(created === undefined && {
        comment: 'No date was given (SOURCE_DATE_EPOCH), so that the same image gives the same document.',
      }),
    },
    packages: packages.map(({ SPDXID, name, versionInfo, ...rest }) => ({
      SPDXID,
      name,
      ...(versionInfo !== undefined && { versionInfo }),
      downloadLocation: 'NOASSERTION',
      filesAnalyzed: false,
      licenseConcluded: 'NOASSERTION',
      copyrightText: 'NOASSERTION',
      ...rest,
    })),
    relationships: relations,
    ...licences.extracted,
  }
  const { spdxVersion, dataLicense, SPDXID, name, ...others } = content
  const documentNamespace = `https://spdx.org/spdxdocs/plimsoll-${uuidOf(JSON.stringify(content))}`
  return json({ spdxVersion, dataLicense, SPDXID, name, documentNamespace, ...others })
}

interface Content {
  readonly idFor: (kind: string, name: string) => string
  readonly licences: Licences
  readonly packages: SpdxPackage[]
  readonly relations: Relation[]
}

function addImage(list: PackageList, { idFor, licences, packages, relations }: Content): void {
  const relate = (from: string, relationshipType: Relation['relationshipType'], to: string): void => {
    relations.push({ spdxElementId: from, relationshipType, relatedSpdxElement: to })
  }
  const image = idFor('Image', list.id)
  const version = versionOf(list)
  packages.push({
    SPDXID: image,
    name: nameOf(list),
    ...(version !== '' && { versionInfo: version }),
    primaryPackagePurpose: 'CONTAINER',
    licenseDeclared: 'NOASSERTION',
    ...referenceTo(imagePurl(list)),
  })
  relate(DOCUMENT, 'DESCRIBES', image)
  const { distribution } = list
  if (distribution) {
    const system = idFor('OperatingSystem', distribution.id)
    packages.push({
      SPDXID: system,
      name: distribution.id,
      ...(distribution.version !== '' && { versionInfo: distribution.version }),
      primaryPackagePurpose: 'OPERATING-SYSTEM',
      ...(distribution.name !== '' && { summary: distribution.name }),
      licenseDeclared: 'NOASSERTION',
    })
    relate(image, 'CONTAINS', system)
  }
  const known = new Map<Package, string>()
  for (const one of list.packages.installed) {
    const id = idFor(`Package-${one.type}`, one.name)
    known.set(one, id)
    packages.push({
      SPDXID: id,
      name: one.name,
      ...(one.version !== '' && { versionInfo: one.version }),
      primaryPackagePurpose: one.type === 'generic' ? 'APPLICATION' : 'LIBRARY',
      sourceInfo: foundAt(one, list),
      licenseDeclared: licences.declared(one.licences ?? []),
      ...referenceTo(one.purl),
    })
    relate(image, 'CONTAINS', id)
  }
  const brought = broughtBy(list)
  for (const [owner, id] of known)
    for (const one of brought.get(owner.purl) ?? []) {
      const inner = known.get(one)
      if (inner !== undefined) relate(id, 'CONTAINS', inner)
    }
}

const referenceTo = (purl: string | undefined): Pick<SpdxPackage, 'externalRefs'> =>
  purl === undefined
    ? {}
    : {
        externalRefs: [
          {
            referenceCategory: 'PACKAGE-MANAGER',
            referenceType: 'purl',
            referenceLocator: purl.replaceAll(' ', '%20'),
          },
        ],
      }

function foundAt(one: Package, list: PackageList): string {
  const places = one.locations.map(({ path, line, layer }) => {
    const instruction = instructionOf(list, layer)
    const by = instruction === '' ? '' : `, made by ${instruction}`
    return `${path}${line > 1 ? `:${line}` : ''}${list.layers.length > 0 ? ` in layer ${layer}${by}` : ''}`
  })
  return `found by ${one.cataloger}: ${places.join('; ')}`
}

/** Letters, digits, `.` and `-` are all that an id may hold (SPDX 2.3, 3.2). */
function ids(): (kind: string, name: string) => string {
  const unique = uniquely()
  return (kind, name) =>
    `SPDXRef-${unique(`${kind}-${name.replace(/[^A-Za-z0-9.-]+/g, '-').slice(0, 100)}`).replaceAll('#', '-n')}`
}

/** Licences that are none of SPDX's get an id, and stand with their names at the end of the document. */
class Licences {
  readonly #named = new Map<string, string>()
  readonly #unique = ids()

  declared(stated: readonly string[]): string {
    const parts = stated.filter((licence) => licence.trim() !== '').map((licence) => this.#expressionOf(licence))
    return parts.length === 0
      ? 'NOASSERTION'
      : parts.map((one) => (parts.length > 1 && / (?:OR|AND) /.test(one) ? `(${one})` : one)).join(' AND ')
  }

  #expressionOf(licence: string): string {
    const id = spdxId(licence)
    if (id !== undefined) return id
    // References of others point into documents that are not at hand.
    if (isExpression(licence) && !licence.includes('Ref-')) return licence
    const held = this.#named.get(licence)
    if (held !== undefined) return held
    const made = this.#unique('Licence', licence).replace('SPDXRef-Licence-', 'LicenseRef-')
    this.#named.set(licence, made)
    return made
  }

  get extracted(): object {
    const infos = [...this.#named].map(([name, licenseId]) => ({
      licenseId,
      name,
      extractedText: `The package says "${name}" and no more.`,
    }))
    return infos.length === 0 ? {} : { hasExtractedLicensingInfos: infos }
  }
}
