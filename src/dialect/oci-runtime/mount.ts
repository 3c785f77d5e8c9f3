/** Mounts and devices of a config.json (config.md, Mounts; config-linux.md, Devices). */
import { child, elements, isList, textOf, type Node } from '../../document/node.ts'
import { dockerBytes } from '../../document/unit.ts'
import { byDefault, set, unknown, type Fact } from '../../model/fact.ts'
import { propagations, type container, type MountFacts } from '../../model/fields.ts'
import type { Element } from '../../model/row.ts'
import { ask, at, asMap, field, items, parse, scalarFact, type Answer, type Ask, type Scope } from '../ask.ts'

type Device = Element<(typeof container.devices)['of']>
type Propagation = MountFacts['facts']['propagation']

const propagationOf = (word: string | undefined): (typeof propagations)[number] | undefined =>
  propagations.find((each) => each === word)

export const mounts: Ask<readonly MountFacts[]> = ask((scope) =>
  items('mounts', (node) => mount(asMap(node), scope)).read(scope),
)

function mount(node: Node, scope: Scope): MountFacts {
  const { place } = node
  const list = child(node, 'options')
  const options = elements(list)
  const last = (matches: (word: string) => boolean): Node | undefined =>
    options.findLast((each) => matches(textOf(each) ?? ''))
  const type = scalarFact(child(node, 'type'), 'a text', parse.text)
  const bind = last((word) => word === 'bind' || word === 'rbind')
  const isBind = bind !== undefined || (type.how !== 'silent' && type.how !== 'unknown' && type.value === 'bind')
  const access = last((word) => ['ro', 'rro', 'rw', 'rrw'].includes(word))
  const word = textOf(access ?? child(node, '')) ?? ''
  const unreadable =
    list.unknown ??
    (list.missing === true || list.value === null || isList(list) ? undefined : 'options is not a list') ??
    (options.some((each) => textOf(each) === undefined) ? 'an option is not a text' : undefined)
  const unsure = unreadable === undefined ? undefined : unknown(list.place, unreadable, 'user')
  return {
    place,
    facts: {
      kind: isBind
        ? set((bind ?? child(node, 'type')).place, 'bind')
        : (unsure ??
          (type.how === 'unknown'
            ? type
            : type.how === 'silent'
              ? byDefault(place, 'other', 'no type is written')
              : { ...type, value: type.value === 'tmpfs' ? ('tmpfs' as const) : ('other' as const) })),
      type:
        type.how === 'silent'
          ? byDefault(place, isBind ? 'bind' : '', isBind ? 'the options say bind' : 'no type is written')
          : type,
      source: field(node, 'source', 'a text', parse.text, '', 'no source is written'),
      target: field(node, 'destination', 'a text', parse.text, '', 'no destination is written'),
      readOnly: access
        ? set(access.place, word === 'ro' || word === 'rro')
        : unsure
          ? { ...unsure }
          : byDefault(place, false, 'writable unless an option says ro'),
      propagation: propagation(
        last((each) => propagationOf(each) !== undefined),
        unsure,
        isBind,
        node,
        scope,
      ),
      options:
        unreadable !== undefined && !isList(list)
          ? unknown(list.place, unreadable, 'user')
          : isList(list)
            ? set(list.place, options.map(optionFact))
            : byDefault(place, [], 'no options are written'),
    },
  }
}
const optionFact = (node: Node): Fact<string> => {
  const answer = scalarFact(node, 'a text', parse.text)
  return answer.how === 'silent' ? unknown(node.place, 'an option is empty', 'user') : answer
}

/** A bind mount takes the propagation of the root; runc makes that rslave unless linux.rootfsPropagation says otherwise. */
function propagation(
  option: Node | undefined,
  unsure: Fact<never> | undefined,
  isBind: boolean,
  node: Node,
  scope: Scope,
): Propagation {
  const own = propagationOf(option && textOf(option))
  if (option && own) return set(option.place, own)
  if (unsure) return { ...unsure }
  if (!isBind) return byDefault(node.place, 'private', 'a new file system is private unless an option says otherwise')
  const root = scalarFact(at(scope, 'self', 'linux.rootfsPropagation'), 'a text', parse.text)
  if (root.how === 'silent') return byDefault(node.place, 'rslave', 'runc makes its mounts slaves unless told')
  if (root.how === 'unknown') return root
  const word = propagationOf(root.value)
  return word
    ? { how: 'inherited', place: root.place, value: word }
    : unknown(root.place, `"${root.value}" is not one of ${propagations.join(', ')}`, 'user')
}

/** Size of the tmpfs on /dev/shm. */
export const sharedMemory: Ask<number> = ask((scope): Answer<number> => {
  const shm = elements(at(scope, 'self', 'mounts')).find((each) => textOf(child(each, 'destination')) === '/dev/shm')
  const size = shm && elements(child(shm, 'options')).findLast((each) => textOf(each)?.startsWith('size=') === true)
  if (!size) return { how: 'silent', place: (shm ?? scope.self).place }
  const bytes = dockerBytes((textOf(size) ?? '').slice('size='.length))
  return bytes === undefined ? unknown(size.place, 'the size is not a number of bytes', 'user') : set(size.place, bytes)
})

/** A service account's token is a mount like any other here. */
export const tokenMount: Ask<boolean> = ask((scope): Answer<boolean> => {
  const found = elements(at(scope, 'self', 'mounts')).find((each) =>
    /^(?:\/var)?\/run\/secrets\/kubernetes\.io\/serviceaccount\/?$/.test(textOf(child(each, 'destination')) ?? ''),
  )
  return found ? set(found.place, true) : { how: 'silent', place: at(scope, 'self', 'mounts').place }
})

/** Device nodes made in the container, with what the device cgroup lets it do to each. */
export const devices: Ask<readonly Device[]> = ask((scope) =>
  items('linux.devices', (element): Device => {
    const node = asMap(element)
    return {
      place: node.place,
      facts: {
        source: field(node, 'path', 'a text', parse.text, '', 'no path is written'),
        target: field(node, 'path', 'a text', parse.text, '', 'no path is written'),
        permissions: permissions(node, at(scope, 'self', 'linux.resources.devices')),
      },
    }
  }).read(scope),
)
function permissions(device: Node, rules: Node): Fact<string> {
  if (device.unknown !== undefined) return unknown(device.place, device.unknown, 'user')
  if (!isList(rules)) return byDefault(device.place, 'rwm', 'no device rules are written')
  const type = (textOf(child(device, 'type')) ?? '').replace('u', 'c')
  const same = (rule: Node, key: string): boolean => {
    const number = parse.int(child(rule, key))
    return number === undefined || number === -1 || number === parse.int(child(device, key))
  }
  let place = rules.place
  let rights = new Set<string>()
  for (const rule of rules.value) {
    const kind = textOf(child(rule, 'type')) ?? 'a'
    if ((kind !== 'a' && kind !== type) || !same(rule, 'major') || !same(rule, 'minor')) continue
    const access = new Set(textOf(child(rule, 'access')) ?? 'rwm')
    const allows = parse.bool(child(rule, 'allow')) === true
    if (allows) place = rule.place
    rights = allows ? rights.union(access) : rights.difference(access)
  }
  return set(place, ['r', 'w', 'm'].filter((right) => rights.has(right)).join(''))
}

/** `c 10:229 rw`, as Docker writes them; what a rule forbids has `deny` before it. */
export const deviceRules: Ask<readonly Fact<string>[]> = items('linux.resources.devices', (element): Fact<string> => {
  const rule = asMap(element)
  const allow = scalarFact(child(rule, 'allow'), 'true or false', parse.bool)
  if (allow.how === 'unknown') return allow
  const number = (key: string): string => {
    const value = parse.int(child(rule, key))
    return value === undefined || value === -1 ? '*' : String(value)
  }
  const text = `${textOf(child(rule, 'type')) ?? 'a'} ${number('major')}:${number('minor')} ${textOf(child(rule, 'access')) ?? 'rwm'}`
  return set(rule.place, allow.how !== 'silent' && allow.value ? text : `deny ${text}`)
})
