/**
 * What LXD and Incus print of instances and profiles: `lxc config show`, `lxc list --format yaml|json`, `lxc profile show`, and
 * preseed files (https://documentation.ubuntu.com/lxd/latest/reference/instance_options/, https://linuxcontainers.org/incus/docs/main/).
 */
import { child, elements, entries, isList, isMap, textOf, type Node } from '../../document/node.ts'
import type { Notice, Read } from '../../model/notice.ts'
import type { Place } from '../../model/place.ts'
import { MAX_CONTAINERS } from '../limit.ts'

/** Keys of an instance's or a profile's configuration: no other YAML with a `config` has them. */
const KEY =
  /^(?:(?:security|image|volatile|limits|raw|environment|boot|snapshots|migration|nvidia|oci|cluster|cloud-init)\.[a-z]|linux\.(?:kernel_modules|sysctl)|user\.[a-z])/
const OWN =
  /^(?:security\.(?:nesting|privileged|idmap|syscalls|protection|guestapi|devlxd)|image\.(?:os|release|architecture|serial|description)|volatile\.|limits\.(?:cpu|memory|processes|kernel)|raw\.(?:lxc|qemu|idmap|apparmor|seccomp)|cloud-init\.)/
/** Kinds of devices. */
const TYPES: ReadonlySet<string> = new Set(
  'disk nic proxy gpu usb pci tpm unix-char unix-block unix-hotplug infiniband none'.split(' '),
)

const configKeys = (node: Node): readonly string[] =>
  ['config', 'expanded_config'].flatMap((key) => entries(child(node, key)).map(([name]) => name))
const hasDevices = (node: Node): boolean =>
  entries(child(node, 'devices')).some(([, device]) => TYPES.has(textOf(child(device, 'type')) ?? ''))
const has = (node: Node, ...keys: readonly string[]): boolean => isMap(node) && keys.some((key) => node.value.has(key))

/** An instance, a profile, or neither. */
export function kindOf(node: Node): 'instance' | 'profile' | undefined {
  if (!isMap(node) || has(node, 'apiVersion', 'services', 'kind')) return undefined
  const keys = configKeys(node)
  const isOurs = keys.some((key) => OWN.test(key)) || (hasDevices(node) && keys.every((key) => KEY.test(key)))
  if (!isOurs) return undefined
  if (has(node, 'profiles', 'architecture', 'ephemeral', 'stateful', 'expanded_config', 'type', 'status'))
    return 'instance'
  return has(node, 'devices', 'used_by', 'description') ? 'profile' : undefined
}

export interface Documents {
  readonly instances: readonly Node[]
  readonly profiles: ReadonlyMap<string, Node>
}
/** Everything of the document: a single one, a list of them, or the lists of a preseed file. */
export function documentsOf(root: Node): Documents {
  const instances: Node[] = []
  const profiles = new Map<string, Node>()
  const take = (node: Node, expected?: 'instance' | 'profile'): void => {
    const kind = expected ?? kindOf(node)
    const name = textOf(child(node, 'name'))
    if (kind === 'instance' && isMap(node)) instances.push(node)
    else if (kind === 'profile' && name !== undefined) profiles.set(name, node)
  }
  if (isList(root)) for (const node of elements(root).slice(0, MAX_CONTAINERS + 1)) take(node)
  else {
    take(root)
    for (const node of elements(child(root, 'instances'))) take(node, 'instance')
    for (const node of elements(child(root, 'profiles'))) if (isMap(node)) take(node, 'profile')
  }
  return { instances, profiles }
}

/** A preseed: instances or profiles in lists of their own. */
const isPreseed = (root: Node): boolean =>
  ['instances', 'profiles'].some((key) =>
    elements(child(root, key))
      .slice(0, 50)
      .some(
        (node) => isMap(node) && has(node, 'config', 'devices') && (kindOf(node) !== undefined || hasDevices(node)),
      ),
  )
export const isLxd = (root: Node): boolean =>
  isList(root)
    ? elements(root)
        .slice(0, 50)
        .some((node) => kindOf(node) !== undefined)
    : isMap(root) && !has(root, 'apiVersion') && (kindOf(root) !== undefined || isPreseed(root))

/** An instance with its profiles merged in: the configuration and devices that count. */
export interface Instance {
  readonly name: string
  readonly node: Node
  readonly config: ReadonlyMap<string, Node>
  readonly devices: ReadonlyMap<string, Node>
  /** What may say anything and is not known: a profile that is applied and was not given, devices that are none. */
  readonly hole?: Hole
}
export interface Hole {
  readonly place: Place
  readonly because: string
  /** The profile that was not given. */
  readonly profile?: string
}
const notGiven = (profile: Node): Hole => {
  const name = (textOf(profile) ?? '').slice(0, 80)
  return { place: profile.place, because: `a profile that is applied was not given: ${name}`, profile: name }
}

/** A key that should be a map and is none. */
function noMap(node: Node, key: string): Hole | undefined {
  const found = child(node, key)
  return found.unknown !== undefined || (found.missing !== true && found.value !== null && !isMap(found))
    ? { place: found.place, because: found.unknown ?? `${key} is not a map` }
    : undefined
}
const inherited = (node: Node): Node => ({ ...node, inherited: true })

/** LXD applies profiles in order, and the instance last; `expanded_config` is that, done. */
function merged(node: Node, name: string, profiles: ReadonlyMap<string, Node>): Instance {
  const config = new Map<string, Node>()
  const devices = new Map<string, Node>()
  const own = (key: string): readonly (readonly [string, Node])[] => entries(child(node, key))
  if (isMap(child(node, 'expanded_config'))) {
    const local = child(node, 'config')
    for (const [key, value] of own('expanded_config'))
      config.set(key, isMap(local) && !local.value.has(key) ? inherited(value) : value)
    for (const [key, value] of own('expanded_devices')) devices.set(key, value)
    const hole = noMap(node, 'expanded_devices')
    return { name, node, config, devices, ...(hole && { hole }) }
  }
  const applied = elements(child(node, 'profiles'))
  // Every instance has a root disk. Where it is among these devices, they are those of the profiles too (--expanded).
  const isExpanded = own('devices').some(([, device]) => textOf(child(device, 'path')) === '/')
  let hole = noMap(node, 'devices')
  for (const profile of applied) {
    const found = profiles.get(textOf(profile) ?? '')
    if (!found) {
      if (!isExpanded) hole ??= notGiven(profile)
      continue
    }
    for (const [key, value] of entries(child(found, 'config'))) config.set(key, inherited(value))
    for (const [key, value] of entries(child(found, 'devices'))) devices.set(key, inherited(value))
  }
  for (const [key, value] of own('config')) config.set(key, value)
  for (const [key, value] of own('devices')) devices.set(key, value)
  return { name, node, config, devices, ...(hole && { hole }) }
}

/** https://documentation.ubuntu.com/lxd/latest/reference/devices/; `none` takes away what a profile brings. */
const DEVICE_TYPES = new Set(
  'none nic disk unix-char unix-block usb gpu infiniband proxy unix-hotplug tpm pci'.split(' '),
)

export function instancesOf(root: Node): Read<readonly Instance[]> {
  const { instances, profiles } = documentsOf(root)
  const notices: Notice[] = []
  const found: Instance[] = []
  for (const [index, node] of instances.entries()) {
    const file = node.place.file.replace(/^.*\//, '').replace(/\.(?:ya?ml|json)$/, '')
    const name = textOf(child(node, 'name')) ?? (instances.length === 1 ? file : `instance-${index + 1}`)
    if (textOf(child(node, 'type')) === 'virtual-machine') {
      notices.push({
        id: 'lxd-virtual-machine',
        place: node.place,
        message: `${name.slice(0, 80)} is a virtual machine: it has a kernel of its own and is no container, so that it was not checked.`,
        lost: false,
      })
      continue
    }
    const instance = merged(node, name, profiles)
    const { hole } = instance
    if (hole?.profile !== undefined)
      notices.push({
        id: 'lxd-profile-missing',
        place: hole.place,
        message: `The profile ${hole.profile} is applied and was not given, so that what the instance itself does not say is not known. Give what counts: lxc config show --expanded ${name.slice(0, 80)}`,
        lost: false,
      })
    for (const device of instance.devices.values()) {
      const type = textOf(child(device, 'type')) ?? ''
      if (!DEVICE_TYPES.has(type))
        notices.push({
          id: 'lxd-device-unknown',
          place: device.place,
          message: `"${type.slice(0, 40)}" is no type of device that LXD or Incus has, so that what this one gives the container is not known. Correct its type, or remove it.`,
          lost: true,
        })
    }
    found.push(instance)
  }
  if (instances.length === 0 && profiles.size > 0)
    notices.push({
      id: 'lxd-profile',
      place: root.place,
      message:
        'These are profiles: what they say is checked where an instance of the same file applies them. Give an instance: lxc config show --expanded NAME',
      lost: false,
    })
  return { value: found, notices }
}
