/** The picture of src/README.md as code: open, read, join, derive, judge, decide. Reports are made of what it gives. */
import { builtinRules } from './builtin.ts'
import type { ReadOptions } from './dialect/dialect.ts'
import { settle } from './dialect/index.ts'
import { deriveAll, type ProfileRoots } from './derive.ts'
import { programsOf } from './join/engines.ts'
import { join } from './join/join.ts'
import type { Notice } from './model/notice.ts'
import type { WaysOut } from './model/path.ts'
import type { Ignorings, InputNote, Result, Target } from './model/result.ts'
import type { Engine, Grant, Image, Project, Subject, World } from './model/subject.ts'
import type { Cache } from './image/cache.ts'
import type { Comment } from './document/node.ts'
import { comply } from './policy/comply.ts'
import { decide } from './policy/decide.ts'
import { waive } from './policy/waive.ts'
import { prepare } from './rule/compile.ts'
import { judge, type Judged } from './rule/judge.ts'
import { infoOf, type BuiltinRule } from './rule/rule.ts'
import { Reading } from './reading.ts'
import type { Limits } from './source/limits.ts'
import { readSettings, type PolicyOptions } from './settings.ts'
import { version } from './version.ts'

/** What to look at. */
export interface InputOptions extends ProfileRoots {
  /** Paths, `-` for standard input, each with an optional prefix such as `compose:`. */
  readonly targets: readonly string[]
  readonly stdin?: AsyncIterable<Uint8Array>
  /** Which image a container runs: name of the container, or its image reference -> path of an image. */
  readonly images?: ReadonlyMap<string, string>
  /** Paths of engine settings: daemon.json, the output of `docker info --format '{{json .}}'`, a kubelet's configuration and the like. */
  readonly engines?: readonly string[]
  /** `linux/arm64`: which image of a multi-platform index. */
  readonly platform?: string
  /** Uncompressed layers are read in full too, and compared with their digests. */
  readonly verify?: boolean
  /** How much of an image is read. */
  readonly limits?: Partial<Limits>
  /** Milliseconds since some time: what the limit of time is measured by; absent: there is none. */
  readonly clock?: () => number
  /** Called once where an image turns out to be large. */
  readonly large?: () => void
  /** Answers of earlier runs (`cacheIn`); absent: none are kept. */
  readonly cache?: Cache
  /** Files that `.gitignore` and `.plimsollignore` name are read too. */
  readonly noIgnore?: boolean
  /** How texts are read: `--env-file`, `--markdown`, `--target`. */
  readonly read?: ReadOptions
  /** `Inventory.inputs` lists also what is not read. */
  readonly listing?: boolean
  /** Told what is being done, for people who wait. */
  readonly progress?: (doing: string) => void
}
/** What to look at, and what to think of it. */
export interface ScanOptions extends InputOptions, PolicyOptions {
  /** YYYY-MM-DD, for waivers that expire. */
  readonly today: string
}

/** Everything that was read, joined and derived: what is judged. */
export interface Inventory {
  readonly targets: readonly Target[]
  readonly subjects: readonly Subject[]
  readonly images: readonly Image[]
  readonly engines: readonly Engine[]
  readonly projects: readonly Project[]
  readonly grants: readonly Grant[]
  /** Of the containers that have any. */
  readonly ways: readonly WaysOut[]
  readonly comments: readonly Comment[]
  readonly skipped: number
  readonly ignored: Ignorings
  readonly inputs: readonly InputNote[]
  readonly notices: readonly Notice[]
}

/**
 * Reads targets into subjects.
 * @throws {UsageError} for an absent target, or one in which there is nothing to scan.
 */
export async function take(options: InputOptions): Promise<Inventory> {
  const reading = new Reading(options)
  for (const name of options.targets) await reading.target(name, 'target')
  const named = new Map<string, string>()
  for (const [container, path] of options.images ?? [])
    named.set(container, (await reading.target(path, 'image')) ?? path)
  for (const path of options.engines ?? []) await reading.target(path, 'engine')
  await reading.build()
  const { targets, containers, bystanders, images, comments, notices, skipped, ignored, inputs } = reading
  const engines = reading.engines
  options.progress?.('joining')
  const settled = settle(containers, bystanders)
  const joined = join(settled.value, images, { named, engines: engines.value })
  const derived = await deriveAll(joined.subjects, options)
  return {
    targets,
    subjects: derived.value.subjects,
    projects: derived.value.projects,
    grants: reading.grants,
    ways: derived.value.ways,
    images,
    engines: engines.value,
    comments,
    skipped,
    ignored,
    inputs,
    notices: [
      ...notices,
      ...engines.notices,
      ...settled.notices,
      ...images.flatMap((image) => image.notices),
      ...joined.notices,
      ...derived.notices,
    ],
  }
}

/** What is judged of all that was read. */
export const worldOf = ({ subjects, images, engines, projects, grants }: Inventory): World => ({
  containers: subjects,
  images,
  engines: programsOf(engines),
  projects,
  grants,
})

/**
 * Scans targets and judges them.
 * @throws {UsageError} for an absent target, one in which there is nothing to scan, and wrong options, policies and configurations.
 */
export async function scan(options: ScanOptions): Promise<Result> {
  const rules = await builtinRules()
  const settings = await readSettings(options, rules)
  const inventory = await take(options)
  options.progress?.('judging')
  const judged = ready(rules, settings.value.rules)
  const { standard } = settings.value
  const asked = options.compliance === true && standard !== undefined ? standard : undefined
  const world = worldOf(inventory)
  const { findings, notices, tallies } = judge(judged, world, { tally: asked !== undefined, today: options.today })
  const left = waive(findings, {
    waivers: settings.value.waivers,
    comments: inventory.comments,
    rules: rules.map(({ rule }) => rule.id),
    today: options.today,
  })
  const all = [...settings.notices, ...inventory.notices, ...notices, ...left.notices]
  const { policy } = settings.value
  return {
    tool: { name: 'Plimsoll', version: await version() },
    targets: inventory.targets,
    skipped: inventory.skipped,
    ignored: inventory.ignored,
    subjects: inventory.subjects,
    images: inventory.images,
    projects: inventory.projects,
    grants: inventory.grants,
    ways: inventory.ways,
    rules: judged.map(({ compiled }) => toldOf(compiled.rule, rules)),
    findings: left.findings,
    waived: left.waived,
    notices: all,
    policy,
    ...decide(left.findings, all, policy),
    ...(asked && {
      compliance: comply(asked, rules.map(infoOf), {
        world,
        findings: left.findings,
        waived: left.waived,
        tallies,
        notices: all,
      }),
    }),
  }
}

const toldOf = ({ id }: { id: string }, rules: readonly BuiltinRule[]): Result['rules'][number] => {
  const found = rules.find(({ rule }) => rule.id === id)
  if (!found) throw new Error(`there is no rule ${id}`)
  return infoOf(found)
}

/** The rules that the policy asks for, compiled. */
function ready(
  rules: readonly BuiltinRule[],
  uses: ReadonlyMap<string, { readonly severity?: Judged['severity']; readonly params: Judged['parameters'] }>,
): readonly Judged[] {
  const wanted = rules.filter(({ rule }) => uses.has(rule.id))
  return wanted.map(({ rule }) => {
    const use = uses.get(rule.id)
    return { compiled: prepare(rule), parameters: use?.params ?? {}, ...(use?.severity && { severity: use.severity }) }
  })
}
