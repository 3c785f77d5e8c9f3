import type { Cataloger, ImageFile } from '../model/tree.ts'
import { isRegular } from './entry.ts'
import { listOf, textOfFile, type PackageList } from './format/finds.ts'
import { isObject, linesOfKeys, objectAt, objectOf, pathKey, textAt, type JsonObject } from './format/json.ts'
import { childOf, readXml } from './format/xml.ts'

const DEPS = '.deps.json'
const NUSPEC = '.nuspec'
/** Runtimes that were installed for all programs: `shared/Microsoft.NETCore.App/8.0.1/Microsoft.NETCore.App.deps.json`. */
const FRAMEWORK = /(?:^|\/)shared\/([\w.]+)\/(\d[\w.+-]*)\/\1\.deps\.json$/
/** Libraries of these types are no packages of their own, but files that a program refers to. */
const REFERENCES = new Set(['reference', 'referenceassembly'])
/** Kinds of files that a package brings to run. */
const ASSETS = ['runtime', 'native', 'runtimeTargets', 'resources']

/**
 * Packages of .NET that are installed: those of the `*.deps.json` beside a program (github.com/dotnet/sdk,
 * documentation/specs/runtime-configuration-file.md), shared frameworks by the folder they are in, and the cache of NuGet
 * (`.nuget/packages/*.nuspec`). A package of which nothing is there to run is declared.
 */
export const dotnet: Cataloger = {
  name: 'dotnet',
  version: 1,
  body: true,
  packages: true,
  names: ['*.json', '*.nuspec'],
  wants: (path, entry) =>
    (path.endsWith(DEPS) || (path.endsWith(NUSPEC) && path.includes('.nuget/packages/'))) && isRegular(entry),
  parse(file) {
    const list = listOf(file, 'nuget')
    if (file.path.endsWith(NUSPEC)) cached(file, list)
    else runBy(file, list)
    return list.read
  },
}

function runBy(file: ImageFile, list: PackageList): void {
  const text = textOfFile(file)
  const root = objectOf(text)
  if (!root || !isObject(root['libraries'])) return list.malformed(1, 'The file is no JSON object with libraries')
  const [, framework, release] = FRAMEWORK.exec(file.path) ?? []
  if (framework !== undefined && release !== undefined) list.add(framework, release, 1)
  const libraries = objectAt(root, 'libraries')
  const lines = linesOfKeys(text, 2, (path) => path.length === 2 && path[0] === 'libraries')
  const target = targetOf(root)
  for (const [key, library] of Object.entries(libraries)) {
    if (!isObject(library)) continue
    const type = textAt(library, 'type').toLowerCase()
    if (REFERENCES.has(type)) continue
    const line = lines.get(pathKey(['libraries', key])) ?? 1
    const slash = key.lastIndexOf('/')
    const there = !target || type === 'project' || type === 'runtimepack' || isThere(objectAt(target, key))
    list.add(
      key.slice(0, Math.max(0, slash)).replace(/^runtimepack\./, ''),
      key.slice(slash + 1),
      line,
      there ? {} : { declared: true },
    )
  }
}

/** The target that is run: the one that `runtimeTarget` names; undefined where the file says nothing of assets. */
function targetOf(root: JsonObject): JsonObject | undefined {
  const targets = objectAt(root, 'targets')
  const name = textAt(objectAt(root, 'runtimeTarget'), 'name') || textAt(root, 'runtimeTarget')
  const target = objectAt(targets, name)
  return Object.keys(target).length > 0 ? target : undefined
}

const isThere = (library: JsonObject): boolean =>
  ASSETS.some((kind) => Object.keys(objectAt(library, kind)).some((path) => !path.endsWith('/_._')))

/** The package's own description (learn.microsoft.com/nuget/reference/nuspec). */
function cached({ body }: ImageFile, list: PackageList): void {
  const root = readXml(body)
  if ('problem' in root) return list.malformed(root.line, `The description of a package ${root.problem}`)
  const metadata = childOf(root, 'metadata')
  const license = childOf(metadata, 'license')
  const licence = license?.attributes.get('type') === 'expression' ? license.text : ''
  list.add(
    childOf(metadata, 'id')?.text ?? '',
    childOf(metadata, 'version')?.text ?? '',
    childOf(metadata, 'id')?.line ?? 1,
    {
      ...(licence !== '' && { licences: [licence] }),
    },
  )
}
