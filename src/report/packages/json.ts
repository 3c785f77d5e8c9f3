/** Packages for programs: everything that is known of them. Keys stand in a fixed order. */
import type { Package } from '../../model/package.ts'
import { instructionOf, type PackageList } from '../../model/package-list.ts'
import { json } from '../escape.ts'
import type { PackageJson, PackagesJson } from './json-schema.ts'
import type { PackageReport } from './report.ts'

export const packagesJson: PackageReport = (lists, notices, { tool, files = false }) => {
  const document: PackagesJson = {
    schema: 'plimsoll-packages',
    version: 1,
    tool: { name: tool.name, version: tool.version },
    exitCode: notices.some(({ lost }) => lost) ? 3 : 0,
    images: lists.map((list) => imageJson(list, files)),
    notices: notices.map(({ id, place, message, lost }) => ({ id, place: { ...place }, message, lost })),
  }
  return json(document)
}

function imageJson(list: PackageList, files: boolean): PackagesJson['images'][number] {
  const { id, names, target, kind, distribution, verified, layers, packages } = list
  const one = (each: Package): PackageJson => packageJson(each, list, files)
  return {
    id,
    names: [...names],
    target,
    kind,
    ...(distribution && { distribution: { ...distribution } }),
    ...(verified !== undefined && { verified }),
    layers: layers.map(({ index, digest, diffId, size, instruction }) => ({
      index,
      digest,
      diffId,
      size,
      instruction,
    })),
    packages: packages.installed.map(one),
    declared: packages.declared.map(one),
    removed: packages.removed.map((each) => ({ ...one(each), removedIn: each.removedIn })),
  }
}

function packageJson(one: Package, list: PackageList, withFiles: boolean): PackageJson {
  const {
    purl,
    type,
    name,
    version,
    architecture,
    source,
    sourceVersion,
    licences,
    owner,
    locations,
    cataloger,
    files,
  } = one
  const instruction = instructionOf(list, locations[0].layer)
  return {
    purl,
    type,
    name,
    version,
    ...(architecture !== '' && { architecture }),
    ...(source !== '' && { source }),
    ...(sourceVersion !== undefined && { sourceVersion }),
    ...(licences && { licences: [...licences] }),
    ...(owner !== undefined && { owner }),
    ...(instruction !== '' && { instruction }),
    evidence: cataloger,
    locations: locations.map(({ path, line, layer }) => ({ path, line, ...(list.layers.length > 0 && { layer }) })),
    ...(withFiles && files && { files: [...files] }),
  }
}
