/**
 * What a rule told of a subject it tells of the next one whose facts are the same where it reads: of a thousand containers
 * nearly all are alike for nearly all rules, and a look at the facts is faster than a run of CEL.
 */
import type { Finding, Reason } from '../model/finding.ts'
import { NO_RUNTIME } from '../model/subject.ts'
import type { Rule } from './rule.ts'
import type { ListElement } from './cel.ts'
import { isFact, type AnyFact, type AnyFacts } from '../model/row.ts'

export type Tables = { readonly [root: string]: AnyFacts }
/** What was told: nothing, or an outcome for the facts at these paths. */
type Told = 'nothing' | { readonly outcome: Finding['outcome']; readonly fields: readonly string[] }

/** Short names for what facts say, so that what rules compare is short: made for one judgement. */
export class Names {
  readonly #names = new Map<string, string>()
  of(signature: string): string {
    const known = this.#names.get(signature)
    if (known !== undefined) return known
    // Which of several reasons is the best depends on what is derived from what, which a signature does not tell: its name does.
    const name = `${this.#names.size}${signature.includes('derived') ? DERIVED : ''}`
    this.#names.set(signature, name)
    return name
  }
}
const DERIVED = 'd'
/** A subject: its tables, and the names of what its fields say, as far as they were asked for; undefined: too much to compare. */
export interface Named {
  readonly tables: Tables
  readonly names: Map<string, string | undefined>
}

/** What one rule told, by what it reads. */
export class Alike {
  readonly #fields: readonly string[]
  readonly #names: Names
  readonly #told = new Map<string, Told>()

  /** @param fields the paths of all that the rule's conditions read, such as `container.user.uid`. */
  constructor(fields: readonly string[], names: Names) {
    this.#fields = fields
    this.#names = names
  }

  /** The facts that the rule reads as one text; undefined where they are too many to be compared so. */
  signature({ tables, names }: Named): string | undefined {
    let text = ''
    for (const field of this.#fields) {
      let name = names.get(field)
      if (name === undefined) {
        if (names.has(field)) return undefined
        const signature = signatureAt(tables, field.split('.'))
        name = signature === undefined ? undefined : this.#names.of(signature)
        names.set(field, name)
        if (name === undefined) return undefined
      }
      text += `${name} `
    }
    return text
  }

  /** The reasons of a subject like one that was judged: none where there is nothing to tell, undefined where none was. */
  again(
    signature: string,
    tables: Tables,
  ): { readonly outcome: Finding['outcome']; readonly because: readonly Reason[] } | 'nothing' | undefined {
    const told = this.#told.get(signature)
    if (told === undefined || told === 'nothing') return told
    const because = told.fields.flatMap((field) => {
      const fact = factAt(tables, field.split('.'))
      return fact ? [{ fact, field }] : []
    })
    return because.length === told.fields.length ? { outcome: told.outcome, because } : undefined
  }

  /** Keeps what was told of one subject, where it can be said of another: one finding, for facts that stand in the tables. */
  keep(signature: string, tables: Tables, found: readonly Pick<Finding, 'outcome' | 'because'>[]): void {
    const [one, ...more] = found
    if (!one) this.#told.set(signature, 'nothing')
    else if (more.length === 0 && !signature.includes(DERIVED)) {
      const { outcome, because } = one
      if (because.every(({ fact, field }) => factAt(tables, field.split('.')) === fact))
        this.#told.set(signature, { outcome, fields: because.map(({ field }) => field) })
    }
  }
}

/** The same for the elements that a rule judges one by one: those of which it had nothing to tell. */
export class AlikeElements {
  readonly #outer: Alike
  readonly #keys: readonly string[]
  readonly #quiet = new Set<string>()

  /** Undefined for a rule that looks at the list as a whole too. */
  static of({ each, deny, when = '', fields }: Rule, names: Names): AlikeElements | undefined {
    if (!each) return undefined
    const lists = each.list.split(' + ')
    if (lists.some((list) => deny.includes(list) || when.includes(list))) return undefined
    return new AlikeElements(fields, lists, names)
  }
  private constructor(fields: readonly string[], lists: readonly string[], names: Names) {
    const inner = fields.flatMap((field) =>
      lists.flatMap((list) => (field.startsWith(`${list}.`) ? [field.slice(list.length + 1)] : [])),
    )
    this.#keys = [...new Set(inner)]
    this.#outer = new Alike(
      fields.filter((field) => !lists.some((list) => field === list || field.startsWith(`${list}.`))),
      names,
    )
  }

  /** What is the same for all elements of a subject. */
  outer(subject: Named): string | undefined {
    return this.#outer.signature(subject)
  }
  signature(outer: string | undefined, element: ListElement | undefined): string | undefined {
    if (outer === undefined || element === undefined) return undefined
    if (!('facts' in element)) {
      const own = signatureOf(element)
      return own === undefined ? undefined : `${outer}\u0003${own}`
    }
    let text = `${outer}\u0003`
    for (const key of this.#keys) {
      const fact = element.facts[key]
      const part = fact !== undefined && isFact(fact) ? signatureOf(fact) : undefined
      if (part === undefined) return undefined
      text += `${part}\u0001`
    }
    return text
  }
  isQuiet(signature: string): boolean {
    return this.#quiet.has(signature)
  }
  add(signature: string): void {
    this.#quiet.add(signature)
  }
}

/** The fact that a path comes to first: that of a list, where it leads into one. A path that stops at a group comes to none. */
function reach(
  tables: Tables,
  path: readonly string[],
): { readonly fact: AnyFact; readonly depth: number } | undefined {
  let here: AnyFacts | AnyFact | undefined = tables[path[0] ?? '']
  let depth = 1
  for (; depth < path.length && here !== undefined && !isFact(here); depth += 1) here = here[path[depth] ?? '']
  return here !== undefined && isFact(here) ? { fact: here, depth } : undefined
}
/** The fact at the very path. */
function factAt(tables: Tables, path: readonly string[]): AnyFact | undefined {
  const found = reach(tables, path)
  return found?.depth === path.length ? found.fact : undefined
}
function signatureAt(tables: Tables, path: readonly string[]): string | undefined {
  const found = reach(tables, path)
  return found && signatureOf(found.fact)
}

/** All of a fact that an expression can see: how it is known, who could tell, and its value. */
function signatureOf(fact: AnyFact): string | undefined {
  if (fact.how === 'unknown')
    // What an image that nobody runs leaves open is no finding (judge.ts), and must not silence those that are.
    return `?${fact.ask ?? ''}${fact.because === NO_RUNTIME ? '~' : ''}${'unsayable' in fact && fact.unsayable === true ? '!' : ''}`
  const { value } = fact
  const how = `${fact.how}${'unsayable' in fact && fact.unsayable === true ? '!' : ''}`
  if (!Array.isArray(value))
    return typeof value === 'string' && value.length > 200 ? undefined : `${how} ${typeof value} ${String(value)}`
  if (value.length > 40) return undefined
  let text = `${how} [`
  for (const element of value as readonly (AnyFact | { readonly facts: AnyFacts })[]) {
    if ('facts' in element) return undefined
    const inner = signatureOf(element)
    if (inner === undefined) return undefined
    text += `${inner}\u0002`
  }
  return text
}
