/** How a compiled program that no package owns is known: by its name, and by what its own source writes into it. */

export interface Classifier {
  /** Name in the package URL `pkg:generic/NAME@VERSION`, the one that other tools use where there is one. */
  readonly name: string
  /** Base names of its files, without the version that many end in (`python3.11`, `libcurl.so.4`) and of libraries without `.so`. */
  readonly files: readonly string[]
  /**
   * Bytes (as latin1) that stand before or after its version. Of more than one, each may. Of a file whose name says its series
   * (`libpython3.12.so`), what that makes of them.
   */
  readonly literals: readonly string[] | ((series: string) => readonly string[])
  /**
   * What stands there (as latin1): group 1 is the version. It is matched at the literal, or where `before` says so in the text that begins
   * so many bytes before it.
   */
  readonly pattern: RegExp
  /** At most 256. */
  readonly before?: number
  /** Bytes that must be in the file too: for versions that nothing stands beside. It then counts only where nothing better is found. */
  readonly requires?: string
  /** The real program on which it was seen to work, as the tests get it, or why none could be had and where the pattern comes from. */
  readonly seen: string
}

/** A version by itself, as C keeps constants: between two zero bytes. */
export const lone = (version: string): RegExp => new RegExp(String.raw`^\0(${version})\0`)
