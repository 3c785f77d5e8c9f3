import type { Comment, Locate } from './node.ts'

const COMMENT = /^(.*?)(?:^|\s)(?:#|\/\/)[ \t]*plimsoll:[ \t]*(.*?)[ \t]*$/

/** Comments that speak to Plimsoll (`# plimsoll: allow RULE reason`), in YAML, JSON with comments, and the like. */
export function comments(text: string, locate: Locate): readonly Comment[] {
  if (!text.includes('plimsoll:')) return []
  return text.split('\n').flatMap((line, index) => {
    const match = line.length > 2000 ? null : COMMENT.exec(line)
    if (!match) return []
    const before = match[1] ?? ''
    const column = line.slice(before.length).search(/\S/) + before.length + 1
    return [{ place: locate(index + 1, column), text: match[2] ?? '', alone: before.trim() === '' }]
  })
}
