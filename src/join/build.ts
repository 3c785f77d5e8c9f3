/** Which container is built from which Dockerfile. */
import type { Build } from '../model/subject.ts'

/** Equal where the same file is built in the same way. */
export function buildKey({ file, stage, args, inline }: Build): string {
  return JSON.stringify([
    file,
    stage ?? null,
    args ? [...args].sort(([a], [b]) => (a < b ? -1 : 1)) : null,
    inline ? [inline.place.file, inline.place.line, inline.text] : null,
  ])
}
