/**
 * Fenced code blocks of Markdown -> Node: the commands in those that are of a shell (`sh`, `bash`, `shell`, `console`, or nothing said),
 * as shell.ts gives those of a script. Every block is a script of its own. Where lines begin with a prompt (`$ `), only those are
 * commands. https://spec.commonmark.org/0.31.2/#fenced-code-blocks
 */
import type { Notice, Read } from '../model/notice.ts'
import { comments } from './comment.ts'
import { HOLE } from './hole.ts'
import type { Locate, Node, Text } from './node.ts'
import { placesOf } from './offset.ts'
import { documentsOf, readCommands } from './shell.ts'

const FENCE = /^([ \t]*(?:(?:[-*+]|\d{1,9}[.)])[ \t]+)?(?:>[ \t]?)*[ \t]*)(`{3,}|~{3,})[ \t]*([^\s`{]*)[^`]*$/
const SHELLS = new Set([
  '',
  'sh',
  'bash',
  'shell',
  'console',
  'zsh',
  'terminal',
  'shell-session',
  'sh-session',
  'shellsession',
])
/** `$ `, `# `, `user@host:~$ `: only the first is sure not to be a comment. */
const PROMPT = /^[ \t]*(?:[\w.@:~/-]*\$|%|❯|➜)[ \t]+/

export function readMarkdown(file: string, text: string, locate?: Locate): Read<Text> {
  const place: Locate = locate ?? ((line, column) => ({ file, line, column }))
  const plain = text.replace(/^\uFEFF/, ' ').replaceAll(HOLE, '\uFFFD')
  const commands: (readonly Node[])[] = []
  const notices: Notice[] = []
  const placeOf = placesOf(plain, place)
  for (const { start, script } of blocks(plain)) {
    const found = readCommands(script, (offset) => placeOf(start + offset))
    for (const command of found.commands) commands.push(command)
    // An example that is cut short is nothing that was lost.
    for (const notice of found.notices) notices.push({ ...notice, lost: false })
  }
  return {
    value: { file, documents: documentsOf(commands, place(1, 1)), comments: comments(text, place) },
    notices,
  }
}

/** The blocks of a shell: where each begins in the text, and its script with as many characters. */
function* blocks(text: string): Generator<{ readonly start: number; readonly script: string }> {
  let open:
    { readonly fence: string; readonly indent: number; readonly isShell: boolean; readonly start: number } | undefined
  let at = 0
  let lines: string[] = []
  for (const line of text.split('\n')) {
    const raw = line.replace(/\r$/, '')
    if (!open) {
      const match = raw.length > 1000 ? null : FENCE.exec(raw)
      if (match) {
        const [, indent = '', fence = '', info = ''] = match
        open = { fence, indent: indent.length, isShell: SHELLS.has(info.toLowerCase()), start: at + line.length + 1 }
        lines = []
      }
    } else if (closes(raw, open.fence)) {
      if (open.isShell) yield { start: open.start, script: scriptOf(lines) }
      open = undefined
    } else lines.push(line)
    at += line.length + 1
  }
  if (open?.isShell) yield { start: open.start, script: scriptOf(lines) }
}

const closes = (line: string, fence: string): boolean => {
  const trimmed = line.replace(/^[ \t>]*/, '').trimEnd()
  return trimmed.length >= fence.length && trimmed === (fence[0] ?? '').repeat(trimmed.length)
}

/** Lines with the prompt and the quote signs as blanks, and what a command prints as empty ones; nothing moves. */
function scriptOf(lines: readonly string[]): string {
  const quoted = lines.length > 0 && lines.every((line) => /^[ \t]*>/.test(line) || line.trim() === '')
  const own = quoted ? lines.map((line) => line.replace(/^[ \t]*>/, (sign) => ' '.repeat(sign.length))) : lines
  if (!own.some((line) => PROMPT.test(line))) return own.join('\n')
  let continued = false
  return own
    .map((line) => {
      const isCommand = continued || PROMPT.test(line)
      const wasContinued = continued
      continued = isCommand && /\\\r?$/.test(line)
      if (!isCommand) return ' '.repeat(line.length)
      return wasContinued ? line : line.replace(PROMPT, (prompt) => ' '.repeat(prompt.length))
    })
    .join('\n')
}
