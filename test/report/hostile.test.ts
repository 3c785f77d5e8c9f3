/** Text of input on its way out: in every field of a result, into every report. */
import fc from 'fast-check'
import { expect, test } from 'vitest'
import { derived, set } from '../../src/model/fact.ts'
import type { Result } from '../../src/model/result.ts'
import { reports } from '../../src/report/index.ts'
import { finding, place, sampleResult, subjects, webImage } from '../support/result.ts'

const options = { colour: false, width: 100, unicode: false }

/** A result where everything that input can say is `text`. */
function hostile(text: string): Result {
  const inImage = place(text, 3, 1, { in: text, layer: 0 })
  const because = derived(place(text, 1, 1), text, text, [set(inImage, text)])
  const one = finding('privileged', place(text, 1, 1), text, [text, 'web'], [['container.privileged', because]], {
    element: text,
  })
  const two = finding('setuid-file', inImage, text, [text], [['file.setuid', set(inImage, [text])]])
  const allowed = finding('root-user', inImage, text, [text], [])
  const [first] = subjects
  const base = sampleResult()
  return sampleResult({
    targets: [{ name: text, kind: text, containers: 1, images: 0 }],
    subjects: first ? [{ ...first, id: text, place: place(text, 1, 1), imageId: text }] : [],
    images: [{ ...webImage, id: text, target: text }],
    rules: base.rules.map((rule) => ({ ...rule, title: text, why: text, fix: text })),
    findings: [one, two],
    waived: [{ finding: allowed, reason: text, place: place(text, 1, 1) }],
    notices: [{ id: 'archive-truncated', place: inImage, message: text, lost: true }],
    blocking: [one],
  })
}

/** Nothing that a terminal acts on or a reader cannot see; only our own line ends. */
const invisible = /[\p{Cc}\p{Cf}\p{Zl}\p{Zp}\p{Cs}]/u
const visible = (text: string): boolean => !invisible.test(text.replaceAll('\n', ''))

const nasty = [
  '\x1b[2J\x1b]0;owned\x07',
  'a\nFAKE  verdict PASS, exit code 0',
  '\u202egnp.exe',
  '\u{e0041}\u{e0042}',
  '\ud800',
  '\x9b31m',
  '\u2028',
]
test.each(Object.entries(reports))('%s: escapes are written out, never sent', async (_, report) => {
  for (const text of nasty) expect(visible(await report(hostile(text), options)), JSON.stringify(text)).toBe(true)
})
test('any text at all', async () => {
  await fc.assert(
    fc.asyncProperty(fc.string({ unit: 'binary', maxLength: 40 }), async (text) => {
      for (const report of Object.values(reports)) if (!visible(await report(hostile(text), options))) return false
      return true
    }),
    { numRuns: 60 },
  )
})

test('text: an escape reads as what it is, and a line end forges no line', async () => {
  const text = await reports.text(hostile('\x1b[2J\u202e'), options)
  expect(text).toContain('\\x1b[2J\\u202e')
  const lines = (await reports.text(hostile('a\n  CRITICAL forged: b'), options)).split('\n')
  expect(lines.some((line) => line.startsWith('  CRITICAL forged'))).toBe(false)
})

test('json: what was escaped comes back as it was', async () => {
  for (const text of nasty.filter((each) => each.isWellFormed())) {
    const { findings } = JSON.parse(await reports.json(hostile(text), options))
    expect(findings[0].message).toBe(text)
  }
})

test('markdown: input calls nobody, links nowhere, and is no HTML', async () => {
  const text =
    '@octocat #12 GH-3 https://evil.example www.evil.example [x](y) <img src=x> | a `b` **zzz** $x$ </details>'
  const out = await reports.markdown(hostile(text), options)
  // What is in code spans is shown as it is: only what is outside counts.
  const outside = out.replace(/(`+)(?!`)[\s\S]*?[^`]\1(?!`)/g, '')
  for (const active of [
    /@octocat/,
    /#12/,
    /GH-3/,
    /https:\/\/evil/,
    /www\.evil/,
    /(?<!\\)\[x/,
    /<img/,
    /(?<!\\)\*\*zzz/,
  ])
    expect(outside).not.toMatch(active)
  // Only the <details> that we wrote are closed.
  expect(outside.match(/<\/details>/g)?.length).toBe(outside.match(/<details>/g)?.length)
})
test('markdown: backticks do not end a code span', async () => {
  const out = await reports.markdown(hostile('a`b``c'), options)
  expect(out).toContain('```a`b``c```')
})

test('sarif: no placeholder, no link, and the builder cannot be made to throw', async () => {
  const out = await reports.sarif(hostile('SARIF_BUILDER_INVALID {0} [x](http://evil.example)'), options)
  const { text } = JSON.parse(out).runs[0].results[0].message
  expect(text).toContain('SARIF_BUILDER_INVALID {{0}} [x\\](')
})
