/**
 * Variables of a Compose file: `$X`, `${X}`, `${X:-default}`, `${X:?error}`, `${X:+other}` and `$$`, nested.
 * https://github.com/compose-spec/compose-spec/blob/main/12-interpolation.md
 */
import type { Node } from '../../document/node.ts'
import type { Place } from '../../model/place.ts'
import { HOLE } from '../docker/piece.ts'

/** A variable that a file sets. Its value may hang on others that are not known. */
export interface Setting {
  readonly value: string
  readonly place: Place
  readonly unknown?: string
}
/** The variables that are known; all others are whatever the shell of whoever starts it says. */
export type Lookup = (name: string) => Setting | undefined
const NONE: Lookup = () => undefined

/** Names that are kept of one text, for the reason. */
const MAX_NAMES = 10
const MAX_NESTING = 50
const MAX_TEXT = 1_000_000
/** Aliases may stack what the reader of YAML bounds for one branch. */
const MAX_DEPTH = 1000

/**
 * The document with its variables replaced, in values only. A default is taken where the variable is not set;
 * without one the text has a `HOLE` there and its node is unknown, with the variable's name as the reason.
 * What an alias shares is worked out once and stays shared.
 */
export function interpolate(root: Node, lookup: Lookup = NONE): Node {
  const done = new Map<object, Node['value']>()
  const walk = (node: Node, depth: number): Node => {
    const { value } = node
    if (typeof value === 'string') return value.includes('$') ? substituted(node, value, lookup) : node
    if (value === null || typeof value !== 'object') return node
    if (depth > MAX_DEPTH) return { ...node, value: null, unknown: 'the document is too deep' }
    let result = done.get(value)
    if (result === undefined) {
      result = children(value, depth)
      done.set(value, result)
    }
    return result === value ? node : { ...node, value: result }
  }
  const children = (value: readonly Node[] | ReadonlyMap<string, Node>, depth: number): Node['value'] => {
    let changed = false
    const next = (child: Node): Node => {
      const result = walk(child, depth + 1)
      if (result !== child) changed = true
      return result
    }
    const result =
      value instanceof Map
        ? new Map([...value].map(([key, child]: [string, Node]) => [key, next(child)]))
        : (value as readonly Node[]).map(next)
    return changed ? result : value
  }
  return walk(root, 0)
}

/** The node with the variables of its text replaced. */
export function substituted(node: Node, text: string, lookup: Lookup): Node {
  const template = new Template(text, lookup)
  const value = template.expand(0)
  const { place, path, inherited, tag } = node
  const rest = { place, path, ...(inherited && { inherited }), ...(tag && { tag }) }
  if (value.length > MAX_TEXT) return { ...rest, value: null, unknown: 'its variables make it too long to be read' }
  const names = [...template.missing]
  const because =
    template.invalid ??
    (names.length > 0
      ? `${names.join(' and ')} ${names.length === 1 ? 'is' : 'are'} not set here (.env, --env-file), and no default is written: whoever starts it may set ${names.length === 1 ? 'it' : 'them'}`
      : undefined)
  const from = [...template.used].map(([, setting]) => ({ place: setting.place, value: setting.value }))
  return {
    ...rest,
    value,
    ...(because !== undefined && { unknown: because }),
    ...(from.length > 0 && { from }),
  }
}

/** One text, read once from left to right. */
class Template {
  readonly missing = new Set<string>()
  /** Variables that a file sets and that were taken. */
  readonly used = new Map<string, Setting>()
  invalid: string | undefined
  readonly #text: string
  readonly #lookup: Lookup
  #at = 0

  constructor(text: string, lookup: Lookup) {
    this.#text = text
    this.#lookup = lookup
  }

  /** Up to the end, or within braces (`level` > 0) up to the brace that closes them. */
  expand(level: number): string {
    let out = ''
    let open = 0
    while (this.#at < this.#text.length) {
      const sign = this.#text[this.#at] ?? ''
      if (level > 0 && sign === '}' && open === 0) return out
      if (sign === '$') {
        out += this.#variable(level)
        if (out.length > MAX_TEXT) this.#at = this.#text.length
        continue
      }
      if (level > 0 && sign === '{') open += 1
      if (level > 0 && sign === '}') open -= 1
      out += sign
      this.#at += 1
    }
    if (level > 0) this.invalid ??= 'a variable is not closed with }'
    return out
  }

  #variable(level: number): string {
    this.#at += 1
    const next = this.#text[this.#at]
    if (next === '$') {
      this.#at += 1
      return '$'
    }
    if (next !== '{') {
      const name = this.#name()
      return name === '' ? '$' : this.#get(name)
    }
    this.#at += 1
    const name = this.#name()
    if (name === '') return this.#refuse('a variable has no name')
    const operator = /(?::?[-?+])?/y
    operator.lastIndex = this.#at
    const sign = operator.exec(this.#text)?.[0] ?? ''
    this.#at += sign.length
    if (level >= MAX_NESTING) {
      this.#at = this.#text.length
      return this.#refuse('variables are nested too deep')
    }
    // What is not taken must not count as missing, used or wrong.
    const missing = new Set(this.missing)
    const used = new Set(this.used.keys())
    const { invalid } = this
    const other = this.expand(level + 1)
    const isClosed = this.#text[this.#at] === '}'
    this.#at += 1
    const setting = this.#lookup(name)
    const value = setting?.unknown === undefined ? setting?.value : HOLE
    const isSet = value !== undefined && !(sign.startsWith(':') && value === '')
    if (sign.endsWith('-') && !isSet) return other
    if (sign.endsWith('+') && isSet && setting?.unknown === undefined) return other
    for (const added of this.missing) if (!missing.has(added)) this.missing.delete(added)
    for (const added of this.used.keys()) if (!used.has(added)) this.used.delete(added)
    if (isClosed) this.invalid = invalid
    if (sign === '')
      return other === ''
        ? this.#get(name)
        : this.#refuse(`the variable ${name} is written in a way that Compose refuses`)
    if (sign === ':?' && value === '') return this.#refuse(`${name} is empty, and Compose refuses that`)
    if (sign.endsWith('+') && value !== undefined) return setting?.unknown === undefined ? '' : this.#get(name)
    return this.#get(name)
  }

  #name(): string {
    const pattern = /[A-Za-z_]\w*/y
    pattern.lastIndex = this.#at
    const name = pattern.exec(this.#text)?.[0] ?? ''
    this.#at += name.length
    return name
  }

  #get(name: string): string {
    const setting = this.#lookup(name)
    if (!setting) {
      if (this.missing.size < MAX_NAMES) this.missing.add(name)
    } else {
      if (this.used.size < MAX_NAMES) this.used.set(name, setting)
      if (setting.unknown !== undefined) this.invalid ??= setting.unknown
    }
    return setting && setting.unknown === undefined ? setting.value : HOLE
  }

  #refuse(because: string): string {
    this.invalid ??= because
    return HOLE
  }
}
