/** Namespaces, id mappings and networks of an LXC container. */
import { byDefault, derived, type Fact } from '../../model/fact.ts'
import type { container } from '../../model/fields.ts'
import type { Element } from '../../model/row.ts'
import { ask, type Answer, type Ask, type Scope } from '../ask.ts'
import { hidden, linesOf, said, strange, type Line } from './line.ts'
import { collected, every, last, listed, wordsOf } from './setting.ts'

type Type = 'pid' | 'net' | 'mnt' | 'ipc' | 'uts' | 'user' | 'cgroup' | 'time'
type Owner = 'own' | 'host' | 'container'
type Mapping = Element<(typeof container.uidMappings)['of']>

/** Those of the host's init are the host's. */
const joins = (text: string): 'host' | 'container' => (text === '1' ? 'host' : 'container')

/** What `lxc.namespace.share`, `keep` and `clone` say of a namespace; silent where none does. */
const asked = (type: Type): Ask<Owner> =>
  ask((scope): Answer<Owner> => {
    const share = last(scope, `lxc.namespace.share.${type}`)
    if (share.how !== 'silent') return share.how === 'unknown' ? share : { ...share, value: joins(share.value.text) }
    for (const key of ['keep', 'clone'] as const) {
      const { lines } = listed(scope, (name) => name === `lxc.namespace.${key}`)
      const sets = lines.filter(({ hole }) => hole === undefined)
      const names = sets.find((line) => line.text.split(/[ \t]+/).includes(type))
      const [first] = sets
      if (key === 'keep' && names) return said(names, 'host')
      if (key === 'clone' && first) return said(names ?? first, names ? 'own' : 'host')
    }
    return { how: 'silent', place: scope.self.place }
  })

/** The container, or process, whose namespace it joins. */
export const joinedOf = (type: Type): Ask<string> =>
  ask((scope) => last(scope, `lxc.namespace.share.${type}`)).to(({ text }) =>
    joins(text) === 'host' ? undefined : text,
  )

export const namespace = (type: Exclude<Type, 'user' | 'net' | 'time'>): Ask<Owner> => asked(type)

/** Kinds of networks, by their number; the last that is written of each. */
interface Network {
  readonly number: string
  readonly line: Line
}
function networks(scope: Scope): { readonly types: readonly Network[]; readonly hole?: Line } {
  const found = new Map<string, Line>()
  let hole: Line | undefined
  for (const line of linesOf(scope)) {
    const number = /^lxc\.net\.(\d+)\.type$/.exec(line.key)?.[1]
    if (line.hole !== undefined) hole = line
    else if (line.key === 'lxc.net' && line.text === '') {
      found.clear()
      hole = undefined
    } else if (number !== undefined && line.text === '') found.delete(number)
    else if (number !== undefined) found.set(number, line)
  }
  return { types: [...found].map(([number, line]) => ({ number, line })), ...(hole && { hole }) }
}

/** `none` alone is the host's network; beside another it means nothing (start.c, lxc_requests_empty_network). */
export const network: Ask<Owner> = asked('net').else(
  ask((scope): Answer<Owner> => {
    const { types, hole } = networks(scope)
    const real = types.find(({ line }) => line.text !== 'none')
    const none = types.find(({ line }) => line.text === 'none')
    if (real) return said(real.line, 'own')
    if (hole) return hidden(hole)
    return none ? said(none.line, 'host') : { how: 'silent', place: scope.self.place }
  }),
)
export const networkMode: Ask<string> = ask((scope): Answer<string> => {
  const { types, hole } = networks(scope)
  const [first] = types
  if (!first) return hole ? hidden(hole) : { how: 'silent', place: scope.self.place }
  return said(first.line, [...new Set(types.map(({ line }) => line.text))].join(' '))
})
/** Bridges and interfaces of the host that its networks are tied to. */
export const networkNames: Ask<readonly Fact<string>[]> = every(
  (key) => /^lxc\.net\.\d+\.link$/.test(key),
  (line) => [said(line, line.text)],
  hidden,
)

/** `u 0 100000 65536` */
function mapping(line: Line): Mapping {
  const [, container, host, size] = /^[ug][ \t]+(\d+)[ \t]+(\d+)[ \t]+(\d+)$/.exec(line.text) ?? []
  const id = (text: string | undefined): Fact<number> =>
    text !== undefined && Number.isSafeInteger(Number(text))
      ? said(line, Number(text))
      : strange(line, `"${line.text.slice(0, 60)}" is not u or g, two ids and a number`)
  return { place: line.place, facts: { container: id(container), host: id(host), size: id(size) } }
}
const strangeMapping = (line: Line): Mapping => ({
  place: line.place,
  facts: { container: hidden(line), host: hidden(line), size: hidden(line) },
})
const isMapping = (key: string): boolean => key === 'lxc.idmap'
export const mappings = (kind: 'u' | 'g'): Ask<readonly Mapping[]> =>
  ask((scope): Answer<readonly Mapping[]> => {
    const { lines, emptied } = listed(scope, isMapping)
    // What is neither u nor g may be either.
    const own = lines.filter(
      (line) => line.hole !== undefined || line.text.startsWith(kind) || !/^[ug]/.test(line.text),
    )
    const elements = own.map((line) => (line.hole === undefined ? mapping(line) : strangeMapping(line)))
    return collected(own, elements, emptied ?? scope.self.place)
  })

/** With id mappings the container has a user namespace; one that maps root to root gives nothing of its protection. */
export const user: Ask<Owner> = asked('user').else(
  ask((scope): Answer<Owner> => {
    const { lines, emptied } = listed(scope, isMapping)
    const hole = lines.find((line) => line.hole !== undefined)
    const uids = lines.filter((line) => line.hole === undefined && line.text.startsWith('u'))
    const root = uids.find((line) => /^u[ \t]+0+[ \t]+0+[ \t]+0*[1-9]/.test(line.text))
    if (root)
      return derived(root.place, 'host', 'it has a user namespace, but root in it is mapped to root outside', [])
    const [first] = uids
    if (first)
      return /^u([ \t]+\d+){3}$/.test(first.text) ? said(first, 'own') : strange(first, 'the id mapping cannot be read')
    if (hole) return hidden(hole)
    return byDefault(emptied ?? scope.self.place, 'host', PRIVILEGED)
  }),
)
const PRIVILEGED =
  'no ids are mapped (lxc.idmap): a privileged container in LXC’s own words, whose root is root outside'

/** Clocks of its own only where an offset is written. */
export const time: Ask<Owner> = asked('time').else(
  ask((scope): Answer<Owner> => {
    const offset = last(scope, 'lxc.time.offset.boot', 'lxc.time.offset.monotonic')
    return offset.how === 'silent' || offset.how === 'unknown'
      ? { how: 'silent', place: offset.place }
      : { ...offset, value: 'own' }
  }),
)

/** Groups that the first process has besides its own. */
export const groups: Ask<readonly Fact<string>[]> = ask((scope): Answer<readonly Fact<string>[]> => {
  const line = last(scope, 'lxc.init.groups')
  return line.how === 'silent' || line.how === 'unknown'
    ? line
    : { ...line, value: wordsOf({ ...line.value, text: line.value.text.replaceAll(',', ' ') }) }
})
