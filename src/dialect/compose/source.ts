/** The other files of a project: those that are there, and those that are still wanted. */
import { posix } from 'node:path'
import type { Node } from '../../document/node.ts'
import type { Place } from '../../model/place.ts'
import type { Files, Want } from '../dialect.ts'

/** Files that one project names. */
const MAX_FILES = 200

export class Sources {
  readonly #files: Files
  readonly #wanted = new Map<string, Want>()

  constructor(files: Files) {
    this.#files = new Map([...files].map(([path, node]) => [normal(path), node]))
  }

  /** A file by its path from the main document; undefined where it is not there (yet). */
  read(path: string, how: Omit<Want, 'path'> = {}): Node | undefined {
    const name = normal(path)
    if (!this.#wanted.has(name) && this.#wanted.size < MAX_FILES) this.#wanted.set(name, { ...how, path: name })
    return this.#files.get(name)
  }

  get wanted(): readonly Want[] {
    return [...this.#wanted.values()]
  }
}

export const normal = (path: string): string => posix.normalize(path.replaceAll('\\', '/'))

/** What is wanted of a file of variables. */
export const dotenv = (place?: Place): Omit<Want, 'path'> => ({ syntax: 'dotenv', ...(place && { place }) })
