/**
 * `npm run corpora`: recall, specificity, precision and exact places on ../shared/corpora, and every label that we do not meet.
 * `npm run corpora -- kics psa` takes some corpora, `-- --record` writes test/corpora/recorded.json, below which the test lets nothing fall.
 */
import { writeFileSync } from 'node:fs'
import { parseArgs } from 'node:util'
import { present } from '../test/support/corpora.ts'
import { nameOf, placeOf, readDisagreements, verdictOf } from '../test/support/disagreements.ts'
import { recordedFile, recordOf } from '../test/support/recorded.ts'
import { measure, said, tallies, tally, type Tally } from '../test/support/score.ts'

const { positionals, values } = parseArgs({ allowPositionals: true, options: { record: { type: 'boolean' } } })

const share = (part: number, whole: number): string =>
  whole === 0 ? '-' : `${part}/${whole} (${((100 * part) / whole).toFixed(1)} %)`
const HEAD = ['labels', 'recall', 'specificity', 'precision', 'exact line', 'within 2 lines', 'exactly these lines']
const cells = (t: Tally): readonly string[] => [
  String(t.hit + t.missed + t.silent + t.falseAlarm),
  share(t.hit, t.hit + t.missed),
  share(t.silent, t.silent + t.falseAlarm),
  share(t.hit, t.hit + t.falseAlarm),
  share(t.met, t.places),
  share(t.near, t.places),
  share(t.exact, t.placed),
]
const table = (head: string, rows: readonly (readonly [string, Tally])[]): string =>
  [[head, ...HEAD], [head, ...HEAD].map(() => '---'), ...rows.map(([name, t]) => [name, ...cells(t)])]
    .map((row) => `| ${row.join(' | ')} |`)
    .join('\n')

if (!present) {
  console.log('../shared/corpora is absent: nothing to measure.')
} else {
  const outcomes = await measure(positionals)
  const { verdicts, places } = readDisagreements()
  const why = new Map([...verdicts, ...places].map((row) => [nameOf(row), row.why]))
  const kinds = outcomes.filter(({ label: { kind } }) => kind !== undefined)
  console.log(
    table('corpus', [
      ...tallies(outcomes, ({ corpus }) => corpus),
      ['all', tally(outcomes)],
      ...tallies(kinds, ({ corpus, kind }) => `of ${corpus}: ${kind ?? ''}`),
    ]),
  )
  console.log(
    `\n${table(
      'control',
      tallies(outcomes, ({ control }) => control),
    )}`,
  )
  const wrong = outcomes.filter(({ isRight }) => !isRight)
  if (wrong.length > 0) console.log(`\n${wrong.length} labels not met:`)
  for (const outcome of wrong) {
    const { label, asked } = outcome
    const row = verdictOf(outcome)
    console.log(
      `${label.file}: ${label.native} (${asked.join(', ') || 'no rule of ours'}): ${label.expect ? 'missed' : `false alarm: ${said(outcome)}`}: ${why.get(nameOf(row)) ?? 'no reason in docs/disagreements.md'}`,
    )
  }
  const displaced = outcomes.flatMap((outcome) => {
    const row = placeOf(outcome)
    return row ? [row] : []
  })
  if (displaced.length > 0) console.log(`\n${displaced.length} labels met at other places:`)
  for (const row of displaced)
    console.log(
      `${row.file}: ${row.native}: lines ${row.theirs}, ours ${row.ours}: ${why.get(nameOf(row)) ?? 'no reason in docs/disagreements.md'}`,
    )
  if (values.record) {
    if (positionals.length > 0) throw new Error('--record takes all corpora')
    writeFileSync(recordedFile, `${JSON.stringify(recordOf(outcomes), null, 2)}\n`)
  }
}
