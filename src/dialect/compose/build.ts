/** `build` of a service: the Dockerfile that its image comes from (https://docs.docker.com/reference/compose-file/build/). */
import { posix } from 'node:path'
import { child, elements, entries, isMap, type Node } from '../../document/node.ts'
import type { Build } from '../../model/subject.ts'
import type { About } from '../dialect.ts'
import { isVoid, rawText } from '../docker/piece.ts'
import { isRemote } from './path.ts'

/** Undefined where nothing is built, or not from files of this project, or a variable hides from what. */
export function buildOf(service: Node, about: About, isOldest: boolean): Build | undefined {
  const build = child(service, 'build')
  if (isVoid(build)) return undefined
  const isLong = isMap(build)
  const context = known(isLong ? child(build, 'context') : build, '.')
  // In the oldest format the name of the Dockerfile stands beside.
  const dockerfile = known(isLong ? child(build, 'dockerfile') : isOldest ? child(service, 'dockerfile') : MISSING, '')
  if (context === undefined || dockerfile === undefined || isRemote(context)) return undefined
  const target = isLong ? known(child(build, 'target'), '') : ''
  const args = argumentsOf(isLong ? child(build, 'args') : MISSING)
  const rest = {
    ...(target !== undefined && target !== '' && { stage: target }),
    ...(args.size > 0 && { args }),
  }
  const inline = isLong ? child(build, 'dockerfile_inline') : MISSING
  if (!isVoid(inline)) {
    const text = inline.unknown === undefined ? rawText(inline) : undefined
    return text === undefined ? undefined : { file: inline.place.file, ...rest, inline: { text, place: inline.place } }
  }
  const file = dockerfile === '' ? 'Dockerfile' : dockerfile
  const way = posix.isAbsolute(file) ? file : posix.join(context, file)
  return { file: posix.isAbsolute(way) ? way : posix.join(posix.dirname(about.file), way), ...rest }
}

const MISSING: Node = { place: { file: '', line: 1, column: 1 }, path: [], value: null, missing: true }

/** The text of a node, or what counts where none is written; undefined where it is not known. */
const known = (node: Node, otherwise: string): string | undefined =>
  isVoid(node) ? otherwise : node.unknown === undefined ? rawText(node) : undefined

/** A list of `name=value`, or a map. What has no value is taken from the shell. */
function argumentsOf(node: Node): ReadonlyMap<string, string | null> {
  const value = (at: Node, text: string | undefined): string | null =>
    at.unknown === undefined && text !== undefined ? text : null
  return new Map([
    ...entries(node).map(([name, each]) => [name, isVoid(each) ? null : value(each, rawText(each))] as const),
    ...elements(node).flatMap((each) => {
      const [, name = '', text] = /^([^=]*)(?:=(.*))?$/s.exec(rawText(each) ?? '') ?? []
      return name === '' ? [] : [[name, value(each, text)] as const]
    }),
  ])
}
