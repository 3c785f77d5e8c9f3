/** SPDX 2.2 and 2.3 (https://spdx.github.io/spdx-spec/v2.3/), as JSON and as tag-value -> an image. */
import type { Notice } from '../../model/notice.ts'
import type { Place } from '../../model/place.ts'
import { listAt, textAt, type Json } from './json.ts'
import { imageOfParts, type Part, type SbomImage } from './part.ts'

export const LISTS: ReadonlySet<string> = new Set(['packages'])
/** Packages that are no package of the image, but the image, or what it is made of. */
const NO_PACKAGES = new Set(['CONTAINER', 'OPERATING-SYSTEM', 'FILE', 'SOURCE', 'ARCHIVE', 'DEVICE'])

/** What of an SPDX package is read, in either form. */
export interface SpdxPackage {
  readonly id: string
  readonly name: string
  readonly version: string
  readonly purpose: string
  readonly purl: string
  /** licenseDeclared; empty where nobody says it. */
  readonly licence: string
  readonly summary: string
  readonly place: Place
}
/** What of an SPDX document is read, in either form. */
export interface SpdxDocument {
  readonly version: string
  readonly name: string
  readonly packages: readonly SpdxPackage[]
  /** From, kind, to. */
  readonly relations: readonly (readonly [string, string, string])[]
  /** Names of licences that SPDX has none for, by `LicenseRef-`. */
  readonly extracted: ReadonlyMap<string, string>
}

/** @param placeAt where the object of that path stands. */
export function spdxOfJson(document: Json, placeAt: (path: string) => Place): SpdxDocument {
  return {
    version: textAt(document, 'spdxVersion'),
    name: textAt(document, 'name'),
    packages: listAt(document, 'packages').map((one, index) => ({
      id: textAt(one, 'SPDXID'),
      name: textAt(one, 'name'),
      version: textAt(one, 'versionInfo'),
      purpose: textAt(one, 'primaryPackagePurpose'),
      purl: purlIn(listAt(one, 'externalRefs')),
      licence: textAt(one, 'licenseDeclared'),
      summary: textAt(one, 'summary'),
      place: placeAt(`packages/${index}`),
    })),
    relations: [
      ...listAt(document, 'relationships').map(
        (one) =>
          [textAt(one, 'spdxElementId'), textAt(one, 'relationshipType'), textAt(one, 'relatedSpdxElement')] as const,
      ),
      // SPDX 2.2.
      ...listAt(document, 'documentDescribes').map((id) => [DOCUMENT, 'DESCRIBES', String(id)] as const),
    ],
    extracted: new Map(
      listAt(document, 'hasExtractedLicensingInfos').map((one) => [
        textAt(one, 'licenseId'),
        textAt(one, 'name') || textAt(one, 'extractedText').slice(0, 100),
      ]),
    ),
  }
}
const DOCUMENT = 'SPDXRef-DOCUMENT'
const purlIn = (references: readonly Json[]): string => {
  const found = references.find((one) => textAt(one, 'referenceType') === 'purl')
  return found === undefined ? '' : textAt(found, 'referenceLocator')
}

/** A document may describe several images; else all of it is one. */
export function imagesOfSpdx(file: string, document: SpdxDocument, notices: Notice[]): readonly SbomImage[] {
  const { packages, relations } = document
  const described = new Set(
    relations.flatMap(([from, kind, to]) => (from === DOCUMENT && kind === 'DESCRIBES' ? [to] : [])),
  )
  const mains = packages.filter(({ id, purpose }) => described.has(id) && purpose === 'CONTAINER')
  const owners = ownersIn(document)
  if (mains.length <= 1) {
    // What the document describes is not a part of itself, whatever its kind is; of several that are described each is a part.
    const main = mains[0] ?? (described.size === 1 ? packages.find(({ id }) => described.has(id)) : undefined)
    return [
      imageOf(
        file,
        document,
        main,
        packages.filter((one) => one !== main || packages.length === 1),
        owners,
        notices,
      ),
    ]
  }
  const held = Map.groupBy(
    relations.filter(([, kind]) => kind === 'CONTAINS'),
    ([from]) => from,
  )
  return mains.map((main) => {
    const inside = new Set((held.get(main.id) ?? []).map(([, , to]) => to))
    return imageOf(
      file,
      document,
      main,
      packages.filter(({ id }) => inside.has(id)),
      owners,
      notices,
    )
  })
}

/** A package of the distribution that holds another one is its owner. */
function ownersIn({ packages, relations }: SpdxDocument): ReadonlyMap<string, string> {
  const purls = new Map(packages.filter(({ purpose }) => !NO_PACKAGES.has(purpose)).map(({ id, purl }) => [id, purl]))
  return new Map(
    relations.flatMap(([from, kind, to]) => {
      const purl = kind === 'CONTAINS' ? purls.get(from) : undefined
      return purl === undefined || purl === '' ? [] : [[to, purl] as const]
    }),
  )
}

function imageOf(
  file: string,
  { version, name, extracted }: SpdxDocument,
  main: SpdxPackage | undefined,
  packages: readonly SpdxPackage[],
  owners: ReadonlyMap<string, string>,
  notices: Notice[],
): SbomImage {
  const system = packages.find(({ purpose }) => purpose === 'OPERATING-SYSTEM')
  const isImage = main?.purpose === 'CONTAINER'
  const digest = main !== undefined && main.version.startsWith('sha256:') ? main.version : ''
  return imageOfParts(
    file,
    {
      id: main?.name ?? name,
      names: isImage ? [main.name, digest].filter((one) => one !== '') : [],
      manifest: main?.purl.startsWith('pkg:oci/') === true ? digest : '',
      kind: version.replace('-', ' '),
      distribution: system && {
        id: system.name,
        version: system.version,
        name: system.summary || `${system.name} ${system.version}`.trim(),
      },
      layers: [],
      parts: packages.filter(isPackage).map((one): Part => ({
        purl: one.purl,
        name: one.name,
        version: one.version,
        licences: licencesOf(one.licence, extracted),
        place: one.place,
        locations: [],
        cataloger: '',
        owner: owners.get(one.id) ?? '',
      })),
    },
    notices,
  )
}

/** An application without version and package URL is what its parts were found in. */
const isPackage = ({ purpose, purl, version }: SpdxPackage): boolean =>
  purl !== '' || (!NO_PACKAGES.has(purpose) && (purpose !== 'APPLICATION' || version !== ''))

function licencesOf(stated: string, extracted: ReadonlyMap<string, string>): readonly string[] {
  if (stated === '' || stated === 'NOASSERTION' || stated === 'NONE') return []
  return [...new Set(conjuncts(stated).map((licence) => extracted.get(licence) ?? licence))]
}

/** What stands between the outermost `AND`s: what the package stated one by one. */
function conjuncts(expression: string): readonly string[] {
  const parts = ['']
  let depth = 0
  for (const word of expression.split(/(\(|\)|\s+)/)) {
    if (word === '(') depth++
    if (word === ')') depth--
    if (depth === 0 && word === 'AND') parts.push('')
    else parts[parts.length - 1] += word
  }
  // `A OR B AND C` and the like is one.
  const trimmed = parts.map((part) => part.trim())
  return trimmed.length === 1 || trimmed.some((part) => /^[^(]* OR /.test(part))
    ? [expression]
    : trimmed.map((part) => /^\(([^()]*)\)$/.exec(part)?.[1]?.trim() ?? part)
}

/** The tag-value form: `Tag: value`, values of several lines between <text> and </text>. */
export function spdxOfTags(file: string, text: string): SpdxDocument {
  let version = ''
  let name = ''
  const packages: { -readonly [K in keyof SpdxPackage]: SpdxPackage[K] }[] = []
  const relations: (readonly [string, string, string])[] = []
  const extracted = new Map<string, string>()
  let licence = ''
  let inPackage = false
  for (const { tag, value, line } of tagsOf(text)) {
    const here = inPackage ? packages.at(-1) : undefined
    if (tag === 'SPDXVersion') version = value
    else if (tag === 'DocumentName') name = value
    else if (tag === 'PackageName') {
      inPackage = true
      const place = { file, line, column: 1 }
      packages.push({ id: '', name: value, version: '', purpose: '', purl: '', licence: '', summary: '', place })
    } else if (tag === 'FileName' || tag === 'SnippetSPDXID') inPackage = false
    else if (tag === 'LicenseID') licence = value
    else if (tag === 'LicenseName') extracted.set(licence, value)
    else if (tag === 'Relationship') {
      const [from = '', kind = '', to = ''] = value.split(/\s+/)
      relations.push([from, kind, to])
    } else if (here && tag === 'SPDXID') here.id = value
    else if (here && tag === 'PackageVersion') here.version = value
    else if (here && tag === 'PrimaryPackagePurpose') here.purpose = value
    else if (here && tag === 'PackageLicenseDeclared') here.licence = value
    else if (here && tag === 'PackageSummary') here.summary = value
    else if (here && tag === 'ExternalRef') {
      const [, , purl] = /^PACKAGE[-_]MANAGER\s+(purl)\s+(\S+)/.exec(value) ?? []
      if (purl !== undefined) here.purl = purl
    }
  }
  return { version, name, packages, relations, extracted }
}

function* tagsOf(text: string): Generator<{ readonly tag: string; readonly value: string; readonly line: number }> {
  const lines = text.split('\n')
  for (let i = 0; i < lines.length; i++) {
    const [, tag, first = ''] = /^\s*([A-Za-z]+):[ \t]*(.*?)\s*$/.exec(lines[i] ?? '') ?? []
    if (tag === undefined) continue
    const line = i + 1
    if (!first.startsWith('<text>')) {
      yield { tag, value: first, line }
      continue
    }
    const parts = [first.slice('<text>'.length)]
    while (!parts.at(-1)?.includes('</text>') && i + 1 < lines.length) parts.push(lines[(i += 1)] ?? '')
    yield { tag, value: parts.join('\n').replace(/<\/text>[^]*$/, ''), line }
  }
}
