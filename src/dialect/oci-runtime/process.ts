/** What a config.json says of its process: user, capabilities, labels, limits, environment. */
import { child, textOf, type Node } from '../../document/node.ts'
import { byDefault, set, unknown, type Fact } from '../../model/fact.ts'
import type { container } from '../../model/fields.ts'
import type { Element } from '../../model/row.ts'
import { onLinux } from './platform.ts'
import { ask, at, asMap, items, parse, refuse, scalarFact, text, listOfTexts, type Answer, type Ask } from '../ask.ts'

type Ulimit = Element<(typeof container.ulimits)['of']>
type Variable = Element<(typeof container.environment)['of']>
type Sysctl = Element<(typeof container.sysctls)['of']>

/** A value where a process is described and does not say; without a process there is nothing to know. */
export const withProcess = <T>(value: () => T, because: string): Ask<T> =>
  ask((scope): Answer<T> => {
    const process = child(scope.self, 'process')
    return process.missing === true || process.value === null
      ? { how: 'silent', place: process.place }
      : byDefault(process.place, value(), because)
  })

const capability = (name: string): string => name.toUpperCase().replace(/^CAP_/, '')
/** What is not written is not had: runc starts from the empty set (libcontainer/init_linux.go, finalizeNamespace). */
export const bounding: Ask<readonly Fact<string>[]> = onLinux(
  listOfTexts('process.capabilities.bounding', capability),
).else(withProcess(() => [], 'config.json writes no bounding set, so that it is empty'))
export const ambient: Ask<readonly Fact<string>[]> = listOfTexts('process.capabilities.ambient', capability)
export const permitted: Ask<readonly Fact<string>[]> = listOfTexts('process.capabilities.permitted', capability)
export const inheritable: Ask<readonly Fact<string>[]> = listOfTexts('process.capabilities.inheritable', capability)

/** Profiles that container engines load under a name of their own. */
const OF_ENGINES =
  /^(?:docker-default|cri-containerd\.apparmor\.d|crio-default|nerdctl-default|containers-default-[\d.]+)$/
export const apparmorKind: Ask<'runtime-default' | 'unconfined' | 'profile'> = text('process.apparmorProfile').to(
  (name) =>
    name === ''
      ? undefined
      : name === 'unconfined'
        ? ('unconfined' as const)
        : OF_ENGINES.test(name)
          ? ('runtime-default' as const)
          : ('profile' as const),
)
export const apparmorName: Ask<string> = text('process.apparmorProfile').to((name) =>
  name === 'unconfined' ? undefined : name,
)

/** Part of `user:role:type:level`; the level may hold colons. */
export const label = (part: 0 | 1 | 2 | 3): Ask<string> =>
  text('process.selinuxLabel').to((whole) => {
    if (whole === '') return undefined
    const parts = whole.split(':')
    return parts.length < 3
      ? refuse(`"${whole}" is not user:role:type:level`, 'user')
      : part === 3
        ? parts.slice(3).join(':')
        : (parts[part] ?? '')
  })

/** RLIMIT_NOFILE -> nofile. RLIM_INFINITY is the largest 64-bit number. */
export const ulimits: Ask<readonly Ulimit[]> = items('process.rlimits', (element): Ulimit => {
  const node = asMap(element)
  const type = scalarFact(child(node, 'type'), 'a text', parse.text)
  return {
    place: node.place,
    facts: {
      name:
        type.how === 'silent'
          ? unknown(type.place, 'the limit has no type', 'user')
          : type.how === 'unknown'
            ? type
            : { ...type, value: type.value.toLowerCase().replace(/^rlimit_/, '') },
      soft: rlimit(child(node, 'soft')),
      hard: rlimit(child(node, 'hard')),
    },
  }
})
function rlimit(node: Node): Fact<number> {
  const answer = scalarFact(node, 'a whole number', (each) =>
    typeof each.value === 'number' && each.value >= 2 ** 53 ? -1 : parse.int(each),
  )
  return answer.how === 'silent' ? byDefault(node.place, 0, 'no value is written') : answer
}

export const environment: Ask<readonly Variable[]> = items('process.env', (node): Variable => {
  const { place } = node
  const whole = scalarFact(node, 'a text', parse.text)
  const part = (pick: (text: string, sign: number) => string): Fact<string> =>
    whole.how === 'silent'
      ? unknown(place, 'the variable is empty', 'user')
      : whole.how === 'unknown'
        ? { ...whole }
        : { ...whole, value: pick(whole.value, whole.value.indexOf('=')) }
  return {
    place,
    facts: {
      name: part((text, sign) => (sign < 0 ? text : text.slice(0, sign))),
      value: part((text, sign) => (sign < 0 ? '' : text.slice(sign + 1))),
      fromSecret: byDefault(place, false, 'config.json holds the value itself'),
    },
  }
})

export const sysctls: Ask<readonly Sysctl[]> = items('linux.sysctl', (node, key): Sysctl => {
  const value = scalarFact(node, 'a text', parse.text)
  return {
    place: node.place,
    facts: {
      name: key === undefined ? unknown(node.place, 'sysctl is not a map', 'user') : set(node.place, key),
      value: value.how === 'silent' ? byDefault(node.place, '', 'no value is written') : value,
    },
  }
})

/** Names that engines note in annotations, whose keys have dots. */
export const annotation = (...keys: readonly string[]): Ask<string> =>
  ask((scope): Answer<string> => {
    const all = at(scope, 'self', 'annotations')
    const found = keys.map((key) => child(all, key)).find((each) => (textOf(each) ?? '') !== '')
    return found ? scalarFact(found, 'a text', parse.text) : { how: 'silent', place: scope.self.place }
  })
