/** A node as JSON text again: for an inline seccomp profile, whose 64-bit arguments a number would round. */
import { isList, isMap, type Node } from '../../document/node.ts'

/** Characters; real profiles have some 20,000. */
const MAX_LENGTH = 4_000_000
const NUMBER = /^-?(?:0|[1-9]\d*)(?:\.\d+)?(?:[eE][+-]?\d+)?$/

/** The JSON text, or undefined where a value in it is not known, or it is too large (aliases can multiply). */
export function jsonText(node: Node): string | undefined {
  const parts: string[] = []
  let length = 0
  const push = (part: string): boolean => {
    parts.push(part)
    length += part.length
    return length <= MAX_LENGTH
  }
  const write = (each: Node): boolean => {
    if (each.unknown !== undefined) return false
    if (isMap(each)) {
      let sign = '{'
      for (const [key, value] of each.value) {
        if (!push(`${sign}${JSON.stringify(key)}:`) || !write(value)) return false
        sign = ','
      }
      return push(sign === '{' ? '{}' : '}')
    }
    if (isList(each)) {
      let sign = '['
      for (const value of each.value) {
        if (!push(sign) || !write(value)) return false
        sign = ','
      }
      return push(sign === '[' ? '[]' : ']')
    }
    const { value, source } = each
    return push(
      typeof value === 'number' && source !== undefined && NUMBER.test(source) ? source : JSON.stringify(value),
    )
  }
  return write(node) ? parts.join('') : undefined
}
