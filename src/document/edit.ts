/**
 * Changes of a document -> edits of its text. Nothing is printed again: only the lines that a change is about become others; comments,
 * quotes and layout stay. What cannot be edited exactly is refused, with the reason.
 */
import type { Place } from '../model/place.ts'
import type { Change } from './change.ts'
import { editHcl } from './edit/hcl.ts'
import { editJson, jsonTree } from './edit/json.ts'
import { editKeys } from './edit/keys.ts'
import { offsetOf, Refused } from './edit/lines.ts'
import { Draft, spliced, type Splice } from './edit/splice.ts'
import { editWords } from './edit/words.ts'
import { editYaml } from './edit/yaml.ts'
import { placesOf } from './offset.ts'
import { startsAsJson } from './read.ts'
import type { Syntax } from './syntax.ts'

/** What stands between two offsets of a file (UTF-16 units) is replaced, and where that is: what a SARIF replacement has. */
export interface TextEdit {
  readonly file: string
  readonly start: number
  readonly end: number
  /** From the first character that goes to behind the last one; of no length where text is only put in. */
  readonly deleted: Place
  readonly inserted: string
}
export interface Edited {
  /** Of the text that was given, in order. */
  readonly edits: readonly TextEdit[]
  /** The text with the edits made. */
  readonly text: string
}

/** All changes of one text, in order, or why one of them cannot be made. Never throws. */
export function edit(
  syntax: Syntax,
  file: string,
  text: string,
  changes: readonly Change[],
): Edited | { readonly refused: string } {
  const draft = new Draft(text)
  try {
    for (const change of changes) {
      if (change.in.place.file !== file) return { refused: `it is written in ${change.in.place.file}` }
      const at = draft.now(startOf(syntax, text, change.in.place))
      if (at === undefined) return { refused: 'another change takes it away' }
      draft.apply(one(syntax, file, draft.text, at, change))
    }
  } catch (error) {
    if (error instanceof Refused) return { refused: error.message }
    return {
      refused: `the text cannot be edited (${error instanceof Error ? error.message.slice(0, 100) : 'unknown error'})`,
    }
  }
  const at = placesOf(text, (line, column) => ({ file, line, column }))
  const edits = draft.edits().map(({ start, end, text: inserted }): TextEdit => {
    const [from, to] = [at(start), at(end)]
    return { file, start, end, deleted: { ...from, endLine: to.line, endColumn: to.column }, inserted }
  })
  return { edits, text: draft.text }
}

const isJson = (file: string, text: string): boolean =>
  startsAsJson(text) && (file.endsWith('.json') || jsonTree(text.replace(/^\uFEFF/, ' ')) !== undefined)

/** Offset of a place. Some readers take a byte order mark away, and others a blank for it. */
function startOf(syntax: Syntax, text: string, place: Place): number {
  const offset = offsetOf(text, place)
  if (offset === undefined) throw new Refused('the text is not the one that was read')
  const isLess = syntax === 'unit' || syntax === 'keyvalue' || (syntax === 'data' && !isJson(place.file, text))
  return text.startsWith('\uFEFF') && place.line === 1 && isLess ? offset + 1 : offset
}

function one(syntax: Syntax, file: string, text: string, at: number, change: Change): readonly Splice[] {
  if ('word' in change) return editWords(text, at, change.word)
  switch (syntax) {
    case 'data':
      return isJson(file, text) ? editJson(text, at, change) : editYaml(text, at, change)
    case 'unit':
    case 'keyvalue':
      return editKeys(text, change, syntax === 'unit')
    case 'hcl':
      return editHcl(text, at, change)
    default:
      throw new Refused(`${syntax} is not edited`)
  }
}

/** The text with these edits made, which are in order and do not overlap. */
export const applied = (text: string, edits: readonly TextEdit[]): string =>
  spliced(
    text,
    edits.map(({ start, end, inserted }) => ({ start, end, text: inserted })),
  )
