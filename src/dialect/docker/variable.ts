/** Lists of `name=value`, or maps: environment variables, kernel parameters, process limits. */
import { get, isMap, type Node } from '../../document/node.ts'
import { byDefault, unknown } from '../../model/fact.ts'
import { parse, scalarFact, type Answer } from '../ask.ts'
import {
  HOLE,
  isVoid,
  piece,
  rawText,
  said,
  unknownBy,
  why,
  type Sysctl,
  type Ulimit,
  type Variable,
  type Why,
} from './piece.ts'

export const strangeVariable = (reason: Why): Variable => ({
  place: reason.place,
  facts: { name: unknownBy(reason), value: unknownBy(reason), fromSecret: unknownBy(reason) },
})
export const strangeSysctl = (reason: Why): Sysctl => ({
  place: reason.place,
  facts: { name: unknownBy(reason), value: unknownBy(reason) },
})
export const strangeUlimit = (reason: Why): Ulimit => ({
  place: reason.place,
  facts: { name: unknownBy(reason), soft: unknownBy(reason), hard: unknownBy(reason) },
})

/**
 * `NAME=value`, or a map's entry. A value that is one variable of the shell, or none at all, is not written out:
 * whoever starts the container gives it, as a secret store would.
 */
export function variable(node: Node, key?: string): Variable {
  const text = rawText(node)
  if (key === undefined) {
    if (text === undefined) return strangeVariable(why(node, 'the variable is not a text'))
    const sign = text.indexOf('=')
    if (sign < 0) return fromShell(node, text)
    return valued(node, piece(node, text.slice(0, sign)), text.slice(sign + 1))
  }
  if (node.unknown !== undefined && key.includes(HOLE)) return strangeVariable(why(node, ''))
  if (isVoid(node)) return fromShell(node, key)
  if (text === undefined)
    return {
      ...strangeVariable(why(node, `${key} is not a text`)),
      facts: {
        name: said(node, key),
        value: unknownBy(why(node, `${key} is not a text`)),
        fromSecret: unknownBy(why(node, `${key} is not a text`)),
      },
    }
  return valued(node, said(node, key), text)
}
const valued = (node: Node, name: Variable['facts']['name'], value: string): Variable => ({
  place: node.place,
  facts: {
    name,
    value: piece(node, value),
    fromSecret:
      node.unknown !== undefined && value === HOLE
        ? said(node, true)
        : byDefault(node.place, false, 'the value is written here'),
  },
})
const fromShell = (node: Node, name: string): Variable => ({
  place: node.place,
  facts: {
    name: piece(node, name),
    value: unknown(node.place, `${name} is taken from the environment of whoever starts it`, 'user'),
    fromSecret: said(node, true),
  },
})

export function sysctl(node: Node, key?: string): Sysctl {
  const text = rawText(node)
  const sign = text?.indexOf('=') ?? -1
  if (text === undefined || (key === undefined && sign < 0))
    return strangeSysctl(why(node, 'the kernel parameter is not name=value'))
  return {
    place: node.place,
    facts: {
      name: key === undefined ? piece(node, text.slice(0, sign)) : said(node, key),
      value: piece(node, key === undefined ? text.slice(sign + 1) : text),
    },
  }
}

/** A process limit of Compose: one number for both limits, or `soft` and `hard`. */
export function ulimit(node: Node, key?: string): Ulimit {
  if (key === undefined) return strangeUlimit(why(node, 'the limit has no name'))
  const limit = (part: 'soft' | 'hard'): Ulimit['facts']['soft'] => {
    const answer: Answer<number> = scalarFact(isMap(node) ? get(node, part) : node, 'a whole number', parse.int)
    return answer.how === 'silent' ? unknown(node.place, `${key} has no ${part} limit`, 'user') : answer
  }
  return { place: node.place, facts: { name: said(node, key), soft: limit('soft'), hard: limit('hard') } }
}
