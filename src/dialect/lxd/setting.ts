/** Asks for the keys of an instance's configuration, whose names have dots. */
import type { Node } from '../../document/node.ts'
import { unknown, type Fact } from '../../model/fact.ts'
import { ask, parse, scalarFact, type Answer, type Ask, type Scope } from '../ask.ts'
import type { Instance } from './document.ts'

const INSTANCES = new WeakMap<Node, Instance>()
export function remember(node: Node, instance: Instance): Node {
  INSTANCES.set(node, instance)
  return node
}
export const instanceOf = (scope: Scope): Instance | undefined => INSTANCES.get(scope.self)

/** What nobody says here a profile may say that was not given. */
export const absent = (scope: Scope): Answer<never> => {
  const hole = instanceOf(scope)?.hole
  return hole ? unknown(hole.place, hole.because, 'file') : { how: 'silent', place: scope.self.place }
}

/** The text of the first of these keys that is there. LXD writes every value as a text; an empty one is as good as none. */
export const value = (...keys: readonly string[]): Ask<string> =>
  ask((scope): Answer<string> => {
    const config = instanceOf(scope)?.config
    for (const key of keys) {
      const node = config?.get(key)
      if (!node || node.value === '') continue
      const fact = scalarFact(node, 'a text', parse.text)
      if (fact.how !== 'silent') return fact
    }
    return absent(scope)
  })

/** LXD's booleans (shared.IsTrue). */
const TRUE = /^(?:true|1|yes|on)$/i
const FALSE = /^(?:false|0|no|off)$/i
export const truth = (text: string): boolean | undefined =>
  TRUE.test(text) ? true : FALSE.test(text) ? false : undefined
export const flag = (...keys: readonly string[]): Ask<boolean> =>
  ask((scope): Answer<boolean> => {
    const found = value(...keys).read(scope)
    if (found.how === 'silent' || found.how === 'unknown') return found
    const is = truth(found.value)
    return is === undefined
      ? unknown(
          found.place,
          `${keys[0] ?? ''} is "${found.value.slice(0, 40)}", which is neither true nor false`,
          'user',
        )
      : { ...found, value: is }
  })

/** A value of the node's own, written here or in a profile. */
export const said = <T>(node: Node, content: T): Fact<T> =>
  node.unknown !== undefined
    ? unknown(node.place, node.unknown, 'user')
    : { how: node.inherited ? 'inherited' : 'set', place: node.place, value: content }
