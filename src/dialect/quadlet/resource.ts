/** The other units that a unit of Quadlet names: `Volume=data.volume:/data`, `Image=web.build`, `Network=back.network`, `Pod=shop.pod`. */
import { textOf, type Node } from '../../document/node.ts'
import type { Files, Want } from '../dialect.ts'
import type { Unit } from './unit.ts'

/** The units that are named here and could be read, by the name of their file. */
export type Units = ReadonlyMap<string, Unit>

const EXTENSION = /\.(?:container|pod|volume|network|image|build|artifact)$/
/** A name of a unit, which is that of a file in the same folder; undefined where it is none. */
export const unitIn = (text: string): string | undefined =>
  EXTENSION.test(text) && /^[^/\0]{1,255}$/.test(text) ? text : undefined

/**
 * What Podman calls the thing that a unit makes, before specifiers are put in by whoever names it; undefined where Quadlet does not know it.
 */
export function resourceName(unit: Unit, file: string): string | undefined {
  const extension = file.slice(file.lastIndexOf('.') + 1)
  const [section, key] = NAMED_BY[extension] ?? ['', '']
  const [tag] = extension === 'build' ? unit.raw(section, key) : []
  const named = tag ? (textOf(tag) ?? '') : extension === 'build' ? '' : unit.written(section, key)
  const { whole, service } = unit.name
  if (extension === 'container') {
    const name = named === '' ? `systemd-${whole.includes('@') ? '%p_%i' : service}` : named.replaceAll('%N', service)
    return name.includes('%') ? undefined : name
  }
  if (named !== '') return named
  if (extension === 'image') return unit.written('Image', 'Image') || undefined
  if (extension === 'build' || extension === 'artifact') return undefined
  return whole.includes('@') && extension !== 'pod' ? `systemd-${whole.slice(0, -1)}-%i` : `systemd-${whole}`
}
const NAMED_BY: { readonly [extension: string]: readonly [section: string, key: string] } = {
  container: ['Container', 'ContainerName'],
  pod: ['Pod', 'PodName'],
  volume: ['Volume', 'VolumeName'],
  network: ['Network', 'NetworkName'],
  image: ['Image', 'ImageTag'],
  build: ['Build', 'ImageTag'],
  artifact: ['Artifact', 'Artifact'],
}

/** Every unit that this one names. */
export function unitsNamed(unit: Unit): readonly string[] {
  const names = new Set<string>()
  const add = (text: string): void => {
    const name = unitIn(text)
    if (name !== undefined) names.add(name)
  }
  for (const section of ['Container', 'Pod', 'Build', 'Volume']) {
    if (section === 'Container' || section === 'Volume') add(unit.written(section, 'Image'))
    for (const node of unit.raw(section, 'Network')) add((textOf(node) ?? '').split(':')[0] ?? '')
    for (const node of unit.raw(section, 'Volume')) add((textOf(node) ?? '').split(':')[0] ?? '')
  }
  add(unit.written('Container', 'Pod'))
  for (const node of unit.words('Container', 'Mount'))
    for (const part of (textOf(node) ?? '').split(',')) add(/^(?:source|src)=(.*)$/.exec(part)?.[1] ?? '')
  return [...names].slice(0, 100)
}

/** The drop-ins of a unit, from the one that goes first: `web.container.d/`, `web-.container.d/`, `container.d/` (systemd.unit(5)). */
export function dropInFolders(file: string): readonly string[] {
  const name = file.slice(file.lastIndexOf('/') + 1)
  const dot = name.lastIndexOf('.')
  if (dot <= 0) return []
  const [whole, extension] = [name.slice(0, dot), name.slice(dot)]
  const [prefix = '', instance] = whole.split(/@(.*)/s)
  const parts = prefix.split('-').slice(0, -1).slice(0, 16)
  const shorter = parts.flatMap((_, index) => {
    const start = `${parts.slice(0, index + 1).join('-')}-`
    return [`${start}${extension}.d`, ...(instance === undefined ? [] : [`${start}@${extension}.d`])]
  })
  return [
    `${name}.d`,
    ...(instance === undefined || instance === '' ? [] : [`${prefix}@${extension}.d`]),
    ...shorter.reverse(),
    `${extension.slice(1)}.d`,
  ]
}

/** The documents of the drop-ins of a unit that were read, in the order in which they are merged: by name; of two, the closer one counts. */
export function dropInsOf(file: string, files: Files): readonly Node[] {
  const byName = new Map<string, Node>()
  for (const folder of dropInFolders(file))
    for (const [path, document] of files) {
      const name = path.slice(folder.length + 1)
      if (path.startsWith(`${folder}/`) && !name.includes('/') && !byName.has(name)) byName.set(name, document)
    }
  return [...byName].sort(([one], [other]) => (one < other ? -1 : 1)).map(([, document]) => document)
}

export const wantUnit = (name: string): Want => ({ path: name, syntax: 'unit' })
export const wantDropIns = (file: string): readonly Want[] =>
  dropInFolders(file).map((folder) => ({ path: folder, syntax: 'unit', optional: true, dropIns: true }))
