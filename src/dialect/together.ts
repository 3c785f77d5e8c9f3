/** What the containers of a text run together with: see `Together` in model/subject.ts. */
import { child, type Node } from '../document/node.ts'
import { unknown, type Fact } from '../model/fact.ts'
import type { Place } from '../model/place.ts'
import type { Together } from '../model/subject.ts'
import { parse, scalarFact } from './ask.ts'

/** All containers of one text, or of a part of it: those with the same id there belong together. */
export const together = (kind: Together['kind'], name: string, { place }: { readonly place: Place }): Together => ({
  kind,
  // Pods and groups have ids that containers begin with; other names may well be those of a container too.
  id: name.includes('/') ? name : `${kind}/${name}`,
  name,
  key: JSON.stringify([kind, name, place.file, place.line, place.column]),
  place,
})
/** The name of what has none of its own: that of its file. */
export const nameOfFile = (file: string): string =>
  (file.split('/').at(-1) ?? '').replace(/\.(?:ya?ml|json|container|sh)$/, '') || 'input'
/** The name of the folder that a file is in, as Compose and systemd go by; of the file where the path has none. */
export const nameOfFolder = (file: string): string => {
  const folder = file.split('/').at(-2) ?? ''
  return /^\.{0,2}$/.test(folder) ? nameOfFile(file) : folder
}

/** How many of a container run: undefined where nobody says, which is one. */
export function replicas(...written: readonly Node[]): Fact<number> | undefined {
  for (const node of written) {
    const answer = scalarFact(node, 'a whole number', parse.int)
    if (answer.how === 'silent') continue
    return answer.how !== 'unknown' && answer.value < 0
      ? unknown(answer.place, `${String(node.path.at(-1) ?? 'this')} is negative`, 'user')
      : answer
  }
  return undefined
}
/** One on every node of the cluster. */
export const onEveryNode = (mode: Node): Fact<number> | undefined =>
  mode.value === 'global' || (mode.missing !== true && typeof mode.value !== 'string' && mode.value !== null)
    ? unknown(child(mode, '').place, 'one runs on every node, and how many there are is not known here', 'user')
    : undefined
