/** The lines of a container's configuration, in the order in which LXC takes them: with those of the files that it includes. */
import { posix } from 'node:path'
import { elements, entries, textOf, type Node } from '../../document/node.ts'
import { byDefault, unknown, type Fact } from '../../model/fact.ts'
import type { Place } from '../../model/place.ts'
import type { Scope } from '../ask.ts'
import type { Files, Want } from '../dialect.ts'
import { renamed } from './legacy.ts'
import { shipped } from './shipped.ts'

export interface Line {
  /** By its name since LXC 2.1. */
  readonly key: string
  /** As it is written. */
  readonly written: string
  readonly text: string
  readonly place: Place
  /** Written in the container's own file, in one that it includes, or in one that comes with LXC and was not given. */
  readonly origin: 'own' | 'included' | 'shipped'
  /** Why it is said, where nobody wrote it: the included file comes with LXC and was not given. */
  readonly because?: string
  /** An include that was not given: from here on anything may have been said. */
  readonly hole?: string
}

/** More lines than any configuration has: includes can multiply. */
const MAX_LINES = 20_000
const MAX_DEPTH = 20

/** `key = value` of an entry of the root. */
const pairOf = (entry: Node): readonly [string, Node] | undefined => entries(entry)[0]
const isPath = (text: string): boolean => text !== '' && !text.includes('\0')
/** LXC takes a path with a slash at its end for a folder, and reads every *.conf in it. */
const isFolder = (path: string): boolean => path.endsWith('/')

/**
 * An absolute path of the host, from the folder of a file: where the file lies in a copy of a host's tree (`copy/var/lib/lxc/web/config`),
 * the same place in that copy.
 */
export function onHost(file: string, path: string): string {
  if (!path.startsWith('/')) return path
  const inside = /(?:^|\/)((?:var\/lib\/lxc|usr\/share\/lxc|etc\/lxc)\/.*)$/.exec(file)?.[1]
  const up = inside === undefined ? 0 : inside.split('/').length - 1
  return up === 0 ? path : `${'../'.repeat(up)}${path.slice(1)}`
}

/** The files that are included; those that come with LXC are known where they are not given. */
export const included = (root: Node, file: string): readonly Want[] =>
  elements(root).flatMap((entry): readonly Want[] => {
    const [key, value] = pairOf(entry) ?? []
    const path = value && textOf(value)
    if (key !== 'lxc.include' || path === undefined || !isPath(path)) return []
    const isShipped = shipped(path) !== undefined
    return [
      {
        path: onHost(file, path).replace(/(?<=.)\/+$/, ''),
        syntax: 'keyvalue',
        ...(isFolder(path) && { dropIns: true }),
        ...(isShipped && { optional: true, known: true }),
      },
    ]
  })

/** @param files the included files that were read, by their path from the container's own folder. */
export function expand(root: Node, files: Files, file: string): readonly Line[] {
  const lines: Line[] = []
  let networks = 0
  const push = (line: Omit<Line, 'key'>): void => {
    const key = renamed(line.written, networks) ?? line.written
    if (line.written === 'lxc.network.type') networks += 1
    if (lines.length < MAX_LINES) lines.push({ ...line, key })
    else if (lines.length === MAX_LINES)
      lines.push({
        ...line,
        key,
        hole: `the configuration has more than ${MAX_LINES} lines with those that it includes`,
      })
  }
  const read = (node: Node, origin: 'own' | 'included', at: string, folder: string, chain: readonly string[]): void => {
    for (const entry of elements(node)) {
      const [written, value] = pairOf(entry) ?? []
      if (written === undefined || !value) continue
      const text = textOf(value) ?? ''
      const { place } = value
      if (written !== 'lxc.include' || !isPath(text)) {
        push({ written, text, place, origin })
        continue
      }
      const found = onHost(at, text).replace(/(?<=.)\/+$/, '')
      const path = posix.isAbsolute(found) ? found : posix.join(folder, found)
      const documents = isFolder(text)
        ? [...files].filter(([name]) => posix.dirname(name) === path && name.endsWith('.conf'))
        : [...files].filter(([name]) => name === path)
      const fresh = documents.filter(([name]) => !chain.includes(name))
      const setting = shipped(text)
      if (fresh.length > 0 && chain.length < MAX_DEPTH)
        for (const [name, document] of fresh) {
          const full = posix.isAbsolute(name) ? name : posix.join(posix.dirname(file), name)
          read(document, 'included', full, posix.dirname(name), [...chain, name])
        }
      else if (setting && documents.length === 0)
        for (const [key, said] of setting)
          push({ written: key, text: said, place, origin: 'shipped', because: `${text} says so, as it comes with LXC` })
      else push({ written, text, place, origin, hole: `${text} is included and was not given` })
    }
  }
  read(root, 'own', file, '.', [])
  return lines
}

const LINES = new WeakMap<Node, readonly Line[]>()
/** A node that stands for these lines, so that asks can be put to it. */
export const nodeOf = (lines: readonly Line[], place: Place): Node => carrying({ place, path: [], value: [] }, lines)
/** The node, with lines that asks find by it. */
export function carrying(node: Node, lines: readonly Line[]): Node {
  LINES.set(node, lines)
  return node
}
export const linesOf = (scope: Scope): readonly Line[] => LINES.get(scope.self) ?? []

/** A value that a line says. Facts are never shared: call it anew for each row. */
export const said = <T>({ place, origin, because = '' }: Line, value: T): Fact<T> =>
  origin === 'shipped'
    ? byDefault(place, value, because)
    : { how: origin === 'own' ? 'set' : 'inherited', place, value }
export const hidden = ({ place, hole = '' }: Line): Fact<never> => unknown(place, hole, 'file')
export const strange = ({ place }: Line, because: string): Fact<never> => unknown(place, because, 'user')
