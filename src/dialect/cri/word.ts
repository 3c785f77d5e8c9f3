/** Words of an enumeration of protocol buffers: crictl reads their numbers, and 0 is what is not written. */
import type { Node } from '../../document/node.ts'
import { byDefault, unknown, type Fact } from '../../model/fact.ts'
import { ask, at, scalarFact, type Answer, type Ask } from '../ask.ts'

type Words = Readonly<Record<string, number>>

/** The number that a node says, by number or by name. */
function numberOf(node: Node, words: Words): number | undefined {
  if (typeof node.value === 'number') return Object.values(words).includes(node.value) ? node.value : undefined
  return typeof node.value === 'string' && Object.hasOwn(words, node.value) ? words[node.value] : undefined
}
const what = (words: Words): string =>
  `one of ${Object.entries(words)
    .map(([name, value]) => `${value} (${name})`)
    .join(', ')}`

export function word<const T>(
  node: Node,
  words: Words,
  mean: (value: number) => T | undefined,
  otherwise: { readonly value: NoInfer<T>; readonly because: string },
): Fact<T> {
  const number = scalarFact(node, what(words), (each) => numberOf(each, words))
  if (number.how === 'silent') return byDefault(node.place, otherwise.value, otherwise.because)
  if (number.how === 'unknown') return number
  const value = mean(number.value)
  return value === undefined ? unknown(node.place, `${number.value} means nothing here`, 'user') : { ...number, value }
}

/** The same as an Ask, silent where nothing is written. */
export const wordAt = <const T>(path: string, words: Words, mean: (value: number) => T | undefined): Ask<T> =>
  ask((scope): Answer<T> => {
    const node = at(scope, 'self', path)
    const number = scalarFact(node, what(words), (each) => numberOf(each, words))
    if (number.how === 'silent' || number.how === 'unknown') return number
    const value = mean(number.value)
    return value === undefined ? { how: 'silent', place: node.place } : { ...number, value }
  })
