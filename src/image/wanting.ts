/** Who wants a file, of many catalogers: most files of an image are nobody's, and to ask each about each would take longer than to read it. */
import type { Cataloger, Entry } from '../model/tree.ts'

export class Wanting {
  /** By the last part of the path, and by its ending with the dot. */
  readonly #named = new Map<string, Cataloger[]>()
  readonly #ending = new Map<string, Cataloger[]>()
  readonly #any: readonly Cataloger[]

  constructor(catalogers: readonly Cataloger[]) {
    this.#any = catalogers.filter(({ names }) => names === undefined)
    for (const cataloger of catalogers)
      for (const name of cataloger.names ?? []) {
        const map = name.startsWith('*') ? this.#ending : this.#named
        const key = name.startsWith('*') ? name.slice(1) : name
        const held = map.get(key)
        if (held) held.push(cataloger)
        else map.set(key, [cataloger])
      }
  }

  /** Those that want the file, in no order. */
  of(path: string, entry: Entry): readonly Cataloger[] {
    let found: Cataloger[] | undefined
    const ask = (catalogers: readonly Cataloger[] | undefined): void => {
      for (const cataloger of catalogers ?? []) if (cataloger.wants(path, entry)) (found ??= []).push(cataloger)
    }
    ask(this.#any)
    const slash = path.lastIndexOf('/')
    const dot = path.lastIndexOf('.')
    ask(this.#named.get(path.slice(slash + 1)))
    if (dot > slash) ask(this.#ending.get(path.slice(dot).toLowerCase()))
    return found ?? NOBODY
  }
}

const NOBODY: readonly Cataloger[] = []
