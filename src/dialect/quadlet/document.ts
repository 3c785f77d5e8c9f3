/** Which documents are units of Quadlet, the other files that they need, and the containers in them. */
import { child, elements, entries, isMap, textOf, type Node } from '../../document/node.ts'
import type { Notice, Read } from '../../model/notice.ts'
import { startOf } from '../../model/place.ts'
import type { Build, Together } from '../../model/subject.ts'
import type { About, Files, Found, Want } from '../dialect.ts'
import { runFlags } from '../docker/run-flags.ts'
import { rootfulPodman, rootlessPodman } from '../silence/podman.ts'
import { nameOfFolder, together } from '../together.ts'
import { containerCommand, podCommand } from './command.ts'
import { SECTIONS, sections, type Section } from './keys.ts'
import { dropInsOf, resourceName, unitsNamed, wantDropIns, wantUnit, type Units } from './resource.ts'
import { KEYS } from './service.ts'
import { Unit } from './unit.ts'

/** A path of a drop-in: `web.container.d/10-limits.conf`. */
const DROP_IN = /(?:^|\/)([^/]*(?:container|pod|kube|volume|network|image|build|artifact)\.d)\/[^/]*\.conf$/

/**
 * A section of Quadlet. `[Network]`, `[Image]` and `[Build]` are sections of others too (.network and .nspawn of systemd, mkosi), which
 * have no key in common with them.
 */
export function isQuadlet(root: Node): boolean {
  if (!isMap(root)) return false
  return sections.some((section) => {
    const found = child(root, section)
    if (!isMap(found)) return false
    const keys = [...found.value.keys()]
    if (section === 'Container' || section === 'Kube') return keys.length > 0 || named(root, section)
    if (keys.length === 0) return named(root, section)
    const strange = keys.filter((key) => !SECTIONS[section].has(String(key))).length
    return section === 'Network' || section === 'Image' || section === 'Build' ? strange === 0 : strange < keys.length
  })
}
/** The file is called what Quadlet wants. */
const named = (root: Node, section: Section): boolean => root.place.file.endsWith(`.${section.toLowerCase()}`)

const folderOf = (file: string): string => file.slice(0, file.lastIndexOf('/') + 1)

/** Units that are named, manifests of a `.kube`, and drop-ins. A drop-in names units of the folder that its own is in. */
export function wantedFiles(root: Node, { file }: About): readonly Want[] {
  const isDropIn = DROP_IN.test(file)
  const unit = new Unit(root, file)
  const beside = isDropIn ? '../' : ''
  return [
    ...unitsNamed(unit).map((name) => ({ ...wantUnit(name), path: `${beside}${name}` })),
    ...(isDropIn || !isQuadlet(root) ? [] : wantDropIns(file)),
  ]
}

/** The units that were read, each with its drop-ins. */
function unitsOf(files: Files, folder: string): Units {
  const units = new Map<string, Unit>()
  for (const [path, document] of files)
    if (!path.includes('/')) units.set(path, new Unit(document, `${folder}${path}`, dropInsOf(path, files)))
  return units
}

export function findContainers(root: Node, files: Files, { file, named: isNamed }: About): Read<readonly Found[]> {
  if (DROP_IN.test(file)) {
    const message =
      'This is a drop-in of units of Quadlet and holds no container by itself: it was read with each unit that it belongs to. Scan the folder that the units are in.'
    return { value: [], notices: isNamed ? [{ id: 'quadlet-drop-in', place: root.place, message, lost: false }] : [] }
  }
  const unit = new Unit(root, file, dropInsOf(file, files))
  const units = unitsOf(files, folderOf(file))
  const notices: Notice[] = [...strangeKeys(unit)]
  if (unit.has('Kube')) notices.push(...played(unit))
  if (!unit.has('Container')) return { value: [], notices }
  const { options, image, words } = containerCommand(unit, units)
  const place = unit.section('Container').place
  const line = runFlags(options, 'podman', place)
  notices.push(...line.notices, ...refusals(unit, units))
  const flags = new Map(entries(line.flags))
  // Where PodmanArgs= bring a word of their own, Podman takes that for the image.
  const [first, ...rest] = [...(line.image ? [line.image, ...line.command] : []), ...(image ? [image] : []), ...words]
  const put = (name: string, list: readonly Node[]): void => {
    if (list[0]) flags.set(name, { place: list[0].place, path: [name], value: list })
  }
  put('IMAGE', first && (line.image ?? image) ? [first] : [])
  put('COMMAND', first && (line.image ?? image) ? rest : [...(first ? [first] : []), ...rest])
  const self: Node = { ...line.flags, value: flags }
  const pod = podOf(unit, units)
  const name = flags.get('name')
  const last = name && Array.isArray(name.value) ? (name.value as readonly Node[]).at(-1) : undefined
  const id = (last?.unknown === undefined && last && textOf(last)) || unit.name.whole
  const build = buildOf(unit, units, folderOf(file))
  const found: Found = {
    id,
    scope: {
      self,
      root: unit.root,
      service: serviceOf(unit),
      ...groupOf(unit, flags.get('user')),
      ...pod,
      ...bindsOf(units),
    },
    ...silenceOf(file),
    together: togetherOf(unit, file),
    ...(build && { build }),
  }
  return { value: [found], notices }
}

/** Its pod, else the units of its folder: one systemd starts them, and one Podman runs them. */
function togetherOf(unit: Unit, file: string): Together {
  const pod = unit.written('Container', 'Pod').replace(/\.pod$/, '')
  const folder = { place: startOf(folderOf(file)) }
  const whole = pod === '' ? together('engine', nameOfFolder(file), folder) : together('pod', pod, folder)
  return { ...whole, place: unit.section('Container').place }
}

/** Where a unit lies says who runs it: podman-systemd.unit(5), "Podman rootful / rootless unit search path". */
function silenceOf(file: string): Pick<Found, 'runtime'> {
  const isUsers = /(?:^|\/)(?:\.config\/containers\/systemd|(?:etc|usr\/share)\/containers\/systemd\/users)\//.test(
    file,
  )
  const isRoots = /(?:^|\/)(?:etc|usr\/share|run)\/containers\/systemd\//.test(file)
  if (!isUsers && !isRoots) return {}
  return { runtime: { name: 'podman', silence: isUsers ? rootlessPodman : rootfulPodman } }
}

/** The pod that it is in, as the scopes `pod` (flags of its `podman pod create`) and `share`. */
function podOf(unit: Unit, units: Units): { readonly pod?: Node; readonly share?: Node } {
  const node = unit.last('Container', 'Pod')
  const found = node && units.get(unit.written('Container', 'Pod'))
  if (!node || !found) return {}
  const { options, share } = podCommand(found, units)
  return { pod: runFlags(options, 'podman', node.place).flags, ...(share && { share }) }
}

/** `Group=`, where the `--user` that counts is that of `User=`, and not one of PodmanArgs=. */
function groupOf(unit: Unit, users: Node | undefined): { readonly group?: Node } {
  const [user, group] = [unit.last('Container', 'User'), unit.text('Container', 'Group')]
  const last = users && elements(users).at(-1)
  return user && group && textOf(group) !== '' && last?.place === user.place ? { group } : {}
}

function serviceOf(unit: Unit): Node {
  const values = new Map<string, Node>()
  for (const [section, key] of KEYS) {
    const node = unit.text(section, key)
    if (node) values.set(key, { ...node, path: [key] })
  }
  return { place: unit.section('Container').place, path: ['Service'], value: values }
}

/** Volumes of units that bind a path of the host: name of the volume -> that path (`Device=/srv/data`, `Type=none`, `Options=bind`). */
function bindsOf(units: Units): { readonly binds?: Node } {
  const binds = new Map<string, Node>()
  for (const [file, unit] of units) {
    if (!unit.has('Volume')) continue
    const device = unit.text('Volume', 'Device')
    const words = `${unit.written('Volume', 'Type')},${unit.written('Volume', 'Options')}`.split(',')
    const name = resourceName(unit, file)
    if (name !== undefined && device && textOf(device) !== '' && words.some((word) => /^r?bind$/.test(word)))
      binds.set(name, device)
  }
  const [first] = binds.values()
  return first ? { binds: { place: first.place, path: ['binds'], value: binds } } : {}
}

/** The Dockerfile of a `.build`, relative to the folder that it says. */
function buildOf(unit: Unit, units: Units, folder: string): Build | undefined {
  const build = units.get(unit.written('Container', 'Image'))
  if (!build?.has('Build')) return undefined
  const context = build.written('Build', 'SetWorkingDirectory')
  const written = build.written('Build', 'File')
  const isUrl = (text: string): boolean => /^(?:https?|git):\/\/|^github\.com\//.test(text)
  if (isUrl(written) || isUrl(context) || /[%$]/.test(`${written}${context}`)) return undefined
  const at = /^(?:unit|file|yaml)?$/i.test(context) ? '' : `${context.replace(/\/+$/, '')}/`
  const file = written === '' ? `${at}Containerfile` : written
  const args = new Map<string, string | null>()
  for (const node of build.words('Build', 'BuildArg')) {
    const [, name = '', value] = /^([^=]*)(?:=(.*))?$/s.exec(textOf(node) ?? '') ?? []
    args.set(name, node.unknown === undefined && value !== undefined ? value : null)
  }
  const stage = build.written('Build', 'Target')
  return {
    file:
      file.startsWith('/') || written === ''
        ? at.startsWith('/') || file.startsWith('/')
          ? file
          : `${folder}${file}`
        : `${folder}${file}`,
    ...(stage !== '' && { stage }),
    ...(args.size > 0 && { args }),
  }
}

const quoted = (text: string): string => JSON.stringify(text.slice(0, 60))

/** Keys that Quadlet does not know: it makes no service of the file then. */
function strangeKeys(unit: Unit): readonly Notice[] {
  return sections.flatMap((section) =>
    unit
      .keys(section)
      .filter(([key]) => !SECTIONS[section].has(key))
      .slice(0, 5)
      .map(([key, { place }]) => ({
        id: 'quadlet-key-unknown',
        place,
        message: `Quadlet knows no key ${quoted(key)} in [${section}] and starts nothing of this file, unless it is newer than Plimsoll: what the key says was not checked. Mind capitals, and correct it; what the keys do not cover goes into PodmanArgs=.`,
        lost: true,
      })),
  )
}

/** What else makes Quadlet refuse a `.container`. All that is written was read all the same. */
function refusals(unit: Unit, units: Units): readonly Notice[] {
  const tell = (place: Node['place'], what: string): Notice => ({
    id: 'quadlet-refused',
    place,
    message: `Quadlet starts nothing of this file: ${what}. What is written was checked all the same; correct it.`,
    lost: false,
  })
  const section = 'Container'
  const head = unit.section(section).place
  const said = (key: string): boolean => unit.written(section, key) !== ''
  const notices: Notice[] = []
  if (!said('Image') && !said('Rootfs')) notices.push(tell(head, 'it has neither Image= nor Rootfs='))
  if (said('Image') && said('Rootfs'))
    notices.push(tell(unit.last(section, 'Rootfs')?.place ?? head, 'it has both Image= and Rootfs='))
  if (said('Group') && !said('User'))
    notices.push(tell(unit.last(section, 'Group')?.place ?? head, 'Group= is there without User='))
  if (said('ReloadCmd') && said('ReloadSignal'))
    notices.push(tell(unit.last(section, 'ReloadCmd')?.place ?? head, 'it has both ReloadCmd= and ReloadSignal='))
  const mappings = ['UserNS', 'UIDMap', 'GIDMap', 'SubUIDMap', 'SubGIDMap'].filter(said)
  const remap = ['RemapUsers', 'RemapUid', 'RemapGid'].find(said)
  if (mappings[0] !== undefined && remap !== undefined)
    notices.push(tell(unit.last(section, remap)?.place ?? head, `it has both ${mappings[0]}= and ${remap}=`))
  const pod = unit.written(section, 'Pod')
  if (pod !== '' && !pod.endsWith('.pod'))
    notices.push(tell(unit.last(section, 'Pod')?.place ?? head, `Pod=${quoted(pod)} is no .pod file`))
  const build = unit.written(section, 'Image')
  const built = units.get(build)
  if (built?.has('Build') && resourceName(built, build) === undefined)
    notices.push(tell(unit.last(section, 'Image')?.place ?? head, `${quoted(build)} has no ImageTag=`))
  return notices
}

/** A `.kube` plays manifests, which are read as what they are. What it adds to them cannot be said of their containers. */
function played(unit: Unit): readonly Notice[] {
  const place = unit.section('Kube').place
  const manifests = unit.strings('Kube', 'Yaml').map((node) => textOf(node) ?? '')
  if (manifests.length === 0) {
    const message = 'Quadlet starts nothing of this file: [Kube] has no Yaml=. Name the manifest there.'
    return [{ id: 'quadlet-refused', place, message, lost: false }]
  }
  const added = ['Network', 'PublishPort', 'UserNS', 'RemapUsers', 'PodmanArgs'].flatMap((key) => {
    const nodes = unit.raw('Kube', key)
    return nodes.length > 0 ? [[key, nodes.map((node) => textOf(node) ?? '').join(' ')] as const] : []
  })
  const opens = added.some(
    ([key, value]) => key === 'PodmanArgs' || (key === 'Network' && /(?:^| )(?:host|container:|ns:)/.test(value)),
  )
  const what = added.map(([key, value]) => `${key}=${value.slice(0, 60)}`).join(', ')
  const more =
    what === ''
      ? ''
      : ` What this file adds to them was not joined: ${what}${opens ? ', which may take their isolation away' : ''}. Say it in the manifest where that can be said.`
  return [
    {
      id: 'quadlet-kube',
      place,
      message: `Podman plays ${manifests.map(quoted).join(', ')} as pods of its own: they are checked where they are read, as Kubernetes would run them.${more}`,
      lost: opens,
    },
  ]
}
