/** A change of a document, as data: what a dialect asks for, and `edit.ts` turns into text. */
import type { Node } from './node.ts'

/** What may be written: a scalar, or a small tree of maps and lists of texts below a key that is not there yet. */
export type Plain = string | number | boolean | readonly string[] | { readonly [key: string]: Plain }

/**
 * `in` is a node that is there: its place says which file and which document, its path where it stands in it. Where the two do
 * not agree (an alias, a merge key, a service put together from several files) the change is refused.
 */
export type Change =
  /** A key is set, whatever stands there; keys on the way to it are made. */
  | { readonly in: Spot; readonly path: readonly string[]; readonly set: Plain }
  /** A key is taken away with its value, and whatever would be left empty around it, up to `in`. */
  | { readonly in: Spot; readonly path: readonly string[]; readonly remove: true }
  /** A list of texts gets one more, loses all that read like this, or has another in the place of it. */
  | {
      readonly in: Spot
      readonly path: readonly string[]
      readonly item:
        { readonly add: string } | { readonly remove: string } | { readonly replace: string; readonly by: string }
    }
  /**
   * Words of a command line, which have no tree: `in` is where the command, or the option itself, begins. One word goes in behind
   * `after` (patterns of the first words of the command); or an option goes, `value` being the word that follows it or stands
   * behind its `=`.
   */
  | { readonly in: Spot; readonly word: { readonly add: string; readonly after: readonly string[] } | RemovedWord }
export interface RemovedWord {
  /** The ways in which the option is written: `--network`, `--net`. */
  readonly remove: readonly string[]
  /** Absent where it stands alone, or with `=true`. */
  readonly value?: string
}
export type Spot = Pick<Node, 'place' | 'path'>

export const setKey = (spot: Spot, path: readonly string[], value: Plain): Change => ({ in: spot, path, set: value })
export const removeKey = (spot: Spot, path: readonly string[]): Change => ({ in: spot, path, remove: true })
export const addItem = (spot: Spot, path: readonly string[], text: string): Change => ({
  in: spot,
  path,
  item: { add: text },
})
export const removeItem = (spot: Spot, path: readonly string[], text: string): Change => ({
  in: spot,
  path,
  item: { remove: text },
})
