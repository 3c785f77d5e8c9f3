/** test/corpora/recorded.json: how well labels were met when it was last written. What falls below it fails. */
import { readFileSync } from 'node:fs'
import { resolve } from 'node:path'
import { keyOf } from './corpora.ts'
import { tallies, type Outcome, type Tally } from './score.ts'

export const recordedFile = resolve(import.meta.dirname, '../corpora/recorded.json')

export interface Recorded {
  readonly corpora: { readonly [corpus: string]: Tally }
  readonly controls: { readonly [control: string]: Tally }
  /** Labels that were not met. */
  readonly wrong: readonly string[]
  /** Labels that were met at other places. */
  readonly displaced: readonly string[]
}

export const recordOf = (outcomes: readonly Outcome[]): Recorded => ({
  corpora: Object.fromEntries(tallies(outcomes, ({ corpus }) => corpus)),
  controls: Object.fromEntries(tallies(outcomes, ({ control }) => control)),
  wrong: outcomes.filter(({ isRight }) => !isRight).map(({ label }) => keyOf(label)),
  displaced: outcomes.filter(({ places }) => places?.isExact === false).map(({ label }) => keyOf(label)),
})

export const recorded = (): Recorded => JSON.parse(readFileSync(recordedFile, 'utf8')) as Recorded

/**
 * What is worse than recorded: labels that were met and are no more, places that were exact, and numbers that fell where no label
 * did: labels that are not asked any more.
 */
export function falls(before: Recorded, outcomes: readonly Outcome[]): readonly string[] {
  const now = recordOf(outcomes)
  const fell = (name: 'wrong' | 'displaced', says: string): readonly string[] => {
    // A label that was not met has no place to fall from.
    const known = new Set([...before.wrong, ...before[name]])
    return now[name].filter((key) => !known.has(key)).map((key) => `${key}: ${says}`)
  }
  const numbers = (name: 'corpora' | 'controls'): readonly string[] =>
    Object.entries(before[name]).flatMap(([key, tally]) =>
      (['hit', 'silent', 'met', 'near', 'exact'] as const).flatMap((part) => {
        const reached = now[name][key]?.[part] ?? 0
        return reached < tally[part] ? [`${key}: ${part} ${reached}, recorded ${tally[part]}`] : []
      }),
    )
  return [
    ...fell('wrong', 'was met, and is not'),
    ...fell('displaced', 'stood on the labelled lines, and does not'),
    ...numbers('corpora'),
    ...numbers('controls'),
  ]
}
