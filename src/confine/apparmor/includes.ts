/** Where the texts of includes come from. */
import type { ParsedText } from './parse.ts'

/** What is behind the name of an include: a text; for a folder, the names of the files in it; undefined: there is no such file. */
export type Included = (name: string) => string | readonly string[] | undefined

/** Texts of includes, parsed. Make one with `new IncludeCache()` for files that share their includes. */
export class IncludeCache {
  readonly texts = new Map<string, ParsedText | readonly string[] | undefined>()
  /** What is wrong with globs, by their text. */
  readonly globs = new Map<string, string | undefined>()
}
