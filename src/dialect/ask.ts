/**
 * How a dialect answers one row of the table: an Ask reads a fact from a scope, or says that the text is silent, and where it can,
 * writes one: to where it was read, so that this container has it and no other one that it has not to do with.
 */
import { setKey, type Change } from '../document/change.ts'
import { child, entries, get, isList, isMap, textOf, type Node } from '../document/node.ts'
import { dockerBytes, quantity } from '../document/unit.ts'
import { set, unknown, type Fact, type Teller } from '../model/fact.ts'
import type { Place } from '../model/place.ts'

/** Where a container's answers are looked for: its own node, and the outer ones that it inherits from (`pod`, `root`). */
export interface Scope {
  readonly self: Node
  readonly [outer: string]: Node
}
/** Nobody wrote anything: the runtime's silence decides. The place is the nearest enclosing key's. */
export interface Silent {
  readonly how: 'silent'
  readonly place: Place
  /** There is no way to say it here. */
  readonly unsayable?: true
}
export type Answer<T> = Fact<T> | Silent

/** Why a value cannot be read: becomes an unknown fact. */
export class Refusal {
  readonly because: string
  readonly ask: Teller | undefined
  constructor(because: string, ask?: Teller) {
    this.because = because
    this.ask = ask
  }
}
export const refuse = (because: string, ask?: Teller): Refusal => new Refusal(because, ask)

/** What has to be changed; undefined: it cannot be written here. */
export type Changes = readonly Change[] | undefined
/** How an Ask writes. */
export interface Writing<T> {
  write(value: T, scope: Scope): Changes
  /** The value that a word of the text stands for: what `by` needs to write one. */
  word?(text: string): T | undefined
}

export interface Ask<T> {
  read(scope: Scope): Answer<T>
  /** Absent: it cannot be written. */
  write?(value: T, scope: Scope): Changes
  /** Where this one is silent, an outer scope: what is found there is `inherited`. Written where it was read, else here. */
  or<U>(outer: Ask<U>): Ask<T | U>
  /** Where this one is silent, another key of the same container. Written where it was read, else by the first that can. */
  else<U>(other: Ask<U>): Ask<T | U>
  /** Words of the dialect -> words of the table. Without `otherwise` a word that is not listed is unknown. */
  by<const U extends string>(words: { readonly [word: string]: U }, otherwise?: NoInfer<U>): Ask<U>
  /**
   * A conversion that may refuse (unknown), or say that it is as good as not written (undefined: silent). With the way back it
   * can be written; undefined there: this value has no word.
   */
  to<U>(convert: (value: T, place: Place) => U | Refusal | undefined, back?: (value: U) => T | undefined): Ask<U>
}

export function ask<T>(read: (scope: Scope) => Answer<T>, writing?: Writing<T>): Ask<T> {
  return {
    read,
    ...(writing && { write: (value: T, scope: Scope) => writing.write(value, scope) }),
    or: <U>(outer: Ask<U>) =>
      ask<T | U>(
        (scope) => {
          const own = read(scope)
          if (own.how !== 'silent') return own
          const found = outer.read(scope)
          if (found.how === 'silent') return own
          return found.how === 'set' ? { ...found, how: 'inherited' } : found
        },
        either<T, U>({ read, ...writing }, outer),
      ),
    else: <U>(other: Ask<U>) =>
      ask<T | U>(
        (scope) => {
          const own = read(scope)
          if (own.how !== 'silent') return own
          const found = other.read(scope)
          return found.how === 'silent' ? own : found
        },
        either<T, U>({ read, ...writing }, other),
      ),
    by: (words, otherwise) =>
      ask<T>(read, writing).to(
        (value) => {
          const word = Object.hasOwn(words, String(value)) ? words[String(value)] : otherwise
          return word ?? refuse(`"${String(value)}" is not one of ${Object.keys(words).join(', ')}`, 'user')
        },
        (value) => {
          const word = Object.keys(words).find((each) => words[each] === value)
          return word === undefined ? undefined : writing?.word?.(word)
        },
      ),
    to: <U>(convert: (value: T, place: Place) => U | Refusal | undefined, back?: (value: U) => T | undefined) =>
      ask<U>(
        (scope): Answer<U> => {
          const answer = read(scope)
          if (answer.how === 'silent' || answer.how === 'unknown') return answer
          const value = convert(answer.value, answer.place)
          if (value === undefined) return { how: 'silent', place: answer.place }
          return value instanceof Refusal ? unknown(answer.place, value.because, value.ask) : { ...answer, value }
        },
        back && writing && converted(back, writing),
      ),
  }
}

/** One of two: the one that was read, else the first that can. A value that is not of its type has no word with either. */
function either<T, U>(
  own: Pick<Ask<T>, 'read'> & Partial<Writing<T>>,
  other: Pick<Ask<U>, 'read' | 'write'>,
): Writing<T | U> | undefined {
  if (!own.write && !other.write) return undefined
  // A method takes what any of its types is (bivariance): words that it does not know it does not write.
  const [first, second]: readonly Pick<Ask<T | U>, 'write'>[] = [own, other]
  return {
    write(value, scope) {
      if (own.read(scope).how !== 'silent') return first?.write?.(value, scope)
      // What nobody wrote there is written nowhere.
      if (!['silent', 'default', 'derived'].includes(other.read(scope).how)) return second?.write?.(value, scope)
      return first?.write?.(value, scope) ?? second?.write?.(value, scope)
    },
  }
}
const converted = <T, U>(back: (value: U) => T | undefined, { write }: Writing<T>): Writing<U> => ({
  write(value, scope) {
    const own = back(value)
    return own === undefined ? undefined : write(own, scope)
  },
})

/** A value that somebody wrote at this node. */
export const written = <T>(node: Node, value: T): Fact<T> => ({
  how: node.inherited ? 'inherited' : 'set',
  place: node.place,
  value,
  ...(node.from && { from: node.from.map((source) => set(source.place, source.value)) }),
})
const isSilent = (node: Node): boolean => node.missing === true || (node.value === null && node.unknown === undefined)

/** One scalar node as a fact: what is of the wrong type is unknown with the reason, never a throw and never a pass. */
export function scalarFact<T>(node: Node, what: string, parse: (node: Node) => T | undefined): Answer<T> {
  if (node.unknown !== undefined) return unknown(node.place, node.unknown, 'user')
  if (isSilent(node)) return { how: 'silent', place: node.place }
  const value = parse(node)
  return value === undefined
    ? unknown(node.place, `${String(node.path.at(-1) ?? 'this')} is not ${what}`, 'user')
    : written(node, value)
}

/** What the types of scalars make of a node. YAML gives `"true"` and `'8080'` as text: runtimes take them, so does this. */
export const parse = {
  bool: (node: Node): boolean | undefined =>
    typeof node.value === 'boolean'
      ? node.value
      : node.value === 'true'
        ? true
        : node.value === 'false'
          ? false
          : undefined,
  text: textOf,
  int: (node: Node): number | undefined => {
    const number =
      typeof node.value === 'number'
        ? node.value
        : typeof node.value === 'string' && /^[+-]?\d+$/.test(node.value)
          ? Number(node.value)
          : undefined
    return number !== undefined && Number.isSafeInteger(number) ? number : undefined
  },
  /** Docker's sizes, in bytes. */
  bytes: (node: Node): number | undefined =>
    typeof node.value === 'number' ? node.value : typeof node.value === 'string' ? dockerBytes(node.value) : undefined,
  /** A Kubernetes quantity, rounded up to whole units. */
  quantity: (node: Node): number | undefined => {
    const number =
      typeof node.value === 'number' ? node.value : typeof node.value === 'string' ? quantity(node.value) : undefined
    return number === undefined ? undefined : Math.ceil(number)
  },
  /** Cores, as `0.5` or `500m`, in millicores. */
  cores: (node: Node): number | undefined => {
    const number =
      typeof node.value === 'number' ? node.value : typeof node.value === 'string' ? quantity(node.value) : undefined
    return number === undefined ? undefined : Math.round(number * 1000)
  },
}

/**
 * A key of the container, or of the scope `where`, is set. Undefined where a variable decides, and where another file says it,
 * which this one's word does not override.
 */
export function setAt(scope: Scope, where: string, path: string, value: unknown): Changes {
  const spot = scope[where]
  const node = at(scope, where, path)
  const isPlain = typeof value === 'string' || typeof value === 'number' || typeof value === 'boolean'
  if (!spot || !isPlain || path === '' || node.unknown !== undefined) return undefined
  const isElsewhere = node.missing !== true && node.inherited !== true && node.place.file !== spot.place.file
  return isElsewhere ? undefined : [setKey(spot, path.split('.'), value)]
}

const scalar =
  <T>(what: string, parser: (node: Node) => T | undefined) =>
  (path: string, where = 'self'): Ask<T> =>
    ask((scope) => scalarFact(at(scope, where, path), what, parser), {
      write: (value, scope) => setAt(scope, where, path, value),
      word: (text) => parser({ place: { file: '', line: 1, column: 1 }, path: [], value: text }),
    })

export const bool = scalar('true or false', parse.bool)
export const text = scalar('a text', parse.text)
export const int = scalar('a whole number', parse.int)
export const bytes = scalar('a size', parse.bytes)
export const quantityOf = scalar('a quantity', parse.quantity)
const processors = scalar('a number of processors', parse.cores)
/** Read only: what is written is not what the table counts in. */
export const cores = (path: string, where?: string): Ask<number> => ask(processors(path, where).read)
/** True where the key is there and not null. */
export const present = (path: string, where = 'self'): Ask<boolean> =>
  ask((scope) => {
    const node = at(scope, where, path)
    return isSilent(node) ? { how: 'silent', place: node.place } : written(node, true)
  })

/** An `Ask` whose silence is explained by another answer: what the runtime does then is `derived` from it. */
export const silentWhen = <T, U>(
  own: Ask<T>,
  cause: Ask<U>,
  consequence: (value: U, place: Place) => T | undefined,
  because: string,
): Ask<T> =>
  ask((scope): Answer<T> => {
    const answer = own.read(scope)
    if (answer.how !== 'silent') return answer
    const reason = cause.read(scope)
    if (reason.how === 'silent' || reason.how === 'unknown') return answer
    const value = consequence(reason.value, reason.place)
    return value === undefined ? answer : { how: 'derived', place: reason.place, value, because, from: [{ ...reason }] }
  }, writes(own))
/** An Ask that reads otherwise writes as another one does. */
export const writes = <T>(own: Pick<Ask<T>, 'write'>): Writing<T> | undefined => {
  const { write } = own
  return write && { write }
}

/** The text has no way to say it. */
export const silent: Ask<never> = ask((scope) => ({ how: 'silent', place: scope.self.place, unsayable: true }))

/** Paths are those of the tables: split once each, not for every container. */
const split = new Map<string, readonly string[]>()
function keysOf(path: string): readonly string[] {
  const known = split.get(path)
  if (known) return known
  const keys = path.split('.')
  if (split.size < 10_000) split.set(path, keys)
  return keys
}

/**
 * The node at a path of one of the scopes; the scope's own node for the empty path.
 * What lies below a text or a list where a map belongs is unknown, not missing.
 */
export function at(scope: Scope, where: string, path: string): Node {
  let here = scope[where] ?? scope.self
  if (path === '') return here
  for (const key of keysOf(path)) here = child(isSilent(here) ? here : asMap(here), key)
  return here
}

/** Elements of a list, or entries of a map (with their key), each answered by `each`. What is neither is unknown. */
export function items<E>(path: string, each: (node: Node, key?: string) => E, where = 'self'): Ask<readonly E[]> {
  return ask((scope) => {
    const node = at(scope, where, path)
    if (node.unknown !== undefined) return unknown(node.place, node.unknown, 'user')
    if (isSilent(node)) return { how: 'silent', place: node.place }
    if (isList(node))
      return written(
        node,
        node.value.map((element) => each(element)),
      )
    if (isMap(node))
      return written(
        node,
        entries(node).map(([key, element]) => each(element, key)),
      )
    return unknown(node.place, `${path} is not a list`, 'user')
  })
}

/** A list of texts; a single text counts as a list of one. */
export const texts = (
  path: string,
  where = 'self',
  normalise = (text: string): string => text,
): Ask<readonly Fact<string>[]> =>
  ask((scope) => {
    const node = at(scope, where, path)
    if (node.unknown === undefined && textOf(node) !== undefined) return written(node, [element(node, normalise)])
    return items(path, (each) => element(each, normalise), where).read(scope)
  })
const element = (node: Node, normalise: (text: string) => string): Fact<string> => {
  const answer = scalarFact(node, 'a text', parse.text)
  return answer.how === 'silent'
    ? { how: 'set', place: node.place, value: '' }
    : answer.how === 'unknown'
      ? answer
      : { ...answer, value: normalise(answer.value) }
}

/** A fact of an element: its child at `key`, or the default with its reason. */
export function field<T>(
  node: Node,
  key: string,
  what: string,
  parser: (node: Node) => T | undefined,
  otherwise: T,
  because: string,
): Fact<T> {
  const answer = scalarFact(get(node, key), what, parser)
  return answer.how === 'silent' ? { how: 'default', place: node.place, value: otherwise, because } : answer
}

/** The node where it is a map; else one whose children are all unknown, so that an element of the wrong type is not taken for a silent one. */
export const asMap = (node: Node): Node =>
  isMap(node) || node.unknown !== undefined
    ? node
    : { ...node, value: null, unknown: `${String(node.path.at(-1) ?? 'this')} is not a map` }

/** A list of texts where a map is none, though `texts` would take its values. */
export const listOfTexts = (
  path: string,
  normalise: (text: string) => string = (text) => text,
): Ask<readonly Fact<string>[]> =>
  ask((scope) => {
    const node = at(scope, 'self', path)
    return isMap(node) && node.unknown === undefined
      ? unknown(node.place, `${String(node.path.at(-1) ?? 'this')} is not a list`, 'user')
      : texts(path, 'self', normalise).read(scope)
  })
