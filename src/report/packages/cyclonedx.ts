/**
 * Packages as CycloneDX 1.6 (https://cyclonedx.org/docs/1.6/json/). One image is what the document is about; several are a component
 * each, with their parts nested. What was removed again and what only lock files name is left out: it is not there.
 */
import { ComponentType, LifecyclePhase } from '@cyclonedx/cyclonedx-library/Enums'
import { Factories } from '@cyclonedx/cyclonedx-library/Contrib/License'
import {
  Bom,
  Component,
  LifecycleRepository,
  Metadata,
  Property,
  PropertyRepository,
  Tools,
  ComponentRepository,
  LicenseRepository,
} from '@cyclonedx/cyclonedx-library/Models'
import type { License } from '@cyclonedx/cyclonedx-library/Models'
import { Spec1dot6 } from '@cyclonedx/cyclonedx-library/Spec'
import type { PackageList } from '../../model/package-list.ts'
import { instructionOf } from '../../model/package-list.ts'
import type { Package } from '../../model/package.ts'
import { home } from '../about.ts'
import { json } from '../escape.ts'
import { Found, JsonFactory, XmlFactory } from './cyclonedx-evidence.ts'
import { broughtBy, imagePurl, nameOf, uniquely, uuidOf, versionOf } from './document.ts'
import { checkExpression, isExpression, spdxId } from './licence.ts'
import type { PackageReport, PackageReportOptions } from './report.ts'
import { xml } from './xml.ts'

export const cycloneDxJson: PackageReport = (lists, _, options) => json(jsonOf(bomOf(lists, options)))

export const cycloneDxXml: PackageReport = (lists, _, options) =>
  xml(new XmlFactory(Spec1dot6).makeForBom().normalize(bomOf(lists, options), {}))

const jsonOf = (bom: Bom): object => new JsonFactory(Spec1dot6).makeForBom().normalize(bom, {})

function bomOf(lists: readonly PackageList[], { tool, created }: PackageReportOptions): Bom {
  const unique = uniquely()
  const bom = new Bom({
    metadata: new Metadata({
      lifecycles: new LifecycleRepository([LifecyclePhase.PostBuild]),
      tools: new Tools({
        components: new ComponentRepository([
          new Component(ComponentType.Application, tool.name, {
            version: tool.version,
            bomRef: unique(`tool:${home}`),
          }),
        ]),
      }),
      ...(created !== undefined && { timestamp: new Date(created) }),
    }),
  })
  const [only, ...others] = lists
  if (only && others.length === 0) {
    bom.metadata.component = imageOf(only, unique)
    for (const part of partsOf(only, unique)) bom.components.add(part)
  } else
    for (const list of lists) {
      const image = imageOf(list, unique)
      for (const part of partsOf(list, unique)) image.components.add(part)
      bom.components.add(image)
    }
  bom.serialNumber = `urn:uuid:${uuidOf(JSON.stringify(jsonOf(bom)))}`
  return bom
}

function imageOf(list: PackageList, unique: (name: string) => string): Component {
  const purl = imagePurl(list)
  const version = versionOf(list)
  const about = new PropertyRepository(list.names.map((name) => new Property('plimsoll:name', name)))
  for (const { index, digest, diffId, instruction } of list.layers) {
    const layer = `plimsoll:layer:${index}`
    about.add(new Property(`${layer}:instruction`, instruction))
    if (diffId !== '') about.add(new Property(`${layer}:diff-id`, diffId))
    if (digest !== '') about.add(new Property(`${layer}:digest`, digest))
  }
  return new Component(ComponentType.Container, nameOf(list), {
    bomRef: unique(purl ?? `image:${list.id}`),
    ...(version !== '' && { version }),
    ...(purl !== undefined && { purl }),
    properties: about,
  })
}

function* partsOf(list: PackageList, unique: (name: string) => string): Generator<Component> {
  const { distribution } = list
  if (distribution)
    yield new Component(ComponentType.OperatingSystem, distribution.id, {
      bomRef: unique(`os:${distribution.id}@${distribution.version}`),
      version: distribution.version,
      description: distribution.name,
      ...(distribution.endOfLife !== undefined && {
        properties: new PropertyRepository([new Property('plimsoll:end-of-life', distribution.endOfLife)]),
      }),
    })
  const made = new Map(list.packages.installed.map((one) => [one, partOf(one, list, unique(one.purl))]))
  const brought = broughtBy(list)
  const owners = new Map<string, Component>()
  for (const [one, part] of made)
    if (brought.has(one.purl) && !owners.has(one.purl)) {
      owners.set(one.purl, part)
      for (const other of brought.get(one.purl) ?? []) {
        const inner = made.get(other)
        if (inner) part.dependencies.add(inner.bomRef)
      }
    }
  for (const [one, part] of made) {
    const owner = one.owner === undefined ? undefined : owners.get(one.owner)?.bomRef.value
    if (owner !== undefined) part.properties.add(new Property('plimsoll:owner', owner))
  }
  yield* made.values()
}

function partOf(one: Package, list: PackageList, bomRef: string): Component {
  const [{ layer }] = one.locations
  const instruction = instructionOf(list, layer)
  const properties = new PropertyRepository()
  if (list.layers.length > 0) properties.add(new Property('plimsoll:layer', String(layer)))
  if (instruction !== '') properties.add(new Property('plimsoll:instruction', instruction))
  properties.add(new Property('plimsoll:evidence', one.cataloger))
  return new Component(one.type === 'generic' ? ComponentType.Application : ComponentType.Library, one.name, {
    bomRef,
    version: one.version,
    purl: one.purl,
    licenses: new LicenseRepository(licencesOf(one.licences ?? [])),
    properties,
    evidence: new Found(one.locations),
  })
}

const licences = new Factories.LicenseFactory(checkExpression)
/** A component has many licences, or one expression: of many, expressions are licences by name. */
const licencesOf = (stated: readonly string[]): readonly License[] =>
  stated
    .filter((licence) => licence !== '')
    .map((licence, _, all) =>
      spdxId(licence) !== undefined
        ? licences.makeSpdxLicense(licence)
        : all.length === 1 && isExpression(licence)
          ? licences.makeExpression(licence)
          : licences.makeNamedLicense(licence),
    )
