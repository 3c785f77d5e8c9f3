/**
 * Shell scripts (sh, bash) -> Node: the commands in them that name a container engine. The root is a list of commands, and a command a
 * list of words, as they are after quotes are taken off and variables are put in, with the place of each as it is written.
 * A word with a variable, or the output of a command, that cannot be known without running the script is `unknown`; a `HOLE` stands in its
 * text for each, and `source` is the word as it is written. Nothing is run.
 *
 * No parser of npm is used: those that are complete read a whole script into a tree (and the two that are good are WebAssembly of a
 * megabyte, or three hundred kilobytes of source), where a list of words with places is all that is needed.
 */
import type { Notice, Read } from '../model/notice.ts'
import type { Place } from '../model/place.ts'
import { comments } from './comment.ts'
import { HOLE } from './hole.ts'
import type { Locate, Node, Text } from './node.ts'
import { placesOf } from './offset.ts'
import { programOf, scriptOf } from './shell/program.ts'
import type { Holes, Problem } from './shell/expander.ts'
import { Scanner, type ShellWord } from './shell/scanner.ts'

/** Programs that start containers. */
const ENGINE = /docker|podman|nerdctl/
const MAX_COMMANDS = 20_000
/** `bash -c "sudo sh -c '...'"` */
const MAX_SCRIPTS = 3
const MAX_SCRIPT = 100_000

export function readShell(file: string, text: string, locate?: Locate): Read<Text> {
  const place: Locate = locate ?? ((line, column) => ({ file, line, column }))
  const plain = text.replace(/^\uFEFF/, ' ').replaceAll(HOLE, '\uFFFD')
  const { commands, notices } = readCommands(plain, placesOf(plain, place))
  return {
    value: { file, documents: documentsOf(commands, place(1, 1)), comments: comments(text, place) },
    notices,
  }
}

/** The commands as the one document of a text; none where there are none. */
export const documentsOf = (commands: readonly (readonly Node[])[], start: Place): readonly Node[] =>
  commands.length === 0
    ? []
    : [
        {
          place: start,
          path: [],
          value: commands.map((words, index) => ({
            place: words[0]?.place ?? start,
            path: [index],
            value: words.map((word, at) => ({ ...word, path: [index, at] })),
          })),
        },
      ]

/**
 * The commands of a script that stands in another text. `placeOf` says where its offsets are; `holes` names what the `HOLE`s in it
 * stand for, by their offset.
 */
export function readCommands(
  text: string,
  placeOf: (offset: number) => Place,
  holes: Holes = new Map(),
  level = 0,
): { readonly commands: readonly (readonly Node[])[]; readonly notices: readonly Notice[] } {
  const commands: (readonly Node[])[] = []
  const notices: Notice[] = []
  // Read twice: what a variable holds is known only where nothing sets it again further down.
  const first = new Scanner(text, placeOf, holes, undefined, () => {})
  first.read()
  let lost = 0
  const emit = (words: readonly ShellWord[]): void => {
    if (!words.some((word) => ENGINE.test(word.text))) return
    if (commands.length >= MAX_COMMANDS) {
      lost += 1
      return
    }
    const nodes = words.map((word, index) => nodeOf(word, index, text, placeOf))
    const texts = words.map((word) => word.text)
    const program = programOf(texts)
    const script = scriptOf(texts.slice(program))
    if (script === undefined || level >= MAX_SCRIPTS) {
      commands.push(nodes)
      return
    }
    const inner = innerScript(words[program + script], text, placeOf, level)
    // What runs the shell runs what is in it: sudo.
    for (const command of inner.commands) commands.push([...nodes.slice(0, program), ...command])
    notices.push(...inner.notices)
  }
  const second = new Scanner(text, placeOf, holes, first.variables.seen, emit)
  second.read()
  notices.push(...second.problems.map((problem) => unclosed(problem, placeOf)))
  if (lost > 0)
    notices.push({
      id: 'too-many-commands',
      place: placeOf(text.length),
      message: `This script has more than ${MAX_COMMANDS} commands that name a container engine, and ${lost} were not read. Split it.`,
      lost: true,
    })
  return { commands, notices }
}

const unclosed = ({ offset, what }: Problem, placeOf: (offset: number) => Place): Notice => ({
  id: 'shell-unclosed',
  place: placeOf(offset),
  message: `There is ${what} here, so what stands after it was not read for certain. Mend it.`,
  lost: true,
})

function nodeOf(word: ShellWord, index: number, text: string, placeOf: (offset: number) => Place): Node {
  const { holes, from } = word
  return {
    place: placeOf(word.start),
    path: [index],
    value: word.text,
    ...(holes.length > 0 && {
      unknown: `${holes.join(' and ')} ${holes.length === 1 ? 'is' : 'are'} not known here`,
      // A word of several fields: what it would be written as by itself.
      source:
        word.text === HOLE && holes.length === 1
          ? written(word, text, holes[0] ?? '')
          : text.slice(word.start, word.end).slice(0, 300),
    }),
    ...(from.length > 0 && { from }),
  }
}
/** The hole as it is written, in quotes where it stands in them. */
const written = (word: ShellWord, text: string, hole: string): string => (text[word.start] === '"' ? `"${hole}"` : hole)

/** The text of `sh -c`: places are exact where it is written in one piece of quotes without escapes, and else those of the word. */
function innerScript(
  word: ShellWord | undefined,
  text: string,
  placeOf: (offset: number) => Place,
  level: number,
): ReturnType<typeof readCommands> {
  if (!word || word.text.length > MAX_SCRIPT) return { commands: [], notices: [] }
  const exact = text.slice(word.start + 1, word.end - 1) === word.text
  const holes = new Map<number, string>()
  for (let at = word.text.indexOf(HOLE), count = 0; at >= 0; at = word.text.indexOf(HOLE, at + 1), count += 1)
    holes.set(at, word.holes[Math.min(count, word.holes.length - 1)] ?? '')
  return readCommands(
    word.text,
    exact ? (offset) => placeOf(word.start + 1 + offset) : () => placeOf(word.start),
    holes,
    level + 1,
  )
}
