import { expect, test } from 'vitest'
import { set } from '../../src/model/fact.ts'
import { report } from '../../src/report/markdown.ts'
import { finding, place, sampleResult } from '../support/result.ts'

const options = { colour: false, width: 80, unicode: false }

test('verdict and counts come first', async () => {
  const [first, , ...rest] = (await report(sampleResult(), options)).split('\n')
  expect(first).toBe('## Plimsoll: block, 3 findings block')
  expect(rest.slice(0, 3)).toEqual([
    '| critical | high | medium | low | info | waived | not known |',
    '| --: | --: | --: | --: | --: | --: | --: |',
    '| 1 | 2 | 2 | 1 | 0 | 1 | 6 |',
  ])
})
test('a finding stands under its container, with place, reason and fix', async () => {
  const text = await report(sampleResult(), options)
  const web = text.slice(text.indexOf('### `web` (compose, `compose.yaml:2:3`)'), text.indexOf('### `Deployment'))
  expect(web).toContain(
    '- **high** `root-user`: The first process of web is root (uid 0)\n  - Where: `compose.yaml:2:3`\n',
  )
  expect(web).toContain("  - Why: container.user.uid is 0: the image's user app has uid 0 \u2192 compose is silent")
  expect(web).toContain('(`etc/passwd:7 in layer 3 of web`)')
  expect(web).toContain('  - Fix: Set a memory limit.')
  expect(web).toContain('  - Also: `worker`')
})
test('it stays below what GitHub takes in a comment, keeps the worst, and says what it leaves out', async () => {
  const low = Array.from({ length: 3000 }, (_, line) =>
    finding(
      'image-tag-mutable',
      place('a.yaml', line + 1, 1),
      'x'.repeat(3000),
      ['web'],
      [['container.image.tag', set(place('b', 1, 1), 'y')]],
    ),
  )
  const notices = low.map(({ place: at, message }, index) => ({
    id: `n-${index}`,
    place: at,
    message: message + index,
    lost: true,
  }))
  const sample = sampleResult()
  const text = await report({ ...sample, findings: [...low, ...sample.findings], notices }, options)
  expect(text.length).toBeLessThan(65_536)
  expect(text).toContain('`privileged`: db runs privileged')
  expect(text).toMatch(/\d{4} more findings are left out for length/)
  expect(text).toContain('- and 29')
})
