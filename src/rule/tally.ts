import type { Tally } from '../model/compliance.ts'

/** Counts what one rule is judged on. Of things that are alike where it reads, one answer stands for all. */
export class Counter {
  readonly #applied: number[] = []
  readonly #known = new Map<string, boolean>()
  #broken = 0

  /** @param signature the facts that the rule reads; absent where they are too many to be compared. */
  judged(index: number, signature: string | undefined, applies: boolean): void {
    if (signature !== undefined) this.#known.set(signature, applies)
    if (applies) this.#applied.push(index)
  }
  /** One whose facts are those of another that was judged. */
  alike(index: number, signature: string | undefined): void {
    if (signature !== undefined && this.#known.get(signature) === true) this.#applied.push(index)
  }
  broke(): void {
    this.#broken += 1
  }
  tally(present: number): Tally {
    return { present, applied: this.#applied, broken: this.#broken }
  }
}
