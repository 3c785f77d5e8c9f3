/**
 * Where something stands in a text: 1-based line and column, as in SARIF 2.1.0 section 3.30.
 *
 * `file` is a path as the user gave it (relative stays relative), or a path inside an image, without a leading slash.
 * `in` names the image or target that holds the file; absent means a file of the scan itself.
 * `layer` is the 0-based index of the image layer that brought the file.
 */
export interface Place {
  readonly file: string
  readonly line: number
  readonly column: number
  readonly endLine?: number
  readonly endColumn?: number
  readonly in?: string
  readonly layer?: number
}

/** The first character of a file: the place of what is true of the file as a whole. */
export const startOf = (file: string, rest: { in?: string; layer?: number } = {}): Place => ({
  file,
  line: 1,
  column: 1,
  ...rest,
})

/** `file:line:column`, or `image!/path` for a file inside an image. */
export function showPlace(place: Place): string {
  if (place.in !== undefined) return `${place.in}:/${place.file}${place.line > 1 ? `:${place.line}` : ''}`
  return `${place.file}:${place.line}:${place.column}`
}
