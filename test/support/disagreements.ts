/**
 * docs/disagreements.md as data: why we differ from a label. Its tables are
 * `| corpus | file | rule | label says | we say | why |` for findings and `| corpus | file | rule | labelled | ours | why |` for places.
 */
import { existsSync, readFileSync } from 'node:fs'
import { resolve } from 'node:path'
import type { Outcome } from './score.ts'
import { codeOf, tablesOf } from './markdown.ts'

export const disagreementsFile = resolve(import.meta.dirname, '../../docs/disagreements.md')

export interface Disagreement {
  readonly line: number
  readonly corpus: string
  readonly file: string
  readonly native: string
  /** `finding` or `silence`; of places their lines, `4, 13`. */
  readonly theirs: string
  readonly ours: string
  readonly why: string
}
export interface Disagreements {
  readonly verdicts: readonly Disagreement[]
  readonly places: readonly Disagreement[]
}

const HEADS = {
  verdicts: ['corpus', 'file', 'rule', 'label says', 'we say', 'why'],
  places: ['corpus', 'file', 'rule', 'labelled', 'ours', 'why'],
}

export function readDisagreements(): Disagreements {
  const text = existsSync(disagreementsFile) ? readFileSync(disagreementsFile, 'utf8') : ''
  const under = (head: readonly string[]): readonly Disagreement[] =>
    tablesOf(text)
      .filter((table) => table.head.join() === head.join())
      .flatMap(({ rows }) =>
        rows.map(({ line, cells: [corpus = '', file = '', native = '', theirs = '', ours = '', why = ''] }) => ({
          line,
          corpus,
          file: codeOf(file) ?? file,
          native: codeOf(native) ?? native,
          theirs,
          ours,
          why,
        })),
      )
  return { verdicts: under(HEADS.verdicts), places: under(HEADS.places) }
}

/** The row that a wrong label has, without its reason. */
export const verdictOf = ({ label, found }: Outcome): Omit<Disagreement, 'line' | 'why'> => ({
  corpus: label.corpus,
  file: label.file,
  native: label.native,
  theirs: label.expect ? 'finding' : 'silence',
  ours: found.length > 0 ? 'finding' : 'silence',
})
/** The row that a finding at another place has; undefined where the places are the label's. */
export const placeOf = ({ label, places }: Outcome): Omit<Disagreement, 'line' | 'why'> | undefined =>
  places && !places.isExact
    ? {
        corpus: label.corpus,
        file: label.file,
        native: label.native,
        theirs: places.wanted.map((lines) => spans(lines).join(' or ')).join(', '),
        ours: places.got.join(', '),
      }
    : undefined

/** `4`, `7-9` */
function spans(lines: readonly number[]): readonly string[] {
  const found: [number, number][] = []
  for (const line of [...new Set(lines)].sort((a, b) => a - b)) {
    const last = found.at(-1)
    if (last && last[1] === line - 1) last[1] = line
    else found.push([line, line])
  }
  return found.map(([first, last]) => (first === last ? `${first}` : `${first}-${last}`))
}

/** One line of words for a row: equal for equal rows. */
export const nameOf = ({ corpus, file, native, theirs, ours }: Omit<Disagreement, 'line' | 'why'>): string =>
  [corpus, file, native, theirs, ours].join(' | ')
