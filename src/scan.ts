/** The picture of src/README.md as code: open, read, join, derive, judge, decide. Reports are made of what it gives. */
import { builtinRules, version } from './builtin.ts'
import { deriveAll } from './derive.ts'
import { openImages } from './images.ts'
import { join } from './join/join.ts'
import type { EngineFacts } from './model/fields.ts'
import type { Notice } from './model/notice.ts'
import type { Result, Target } from './model/result.ts'
import type { Container, Image, Subject } from './model/subject.ts'
import type { Comment } from './document/node.ts'
import { decide } from './policy/decide.ts'
import { waive } from './policy/waive.ts'
import { prepare } from './rule/compile.ts'
import { judge, type Judged } from './rule/judge.ts'
import type { BuiltinRule } from './rule/rule.ts'
import { readSettings, type PolicyOptions } from './settings.ts'
import { LOOKED_FOR, openTarget } from './targets.ts'
import { readContainers } from './texts.ts'
import { UsageError } from './usage.ts'

/** What to look at. */
export interface InputOptions {
  /** Paths, `-` for standard input, each with an optional prefix such as `compose:`. */
  readonly targets: readonly string[]
  readonly stdin?: AsyncIterable<Uint8Array>
  /** Which image a container runs: name of the container, or its image reference -> path of an image. */
  readonly images?: ReadonlyMap<string, string>
  /** Path of a daemon.json, or of the output of `docker info --format '{{json .}}'`. */
  readonly engine?: string
  /** `linux/arm64`: which image of a multi-platform index. */
  readonly platform?: string
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
  readonly comments: readonly Comment[]
  readonly skipped: number
  readonly notices: readonly Notice[]
}

/**
 * Reads targets into subjects.
 * @throws {UsageError} for an absent target, or one in which there is nothing to scan.
 */
export async function take(options: InputOptions): Promise<Inventory> {
  const notices: Notice[] = []
  const targets: Target[] = []
  const containers: Container[] = []
  const images: Image[] = []
  const comments: Comment[] = []
  let engine: EngineFacts | undefined
  let skipped = 0
  let stdin = options.stdin
  const named = new Map(options.images ?? [])
  const all = [
    ...options.targets.map((name) => ({ name, role: 'target' as const })),
    ...[...new Set(named.values())]
      .filter((path) => !options.targets.includes(path))
      .map((name) => ({ name, role: 'image' as const })),
    ...(options.engine === undefined ? [] : [{ name: options.engine, role: 'engine' as const }]),
  ]
  for (const { name, role } of all) {
    options.progress?.(`reading ${name}`)
    const opened = await openTarget(name, stdin)
    if (name.endsWith('-')) stdin = undefined
    notices.push(...opened.notices)
    skipped += opened.skipped
    const kinds = new Set<string>()
    const before = { containers: containers.length, images: images.length, notices: notices.length }
    for (const input of opened.texts) {
      const read = await readContainers(input)
      if (read.kinds.length === 0 && read.notices.length === 0) skipped += 1
      for (const kind of read.kinds) kinds.add(kind)
      containers.push(...read.containers)
      comments.push(...read.comments)
      notices.push(...read.notices)
      engine ??= read.engine
    }
    if (opened.images.length > 0) {
      const read = await openImages(opened.images, options.platform)
      images.push(...read.value)
      notices.push(...read.notices)
      for (const { kind } of opened.images) kinds.add(kind)
    }
    if (kinds.size === 0 && notices.length === before.notices) throw new UsageError([nothingIn(name)])
    if (role === 'image' && images.length === before.images && notices.length === before.notices)
      throw new UsageError([`--image: ${name} is not an image. Give a docker save archive or an OCI layout.`])
    if (role === 'engine' && !engine)
      throw new UsageError([`--engine: ${name} is neither a daemon.json nor docker info --format '{{json .}}'.`])
    targets.push({
      name,
      kind: [...kinds].sort().join(', ') || 'none',
      containers: containers.length - before.containers,
      images: images.length - before.images,
    })
  }
  options.progress?.('joining')
  const joined = join(containers, images, { named, ...(engine && { engine }) })
  const derived = await deriveAll(joined.subjects)
  return {
    targets,
    subjects: derived.value,
    images,
    comments,
    skipped,
    notices: [...notices, ...images.flatMap((image) => image.notices), ...joined.notices, ...derived.notices],
  }
}
const nothingIn = (name: string): string => `${name} holds nothing that can be scanned. ${LOOKED_FOR}`

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
  const { findings, notices } = judge(judged, inventory.subjects, inventory.images)
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
    subjects: inventory.subjects,
    images: inventory.images,
    rules: judged.map(({ compiled }) => infoOf(compiled.rule, rules)),
    findings: left.findings,
    waived: left.waived,
    notices: all,
    policy,
    ...decide(left.findings, all, policy),
  }
}

const infoOf = ({ id }: { id: string }, rules: readonly BuiltinRule[]): Result['rules'][number] => {
  const found = rules.find(({ rule }) => rule.id === id)
  if (!found) throw new Error(`there is no rule ${id}`)
  return { ...found.rule, examples: found.examples }
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
