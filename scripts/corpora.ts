/** `npm run corpora`: recall, specificity and exact lines on ../shared/corpora, with every miss. `npm run corpora -- psa kics` takes some. */
import { present, RULES, score } from '../test/support/corpora.ts'

if (!present) {
  console.log('../shared/corpora is absent: nothing to measure.')
} else {
  const wanted = process.argv.slice(2)
  const scores = await score(wanted.length > 0 ? wanted : undefined)
  const percent = (part: number, whole: number): string =>
    whole === 0 ? '-' : `${((100 * part) / whole).toFixed(1)} %`
  console.log(
    '| corpus | recall | specificity | exact line | labels of controls without a rule |\n|---|---|---|---|---|',
  )
  for (const [corpus, s] of [...scores].sort(([a], [b]) => (a < b ? -1 : 1)))
    console.log(
      `| ${corpus} | ${s.hit}/${s.hit + s.miss} (${percent(s.hit, s.hit + s.miss)}) | ${s.silent}/${s.silent + s.falseAlarm} (${percent(s.silent, s.silent + s.falseAlarm)}) | ${s.exact}/${s.lines} (${percent(s.exact, s.lines)}) | ${s.unruled} |`,
    )
  for (const [corpus, s] of scores)
    for (const { label, got } of s.wrong)
      console.log(
        `${corpus}: ${label.file}: ${label.native} (${RULES[label.control]?.join(', ') ?? 'pss'}) ${label.expect ? 'missed' : `false alarm: ${got.join('; ')}`}`,
      )
}
