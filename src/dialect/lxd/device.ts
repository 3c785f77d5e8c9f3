/** Devices of an instance: disks, devices of the host, proxies, networks. */
import { child, textOf, type Node } from '../../document/node.ts'
import { byDefault, unknown, type Fact } from '../../model/fact.ts'
import { propagations, type container, type MountFacts } from '../../model/fields.ts'
import type { Place } from '../../model/place.ts'
import type { Element } from '../../model/row.ts'
import { ask, type Answer, type Ask, type Scope } from '../ask.ts'
import { unknownMount } from '../docker/mount.ts'
import { devices as ofRaw, mounts as ofLxc } from '../lxc/mount.ts'
import { absent, instanceOf, said, truth } from './setting.ts'

type Device = Element<(typeof container.devices)['of']>
type Port = Element<(typeof container.ports)['of']>
type Kind = Extract<MountFacts['facts']['kind'], { value: unknown }>['value']
type Propagation = Extract<MountFacts['facts']['propagation'], { value: unknown }>['value']

/** The devices of these types, each with its text of a key. */
const devicesOf = (scope: Scope, ...types: readonly string[]): readonly Node[] =>
  [...(instanceOf(scope)?.devices.values() ?? [])].filter((node) => {
    const type = textOf(child(node, 'type'))
    return type === undefined ? types.includes('') : types.includes(type)
  })
/** What a key says, with the device's own way of being known. */
const part = (node: Node, key: string): Node => ({
  ...child(node, key),
  ...(node.inherited && { inherited: true as const }),
})
const text = (node: Node, key: string): string => textOf(child(node, key)) ?? ''
const hidden = (node: Node, key: string): Fact<never> | undefined => {
  const { unknown: because, place } = child(node, key)
  return because === undefined ? undefined : unknown(place, because, 'user')
}
const field = (node: Node, key: string, otherwise: string, because: string): Fact<string> =>
  hidden(node, key) ??
  (text(node, key) === '' ? byDefault(node.place, otherwise, because) : said(part(node, key), text(node, key)))

/** How a list is known: written where one element is. */
function gathered<E>(
  scope: Scope,
  nodes: readonly Node[],
  elements: readonly E[],
  stranger: (fact: () => Fact<never>, at: { readonly place: Place }) => E,
): Answer<readonly E[]> {
  const { hole } = instanceOf(scope) ?? {}
  const open = hole ? [stranger(() => unknown(hole.place, hole.because, 'file'), hole)] : []
  const [first] = nodes
  if (!first) return hole ? absent(scope) : { how: 'silent', place: scope.self.place }
  const own = nodes.find((node) => node.inherited !== true) ?? first
  return said({ ...own, value: null }, [...elements, ...open])
}

const strangeMount = (fact: () => Fact<never>, { place }: { readonly place: Place }): MountFacts =>
  unknownMount(place, fact)
function disk(node: Node): MountFacts {
  const source = text(node, 'source')
  const kind: Kind =
    text(node, 'pool') !== ''
      ? 'volume'
      : source.startsWith('tmpfs:')
        ? 'tmpfs'
        : /^[a-z-]+:/.test(source)
          ? 'other'
          : source.startsWith('/dev/')
            ? 'device'
            : 'bind'
  const propagation = text(node, 'propagation')
  const word = propagations.find((each) => each === propagation)
  const options = text(node, 'raw.mount.options')
    .split(',')
    .filter((option) => option !== '')
  const shift = truth(text(node, 'shift')) === true ? ['shift'] : []
  const readOnly = truth(text(node, 'readonly'))
  return {
    place: node.place,
    facts: {
      kind: hidden(node, 'source') ?? said(part(node, 'source').missing ? node : part(node, 'source'), kind),
      type: said(part(node, 'type'), 'disk'),
      // The place of the device, as that of the finding on it: what follows from the source speaks of the same.
      source:
        hidden(node, 'source') ??
        (source === '' ? byDefault(node.place, '', 'a volume of the pool') : said(node, source)),
      target: field(node, 'path', '', 'no path is written'),
      readOnly:
        hidden(node, 'readonly') ??
        (text(node, 'readonly') === ''
          ? byDefault(node.place, false, 'writable unless readonly is true')
          : readOnly === undefined
            ? unknown(child(node, 'readonly').place, 'readonly is neither true nor false', 'user')
            : said(part(node, 'readonly'), readOnly)),
      propagation:
        propagation === ''
          ? byDefault(node.place, 'private', 'LXD makes it private unless told')
          : word
            ? said(part(node, 'propagation'), word)
            : unknown(child(node, 'propagation').place, `"${propagation.slice(0, 40)}" is not a propagation`, 'user'),
      options:
        options.length + shift.length === 0
          ? byDefault(node.place, [], 'no options are written')
          : said(
              node,
              [...options, ...shift].map((option) => said(node, option)),
            ),
    },
  }
}
/** A proxy that listens in the container and connects to a socket of the host: as good as the socket itself. */
function socket(node: Node): MountFacts {
  const source = text(node, 'connect').replace(/^unix:/, '')
  return {
    place: node.place,
    facts: {
      kind: said(node, 'bind'),
      type: said(part(node, 'type'), 'proxy'),
      source: said(node, source),
      target: said(part(node, 'listen'), text(node, 'listen').replace(/^unix:/, '')),
      readOnly: byDefault(node.place, false, 'a socket is written to'),
      propagation: byDefault(node.place, 'private', 'a socket has no mounts below it'),
      options: byDefault(node.place, [], 'no options are written'),
    },
  }
}
const listensInside = (node: Node): boolean => /^(?:instance|container|guest)$/.test(text(node, 'bind'))
const isSocket = (node: Node): boolean =>
  text(node, 'type') === 'proxy' && listensInside(node) && text(node, 'connect').startsWith('unix:/')

/** A device that may be any; what may be mounted so is at least not shared with the host's mounts. */
function untyped(node: Node): MountFacts {
  const strange = strangeMount(() => unknown(node.place, 'the device has no type', 'user'), node)
  const propagation = byDefault<Propagation>(node.place, 'private', 'LXD makes it private unless told')
  return { ...strange, facts: { ...strange.facts, propagation } }
}

/** What the devices mount, and what raw.lxc mounts besides; the root disk is the root file system. */
export const mounts: Ask<readonly MountFacts[]> = ask((scope): Answer<readonly MountFacts[]> => {
  const disks = devicesOf(scope, 'disk').filter((node) => text(node, 'path') !== '/')
  const sockets = devicesOf(scope, 'proxy').filter(isSocket)
  // LXD refuses a device without a type; a root disk is one by its path.
  const lost = devicesOf(scope, '').filter((node) => text(node, 'path') !== '/')
  const made = gathered(
    scope,
    [...disks, ...sockets, ...lost],
    [...disks.map(disk), ...sockets.map(socket), ...lost.map(untyped)],
    strangeMount,
  )
  // LXC's asks speak of the root file system too, which LXD gives.
  const raw = ofLxc.read(scope)
  const more =
    raw.how === 'silent' || raw.how === 'unknown'
      ? []
      : raw.value.filter(({ facts }) => facts.source.how !== 'default' || facts.target.how === 'unknown')
  if (more.length === 0) return made
  if (made.how === 'silent' && raw.how !== 'silent' && raw.how !== 'unknown') return { ...raw, value: more }
  return made.how === 'silent' || made.how === 'unknown' ? made : { ...made, value: [...made.value, ...more] }
})
/** `readonly` of the root disk, or what raw.lxc says of it. */
export const readOnlyRoot: Ask<boolean> = ask((scope): Answer<boolean> => {
  const root = devicesOf(scope, 'disk', '').find((node) => text(node, 'path') === '/')
  const is = root && truth(text(root, 'readonly'))
  return root && is !== undefined
    ? said(part(root, 'readonly'), is)
    : { how: 'silent', place: (root ?? scope.self).place }
})

const HOST: readonly string[] = ['unix-char', 'unix-block', 'unix-hotplug', 'usb', 'gpu', 'pci', 'tpm', 'infiniband']
function device(node: Node): Device {
  const type = text(node, 'type')
  const path = text(node, 'path')
  const name =
    text(node, 'source') ||
    path ||
    (type === 'gpu'
      ? '/dev/dri'
      : type === 'usb' || type === 'unix-hotplug'
        ? `${type} ${text(node, 'vendorid')}:${text(node, 'productid')}`
        : `${type} ${text(node, 'address') || text(node, 'parent')}`)
  const named = ['source', 'path'].find((key) => text(node, key) !== '')
  return {
    place: node.place,
    facts: {
      source:
        hidden(node, 'source') ??
        hidden(node, 'path') ??
        said(named === undefined ? node : part(node, named), name.trim()),
      target:
        path === '' ? byDefault(node.place, '', 'at the same place as on the host') : said(part(node, 'path'), path),
      permissions: byDefault(node.place, 'rwm', 'LXD lets the container read, write and make it'),
    },
  }
}
export const devices: Ask<readonly Device[]> = ask((scope): Answer<readonly Device[]> => {
  const found = devicesOf(scope, ...HOST)
  const made = gathered(scope, found, found.map(device), (fact, { place }) => ({
    place,
    facts: { source: fact(), target: fact(), permissions: fact() },
  }))
  const raw = ofRaw.read(scope)
  if (raw.how === 'silent' || raw.how === 'unknown') return made
  return made.how === 'silent' || made.how === 'unknown' ? raw : { ...made, value: [...made.value, ...raw.value] }
})

/** `tcp:0.0.0.0:80`, `tcp:[::]:80`, `udp:127.0.0.1:53-54` */
const ADDRESS = /^(tcp|udp):(\[[^\]]*\]|[^:]*):(\d{1,5})(?:-\d{1,5})?(?:,.*)?$/
function port(node: Node): Port {
  const [, protocol, address = '', host] = ADDRESS.exec(text(node, 'listen')) ?? []
  const [, , , inside] = ADDRESS.exec(text(node, 'connect')) ?? []
  const listen = part(node, 'listen')
  const strange = (): Fact<never> => unknown(node.place, `"${text(node, 'listen').slice(0, 60)}" is no address`, 'user')
  return {
    place: node.place,
    facts: {
      container: inside === undefined ? strange() : said(part(node, 'connect'), Number(inside)),
      published: said(listen, true),
      host: host === undefined ? strange() : said(listen, Number(host)),
      address: protocol === undefined ? strange() : said(listen, address.replace(/^\[|\]$/g, '')),
      protocol: protocol === undefined ? strange() : said(listen, protocol === 'udp' ? 'udp' : 'tcp'),
    },
  }
}
/** Proxies that listen on the host. */
export const ports: Ask<readonly Port[]> = ask((scope) => {
  const found = devicesOf(scope, 'proxy').filter(
    (node) => !listensInside(node) && !text(node, 'listen').startsWith('unix:'),
  )
  return gathered(scope, found, found.map(port), (fact, { place }) => ({
    place,
    facts: { container: fact(), published: fact(), host: fact(), address: fact(), protocol: fact() },
  }))
})

export const networkMode: Ask<string> = ask((scope): Answer<string> => {
  const [first] = devicesOf(scope, 'nic')
  if (!first) return absent(scope)
  return text(first, 'nictype') === '' ? said(first, 'network') : said(part(first, 'nictype'), text(first, 'nictype'))
})
export const networkNames: Ask<readonly Fact<string>[]> = ask((scope) => {
  const found = devicesOf(scope, 'nic')
  const names = found.flatMap((node) => {
    const key = ['network', 'parent'].find((each) => text(node, each) !== '')
    return key === undefined ? [] : [said(part(node, key), text(node, key))]
  })
  return gathered(scope, found, names, (fact) => fact())
})
