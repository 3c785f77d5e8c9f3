import type { Fact } from './fact.ts'
import type { Place } from './place.ts'

/**
 * The grammar of the table of fields (fields.ts). A row is a leaf, a group of rows, or a list of leaves or groups.
 * `by` says who answers it: the dialect that reads the configuration, the join with image and engine, or the derivation (confine).
 */
export type AnsweredBy = 'dialect' | 'join' | 'derive'

/** The scalar types of CEL that facts have. */
export type CelScalar = 'bool' | 'int' | 'string'

export interface Leaf<T, B extends AnsweredBy = AnsweredBy> {
  readonly kind: 'leaf'
  readonly cel: CelScalar
  /** All the words the value may be; rules may compare it with these only. */
  readonly words?: readonly string[]
  readonly by: B
  readonly says: string
  /** Never present: carries the type. */
  readonly type?: T
}
export interface Group<R extends Rows> {
  readonly kind: 'group'
  /** Name of the CEL class. */
  readonly cel: string
  readonly rows: R
  readonly says: string
}
export interface List<E extends Leaf<unknown> | Group<Rows>, B extends AnsweredBy = AnsweredBy> {
  readonly kind: 'list'
  readonly of: E
  /** The row of an element that identifies it within the list (fingerprints, fixes). */
  readonly key?: string
  readonly by: B
  readonly says: string
}
export type Row = Leaf<unknown> | Group<Rows> | List<Leaf<unknown> | Group<Rows>>
export type Rows = { readonly [name: string]: Row }

/** The makers of rows that one party answers: `by('dialect').bool('...')`. */
export const by = <B extends AnsweredBy>(party: B) => ({
  bool: (says: string): Leaf<boolean, B> => ({ kind: 'leaf', cel: 'bool', by: party, says }),
  int: (says: string): Leaf<number, B> => ({ kind: 'leaf', cel: 'int', by: party, says }),
  string: (says: string): Leaf<string, B> => ({ kind: 'leaf', cel: 'string', by: party, says }),
  /** A text that is always one of these words. */
  oneOf: <const W extends readonly string[]>(words: W, says: string): Leaf<W[number], B> => ({
    kind: 'leaf',
    cel: 'string',
    words,
    by: party,
    says,
  }),
  /** `key` names the row of an element that identifies it within the list. */
  list: <E extends Leaf<unknown> | Group<Rows>>(of: E, says: string, key?: string): List<E, B> => ({
    kind: 'list',
    of,
    by: party,
    says,
    ...(key !== undefined && { key }),
  }),
})
export const group = <R extends Rows>(cel: string, rows: R, says: string): Group<R> => ({
  kind: 'group',
  cel,
  rows,
  says,
})

/** An element of a list of groups. It has a place of its own, so that a finding can point at it. */
export interface Item<R extends Rows> {
  readonly place: Place
  readonly facts: Facts<R>
}
/** An element may itself be unknown (`- ${X}`): a leaf element as an unknown fact, a group element with unknown facts. */
export type Element<E> = E extends Leaf<infer T> ? Fact<T> : E extends Group<infer R> ? Item<R> : never
export type FactOf<R> =
  R extends Leaf<infer T>
    ? Fact<T>
    : R extends Group<infer G>
      ? Facts<G>
      : R extends List<infer E>
        ? Fact<readonly Element<E>[]>
        : never
/** The table, answered: a fact per leaf and list, nested as the groups are. */
export type Facts<R extends Rows> = { readonly [K in keyof R]: FactOf<R[K]> }

/** The same, untyped: what code sees that walks any table by its rows. */
export type AnyFact = Fact<unknown>
export interface AnyFacts {
  readonly [name: string]: AnyFact | AnyFacts
}
export const isFact = (x: AnyFact | AnyFacts): x is AnyFact => typeof (x as { how?: unknown }).how === 'string'
