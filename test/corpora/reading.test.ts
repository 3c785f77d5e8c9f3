/** What `npm run corpora` rests on: docs/compared.md as a map, paths as lines, and what counts as a fall. Needs no corpora. */
import { describe, expect, it } from 'vitest'
import { builtinRules } from '../../src/builtin.ts'
import { readCompared } from '../support/compared.ts'
import { linesAt } from '../support/label-places.ts'
import { readText } from '../../src/document/read.ts'
import { falls, recordOf } from '../support/recorded.ts'
import { tally, type Outcome } from '../support/score.ts'

const rules = (await builtinRules()).map(({ rule }) => rule)
const HEAD = '| id | what it asks | ours | note |\n|---|---|---|---|\n'
const read = (rows: string, heading = '## Peer, compose (peer)') =>
  readCompared(`${heading}\n\n${HEAD}${rows}\n`, rules)

describe('docs/compared.md as a map', () => {
  it('gives the rules of ours with their parameters', () => {
    const { peers, errors } = read(
      '| `x` | asks | `privileged`, `capability-added` (`allowed: []`, `allowed: [CHOWN]`) | |\n| `y` | asks | - | for a reason |',
    )
    expect(errors).toEqual([])
    expect(peers.get('peer')?.get('x')?.ours).toEqual([
      { rule: 'privileged', params: {} },
      { rule: 'capability-added', params: { allowed: ['CHOWN'] } },
    ])
    expect(peers.get('peer')?.get('y')).toMatchObject({ ours: [], note: 'for a reason' })
  })
  it('joins the sections of one peer', () => {
    const text = `## A (peer)\n\n${HEAD}| \`x\` | asks | \`privileged\` | |\n\n## B (peer)\n\n${HEAD}| \`x\` | asks | \`host-port\`, \`privileged\` | |\n`
    expect(
      readCompared(text, rules)
        .peers.get('peer')
        ?.get('x')
        ?.ours.map(({ rule }) => rule),
    ).toEqual(['privileged', 'host-port'])
  })
  it('passes over tables that are none, and over fences', () => {
    expect(read('', '## No peer\n\n| a | b |\n|---|---|\n| c | d |\n\n## Peer (peer)').errors).toEqual([])
    expect(readCompared(`## No peer\n\n\`\`\`\n${HEAD}| x | | | |\n\`\`\`\n`, rules).errors).toEqual([])
  })
  it.each([
    ['| `x` | asks | `no-such-rule` | |', 'there is no rule no-such-rule'],
    ['| `x` | asks | `privileged` (`depth: 3`) | |', 'privileged has no parameter depth'],
    ['| `x` | asks | `capability-added` (`allowed: CHOWN`) | |', 'allowed is a list of texts'],
    ['| `x` | asks | `capability-added` (`allowed`) | |', 'allowed is a list of texts'],
    ['| `x` | asks | privileged | |', 'is not a list of rules in backticks'],
    ['| `x` | asks | `privileged` and more | |', 'is not a list of rules in backticks'],
    ['| `x` | asks | - | |', 'no rule of ours and no reason'],
    ['| `x` | asks | | |', 'needs - and a reason'],
    ['| `x` | | `privileged` | |', 'is not said'],
    ['| x | asks | `privileged` | |', 'is not an id in backticks'],
    ['| `x` | asks | `privileged` |', '3 columns'],
  ])('refuses %s', (row, error) => {
    expect(read(row).errors.join()).toContain(error)
  })
  it('refuses a section without a peer', () => {
    expect(read('', '## Peer').errors.join()).toContain("does not end with the peer's id")
  })
})

describe('paths of a label', () => {
  const text =
    'spec:\n  containers:\n    - name: web\n      ports:\n        - containerPort: 80\n        - containerPort: 81\n'
  const root = readText('pod.yaml', text).value.documents[0]
  it.each([
    ['spec.containers[0].name', [3]],
    ['spec.containers[0].ports', [4, 5, 6]],
    ['spec.containers[0].ports[1]', [6]],
    ['spec.containers[0].securityContext.privileged', [3]],
    ['spec.containers[1].name', [2]],
    ['spec.hostPID', [1]],
  ])('%s is at %j', (path, lines) => {
    expect(root && linesAt(root, path)).toEqual(lines)
  })
})

describe('a fall', () => {
  const outcome = (isRight: boolean, isExact?: boolean, expected = true): Outcome => ({
    label: { corpus: 'kics', file: 'a.yaml', control: 'privileged', expect: expected, native: 'n' },
    asked: ['privileged'],
    found: [],
    isRight,
    ...(isExact !== undefined && { places: { wanted: [[4]], got: [4], met: isExact ? 1 : 0, near: 1, isExact } }),
  })
  it('is none where nothing changed, or something rose', () => {
    expect(falls(recordOf([outcome(true, true)]), [outcome(true, true)])).toEqual([])
    expect(falls(recordOf([outcome(false)]), [outcome(true, false)])).toEqual([])
  })
  it('is a label that was met and is not, by its name', () => {
    expect(falls(recordOf([outcome(true)]), [outcome(false)]).join()).toContain('a.yaml n privileged: was met')
  })
  it('is a place that was exact and is not', () => {
    expect(falls(recordOf([outcome(true, true)]), [outcome(true, false)]).join()).toContain(
      'stood on the labelled lines',
    )
  })
  it('is a label that nobody asks any more', () => {
    expect(falls(recordOf([outcome(true), outcome(true, undefined, false)]), [outcome(true)]).join()).toContain(
      'kics: silent 0, recorded 1',
    )
  })
  it('is told in numbers by tally', () => {
    expect(tally([outcome(true, true), outcome(false), outcome(true, undefined, false)])).toEqual({
      hit: 1,
      missed: 1,
      silent: 1,
      falseAlarm: 0,
      places: 1,
      met: 1,
      near: 1,
      placed: 1,
      exact: 1,
    })
  })
})
