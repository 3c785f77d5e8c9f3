/** Texts of a workflow: `${{ expressions }}` are not known here, and `run:` holds a script. */
import { placesOf } from '../../document/offset.ts'
import { readCommands } from '../../document/shell.ts'
import { textOf, type Node } from '../../document/node.ts'
import type { Read } from '../../model/notice.ts'
import type { Place } from '../../model/place.ts'
import { HOLE } from '../docker/piece.ts'

const EXPRESSION = /\$\{\{[\s\S]{0,1000}?\}\}/g
/** Those that are folders of the runner. */
const PATHS = /^\$\{\{\s*(?:github\.(?:workspace|action_path)|runner\.(?:temp|workspace|tool_cache))\s*\}\}$/
const MAX_TEXT = 1_000_000

/** The text with a `HOLE` for every expression, and what they are by their offset. */
function holed(text: string): { readonly text: string; readonly holes: ReadonlyMap<number, string> } {
  const holes = new Map<number, string>()
  let shift = 0
  const out = text.replaceAll(HOLE, '\uFFFD').replace(EXPRESSION, (expression, at: number) => {
    const sign = PATHS.test(expression) ? `${HOLE}/` : HOLE
    holes.set(at - shift, expression.replace(/\s+/g, ' ').slice(0, 60))
    shift += expression.length - sign.length
    return sign
  })
  return { text: out, holes }
}

/** A node whose text has expressions, as one that is unknown where they stand. */
export function interpolated(node: Node): Node {
  if (typeof node.value !== 'string' || !node.value.includes('${{')) return node
  const { text, holes } = holed(node.value)
  const names = [...new Set(holes.values())].slice(0, 5)
  if (names.length === 0) return node
  return { ...node, value: text, unknown: `${names.join(' and ')} ${names.length === 1 ? 'is' : 'are'} not known here` }
}

/** The commands of a step's script that name a container engine. PowerShell, cmd and Python are no shells of this kind. */
export function stepCommands(run: Node, shell: string): Read<readonly Node[]> {
  const script = textOf(run)
  if (script === undefined || script.length > MAX_TEXT || !/docker|podman|nerdctl/.test(script))
    return { value: [], notices: [] }
  if (shell !== '' && !/^(?:ba|da|z|k)?sh\b/.test(shell)) return { value: [], notices: [] }
  const { text, holes } = holed(script)
  const { commands, notices } = readCommands(text, placesIn(run.place, text), holes)
  return {
    value: commands.map((words) => ({ place: words[0]?.place ?? run.place, path: run.path, value: words })),
    notices,
  }
}

/**
 * Where an offset of the script is in the file. A script of one line is where its key is; one of several lines is a block
 * (`run: |`): it begins on the next line, two columns after the key.
 */
function placesIn(key: Place, text: string): (offset: number) => Place {
  const { endLine: _, endColumn, ...start } = key
  const isBlock = endColumn === undefined
  return placesOf(text, (line, column) =>
    isBlock ? { ...start, line: key.line + line, column: key.column + 1 + column } : start,
  )
}
