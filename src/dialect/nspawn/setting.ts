/**
 * Settings of a container of systemd-nspawn, by their names in .nspawn files (systemd.nspawn(5)), wherever they are written: there,
 * on the command line of a unit, or in the unit itself (`unit:MemoryMax`).
 */
import type { Node } from '../../document/node.ts'
import { byDefault, unknown, type Fact } from '../../model/fact.ts'
import type { Place } from '../../model/place.ts'
import { ask, type Answer, type Ask, type Scope } from '../ask.ts'

export interface Setting {
  readonly key: string
  readonly text: string
  readonly place: Place
  /** Nobody wrote it here: the service template or the like says it, for this reason. */
  readonly because?: string
  /** Why what is written cannot be known: a specifier of systemd, a variable. */
  readonly hidden?: string
}

const SETTINGS = new WeakMap<Node, readonly Setting[]>()
/** A node that stands for these settings, so that asks can be put to it. */
export function nodeOf(settings: readonly Setting[], place: Place): Node {
  const node: Node = { place, path: [], value: [] }
  SETTINGS.set(node, settings)
  return node
}
export const settingsOf = (scope: Scope): readonly Setting[] => SETTINGS.get(scope.self) ?? []

/** A value that a setting says. Facts are never shared: call it anew for each row. */
export const said = <T>({ place, because, hidden }: Setting, value: T): Fact<T> =>
  hidden !== undefined
    ? unknown(place, hidden, 'user')
    : because === undefined
      ? { how: 'set', place, value }
      : byDefault(place, value, because)
export const strange = ({ place, hidden }: Setting, because: string): Fact<never> =>
  unknown(place, hidden ?? because, 'user')

/** The last setting of one of these keys; an empty one is as good as none. */
export function last(scope: Scope, ...keys: readonly string[]): Answer<Setting> {
  const found = settingsOf(scope).findLast(({ key }) => keys.includes(key))
  if (!found || (found.text === '' && found.hidden === undefined))
    return { how: 'silent', place: (found ?? scope.self).place }
  return said(found, found)
}
export const value = (...keys: readonly string[]): Ask<string> =>
  ask((scope) => last(scope, ...keys)).to(({ text }) => text)

const TRUE = /^(?:1|yes|y|true|t|on)$/i
const FALSE = /^(?:0|no|n|false|f|off)$/i
/** A boolean as systemd reads one (parse_boolean); undefined for what is none. */
export const truth = (text: string): boolean | undefined =>
  TRUE.test(text) ? true : FALSE.test(text) ? false : undefined
export const flag = (...keys: readonly string[]): Ask<boolean> =>
  ask((scope): Answer<boolean> => {
    const found = last(scope, ...keys)
    if (found.how === 'silent' || found.how === 'unknown') return found
    const is = truth(found.value.text)
    return is === undefined
      ? strange(found.value, `${found.value.key} is "${found.value.text.slice(0, 40)}", which is neither yes nor no`)
      : { ...found, value: is }
  })

export const every = (scope: Scope, ...keys: readonly string[]): readonly Setting[] =>
  settingsOf(scope).filter(({ key }) => keys.includes(key))

/** How a list is known is how its best known setting is: one that somebody wrote makes it written. */
export function collected<E>(settings: readonly Setting[], elements: readonly E[], place: Place): Answer<readonly E[]> {
  const visible = settings.filter(({ hidden }) => hidden === undefined)
  const first = visible.find(({ because }) => because === undefined) ?? visible[0]
  if (first) return said(first, elements)
  const [only] = settings
  // Every element is hidden, and there are some.
  return only ? { how: 'set', place: only.place, value: elements } : { how: 'silent', place }
}
export const list = <E>(
  keys: readonly string[],
  each: (setting: Setting, scope: Scope) => readonly E[],
): Ask<readonly E[]> =>
  ask((scope) => {
    const settings = every(scope, ...keys)
    return collected(
      settings,
      settings.flatMap((setting) => each(setting, scope)),
      scope.self.place,
    )
  })
