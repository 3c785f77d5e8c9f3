/** YAML -> Node. Read as version 1.1, as Kubernetes does: `yes`, `on` and `0644` mean what they mean there. */
import type { Read } from '../model/notice.ts'
import { comments } from './comment.ts'
import type { Locate, Text } from './node.ts'
import { readEvents } from './yaml-events.ts'
import { duplicateKey } from './yaml-limit.ts'
import { readTree } from './yaml-tree.ts'

/** By js-yaml's events, which are fast, or where those do not do, by the tree of `yaml`. */
export function readYaml(file: string, text: string, locate?: Locate): Read<Text> {
  const place: Locate = locate ?? ((line, column) => ({ file, line, column }))
  const plain = withoutDirectives(text)
  const events = readEvents(plain, place)
  const read = events
    ? { value: events.documents, notices: events.duplicates.map(duplicateKey) }
    : readTree(plain, place)
  return { value: { file, documents: read.value, comments: comments(text, place) }, notices: read.notices }
}

/**
 * A %YAML directive would override version 1.1 and hide `privileged: yes`: it becomes a comment of the same length, so that
 * places stay. A byte order mark goes first: a blank in its place would indent the first line, and hide a directive from the
 * expression.
 */
export const withoutDirectives = (text: string): string =>
  text.replace(/^\uFEFF/, '').replace(/^%YAML[^\n]*/gm, (line) => `#${line.slice(1)}`)
