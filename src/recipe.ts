/** A text as a Dockerfile: whether it is one, and what it says. */
import { basename } from 'node:path'
import { isDockerfile, KEYWORDS } from './dialect/dockerfile/document.ts'
import { child, elements, textOf, type Node } from './document/node.ts'
import { readAs } from './document/syntax.ts'
import type { TextInput, TextResult } from './texts.ts'

/** The name that a prefix says (`dockerfile:FILE`), and that targets and inputs are listed by. */
export const DOCKERFILE = 'dockerfile'

/**
 * Reads a text as a Dockerfile; undefined where it is none. What is called Dockerfile is one, broken or not;
 * `Dockerfile.md` and what only begins with FROM are one where every line is an instruction.
 */
export async function readRecipe({ file, text, as }: TextInput): Promise<TextResult | undefined> {
  const { value, notices } = await readAs('dockerfile', file, text)
  const [root] = value.documents
  const isCalled = /^(?:Dockerfile|Containerfile)$|\.(?:Dockerfile|Containerfile)$/i.test(basename(file))
  const found = root && isDockerfile(root) ? root : undefined
  if (as !== DOCKERFILE && !isCalled && (!found || !isWhole(found))) return undefined
  // A file that is empty but for comments holds nothing to judge.
  if (!found && notices.length === 0 && as !== DOCKERFILE) return undefined
  return {
    kinds: [DOCKERFILE],
    known: {
      confidence: as === DOCKERFILE ? 'said' : 'certain',
      because:
        as === DOCKERFILE ? `the prefix ${DOCKERFILE}:` : 'it begins with FROM, and every line is an instruction',
    },
    containers: [],
    comments: value.comments,
    notices,
    ...(found && { dockerfile: found }),
  }
}

function isWhole(root: Node): boolean {
  const keywords = elements(child(root, 'instructions')).map((node) => textOf(child(node, 'keyword')) ?? '')
  return keywords.includes('FROM') && keywords.every((keyword) => KEYWORDS.has(keyword))
}
