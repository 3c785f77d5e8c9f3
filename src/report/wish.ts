/** What a user can do about what is not known. */
import type { Finding } from '../model/finding.ts'
import type { Result } from '../model/result.ts'
import type { Question } from './order.ts'

/** Most images that are named. */
const MOST_NAMES = 3

/** What the user can do about it: the option that would tell. */
export function wish(result: Result, { teller, findings }: Question): string {
  if (teller === 'image') {
    if (ofDockerfiles(result, findings))
      return 'The image would tell: build it, then docker save NAME | plimsoll scan -'
    const names = references(result, findings)
    const given = names.slice(0, MOST_NAMES).map((name) => `--image ${name}=PATH`)
    const more =
      names.length > MOST_NAMES
        ? ` and ${names.length - MOST_NAMES} more image${names.length === MOST_NAMES + 1 ? '' : 's'}`
        : ''
    return `The image would tell: ${given.length > 0 ? given.join(' ') + more : '--image NAME=PATH'}`
  }
  if (teller === 'engine')
    return 'The engine would tell: --engine daemon.json (or a file with docker info); else write the value out'
  if (teller === 'file') return 'Another file would tell: give it too, where it is looked for'
  if (teller === 'user') return 'Only you can tell: set the value, or write it out'
  return 'Nothing that can be given would tell'
}
/** Whether all that they are about is what Dockerfiles would build. */
function ofDockerfiles({ subjects, images }: Result, findings: readonly Finding[]): boolean {
  const ids = new Set(findings.flatMap((finding) => finding.subjects))
  const unbuilt = new Set(images.filter(({ build }) => build).map(({ id }) => id))
  return subjects.filter(({ id }) => ids.has(id)).every(({ imageId }) => imageId !== undefined && unbuilt.has(imageId))
}
/** References of the images that the subjects run and that were not given, ready for a shell. */
function references(result: Result, findings: readonly Finding[]): readonly string[] {
  const ids = new Set(findings.flatMap(({ subjects }) => subjects))
  const names = result.subjects
    .filter(({ id, imageId }) => ids.has(id) && imageId === undefined)
    .map(({ container }) => container.image.reference)
    .map((reference) => (reference.how === 'unknown' ? '' : reference.value))
  return [...new Set(names.filter((name) => /^[\w][\w.\-/:@]*$/.test(name)))]
}
