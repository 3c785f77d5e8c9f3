/** What may not stand together in one rule, though each word of it is known (the parsers' own checks). */
import type { Place } from '../../model/place.ts'
import type { Fault, Reader } from './lexer.ts'
import type { Condition, PeerRule } from './syntax.ts'
import {
  FAMILIES,
  isSignal,
  MOUNT_COMMANDS,
  MOUNT_OPTIONS,
  NEW_MOUNT_OPTIONS,
  PEER_ACCESS,
  PROPAGATION,
  PROTOCOLS,
  RLIMITS,
  SIZE_UNITS,
  SOCKET_TYPES,
  TIME_UNITS,
} from './words.ts'

const quoted = (word: string): string => JSON.stringify(word.length > 60 ? `${word.slice(0, 60)}…` : word)

/** Family and type of the one or two words of a network rule. */
export function checkNetwork(
  words: readonly string[],
  conditions: readonly Condition[],
  peer: readonly Condition[],
  access: readonly string[],
  fault: (message: string) => Fault,
): readonly [family: string | undefined, type: string | undefined] {
  const [first, second] = words
  for (const condition of [...conditions, ...peer]) checkNetworkCondition(condition, peer.includes(condition), fault)
  for (const list of [conditions, peer]) {
    const twice = repeated(list)
    if (twice !== undefined) throw fault(`${twice} is given twice`)
  }
  if (peer.length > 0 && access.some((one) => !PEER_ACCESS.has(one))) throw fault(PEERLESS)
  if (first === undefined) return [undefined, undefined]
  const isType = (word: string): boolean => SOCKET_TYPES.has(word) || Object.hasOwn(PROTOCOLS, word)
  if (second === undefined && !FAMILIES.has(first)) {
    if (isType(first)) return [undefined, first]
    throw fault(`${quoted(first)} is no family, type or protocol of sockets`)
  }
  if (!FAMILIES.has(first)) throw fault(`${quoted(first)} is no family of sockets`)
  const conditional = conditions.length + peer.length > 0
  if (conditional && first !== 'inet' && first !== 'inet6') throw fault(`The family ${first} has no addresses or ports`)
  if (second === undefined) return [first, undefined]
  if (!isType(second)) throw fault(`${quoted(second)} is no type or protocol of sockets`)
  const protocol = PROTOCOLS[second]
  if (protocol && !SOCKET_TYPES.has(second) && !protocol.families.includes(first))
    throw fault(`The family ${first} has no protocol ${second}`)
  return [first, second]
}
const PEERLESS = 'create, shutdown, setattr, getattr, bind, listen, setopt and getopt have no peer'

function checkNetworkCondition(
  { name, operator, values }: Condition,
  isPeer: boolean,
  fault: (message: string) => Fault,
): void {
  const [value = ''] = values
  if (name === 'label') {
    if (operator !== '=' && operator !== ':=') throw fault('label takes = or :=')
    return
  }
  if (operator !== '=') throw fault(`${name} takes =`)
  if (name === 'ip') {
    if (value !== 'none' && !isAddress(value)) throw fault(`${quoted(value)} is no address`)
  } else if (name === 'port') {
    const ports = value.split('-').map((one) => (/^\d{1,5}$/.test(one) ? Number(one) : Number.NaN))
    const [from = Number.NaN, to = from] = ports
    if (ports.length > 2 || !(from <= 65535) || !(to <= 65535) || from > to) throw fault(`${quoted(value)} is no port`)
  } else if (name !== 'interface') throw fault(`${quoted(name)} is no condition of a network rule`)
  else if (isPeer) throw fault('interface has no meaning for a peer')
}
function isAddress(text: string): boolean {
  const four = /^(\d{1,3})\.(\d{1,3})\.(\d{1,3})\.(\d{1,3})$/.exec(text)
  if (four) return four.slice(1).every((part) => Number(part) <= 255 && String(Number(part)) === part)
  if (!/^[0-9A-Fa-f:.]{2,45}$/.test(text) || !text.includes(':')) return false
  const halves = text.split('::')
  if (halves.length > 2) return false
  const groups = halves.map((half) => (half === '' ? [] : half.split(':')))
  const all = groups.flat()
  const last = all.at(-1) ?? ''
  const dotted = last.includes('.')
  if (dotted && !isAddress(last)) return false
  const count = all.length + (dotted ? 1 : 0)
  return (
    all.every((group, index) => /^[0-9A-Fa-f]{1,4}$/.test(group) || (dotted && index === all.length - 1)) &&
    (halves.length === 2 ? count <= 7 : count === 8)
  )
}
function repeated(list: readonly Condition[]): string | undefined {
  const seen = new Set<string>()
  for (const { name } of list) {
    if (seen.has(name)) return name
    seen.add(name)
  }
  return undefined
}

/** A rule that no mount(2) could ever match is refused by parsers. */
export function checkMount(
  reader: Reader,
  kind: 'mount' | 'remount' | 'umount',
  {
    conditions,
    source,
    target,
  }: { conditions: readonly Condition[]; source: string | undefined; target: string | undefined },
  place: Place,
  at: number,
): void {
  const flags = new Set<string>()
  let hasType = false
  let count = 0
  for (const { name, operator, values } of conditions) {
    if (name === 'fstype' || name === 'vfstype') hasType = true
    else if (name === 'options' || name === 'option') {
      for (const word of values) {
        const flag = MOUNT_OPTIONS.get(word) ?? NEW_MOUNT_OPTIONS.get(word)
        if (flag === undefined) throw reader.fault(`${quoted(word)} is no option of mount`, at)
        if (NEW_MOUNT_OPTIONS.has(word)) reader.isNew(`the mount option ${word}`, place)
        flags.add(operator === 'in' ? flag.replace('-', '') : flag)
        count++
      }
    } else throw reader.fault(`${quoted(name)} is no condition of a ${kind} rule`, at)
    if (operator === ':=') throw reader.fault(`${name} takes = or in`, at)
  }
  if (kind !== 'mount' || count === 0) return
  const has = (some: ReadonlySet<string>): boolean => [...flags].some((flag) => some.has(flag))
  const possible =
    (flags.has('remount') && !hasType && source === undefined) ||
    ((flags.has('bind') || flags.has('rbind')) && !hasType) ||
    (has(PROPAGATION) && !hasType && source === undefined) ||
    (flags.has('move') && !hasType) ||
    [...flags].some((flag) => !MOUNT_COMMANDS.has(flag))
  const opposed = [...flags].find(
    (flag) =>
      flags.has(`-${flag}`) && [...NEW_MOUNT_OPTIONS.values()].some((one) => one === flag || one === `-${flag}`),
  )
  if (opposed !== undefined) throw reader.fault(`The option ${opposed} and its opposite exclude each other`, at)
  if (!possible && has(PROPAGATION) && !hasType && target === undefined)
    reader.isNew('a mount point without -> in a rule for propagation', place)
  else if (!possible)
    throw reader.fault('No mount can match this rule: what it does and its conditions exclude each other', at)
}

/** What is wrong with a limit. */
export function checkRlimit(name: string, number: string, unit: string | undefined): string | undefined {
  const kind = Object.hasOwn(RLIMITS, name) ? RLIMITS[name] : undefined
  if (kind === undefined) return `${quoted(name)} is no resource limit`
  if (number === 'infinity') return undefined
  const value = Number(number)
  switch (kind) {
    case 'nice':
      if (unit !== undefined) return 'nice has no unit'
      return value < -20 || value > 19 ? 'nice is from -20 to 19' : undefined
    case 'count':
      return unit !== undefined || value < 0 ? `${name} is a number of 0 or more without a unit` : undefined
    case 'bytes':
      if (value < 0) return `${name} is not negative`
      return unit === undefined || SIZE_UNITS.has(unit) ? undefined : `The unit of ${name} is KB, MB or GB`
    default: {
      if (value < 0) return `${name} is not negative`
      if (unit === undefined) return undefined
      const factor = Object.hasOwn(TIME_UNITS, unit) ? TIME_UNITS[unit] : undefined
      if (factor === undefined) return `${quoted(unit)} is no unit of time`
      return value * factor < (kind === 'seconds' ? 1e6 : 1) ? `${name} is at least one second` : undefined
    }
  }
}

/** What is wrong with a signal, ptrace, unix, dbus, userns, mqueue or io_uring rule. */
export function checkPeerRule(rule: PeerRule): string | undefined {
  const { kind, access, conditions, peer } = rule
  for (const { name, operator, values } of [...conditions, ...peer]) {
    if (operator !== '=' && !(operator === '' && kind !== 'dbus')) return `${name} takes = in a ${kind} rule`
    if (operator === '') return `${name} is given no value`
    if (values.length > 1 && (kind === 'dbus' || kind === 'unix' || kind === 'io_uring'))
      return `${name} takes one value`
  }
  const [allowed, allowedPeer] = CONDITIONS[kind]
  for (const [list, names] of [
    [conditions, allowed],
    [peer, allowedPeer],
  ] as const) {
    const foreign = list.find(({ name }) => !names.includes(name))
    if (foreign) return `${quoted(foreign.name)} is no condition of a ${kind} rule${list === peer ? "'s peer" : ''}`
  }
  const twice = repeated(conditions.filter(({ name }) => name !== 'set')) ?? repeated(peer)
  if (twice !== undefined) return `${twice} is given twice`
  const valueOf = (name: string, list = conditions): string | undefined =>
    list.find((one) => one.name === name)?.values[0]
  switch (kind) {
    case 'signal': {
      const unknown = conditions.flatMap(({ name, values }) =>
        name === 'set' ? values.filter((word) => !isSignal(word)) : [],
      )
      return unknown[0] === undefined ? undefined : `${quoted(unknown[0])} is no signal`
    }
    case 'unix': {
      const type = valueOf('type')
      if (type !== undefined && !SOCKET_TYPES.has(type) && type !== 'none' && type !== 'dccp')
        return `${quoted(type)} is no type of sockets`
      for (const address of [valueOf('addr'), valueOf('addr', peer)])
        if (address !== undefined && !address.startsWith('@') && address !== 'none' && address !== 'auto')
          return `An address is none, auto or begins with @, but here stands ${quoted(address)}`
      return peer.length > 0 && access.some((one) => !PEER_ACCESS.has(one)) ? PEERLESS : undefined
    }
    case 'dbus':
      return checkDbus(access, conditions, peer)
    case 'mqueue':
      return checkQueue(rule.name, valueOf('type'))
    default:
      return undefined
  }
}
const CONDITIONS: Readonly<Record<PeerRule['kind'], readonly [readonly string[], readonly string[]]>> = {
  signal: [['set', 'peer'], []],
  ptrace: [['peer'], []],
  unix: [
    ['type', 'addr'],
    ['addr', 'label'],
  ],
  dbus: [
    ['bus', 'name', 'path', 'interface', 'member'],
    ['bus', 'name', 'label', 'path', 'interface', 'member'],
  ],
  userns: [[], []],
  mqueue: [['type', 'label'], []],
  io_uring: [['label'], ['label']],
}
function checkDbus(
  access: readonly string[],
  conditions: readonly Condition[],
  peer: readonly Condition[],
): string | undefined {
  const names = new Set(conditions.map(({ name }) => name))
  for (const { name } of peer) if (names.has(name)) return `${name} is given twice`
  const ownsName = names.has('name')
  const message =
    ['path', 'interface', 'member'].some((name) => names.has(name)) || peer.some(({ name }) => name !== 'bus')
  if (message && ownsName) return 'A dbus rule is about messages or about a name on the bus, not about both'
  if (message && access.includes('bind')) return 'bind is about a name on the bus, and this rule is about messages'
  if (ownsName && (access.includes('send') || access.includes('receive')))
    return 'send and receive are about messages, and this rule is about a name on the bus'
  if (access.includes('eavesdrop') && (message || ownsName)) return 'eavesdrop takes bus= alone'
  return undefined
}
function checkQueue(name: string | undefined, type: string | undefined): string | undefined {
  if (type !== undefined && type !== 'posix' && type !== 'sysv') return `${quoted(type)} is no type of message queues`
  if (name === undefined) return undefined
  if (name.startsWith('/')) return type === 'sysv' ? 'The name of a sysv queue is a number' : undefined
  if (/^\d+$/.test(name)) return type === 'posix' ? 'The name of a posix queue begins with /' : undefined
  return 'The name of a message queue begins with / or is a number'
}
