/** What follows from facts of which some are not known: the answers in which every possible world agrees are known all the same. */
import type { Unsettled } from '../../model/fact.ts'

/** One thing that decides, with everything that it may be. */
export interface Axis<W> {
  /** Why there is more than one choice. */
  readonly open?: Unsettled | undefined
  /** Never empty; each fills its part of a world. */
  readonly choices: readonly Partial<W>[]
}

export interface Agreement<W, O, K> {
  /** A world in which everything that is known is so, and its outcome. */
  readonly first: { readonly world: W; readonly outcome: O }
  /** The keys in which worlds differ, each with the first unknown thing that makes a difference. */
  readonly differ: ReadonlyMap<K, Unsettled>
}

/**
 * Compares the outcomes of all worlds. `base` is a world that the axes overwrite; what no axis names stays. `compare` names the keys by which two outcomes differ.
 * The first and the last choices are tried first: where nothing is known they differ in everything, and the rest need not be looked at.
 */
export function differing<W extends object, O, K>(
  base: W,
  axes: readonly Axis<W>[],
  outcomeOf: (world: W) => O,
  compare: (a: O, b: O) => readonly K[],
  keys = Number.POSITIVE_INFINITY,
): Agreement<W, O, K> {
  const worldAt = (numbers: readonly number[]): W => {
    let world = base
    for (const [axis, { choices }] of axes.entries()) world = { ...world, ...choices[numbers[axis] ?? 0] }
    return world
  }
  const outcomes = new Map<string, O>()
  const at = (numbers: readonly number[]): O => {
    const key = numbers.join()
    const known = outcomes.get(key)
    if (known !== undefined) return known
    const outcome = outcomeOf(worldAt(numbers))
    outcomes.set(key, outcome)
    return outcome
  }
  const zero = axes.map(() => 0)
  const first = { world: worldAt(zero), outcome: at(zero) }
  const differ = new Map<K, Unsettled>()
  for (const numbers of worlds(axes.map(({ choices }) => choices.length))) {
    if (differ.size >= keys) break
    for (const key of compare(first.outcome, at(numbers)))
      if (!differ.has(key)) {
        const open = blamed(axes, zero, numbers, (one) => compare(first.outcome, at(one)).includes(key))
        if (open) differ.set(key, open)
      }
  }
  return { first, differ }
}

/** Walks from one world to the other, a step an axis: the first step that makes the difference is to blame. */
function blamed<W>(
  axes: readonly Axis<W>[],
  from: readonly number[],
  to: readonly number[],
  differs: (numbers: readonly number[]) => boolean,
): Unsettled | undefined {
  const walked = [...from]
  for (const [axis, { open }] of axes.entries()) {
    if (walked[axis] === to[axis]) continue
    walked[axis] = to[axis] ?? 0
    if (differs(walked)) return open
  }
  return undefined
}

/** Every combination: the last choices first, then one after the other. */
function* worlds(sizes: readonly number[]): Generator<readonly number[]> {
  yield sizes.map((size) => size - 1)
  const numbers = sizes.map(() => 0)
  for (;;) {
    let axis = 0
    while (axis < sizes.length && numbers[axis] === (sizes[axis] ?? 1) - 1) numbers[axis++] = 0
    if (axis === sizes.length) return
    numbers[axis] = (numbers[axis] ?? 0) + 1
    yield numbers
  }
}
