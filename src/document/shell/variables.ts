/**
 * Variables of a shell script, as far as they can be known without running it: what is written once, as a constant, before it is
 * used, and on every way to its use. Appending (`X+=(...)`) adds to it; where that happens on some ways only, more may be in it.
 */
import type { Place } from '../../model/place.ts'

/** A text that a word brings, and what in it is not known, as it is written (`$X`): a `HOLE` stands in the text for each. */
export interface Value {
  readonly text: string
  readonly holes: readonly string[]
}
/** The value of a variable: one text, or the elements of an array. `more` where it may hold more than that. */
export interface Known {
  readonly values: readonly Value[]
  readonly array: boolean
  readonly place: Place
  readonly more: boolean
}

/** A stretch of a script that is run as a whole or not at all: a branch, a loop, a function, a subshell. */
export interface Block {
  readonly kind: string
  readonly outer: Block | undefined
}
/** Is a block the other, or in it? */
function isWithin(block: Block, other: Block): boolean {
  for (let here: Block | undefined = block; here; here = here.outer) if (here === other) return true
  return false
}

/** Elements of one array that are followed. */
const MAX_VALUES = 1000
const MAX_TEXT = 100_000

const NONE: Value = { text: '', holes: [] }

interface Written {
  readonly known: Known
  readonly block: Block
}

export class Variables {
  /** How often each is set, over the whole script: known after a first reading. */
  readonly #counts: ReadonlyMap<string, number>
  readonly #seen = new Map<string, number>()
  readonly #written = new Map<string, Written>()
  readonly #defaults = new Map<string, Known>()

  /** The variable whose value is read just now. */
  assigning: string | undefined

  constructor(counts: ReadonlyMap<string, number> = new Map()) {
    this.#counts = counts
  }

  /** How often each was set in this reading. */
  get seen(): ReadonlyMap<string, number> {
    return this.#seen
  }

  /** It is set to what nobody can know (`read X`, `for X in`). */
  touch(name: string): void {
    this.#seen.set(name, (this.#seen.get(name) ?? 0) + 1)
    this.#written.delete(name)
  }

  set(name: string, values: readonly Value[], array: boolean, place: Place, block: Block, certain: boolean): void {
    this.touch(name)
    if (!certain || values.length > MAX_VALUES) return
    this.#written.set(name, { known: { values, array, place, more: false }, block })
  }

  /** `X+=...`: it stays known; where this may not happen, it may be there or not. */
  append(name: string, values: readonly Value[], block: Block, certain: boolean): void {
    const before = this.#written.get(name)
    if (!before) return this.touch(name)
    const { known } = before
    const always = certain && isWithin(before.block, block)
    const joined = known.array
      ? [...known.values, ...values]
      : [concatenated(known.values[0] ?? NONE, values[0] ?? NONE)]
    const long = joined.length > MAX_VALUES || joined.some(({ text }) => text.length > MAX_TEXT)
    this.#written.set(name, {
      block: before.block,
      known: always && !long ? { ...known, values: joined } : { ...known, more: true },
    })
  }

  /** `${X:=value}`: it has this value from here on where nothing else sets it. */
  default(name: string, value: Value, place: Place): void {
    if (!this.#defaults.has(name)) this.#defaults.set(name, { values: [value], array: false, place, more: false })
  }

  /** What it holds at a use in this block; `unset` where nothing in the script sets it, undefined where that is not known. */
  get(name: string, block: Block): Known | 'unset' | undefined {
    const count = this.#counts.get(name) ?? 0
    // `X=${X:-default}`, and nothing else sets it.
    if (count === 1 && this.assigning === name) return 'unset'
    if (count === 0) return this.#defaults.get(name) ?? 'unset'
    const written = this.#written.get(name)
    return count === 1 && written && isWithin(block, written.block) ? written.known : undefined
  }
}

const concatenated = (first: Value, second: Value): Value => ({
  text: first.text + second.text,
  holes: [...first.holes, ...second.holes],
})
