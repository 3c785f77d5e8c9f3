/** .nspawn files, and units that run systemd-nspawn -> settings of one container each. */
import { posix } from 'node:path'
import { child, elements, entries, isMap, textOf, type Node } from '../../document/node.ts'
import type { Place } from '../../model/place.ts'
import { splitWords } from '../docker/command-line.ts'
import type { Files, Want } from '../dialect.ts'
import { commandLine, nspawnWords } from './command-line.ts'
import { truth, type Setting } from './setting.ts'

/** Keys of each section, by which a .nspawn file is known: other files have sections of the same names. */
const KEYS: { readonly [section: string]: RegExp } = {
  Exec: /^(?:Boot|Ephemeral|ProcessTwo|Parameters|Environment|User|WorkingDirectory|PivotRoot|(?:Drop|Ambient)?Capability|NoNewPrivileges|KillSignal|Personality|MachineID|PrivateUsers|NotifyReady|SystemCallFilter|Limit[A-Z]+|OOMScoreAdjust|CPUAffinity|Hostname|ResolvConf|Timezone|LinkJournal|SuppressSync)$/,
  Files:
    /^(?:ReadOnly|Volatile|Bind|BindReadOnly|BindUser|TemporaryFileSystem|Inaccessible|Overlay|OverlayReadOnly|PrivateUsersOwnership|PrivateUsersChown)$/,
  Network: /^(?:Private|VirtualEthernet|VirtualEthernetExtra|Interface|MACVLAN|IPVLAN|Bridge|Zone|Port)$/,
}
/** Those of [Network] that systemd.network(5) does not have. */
const NETWORK_ALONE = /^(?:Private|VirtualEthernet|VirtualEthernetExtra|Zone|Port)$/
const keysOf = (root: Node, section: string): readonly string[] => entries(child(root, section)).map(([key]) => key)

export const isNspawn = (root: Node): boolean => {
  if (!isMap(root)) return false
  if (['Unit', 'Service', 'Container', 'Pod', 'Match', 'Install'].some((name) => root.value.has(name))) return false
  const has = (section: string, keys: RegExp | undefined): boolean =>
    keysOf(root, section).some((key) => keys?.test(key))
  return has('Exec', KEYS['Exec']) || has('Files', KEYS['Files']) || has('Network', NETWORK_ALONE)
}

/** A value of a key, with the words of a line that a backslash continues put together by the reader. */
const valuesOf = (root: Node, section: string, key: string): readonly Node[] =>
  elements(child(child(root, section), key))

const lastStart = (root: Node): { readonly words: readonly string[]; readonly place: Place } | undefined => {
  for (const value of valuesOf(root, 'Service', 'ExecStart').toReversed()) {
    const words = nspawnWords(textOf(value) ?? '')
    if (words) return { words, place: value.place }
  }
  return undefined
}
export const isService = (root: Node): boolean => isMap(root) && lastStart(root) !== undefined

/** systemd-nspawn@NAME.service.d/x.conf: what it is stands in its path alone. */
const DROP_IN = /(?:^|\/)systemd-nspawn@([^/]*)\.service\.d\/[^/]+\.conf$/
export const isDropIn = (root: Node): boolean =>
  DROP_IN.test(root.place.file) && isMap(root) && root.value.has('Service')

/** A path in /var/lib/machines: settings that came with an image are not trusted (systemd.nspawn(5), File discovery). */
const UNTRUSTED = /(?:^|\/)var\/lib\/machines\/[^/]+\.nspawn$/
const PRIVILEGED =
  /^(?:Capability|AmbientCapability|MachineID|PrivateUsers|PrivateUsersOwnership|Bind|BindReadOnly|BindUser|TemporaryFileSystem|Inaccessible|Overlay|OverlayReadOnly|Private|VirtualEthernet|VirtualEthernetExtra|Interface|MACVLAN|IPVLAN|Bridge|Zone|Port)$/
const NETWORK = /^(?:Private|VirtualEthernet|VirtualEthernetExtra|Interface|MACVLAN|IPVLAN|Bridge|Zone)$/

/** What /lib/systemd/system/systemd-nspawn@.service says, as systemd 252 to 257 ship it. */
const TEMPLATE = 'systemd-nspawn@.service runs it so; started by hand it may be otherwise'
const template = (place: Place): readonly Setting[] =>
  (
    [
      ['Boot', 'yes'],
      ['VirtualEthernet', 'yes'],
      ['PrivateUsers', 'pick'],
      ['keep-unit', 'yes'],
      ['unit:TasksMax', '16384'],
      ['unit:Slice', 'machine.slice'],
      ['unit:DevicePolicy', 'closed'],
      ...['/dev/net/tun rwm', 'char-pts rw', '/dev/loop-control rw', 'block-loop rw', 'block-blkext rw'].map(
        (rule) => ['unit:DeviceAllow', rule] as const,
      ),
      ...['/dev/mapper/control rw', 'block-device-mapper rw'].map((rule) => ['unit:DeviceAllow', rule] as const),
    ] as const
  ).map(([key, text]) => ({ key, text, place, because: TEMPLATE }))

/** Settings that hold several values in one line, and how it is split. */
const WORDS = /^(?:Capability|DropCapability|AmbientCapability|Interface|MACVLAN|IPVLAN)$/
const QUOTED = /^(?:Environment|Parameters)$/

/** The settings of a .nspawn file, in order. */
function nspawnSettings(root: Node): readonly Setting[] {
  const settings: Setting[] = []
  for (const section of ['Exec', 'Files', 'Network'])
    for (const [key, values] of entries(child(root, section)))
      for (const value of elements(values)) {
        const text = textOf(value) ?? ''
        const { place } = value
        if (QUOTED.test(key) && text === '') {
          for (let at = settings.length - 1; at >= 0; at -= 1) if (settings[at]?.key === key) settings.splice(at, 1)
          continue
        }
        const words = WORDS.test(key) ? text.split(/\s+/) : QUOTED.test(key) ? splitWords(text) : [text]
        if (words)
          for (const word of words) if (word !== '' || !WORDS.test(key)) settings.push({ key, text: word, place })
        if (!words) settings.push({ key, text, place, hidden: 'a quote is not closed' })
      }
  return settings
}

/** What the [Service] section of a unit or of a drop-in says of the unit's own limits and environment. */
function unitSettings(root: Node): readonly Setting[] {
  return entries(child(root, 'Service')).flatMap(([key, values]) =>
    key.startsWith('Exec')
      ? []
      : elements(values).flatMap((value): readonly Setting[] => {
          const text = textOf(value) ?? ''
          const words = key === 'Environment' ? (splitWords(text) ?? []) : [text]
          return words.map((word) => ({ key: `unit:${key}`, text: word, place: value.place }))
        }),
  )
}

/** An empty value empties the list of a unit's key: DeviceAllow= (systemd.resource-control(5)). */
function emptied(settings: readonly Setting[]): readonly Setting[] {
  const kept: Setting[] = []
  for (const setting of settings)
    if (setting.key === 'unit:DeviceAllow' && setting.text === '') {
      for (let at = kept.length - 1; at >= 0; at -= 1) if (kept[at]?.key === setting.key) kept.splice(at, 1)
    } else kept.push(setting)
  return kept
}

export interface Machine {
  readonly name: string
  readonly settings: readonly Setting[]
  readonly place: Place
  /** Settings that systemd-nspawn ignores, since the file came with an image. */
  readonly ignored: readonly Setting[]
}

const dropInsOf = (files: Files, folder: string): readonly Node[] =>
  [...files]
    .filter(([path]) => posix.dirname(path) === folder && path.endsWith('.conf'))
    .sort(([a], [b]) => (a < b ? -1 : 1))
    .map(([, root]) => root)

const unitFolder = (name: string): string => `../system/systemd-nspawn@${name}.service.d`
const ownDropIns = (file: string): string => `${posix.basename(file)}.d`

/** The files that say something of the same container: drop-ins of its unit, and the .nspawn file. */
export function wanted(root: Node, file: string): readonly Want[] {
  const optional = { optional: true, known: true, syntax: 'unit' } as const
  if (isNspawn(root)) {
    const name = posix.basename(file).replace(/\.nspawn$/, '')
    return file.endsWith('.nspawn') ? [{ path: unitFolder(name), dropIns: true, ...optional }] : []
  }
  const [, name] = DROP_IN.exec(file) ?? []
  if (isService(root)) return name === undefined ? [{ path: ownDropIns(file), dropIns: true, ...optional }] : []
  if (name === undefined) return []
  return [
    { path: '.', dropIns: true, ...optional },
    { path: `../../nspawn/${name}.nspawn`, ...optional },
  ]
}

/** What %i of systemd-nspawn@NAME.service is; undefined for the template itself and for a unit that is none. */
const instanceOf = (file: string): string | undefined => {
  const name = /@([^/]+)\.service(?:\.d\/[^/]+)?$/.exec(file)?.[1]
  return name === '' ? undefined : name
}

export function machineOf(root: Node, files: Files, file: string): Machine | undefined {
  const { place } = root
  if (isNspawn(root)) {
    const name = posix.basename(file).replace(/\.nspawn$/, '')
    const all = nspawnSettings(root)
    const ignored = UNTRUSTED.test(file) ? all.filter(({ key }) => PRIVILEGED.test(key)) : []
    const own = all.filter((setting) => !ignored.includes(setting))
    return {
      name,
      place,
      ignored,
      settings: emptied([
        ...overridden(template(place), own),
        ...own,
        ...dropInsOf(files, unitFolder(name)).flatMap(unitSettings),
      ]),
    }
  }
  const start = lastStart(root)
  const instance = instanceOf(file)
  if (start) {
    const flags = split(commandLine(start.words, start.place, instance))
    const machine = flags.findLast(({ key, hidden }) => key === 'machine' && hidden === undefined)?.text
    const name = machine ?? instance ?? posix.basename(file).replace(/@?\.service$/, '')
    const drops = dropInsOf(files, ownDropIns(file))
    return {
      name,
      place,
      ignored: [],
      settings: emptied([...flags, ...unitSettings(root), ...drops.flatMap(unitSettings)]),
    }
  }
  if (!isDropIn(root) || instance === undefined) return undefined
  // One container, which its .nspawn file or the first of the drop-ins stands for.
  if ([...files.keys()].some((path) => path.endsWith('.nspawn'))) return undefined
  const drops = dropInsOf(files, '.')
  if (drops.some((drop) => posix.basename(drop.place.file) < posix.basename(file))) return undefined
  const others = drops.filter((drop) => posix.basename(drop.place.file) !== posix.basename(file))
  return {
    name: instance,
    place,
    ignored: [],
    settings: emptied([...template(place), ...[root, ...others].flatMap(unitSettings)]),
  }
}

/** Lists that the command line separates by commas. */
const split = (settings: readonly Setting[]): readonly Setting[] =>
  settings.flatMap((setting) =>
    /^(?:Capability|DropCapability|AmbientCapability)$/.test(setting.key)
      ? setting.text.split(',').map((text) => ({ ...setting, text }))
      : [setting],
  )

/** --settings=override: what the file says takes the place of what the template says of the same; networks are one thing. */
function overridden(before: readonly Setting[], after: readonly Setting[]): readonly Setting[] {
  const keys = new Set(after.map(({ key }) => key))
  const hasNetwork = after.some(({ key }) => NETWORK.test(key))
  const notBoot = after.some(({ key, text }) => key === 'ProcessTwo' && truth(text) === true)
  return before.filter(
    ({ key }) => !keys.has(key) && !(hasNetwork && NETWORK.test(key)) && !(notBoot && key === 'Boot'),
  )
}
