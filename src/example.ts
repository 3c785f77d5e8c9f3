/** The parts of a rule's example -> subjects: what `rule/example.ts` is handed, because rules import no dialect. */
import { ReadFile } from './image/parse.ts'
import { memoryBlob } from './source/blob.ts'
import { CAPABILITIES } from './confine/capabilities.ts'
import { catalogers } from './catalog/index.ts'
import { distributionOf } from './catalog/distribution.ts'
import { imageContent } from './catalog/facts.ts'
import { packagesOf } from './catalog/packages.ts'
import { deriveAll } from './derive.ts'
import { dialects, gather, grantsIn, read, settle } from './dialect/index.ts'
import { SILENT_ABOUT, type Bystander } from './dialect/dialect.ts'
import { engineFormat, engineFormats, inOrder, readEngine } from './dialect/engine.ts'
import { isDockerfile } from './dialect/dockerfile/document.ts'
import { imageFacts } from './dialect/image-config.ts'
import { child, elements, entries, get, isMap, textOf, type Node } from './document/node.ts'
import { readAs } from './document/syntax.ts'
import type { Recipe } from './dockerfiles.ts'
import { programsOf } from './join/engines.ts'
import { join } from './join/join.ts'
import { recipeOf } from './join/recipe.ts'
import { imageUser } from './join/user.ts'
import { byDefault, set, unknown } from './model/fact.ts'
import type { ImageFacts } from './model/fields.ts'
import type { Notice } from './model/notice.ts'
import type { Place } from './model/place.ts'
import type { Container, Engine, Grant, Image } from './model/subject.ts'
import type { Catalogued, Entry } from './model/tree.ts'
import { DOCKERFILE } from './recipe.ts'
import type { CleanPart, Setting } from './rule/example.ts'

const IMAGE = 'image'

/** Reads every part in its dialect and joins them. What cannot be read is a notice that is lost: the example does not hold. */
export const readExample: Setting = async (file, parts) => {
  const notices: Notice[] = []
  const containers: Container[] = []
  const bystanders: Bystander[] = []
  const images: Image[] = []
  const settings: Engine[] = []
  const recipes: Recipe[] = []
  const grants: Grant[] = []
  for (const part of parts) {
    const dialect = dialects.find(({ name }) => name === part.dialect)
    const format = engineFormats.find(({ file }) => file === part.dialect)
    const file = format ? format.file : `${part.dialect}.example`
    const syntax = part.dialect === DOCKERFILE ? 'dockerfile' : (format?.syntax ?? dialect?.syntaxes?.[0] ?? 'data')
    const text = await readAs(syntax, file, part.text, part.locate)
    notices.push(...text.notices)
    for (const root of text.value.documents) {
      // What docker info prints may stand for a daemon.json.
      if (format) settings.push(readEngine(root, engineFormat(root) ?? format).value)
      else if (part.dialect === DOCKERFILE && isDockerfile(root))
        recipes.push({ root, target: file, build: { file }, names: [], place: root.place })
      else if (part.dialect === IMAGE) {
        const image = imageOf(root)
        images.push(image)
        notices.push(...image.notices)
      } else if (dialect?.is(root)) {
        grants.push(...grantsIn(root, [dialect]).value.flatMap((one) => one.grants))
        const found = read(dialect, root, new Map(), { ...SILENT_ABOUT, file })
        bystanders.push(...gather(root, SILENT_ABOUT, [dialect]))
        containers.push(...found.value)
        notices.push(...found.notices)
      } else notices.push(foreign(part, root))
    }
  }
  if (recipes.length > 0) {
    const made = (await import('./dockerfiles.ts')).imagesOfDockerfiles(recipes, images)
    images.push(...made.value)
    notices.push(...made.notices.filter(({ lost }) => lost))
  }
  // Without a runtime configuration the image is what is judged; with one, it is the image that the containers name.
  const joined = join(settle(containers.map(builtFrom(recipes)), bystanders).value, images, {
    engines: inOrder(settings),
  })
  const derived = await deriveAll(joined.subjects)
  for (const { place, message } of joined.notices)
    notices.push({ id: 'example-image', place: { ...place, file }, message, lost: true })
  const engines = programsOf(inOrder(settings))
  const { subjects, projects } = derived.value
  return {
    world: { containers: subjects, images, engines, projects, grants },
    notices: [...notices, ...derived.notices],
  }
}

/** A container of the setting that is built here is built from its Dockerfile. */
const builtFrom =
  ([recipe]: readonly Recipe[]) =>
  (container: Container): Container =>
    container.build && recipe ? { ...container, build: recipe.build } : container

const foreign = ({ dialect, locate }: CleanPart, root: Node): Notice => ({
  id: 'example-foreign',
  place: root.place ?? locate(1, 1),
  message: `this is not ${dialect} (parts of examples are ${[...dialects.map(({ name }) => name), IMAGE, DOCKERFILE, ...engineFormats.map(({ file }) => file)].join(', ')})`,
  lost: true,
})

/** A file of an image part: its text, or its metadata. */
interface Written {
  readonly entry: Entry
  readonly body: Buffer
  /** The line of the example that a line of the file stands on; its key's where the file is metadata. */
  readonly placeOf: (line: number) => Place
}

/** `name`, `config` (as in the OCI image configuration) and `files` (path -> text, or mode, uid, gid, type, capabilities). */
function imageOf(root: Node): Image {
  const files = entries(child(root, 'files')).map(([path, node]) => fileOf(path, node))
  const notices: Notice[] = []
  const finds: Catalogued['finds'][number][] = []
  for (const { entry, body } of files)
    for (const cataloger of catalogers) {
      if (!cataloger.wants(entry.path, entry)) continue
      const file = { path: entry.path, entry, layer: 0 }
      const { value, notices: flaws } = cataloger.parse(new ReadFile(file.path, entry, 0, memoryBlob(body)))
      finds.push({ file, cataloger: cataloger.name, finds: value })
      notices.push(...flaws)
    }
  const id = 'example'
  const packages = packagesOf({ finds }, distributionOf(finds))
  const byPath = new Map(files.map((file) => [file.entry.path, file]))
  const content = relocated(imageContent({ id, layers: [], catalogued: { finds, notices: [] }, packages }), (place) =>
    place.in === id ? (byPath.get(place.file)?.placeOf(place.line) ?? root.place) : place,
  )
  const named = get(root, 'name')
  const name = textOf(named)
  const facts: ImageFacts = {
    ...imageFacts(root),
    ...content,
    reference: name === undefined ? byDefault(root.place, 'example', 'an example') : set(named.place, name),
    names: set(named.place, name === undefined ? [] : [set(named.place, name)]),
    digest: unknown(root.place, 'an example has no digest', 'image'),
    layers: byDefault(root.place, [], 'an example has no layers'),
  }
  return {
    id,
    names: name === undefined ? [] : [name],
    target: id,
    place: root.place,
    facts: { ...facts, ...imageUser(facts), ...recipeOf(facts) },
    notices: notices.map((notice) => ({ ...notice, place: root.place })),
  }
}

function fileOf(path: string, node: Node): Written {
  const kind = textOf(child(node, 'type'))
  const type = kind === 'directory' ? 'directory' : kind === 'link' ? 'symlink' : 'file'
  const text = textOf(isMap(node) ? child(node, 'text') : node) ?? ''
  const names = elements(child(node, 'capabilities')).map((each) => textOf(each) ?? '')
  const number = (key: string, base: number, otherwise: number): number => {
    const written = textOf(child(node, key))
    return written === undefined ? otherwise : Number.parseInt(written, base)
  }
  return {
    entry: {
      path,
      type,
      size: Buffer.byteLength(text),
      mode: number('mode', 8, type === 'directory' ? 0o755 : 0o644),
      uid: number('uid', 10, 0),
      gid: number('gid', 10, 0),
      ...(type === 'symlink' && { link: textOf(child(node, 'to')) ?? '' }),
      ...(names.length > 0 && { xattrs: new Map([['security.capability', capabilityBytes(names)]]) }),
    },
    body: Buffer.from(text),
    // A text stands in a | block: its first line is the one after its key.
    placeOf: (line) => (isMap(node) ? node.place : { ...node.place, line: node.place.line + line }),
  }
}

/** struct vfs_cap_data of revision 2 (linux/capability.h), permitted and effective. */
function capabilityBytes(names: readonly string[]): Buffer {
  const bytes = Buffer.alloc(20)
  bytes.writeUInt32LE(0x02000001, 0)
  const bits = names.map((name) => CAPABILITIES.findIndex((known) => known === name)).filter((bit) => bit >= 0)
  const word = (from: number): number =>
    bits.filter((bit) => bit >= from && bit < from + 32).reduce((sum, bit) => sum + 2 ** (bit - from), 0)
  bytes.writeUInt32LE(word(0), 4)
  bytes.writeUInt32LE(word(32), 12)
  return bytes
}

/** The same facts with other places. A fact that stands in several spots stays one: its identity is how reasons are found. */
function relocated<T extends object>(facts: T, to: (place: Place) => Place): T {
  const done = new Map<object, object>()
  const go = (value: unknown): unknown => {
    if (typeof value !== 'object' || value === null) return value
    const known = done.get(value)
    if (known) return known
    if (Array.isArray(value)) {
      const copy: unknown[] = []
      done.set(value, copy)
      for (const each of value) copy.push(go(each))
      return copy
    }
    const copy: Record<string, unknown> = {}
    done.set(value, copy)
    for (const [key, each] of Object.entries(value)) copy[key] = key === 'place' && isPlace(each) ? to(each) : go(each)
    return copy
  }
  // One cast: a copy has the shape of what it is a copy of.
  return go(facts) as T
}
const isPlace = (value: unknown): value is Place =>
  typeof value === 'object' && value !== null && 'file' in value && 'line' in value && 'column' in value
