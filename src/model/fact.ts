import type { Place } from './place.ts'

/** Who could answer what is not known: the image, the engine (daemon.json, docker info), another file, or the user. */
export type Teller = 'image' | 'engine' | 'file' | 'user'

interface Known<T> {
  readonly place: Place
  /** The facts that this one was computed from, or took the place of, nearest first. */
  readonly from?: readonly Fact<unknown>[]
  readonly value: T
}

/** Somebody wrote it: here (`set`), or where this one takes it from, such as the pod or the extended service (`inherited`). */
export interface Written<T> extends Known<T> {
  readonly how: 'set' | 'inherited'
}

/** Nobody wrote it: the runtime's own doing (`default`), or computed from other facts (`derived`). */
export interface Reasoned<T> extends Known<T> {
  readonly how: 'default' | 'derived'
  readonly because: string
  /** What it was read from has no way to say anything else: nobody could have written it there. */
  readonly unsayable?: true
}

/** The third answer. Never a pass: what depends on it stays open. */
export interface Unsettled {
  readonly how: 'unknown'
  readonly place: Place
  readonly from?: readonly Fact<unknown>[]
  readonly because: string
  readonly ask?: Teller
  /** As in {@link Reasoned}. */
  readonly unsayable?: true
}

/**
 * One answer about a container, an image or an engine, with how it is known and where.
 * Facts are never shared between rows or subjects: their identity is how reasons are found.
 */
export type Fact<T> = Written<T> | Reasoned<T> | Unsettled

export const set = <T>(place: Place, value: T): Fact<T> => ({ how: 'set', place, value })

export const byDefault = <T>(place: Place, value: T, because: string): Fact<T> => ({
  how: 'default',
  place,
  value,
  because,
})

export const derived = <T>(place: Place, value: T, because: string, from: readonly Fact<unknown>[]): Fact<T> => ({
  how: 'derived',
  place,
  value,
  because,
  from,
})

export const unknown = (place: Place, because: string, ask?: Teller, from?: readonly Fact<unknown>[]): Fact<never> => ({
  how: 'unknown',
  place,
  because,
  ...(ask && { ask }),
  ...(from && { from }),
})

/** True where a person wrote the value, here or where it is inherited from. */
export const isWritten = (fact: Fact<unknown>): boolean => fact.how === 'set' || fact.how === 'inherited'
