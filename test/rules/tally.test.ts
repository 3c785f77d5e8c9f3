/** What `judge` counts for a report of compliance, held against a count that asks every rule of every thing by itself. */
import { join, resolve } from 'node:path'
import { describe, expect, it } from 'vitest'
import { builtinRules } from '../../src/builtin.ts'
import { unknown } from '../../src/model/fact.ts'
import type { Root } from '../../src/model/fields.ts'
import { startOf } from '../../src/model/place.ts'
import type { AnyFacts } from '../../src/model/row.ts'
import { NO_RUNTIME, type World } from '../../src/model/subject.ts'
import { bind, bindParameters, bindToday, run, unknownElement, type Context, type Program } from '../../src/rule/cel.ts'
import { prepare } from '../../src/rule/compile.ts'
import { judge, type Judged } from '../../src/rule/judge.ts'
import { take, worldOf } from '../../src/scan.ts'
import { readSettings } from '../../src/settings.ts'
import { corpora, present } from '../support/corpora.ts'

if (!present) console.log('tally: the corpora are absent, so our own fixtures alone are counted')
const targets = [
  [resolve(import.meta.dirname, '../rosetta')],
  [resolve(import.meta.dirname, '../../demo')],
  ...(present
    ? [[join(corpora, 'kics/data')], [join(corpora, 'badpods/data')], [join(corpora, 'images/data/busybox-oci')]]
    : []),
]

const rules = await builtinRules()
const { value: settings } = await readSettings({ policy: 'strict' }, rules)
const TODAY = '2026-01-31'
const judged: readonly Judged[] = rules.flatMap(({ rule }) => {
  const use = settings.rules.get(rule.id)
  return use ? [{ compiled: prepare(rule), parameters: use.params }] : []
})

const facts = (of: object): AnyFacts => of as AnyFacts
/** Everything of a kind, as CEL sees it. */
const things = (world: World): { readonly [kind in Root]: readonly Context[] } => ({
  container: world.containers.map(({ container, image, engine }) =>
    bind({ container: facts(container), image: facts(image), engine: facts(engine) }),
  ),
  image: world.images.map((one) => bind({ image: facts(one.facts) })),
  engine: world.engines.map((one) => bind({ engine: facts(one.facts) })),
  project: world.projects.map((one) => bind({ project: facts(one.facts) })),
  grant: world.grants.map((one) => bind({ grant: facts(one.facts) })),
})

/** true, false, or `runtime` where it is not known and hangs on how somebody would run the image. */
function ask(program: Program | undefined, context: Context): unknown {
  if (!program) return true
  const { outcome, trace } = run(program, context)
  if ('value' in outcome) return outcome.value
  const read = [outcome.unknown, ...trace.reads]
  return read.some((fact) => fact.how === 'unknown' && fact.because === NO_RUNTIME && fact.ask === 'user')
    ? 'runtime'
    : 'unknown'
}
function applies({ compiled: { deny, when, each } }: Judged, thing: Context): boolean {
  if (!each) {
    const condition = ask(when, thing)
    const outcome = ask(deny, thing)
    return condition !== false && outcome !== 'runtime' && !(condition === 'runtime' && outcome === true)
  }
  const list = run(each.program, thing).outcome
  const any = { ...thing, [each.name]: unknownElement(each.type, unknown(startOf(''), 'any')) }
  if (ask(when, any) === false) return false
  if ('unknown' in list) return ask(each.program, thing) !== 'runtime'
  return (list.value as readonly unknown[]).every((element) => {
    const one = { ...thing, [each.name]: element }
    const condition = ask(when, one)
    const outcome = ask(deny, one)
    return condition === false || !(outcome === 'runtime' || (condition === 'runtime' && outcome === true))
  })
}

describe.each(targets)('%s', (target) => {
  it('counts what every rule was judged on', async () => {
    const world = worldOf(await take({ targets: [target] }))
    const all = things(world)
    const { tallies, findings } = judge(judged, world, { tally: true, today: TODAY })
    const wrong: unknown[] = []
    let total = 0
    for (const one of judged) {
      const { id, subject } = one.compiled.rule
      const parameters = { ...bindToday(TODAY), ...bindParameters(one.parameters) }
      const naive = all[subject].flatMap((thing, index) => (applies(one, { ...thing, ...parameters }) ? [index] : []))
      total += naive.length
      const tally = tallies.get(id)
      const differ = [...new Set(naive).symmetricDifference(new Set(tally?.applied))]
      if (differ.length > 0 || tally?.present !== all[subject].length || tally.broken !== 0)
        wrong.push([id, tally?.present, tally?.broken, differ.slice(0, 5)])
    }
    expect(wrong).toEqual([])
    expect(total).toBeGreaterThan(50)
    expect(tallies.size).toBe(judged.length)
    // What is found is found on something that counts.
    for (const rule of new Set(findings.map((finding) => finding.rule)))
      expect([rule, (tallies.get(rule)?.applied.length ?? 0) > 0]).toEqual([rule, true])
  }, 120_000)
})

describe('counting', () => {
  it('is done only where it is asked for, and changes nothing that is found', async () => {
    const world = worldOf(await take({ targets: [resolve(import.meta.dirname, '../../demo')] }))
    const plain = judge(judged, world)
    expect(plain.tallies.size).toBe(0)
    expect(judge(judged, world, { tally: true }).findings).toEqual(plain.findings)
  })
})
