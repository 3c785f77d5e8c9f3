/**
 * The `podman run` and `podman pod create` that Quadlet makes of a unit, word by word: podman-systemd.unit(5) says for each key which option
 * it stands for. Every word has the place of its key.
 */
import { textOf, type Node } from '../../document/node.ts'
import { HOLE } from '../docker/piece.ts'
import { resourceName, unitIn, type Units } from './resource.ts'
import { expanded } from './specifier.ts'
import type { Unit } from './unit.ts'

/** What goes before the image, the image, and what goes after it. */
export interface Command {
  readonly options: readonly Node[]
  readonly image?: Node
  readonly words: readonly Node[]
}

/** Options, each one word: `--name=value`. */
class Options {
  readonly words: Node[] = []
  readonly #unit: Unit
  readonly #section: string

  constructor(unit: Unit, section: string) {
    this.#unit = unit
    this.#section = section
  }

  /** An option with the value of a node, or with `text` in its place. A node without a value gives the option alone. */
  add(name: string, node: Node, text: string | undefined = textOf(node)): void {
    this.words.push({ ...node, value: text === undefined ? `--${name}` : `--${name}=${text}` })
  }
  /** The last value of a key, unless it is empty. */
  last(key: string, name: string, before = ''): void {
    const node = this.#unit.text(this.#section, key)
    const text = node && textOf(node)
    if (node && text !== undefined && text !== '') this.add(name, node, `${before}${text}`)
  }
  /** Every value of a key. */
  every(key: string, name: string): void {
    for (const node of this.#unit.all(this.#section, key)) this.add(name, node)
  }
  /** Every name in the values of a key. */
  names(key: string, name: string): void {
    for (const node of this.#unit.strings(this.#section, key)) this.add(name, node)
  }
  /** Every word in the values of a key. */
  each(key: string, name: string, before = ''): void {
    for (const node of this.#unit.words(this.#section, key)) this.add(name, node, `${before}${textOf(node) ?? ''}`)
  }
  /** Every NAME=VALUE in the values of a key; of one name the last. */
  pairs(key: string, name: string): void {
    const pairs = new Map<string, Node>()
    for (const node of this.#unit.words(this.#section, key)) pairs.set((textOf(node) ?? '').split('=')[0] ?? '', node)
    for (const node of pairs.values()) this.add(name, node)
  }
  /** What the last value of a key says, yes or no. */
  bool(key: string, name: string): void {
    const node = this.#unit.last(this.#section, key)
    const on = this.#unit.bool(this.#section, key)
    if (node && on !== undefined) this.add(name, node, String(on))
  }
  /** An option, where the last value of a key says yes. */
  where(key: string, name: string, text: string): void {
    const node = this.#unit.last(this.#section, key)
    if (node && this.#unit.bool(this.#section, key) === true) this.add(name, node, text)
  }
  /** Words that are options as they stand. */
  arguments(key: string): void {
    this.words.push(...this.#unit.words(this.#section, key))
  }
}

/** A raw value in which the name of a unit stands for what Podman calls the thing that it makes; `around` is what stands about the name. */
function resolved(node: Node, file: string, units: Units, unit: Unit, around = (made: string): string => made): Node {
  const named = units.get(file)
  const made = named && resourceName(named, file)
  if (made !== undefined) return expanded(node, around(made), unit.name)
  const source = textOf(node) ?? ''
  return { ...node, value: around(HOLE), unknown: `what ${file} is called is not known here`, source }
}

/** Networks; `Network=other.container` is that container's. */
function networks(options: Options, unit: Unit, section: string, units: Units): void {
  for (const node of unit.raw(section, 'Network')) {
    const text = textOf(node) ?? ''
    const file = unitIn(text.split(':')[0] ?? '')
    if (file === undefined || !/\.(?:network|container)$/.test(file))
      options.add('network', expanded(node, text, unit.name))
    else {
      const [before, after] = [file.endsWith('.container') ? 'container:' : '', text.slice(file.length)]
      options.add(
        'network',
        resolved(node, file, units, unit, (made) => `${before}${made}${after}`),
      )
    }
  }
}

/** Volumes; `Volume=data.volume:/data` is that of the unit. */
function volumes(options: Options, unit: Unit, section: string, units: Units): void {
  for (const node of unit.raw(section, 'Volume')) {
    const text = textOf(node) ?? ''
    const [source = '', ...rest] = text.split(':')
    const file = rest.length > 0 && /\.(?:volume|artifact)$/.test(source) ? unitIn(source) : undefined
    if (file !== undefined)
      options.add(
        'volume',
        resolved(node, file, units, unit, (made) => `${made}${text.slice(file.length)}`),
      )
    // `:/data` is a volume without a name.
    else options.add('volume', expanded(node, source === '' && rest.length > 0 ? (rest[0] ?? '') : text, unit.name))
  }
}

/** `Mount=type=volume,source=data.volume,target=/data` */
function mounts(options: Options, unit: Unit, units: Units): void {
  for (const node of unit.words('Container', 'Mount')) {
    const text = textOf(node) ?? ''
    const [written, name = ''] = /(?:^|,)(?:source|src)=([^,"]*\.(?:volume|image|artifact))(?=,|$)/.exec(text) ?? []
    const file = unitIn(name)
    if (written === undefined || file === undefined) options.add('mount', node)
    else {
      const start = text.indexOf(written) + written.length - name.length
      options.add(
        'mount',
        resolved(node, file, units, unit, (made) => `${text.slice(0, start)}${made}${text.slice(start + name.length)}`),
      )
    }
  }
}

/** Whose user ids; RemapUsers and the keys with it are the older way. */
function userNamespace(options: Options, unit: Unit, section: string): void {
  options.last('UserNS', 'userns')
  options.names('UIDMap', 'uidmap')
  options.names('GIDMap', 'gidmap')
  options.last('SubUIDMap', 'subuidname')
  options.last('SubGIDMap', 'subgidname')
  const node = unit.last(section, 'RemapUsers')
  if (!node) return
  const way = textOf(node) ?? ''
  if (way === 'manual') {
    options.names('RemapUid', 'uidmap')
    options.names('RemapGid', 'gidmap')
  } else if (way === 'auto' || way === 'keep-id') {
    const [uid, gid] = way === 'auto' ? ['uidmapping', 'gidmapping'] : ['uid', 'gid']
    const size = unit.written(section, 'RemapUidSize')
    const parts = [
      ...unit.strings(section, 'RemapUid').map((each) => `${uid}=${textOf(each) ?? ''}`),
      ...unit.strings(section, 'RemapGid').map((each) => `${gid}=${textOf(each) ?? ''}`),
      ...(way === 'auto' && /^[1-9]\d*$/.test(size) ? [`size=${size}`] : []),
    ]
    options.add('userns', node, parts.length > 0 ? `${way}:${parts.join(',')}` : way)
  }
}

/** Keys that stand for an option with one value. */
const ONE: readonly (readonly [key: string, option: string, before?: string])[] = [
  ['Timezone', 'tz'],
  ['PidsLimit', 'pids-limit'],
  ['ShmSize', 'shm-size'],
  ['WorkingDir', 'workdir'],
  ['IP', 'ip'],
  ['IP6', 'ip6'],
  ['HostName', 'hostname'],
  ['StopSignal', 'stop-signal'],
  ['StopTimeout', 'stop-timeout'],
  ['Pull', 'pull'],
  ['Memory', 'memory'],
  ['Retry', 'retry'],
  ['RetryDelay', 'retry-delay'],
  ['SecurityLabelType', 'security-opt', 'label=type:'],
  ['SecurityLabelFileType', 'security-opt', 'label=filetype:'],
  ['SecurityLabelLevel', 'security-opt', 'label=level:'],
  ['AppArmor', 'security-opt', 'apparmor='],
  ['AutoUpdate', 'label', 'io.containers.autoupdate='],
  ['HealthCmd', 'health-cmd'],
  ['HealthInterval', 'health-interval'],
  ['HealthOnFailure', 'health-on-failure'],
  ['HealthLogDestination', 'health-log-destination'],
  ['HealthMaxLogCount', 'health-max-log-count'],
  ['HealthMaxLogSize', 'health-max-log-size'],
  ['HealthRetries', 'health-retries'],
  ['HealthStartPeriod', 'health-start-period'],
  ['HealthTimeout', 'health-timeout'],
  ['HealthStartupCmd', 'health-startup-cmd'],
  ['HealthStartupInterval', 'health-startup-interval'],
  ['HealthStartupRetries', 'health-startup-retries'],
  ['HealthStartupSuccess', 'health-startup-success'],
  ['HealthStartupTimeout', 'health-startup-timeout'],
]
/** Keys of which every value is one of an option. */
const MANY: readonly (readonly [key: string, option: string])[] = [
  ['NetworkAlias', 'network-alias'],
  ['Ulimit', 'ulimit'],
  ['DNS', 'dns'],
  ['DNSOption', 'dns-option'],
  ['DNSSearch', 'dns-search'],
  ['GroupAdd', 'group-add'],
  ['AddHost', 'add-host'],
  ['Tmpfs', 'tmpfs'],
  ['PublishPort', 'publish'],
]

/** The `podman run` of a `.container`. */
export function containerCommand(unit: Unit, units: Units): Command {
  const section = 'Container'
  const options = new Options(unit, section)
  const head = unit.section(section)
  const named = unit.text(section, 'ContainerName')
  const name = unit.name.whole.includes('@') ? `systemd-${unit.name.prefix}_` : `systemd-${unit.name.service}`
  const { instance } = unit.name
  if (named && textOf(named) !== '') options.add('name', named)
  else if (instance !== undefined) options.add('name', head, `${name}${instance}`)
  else
    options.add('name', { ...head, unknown: '%i (the instance of this template) is not known here' }, `${name}${HOLE}`)
  options.add('replace', head, 'true')
  options.add('rm', head, 'true')
  const driver = unit.text(section, 'LogDriver')
  if (driver) options.add('log-driver', driver)
  options.names('LogOpt', 'log-opt')
  const groups = unit.text(section, 'CgroupsMode')
  if (groups && textOf(groups) !== '') options.add('cgroups', groups)
  else options.add('cgroups', head, 'split')
  const entrypoint = unit.text(section, 'Entrypoint')
  if (entrypoint) options.add('entrypoint', entrypoint)
  for (const [key, option, before] of ONE) options.last(key, option, before)
  for (const [key, option] of MANY) options.every(key, option)
  options.bool('RunInit', 'init')
  options.bool('EnvironmentHost', 'env-host')
  options.bool('HttpProxy', 'http-proxy')
  options.bool('ReadOnlyTmpfs', 'read-only-tmpfs')
  networks(options, unit, section, units)
  notify(options, unit)
  options.where('NoNewPrivileges', 'security-opt', 'no-new-privileges')
  options.where('SecurityLabelDisable', 'security-opt', 'label=disable')
  options.where('SecurityLabelNested', 'security-opt', 'label=nested')
  // `-/dev/x`: only where the host has it.
  for (const node of unit.strings(section, 'AddDevice'))
    options.add('device', node, (textOf(node) ?? '').replace(/^-/, ''))
  const filter = unit.text(section, 'SeccompProfile')
  if (filter) options.add('security-opt', filter, `seccomp=${textOf(filter) ?? ''}`)
  options.names('DropCapability', 'cap-drop')
  options.names('AddCapability', 'cap-add')
  options.names('Sysctl', 'sysctl')
  options.bool('ReadOnly', 'read-only')
  if (unit.bool(section, 'ReadOnly') !== true) options.where('VolatileTmp', 'tmpfs', '/tmp:rw,size=512M,mode=1777')
  user(options, unit)
  userNamespace(options, unit, section)
  volumes(options, unit, section, units)
  options.every('ExposeHostPort', 'expose')
  for (const [key, option] of [
    ['Environment', 'env'],
    ['Label', 'label'],
    ['Annotation', 'annotation'],
  ] as const)
    // prettier-ignore
    options.pairs(key, option)
  options.each('Mask', 'security-opt', 'mask=')
  options.each('Unmask', 'security-opt', 'unmask=')
  options.each('EnvironmentFile', 'env-file')
  options.each('Secret', 'secret')
  mounts(options, unit, units)
  pod(options, unit, units)
  options.arguments('PodmanArgs')
  const rootfs = unit.text(section, 'Rootfs')
  const image = imageOf(unit, units)
  if (!image && rootfs) options.add('rootfs', rootfs, 'true')
  const run = image ?? rootfs
  return { options: options.words, ...(run && { image: run }), words: unit.command(section, 'Exec') ?? [] }
}

/** The image; where a `.build` or an `.image` is named, what that calls it. */
function imageOf(unit: Unit, units: Units): Node | undefined {
  const node = unit.last('Container', 'Image')
  const text = unit.written('Container', 'Image')
  if (!node || text === '') return undefined
  const file = /\.(?:build|image)$/.test(text) ? unitIn(text) : undefined
  return file === undefined ? expanded(node, text, unit.name) : resolved(node, file, units, unit)
}

function user(options: Options, unit: Unit): void {
  const [name, group] = ['User', 'Group'].map((key) => unit.text('Container', key))
  if (!name || textOf(name) === '') return
  const more = group && textOf(group) !== '' ? group : undefined
  const unknown = name.unknown ?? more?.unknown
  options.add(
    'user',
    { ...name, ...(unknown !== undefined && { unknown }) },
    `${textOf(name) ?? ''}${more ? `:${textOf(more) ?? ''}` : ''}`,
  )
}

function notify(options: Options, unit: Unit): void {
  if (unit.written('Service', 'Type') === 'oneshot') return
  const node = unit.last('Container', 'Notify')
  const isHealthy = node && /^"?healthy"?$/i.test(textOf(node) ?? '')
  const mode = isHealthy ? 'healthy' : unit.bool('Container', 'Notify') === true ? 'container' : 'conmon'
  options.add('sdnotify', node ?? unit.section('Container'), mode)
  options.add('detach', unit.section('Container'), 'true')
}

function pod(options: Options, unit: Unit, units: Units): void {
  const node = unit.last('Container', 'Pod')
  const file = unitIn(unit.written('Container', 'Pod'))
  if (node && file !== undefined) options.add('pod', resolved(node, file, units, unit))
}

/** Options of `podman pod create` that `podman run` does not have (podman-pod-create(1)): with a value, and without. */
const POD_VALUES = /^--(share|infra-command|infra-image|infra-name|infra-conmon-pidfile|exit-policy)(?:=|$)/
const POD_BOOLS = /^--(?:infra|share-parent)(?:=|$)/

/** The `podman pod create` of a `.pod`; what it gives holds for every container of the pod. */
export interface PodCommand {
  /** Those options that `podman run` has too. */
  readonly options: readonly Node[]
  /** Which namespaces its containers share, as it is written (`net,ipc`); absent: ipc, net and uts. */
  readonly share?: Node
}
export function podCommand(unit: Unit, units: Units): PodCommand {
  const section = 'Pod'
  const made = new Options(unit, section)
  userNamespace(made, unit, section)
  networks(made, unit, section, units)
  volumes(made, unit, section, units)
  for (const [key, option] of [
    ['IP', 'ip'],
    ['IP6', 'ip6'],
    ['ShmSize', 'shm-size'],
  ] as const)
    // prettier-ignore
    made.last(key, option)
  for (const [key, option] of MANY)
    if (key !== 'Tmpfs' && key !== 'Ulimit' && key !== 'GroupAdd') made.every(key, option)
  made.every('HostName', 'hostname')
  made.pairs('Label', 'label')
  made.arguments('PodmanArgs')
  const options: Node[] = []
  let share: Node | undefined
  for (let at = 0; at < made.words.length; at += 1) {
    const word = made.words[at]
    if (!word) break
    const text = textOf(word) ?? ''
    const name = POD_VALUES.exec(text)?.[1]
    if (name !== undefined) {
      const isWhole = text.includes('=')
      const value = isWhole ? { ...word, value: text.slice(text.indexOf('=') + 1) } : made.words[at + 1]
      if (!isWhole) at += 1
      if (name === 'share' && value) share = value
    } else if (!POD_BOOLS.test(text)) options.push(word)
  }
  return { options, ...(share && { share }) }
}
