/** Variables of a file: `@{X} = a b` and `${X} = true` (apparmor.d(5), "Variables" and "Conditional rules"). */
import { LONGEST_GLOB } from './glob.ts'
import type { Expression } from './syntax.ts'

/** A text with its variables as alternatives; else the name of one that is not declared, or what is wrong. */
export type Expanded =
  | { readonly text: string }
  | { readonly undeclared: string }
  | { readonly mistake: string }
  /** A variable whose values are too many to be written out. */
  | { readonly tooLong: string }

const REFERENCE = /\\[\s\S]|@\{([A-Za-z]\w*)\}/g
const MOST_VALUES = 10_000

export class Variables {
  readonly #sets = new Map<string, string[]>()
  readonly #booleans = new Map<string, boolean>()
  #expandedSets = new Map<string, Expanded | readonly string[]>()
  #memo = new Map<string, Expanded>()

  has(name: string): boolean {
    return this.#sets.has(name) || this.#booleans.has(name)
  }
  hasSet(name: string): boolean {
    return this.#sets.has(name)
  }
  boolean(name: string): boolean | undefined {
    return this.#booleans.get(name)
  }
  /** What is wrong with the assignment, if anything. */
  assign(name: string, operator: '=' | '+=' | '?=' | ':=', values: readonly string[]): string | undefined {
    const before = this.#sets.get(name)
    if (operator === '+=') {
      if (!before) return `@{${name}} is given more values, but was never declared with =`
      before.push(...values.slice(0, MOST_VALUES - before.length))
    } else if (operator === '=' && this.has(name)) return `@{${name}} is declared twice; use += to give it more values`
    else if (operator !== '?=' || !this.has(name)) {
      this.#booleans.delete(name)
      this.#sets.set(name, values.slice(0, MOST_VALUES))
    }
    this.#forget()
    return undefined
  }
  assignBoolean(name: string, operator: '=' | '+=' | '?=' | ':=', value: boolean): string | undefined {
    if (operator === '+=') return 'A boolean variable takes no +='
    if (operator === '=' && this.has(name)) return `\${${name}} is declared twice`
    if (operator !== '?=' || !this.has(name)) {
      this.#sets.delete(name)
      this.#booleans.set(name, value)
    }
    return undefined
  }
  #forget(): void {
    this.#expandedSets = new Map()
    this.#memo = new Map()
  }

  /** `profileName`: what `@{profile_name}` stands for. */
  expand(text: string, profileName: string): Expanded {
    if (!text.includes('@{')) return { text }
    const own = text.includes('@{profile_name}')
    const known = own ? undefined : this.#memo.get(text)
    if (known) return known
    const found = this.#expand(own ? text.replaceAll('@{profile_name}', escapeGlob(profileName)) : text)
    if (!own) this.#memo.set(text, found)
    return found
  }
  #expand(text: string): Expanded {
    let failed: Expanded | undefined
    let length = 0
    const result = text.replace(REFERENCE, (whole, name: string | undefined, at: number) => {
      if (name === undefined || failed) return whole
      const values = this.#valuesOf(name, [])
      if ('length' in values) {
        const [only] = values
        if (values.length === 1 && only !== undefined) return only
        const leads = text[at - 1] === '/'
        const trails = text[at + whole.length] === '/'
        const trimmed = values.map((value) => {
          const tail = leads ? value.replace(/^\/+/, '') : value
          return trails ? trimEnd(tail) : tail
        })
        const joined = `{${trimmed.join(',')}}`
        length += joined.length
        if (length > LONGEST_GLOB) failed = { tooLong: name }
        return joined
      }
      failed = values
      return whole
    })
    return failed ?? { text: result }
  }
  /** The values of a set, without references in them. */
  #valuesOf(name: string, open: readonly string[]): Exclude<Expanded, { text: string }> | readonly string[] {
    if (open.includes(name)) return { mistake: `@{${name}} refers to itself` }
    const done = this.#expandedSets.get(name)
    if (done) return 'text' in done ? [done.text] : done
    const values = this.#sets.get(name)
    if (!values)
      return this.#booleans.has(name) ? { mistake: `@{${name}} is a boolean variable` } : { undeclared: name }
    if (open.length > 50) return { mistake: 'Variables refer to one another more than 50 deep' }
    const finished: string[] = []
    const work = [...values].reverse()
    let size = 0
    for (let value = work.pop(); value !== undefined; value = work.pop()) {
      REFERENCE.lastIndex = 0
      let found = REFERENCE.exec(value)
      while (found && found[1] === undefined) found = REFERENCE.exec(value)
      size += value.length
      if (finished.length + work.length > MOST_VALUES || size > LONGEST_GLOB * 4) return { tooLong: name }
      if (!found || found[1] === undefined) {
        finished.push(value)
        continue
      }
      const from = found.index
      const to = from + found[0].length
      const inner = this.#valuesOf(found[1], [...open, name])
      if (!('length' in inner)) return inner
      for (const one of inner.toReversed()) work.push(value.slice(0, from) + one + value.slice(to))
    }
    this.#expandedSets.set(name, finished)
    return finished
  }

  /** Whether a condition holds; undefined where that cannot be known; a text where it may not be asked. */
  evaluate(expression: Expression): boolean | undefined | { readonly undeclared: string } {
    switch (expression.op) {
      case 'value':
        if (/^(?:true|false)$/i.test(expression.name)) return expression.name.toLowerCase() === 'true'
        return this.#sets.has(expression.name.replace(/[@{}]/g, '')) ? undefined : { undeclared: expression.name }
      case 'boolean':
        return this.#booleans.get(expression.name) ?? { undeclared: expression.name }
      case 'defined boolean':
        return this.#booleans.has(expression.name)
      case 'defined set':
        return this.#sets.has(expression.name)
      case 'not': {
        const inner = this.evaluate(expression.of)
        return typeof inner === 'boolean' ? !inner : inner
      }
      case 'compare':
        return undefined
      default: {
        const parts = expression.of.map((part) => this.evaluate(part))
        const decisive = expression.op === 'or'
        const failed = parts.find((part) => typeof part === 'object')
        if (failed !== undefined) return failed
        if (parts.includes(decisive)) return decisive
        return parts.includes(undefined) ? undefined : !decisive
      }
    }
  }
}

function trimEnd(text: string): string {
  let end = text.length
  while (end > 0 && text[end - 1] === '/') end--
  return text.slice(0, end)
}
/** A name as a glob that matches that name only. */
export const escapeGlob = (text: string): string =>
  text.replace(/\\[\s\S]|[{}[\]*?]/g, (sign) => (sign.startsWith('\\') ? sign : `\\${sign}`))
