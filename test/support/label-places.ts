/** Where a label says that a finding stands. */
import { readFileSync } from 'node:fs'
import { join } from 'node:path'
import { elements, isMap, type Node } from '../../src/document/node.ts'
import { readText } from '../../src/document/read.ts'
import { corpora, type Label } from './corpora.ts'

/**
 * Groups of lines: one finding stands on a line of each. KICS gives a line for each of its findings. Kubescape gives paths, of
 * which several may name one cause (a mount and its volume, a field that offends and one that would mend it), so those of one
 * container, or of one element of a list of it, are a group; what is said of no container is one only where no container is named.
 * Undefined: the label says no place.
 */
export function placesOf(label: Label): readonly (readonly number[])[] | undefined {
  if (label.lines) return [...new Set(label.lines)].map((line) => [line])
  if (!label.paths || label.paths.length === 0) return undefined
  const root = readText(label.file, readFileSync(join(corpora, label.file), 'utf8')).value.documents[0]
  if (!root) return undefined
  const groups = Map.groupBy(label.paths, (path) => /^.*ontainers\[\d+\](?:\.[\w.]+\[\d+\])?/.exec(path)?.[0] ?? '')
  const shared = groups.get('') ?? []
  const ofContainers = [...groups].filter(([container]) => container !== '')
  const linesOf = (paths: readonly string[]): readonly number[] => paths.flatMap((path) => linesAt(root, path))
  return ofContainers.length === 0
    ? shared.map((path) => linesOf([path]))
    : ofContainers.map(([, paths]) => linesOf([...paths, ...shared]))
}

/** A list or an object is all its lines. Of what is missing, the line of the nearest parent that exists: as ours. */
export function linesAt(root: Node, path: string): readonly number[] {
  let here = root
  for (const [, key, index] of path.matchAll(/([^.[\]]+)|\[(\d+)\]/g)) {
    const next =
      index !== undefined && Array.isArray(here.value)
        ? (here.value as readonly Node[])[Number(index)]
        : key !== undefined && isMap(here)
          ? here.value.get(key)
          : undefined
    if (!next) return [here.place.line]
    here = next
  }
  const first = here.place.line
  return Array.from({ length: lastOf(here) - first + 1 }, (_, index) => first + index)
}
const lastOf = (node: Node): number =>
  Math.max(node.place.line, ...(isMap(node) ? [...node.value.values()] : elements(node)).map((child) => lastOf(child)))
