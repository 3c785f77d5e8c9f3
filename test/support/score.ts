/** Judges labelled files as the project asks that labelled them: `npm run corpora` and its test. */
import { join } from 'node:path'
import { builtinRules } from '../../src/builtin.ts'
import type { Finding } from '../../src/model/finding.ts'
import { prepare } from '../../src/rule/compile.ts'
import { judge, type Judged } from '../../src/rule/judge.ts'
import { take, worldOf, type Inventory } from '../../src/scan.ts'
import { readSettings } from '../../src/settings.ts'
import { UsageError } from '../../src/usage.ts'
import { comparedText, readCompared, type Compared } from './compared.ts'
import { corpora, labels, type Label } from './corpora.ts'
import { placesOf } from './label-places.ts'

/** What came of one label. */
export interface Outcome {
  readonly label: Label
  /** Rules of ours that were asked, each with parameters that differ from its own. Empty: none of ours says it. */
  readonly asked: readonly string[]
  /** What they found, in the order of lines. */
  readonly found: readonly Finding[]
  /** Fired where it must, silent where it must. */
  readonly isRight: boolean
  /** Where the label says places and ours fired too. */
  readonly places?: {
    readonly wanted: readonly (readonly number[])[]
    readonly got: readonly number[]
    /** How many of the wanted were met, and how many within two lines. */
    readonly met: number
    readonly near: number
    /** All were met, and nothing stands elsewhere. */
    readonly isExact: boolean
  }
}

/** badpods has no rules of its own: its folders say which of five controls a manifest breaks. */
const BADPODS: Record<string, readonly string[]> = {
  privileged: ['privileged'],
  'host-network': ['host-network-namespace'],
  'host-pid': ['host-pid-namespace'],
  'host-ipc': ['host-ipc-namespace'],
  'host-path': ['host-path-mounted'],
}

/** The rules of a level of the Pod Security Standards, with the parameters that its policy sets. */
async function rulesOf(policy: string): Promise<readonly Judged[]> {
  const rules = await builtinRules()
  const { value } = await readSettings({ policy }, rules)
  return rules.flatMap(({ rule }) => {
    const use = value.rules.get(rule.id)
    return use ? [{ compiled: prepare(rule), parameters: use.params }] : []
  })
}

interface Question {
  /** Equal questions about one file have one answer. */
  readonly id: string
  readonly rules: readonly Judged[]
  /** Of their findings, those that count. */
  readonly counts: (finding: Finding) => boolean
  readonly asked: readonly string[]
}

/** How labels are asked: by the project's own rule (docs/compared.md), by the level of psa, by the control of badpods. */
async function asker(): Promise<(label: Label) => Question> {
  const rules = await builtinRules()
  const byId = new Map(rules.map(({ rule }) => [rule.id, rule]))
  const levels = new Map([
    ['baseline', await rulesOf('pss-baseline')],
    ['restricted', await rulesOf('pss-restricted')],
  ])
  const { peers } = readCompared(
    comparedText() ?? '',
    rules.map(({ rule }) => rule),
  )
  const ofUses = (id: string, ours: Compared['ours']): Question => ({
    id,
    rules: ours.flatMap(({ rule: name, params }) => {
      const rule = byId.get(name)
      if (!rule) return []
      const defaults = Object.entries(rule.parameters).map(([key, { default: value }]) => [key, value] as const)
      return [{ compiled: prepare(rule), parameters: { ...Object.fromEntries(defaults), ...params } }]
    }),
    counts: () => true,
    asked: ours.map(({ rule, params }) =>
      Object.keys(params).length === 0 ? rule : `${rule} ${JSON.stringify(params)}`,
    ),
  })
  const known = new Map<string, Question>()
  const make = (label: Label): Question => {
    if (label.corpus === 'badpods')
      return ofUses(
        `badpods ${label.control}`,
        (BADPODS[label.control] ?? []).map((rule) => ({ rule, params: {} })),
      )
    if (label.corpus !== 'psa')
      return ofUses(`${label.corpus} ${label.native}`, peers.get(label.corpus)?.get(label.native)?.ours ?? [])
    const level = levels.get(label.level ?? '') ?? []
    const id = `psa ${label.level ?? ''}`
    // A pod that the level accepts must have no finding at all.
    if (!label.expect) return { id, rules: level, counts: () => true, asked: [`all of ${label.level ?? ''}`] }
    const named = new Set(
      level
        .map(({ compiled }) => compiled.rule)
        .filter(({ standards }) => standards['pss-control']?.includes(label.native))
        .map(({ id: rule }) => rule),
    )
    return { id, rules: level, counts: ({ rule }) => named.has(rule), asked: [...named] }
  }
  return (label) => {
    const key = [label.corpus, label.native, label.control, label.level, label.expect].join(' ')
    const question = known.get(key) ?? make(label)
    known.set(key, question)
    return question
  }
}

async function inventoryOf(file: string): Promise<Inventory | undefined> {
  try {
    return await take({ targets: [join(corpora, file)] })
  } catch (error) {
    // A file in which nothing runs is wrong usage when it is named.
    if (error instanceof UsageError) return undefined
    throw error
  }
}

/** Judges the labels of these corpora, of all where none is named; in the order of labels.jsonl, by file. */
export async function measure(wanted: readonly string[] = []): Promise<readonly Outcome[]> {
  const ask = await asker()
  const outcomes: Outcome[] = []
  const some = labels().filter(({ corpus }) => wanted.length === 0 || wanted.includes(corpus))
  for (const [file, ofFile] of Map.groupBy(some, (label) => label.file)) {
    const inventory = await inventoryOf(file)
    const answers = new Map<string, readonly Finding[]>()
    for (const label of ofFile) {
      const { id, rules, counts, asked } = ask(label)
      const findings =
        answers.get(id) ??
        // What another rule covers counts: a label speaks of one rule only. What is not known is no finding.
        (inventory ? judge(rules, worldOf(inventory)).findings : []).filter(({ outcome }) => outcome === 'fail')
      answers.set(id, findings)
      const found = findings.filter(counts).sort((a, b) => a.place.line - b.place.line)
      const isRight = found.length > 0 === label.expect
      outcomes.push({ label, asked, found, isRight, ...(isRight && label.expect && placed(label, found)) })
    }
  }
  return outcomes
}

function placed(label: Label, found: readonly Finding[]): Pick<Outcome, 'places'> {
  const wanted = placesOf(label)
  if (!wanted) return {}
  const got = [...new Set(found.map(({ place }) => place.line))]
  const met = wanted.filter((lines) => lines.some((line) => got.includes(line))).length
  const near = wanted.filter((lines) => lines.some((line) => got.some((one) => Math.abs(one - line) <= 2))).length
  const isExact = met === wanted.length && got.every((line) => wanted.some((lines) => lines.includes(line)))
  return { places: { wanted, got, met, near, isExact } }
}

export interface Tally {
  readonly hit: number
  readonly missed: number
  readonly silent: number
  readonly falseAlarm: number
  /** Places that labels name, of those that were hit, and how many of them ours stand on. */
  readonly places: number
  readonly met: number
  /** Within two lines. */
  readonly near: number
  /** Labels with places, of those that were hit, and how many of them have ours there and nowhere else. */
  readonly placed: number
  readonly exact: number
}

export function tally(outcomes: readonly Outcome[]): Tally {
  const count = (is: (outcome: Outcome) => boolean): number => outcomes.filter(is).length
  const placedOnes = outcomes.flatMap(({ places }) => (places ? [places] : []))
  return {
    hit: count(({ label, isRight }) => label.expect && isRight),
    missed: count(({ label, isRight }) => label.expect && !isRight),
    silent: count(({ label, isRight }) => !label.expect && isRight),
    falseAlarm: count(({ label, isRight }) => !label.expect && !isRight),
    places: placedOnes.reduce((sum, { wanted }) => sum + wanted.length, 0),
    met: placedOnes.reduce((sum, { met }) => sum + met, 0),
    near: placedOnes.reduce((sum, { near }) => sum + near, 0),
    placed: placedOnes.length,
    exact: placedOnes.filter(({ isExact }) => isExact).length,
  }
}

/** Tallies by what a label has, in the order of its names. */
export const tallies = (
  outcomes: readonly Outcome[],
  by: (label: Label) => string,
): readonly (readonly [string, Tally])[] =>
  [...Map.groupBy(outcomes, ({ label }) => by(label))]
    .sort(([a], [b]) => (a < b ? -1 : a > b ? 1 : 0))
    .map(([name, some]) => [name, tally(some)])

/** What we said: `privileged, line 4; ...`, or that nothing was. */
export const said = ({ found }: Outcome): string =>
  found.length === 0 ? 'silence' : found.map(({ rule, place }) => `${rule}, line ${place.line}`).join('; ')
