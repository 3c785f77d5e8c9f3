/** Every rule x every subject -> findings, each with the smallest reason; one root cause is one finding. */
import type { Tally } from '../model/compliance.ts'
import { unknown } from '../model/fact.ts'
import { startOf, type Place } from '../model/place.ts'
import { severities, type Finding, type Reason, type Severity } from '../model/finding.ts'
import type { Notice } from '../model/notice.ts'
import type { ParameterValue } from '../model/rule.ts'
import { isFact, type AnyFact, type AnyFacts } from '../model/row.ts'
import type { Root } from '../model/fields.ts'
import { NO_RUNTIME, type World } from '../model/subject.ts'
import { Alike, AlikeElements, Names, type Named } from './alike.ts'
import {
  bind,
  bindParameters,
  bindToday,
  elementOf,
  outcomeOf,
  run,
  unknownElement,
  type Context,
  type Program,
  type Run,
} from './cel.ts'
import type { CompiledRule } from './compile.ts'
import { explain } from './explain.ts'
import { gathered, type Single } from './merge.ts'
import { Counter } from './tally.ts'

/** A rule as a policy wants it judged. */
export interface Judged {
  readonly compiled: CompiledRule
  /** Replaces the rule's own severity. */
  readonly severity?: Severity
  readonly parameters: { readonly [name: string]: ParameterValue }
}
export interface Judgement {
  readonly findings: readonly Finding[]
  readonly notices: readonly Notice[]
  /** What every rule was judged on, by its id: only where it is asked for. */
  readonly tallies: ReadonlyMap<string, Tally>
}
/** The same, before it is said which subject of the list it is. */
type Told = Omit<Single, 'on' | 'among'>

export interface JudgeOptions {
  /** Whether `tallies` are counted. */
  readonly tally?: boolean
  /** YYYY-MM-DD; without it what hangs on the day is open. */
  readonly today?: string
}

export function judge(rules: readonly Judged[], world: Partial<World>, options: JudgeOptions = {}): Judgement {
  const singles: Single[] = []
  const notices: Notice[] = []
  const covering = new Map(rules.map(({ compiled: { rule } }) => [rule.id, rule.covers]))
  const on = judgedBy(world)
  const names = new Names()
  const tallies = new Map<string, Tally>()
  const today = bindToday(options.today)
  for (const judged of rules) {
    const { rule } = judged.compiled
    const counter = options.tally === true ? new Counter() : undefined
    const parameters = { ...today, ...bindParameters(judged.parameters) }
    const alike = new Alike(rule.fields, names)
    const elements = AlikeElements.of(rule, names)
    for (const [index, subject] of on[rule.subject].entries()) {
      const { id, place, tables, context } = subject
      try {
        const where = { on: `${rule.subject} ${index}`, ...(rule.covers.length > 0 && subject.among?.()) }
        const signature = alike.signature(subject)
        const again = signature === undefined ? undefined : alike.again(signature, tables)
        if (again === 'nothing') {
          counter?.alike(index, signature)
          continue
        }
        const here = { ...context, ...parameters }
        if (again && !judged.compiled.each) {
          counter?.alike(index, signature)
          singles.push({ ...single(judged, id, here, undefined, again.outcome, again.because), ...where })
          continue
        }
        const all = judgeOne(judged, id, here, subject, elements)
        const found = all.filter(isOfThis)
        counter?.judged(index, signature, found.length === all.length && speaksOf(judged, here))
        for (const one of found) singles.push({ ...one, ...where })
        if (signature !== undefined) alike.keep(signature, tables, found)
      } catch (error) {
        counter?.broke()
        notices.push({
          id: 'rule-failed',
          place,
          message: `Rule ${rule.id} failed on ${id} (${error instanceof Error ? error.message.split('\n')[0] : 'unknown error'}), so it was not checked. This is a fault of Plimsoll: please report it.`,
          lost: true,
        })
      }
    }
    if (counter) tallies.set(rule.id, counter.tally(on[rule.subject].length))
  }
  const sameCause = new Map(rules.map(({ compiled: { rule } }) => [rule.id, rule.sameCause]))
  return { findings: gathered(singles, covering, sameCause), notices, tallies }
}

/** One subject: its tables, and as CEL sees them. */
interface On extends Named {
  readonly id: string
  readonly place: Place
  readonly context: Context
  /** What the subjects are called in `Single.on` that it is made of. */
  readonly among?: () => { readonly among: readonly string[] }
}

/** What hangs on how an image is run is no question to an image that is judged by itself. */
const isOfThis = ({ outcome, because }: Told): boolean =>
  outcome !== 'open' ||
  !because.some(({ fact }) => fact.how === 'unknown' && fact.ask === 'user' && fact.because === NO_RUNTIME)

/** What is judged, by the subject that a rule speaks of. */
function judgedBy(world: Partial<World>): { readonly [root in Root]: readonly On[] } {
  const { containers = [], images = [], engines = [], projects = [], grants = [] } = world
  const on = (id: string, place: Place, tables: On['tables']): On => ({
    id,
    place,
    tables,
    names: new Map(),
    context: bind(tables),
  })
  // Only a rule about a project that covers others asks for it.
  const indices = once(() => new Map(containers.map((subject, index) => [subject, index])))
  return {
    container: containers.map(({ id, place, container, image, engine }) =>
      on(id, place, { container: untyped(container), image: untyped(image), engine: untyped(engine) }),
    ),
    image: images.map(({ id, place, facts }) => on(id, place, { image: untyped(facts) })),
    engine: engines.map(({ id, place, facts }) => on(id, place, { engine: untyped(facts) })),
    project: projects.map(({ id, place, facts, members }) => ({
      ...on(id, place, { project: untyped(facts) }),
      among: once(() => ({ among: members.map((subject) => `container ${indices().get(subject) ?? '?'}`) })),
    })),
    grant: grants.map(({ id, place, facts }) => on(id, place, { grant: untyped(facts) })),
  }
}

function once<T extends object>(make: () => T): () => T {
  let made: T | undefined
  return () => (made ??= make())
}

/** Facts of a table are facts by name: what the walk by rows sees. */
const untyped = (facts: object): AnyFacts => facts as AnyFacts

function judgeOne(
  judged: Judged,
  subject: string,
  context: Context,
  named: Named,
  alike: AlikeElements | undefined,
): readonly Told[] {
  const { each } = judged.compiled
  if (!each) return judgeElement(judged, subject, context, undefined)
  const list = outcomeOf(each.program, context)
  if ('unknown' in list) {
    const any = { ...context, [each.name]: unknownElement(each.type, list.unknown) }
    return applies(judged, any) === false ? [] : [open(judged, subject, any, run(each.program, context), undefined)]
  }
  const values: readonly unknown[] = Array.isArray(list.value) ? list.value : []
  const outer = alike?.outer(named)
  return values.flatMap((value) => {
    const signature = alike?.signature(outer, elementOf(value))
    if (signature !== undefined && alike?.isQuiet(signature)) return []
    const found = judgeElement(judged, subject, { ...context, [each.name]: value }, value)
    if (found.length === 0 && signature !== undefined) alike?.add(signature)
    return found
  })
}

/** What `when` says: undefined is unknown. */
function applies({ compiled }: Judged, context: Context): boolean | undefined {
  if (!compiled.when) return true
  const outcome = outcomeOf(compiled.when, context)
  return 'value' in outcome ? outcome.value === true : undefined
}

/**
 * Whether the rule speaks of a subject at all. Where it judges elements, whatever they are: who has no mount of that kind has
 * none that breaks the rule.
 */
function speaksOf(judged: Judged, context: Context): boolean {
  const { each } = judged.compiled
  if (!each) return applies(judged, context) !== false
  return applies(judged, { ...context, [each.name]: unknownElement(each.type, ANY) }) !== false
}
const ANY = unknown(startOf(''), 'any element')

function judgeElement(judged: Judged, subject: string, context: Context, element: unknown): readonly Told[] {
  const { compiled } = judged
  const applicable = applies(judged, context)
  if (applicable === false) return []
  // Nothing is recorded until there is something to tell: most rules find nothing.
  const outcome = outcomeOf(compiled.deny, context)
  if ('value' in outcome && outcome.value !== true) return []
  const result = run(compiled.deny, context)
  if ('unknown' in result.outcome) return [open(judged, subject, context, result, element)]
  if (applicable === undefined && compiled.when)
    return [open(judged, subject, context, run(compiled.when, context), element)]
  const because = explain(compiled.deny, context, result)
  return [single(judged, subject, context, element, 'fail', because)]
}

function open(judged: Judged, subject: string, context: Context, result: Run, element: unknown): Told {
  const facts = new Set<AnyFact>(result.trace.reads.filter((fact) => fact.how === 'unknown'))
  if ('unknown' in result.outcome) facts.add(result.outcome.unknown)
  const because = [...facts].map((fact) => ({ fact, field: result.trace.paths.get(fact) ?? '' }))
  return single(judged, subject, context, element, 'open', because)
}

function single(
  judged: Judged,
  subject: string,
  context: Context,
  element: unknown,
  outcome: Finding['outcome'],
  because: readonly Reason[],
): Told {
  const { compiled } = judged
  const { rule } = compiled
  const item = elementOf(element)
  const pointed = compiled.at && outcome === 'fail' ? lastRead(compiled.at, context) : undefined
  const [reason] = because
  const field = compiled.each?.field ?? reason?.field ?? rule.fields[0] ?? ''
  const key = item && keyOf(item, compiled.each?.key)
  return {
    rule: rule.id,
    outcome,
    severity: judged.severity ?? severityOf(compiled.severity, context) ?? rule.severity,
    message: say(compiled, context),
    place: pointed?.place ?? item?.place ?? reason?.fact.place ?? startOf(''),
    because,
    subject,
    field,
    // What is said of an image is said once, whatever containers of it say.
    coverable: rule.subject !== 'image',
    ...(item && { item: item.place }),
    ...(key !== undefined && { element: key }),
  }
}

function lastRead(program: Program, context: Context): AnyFact | undefined {
  return run(program, context).trace.reads.at(-1)
}
function severityOf(program: Program | undefined, context: Context): Severity | undefined {
  if (!program) return undefined
  const outcome = outcomeOf(program, context)
  return 'value' in outcome ? severities.find((word) => word === outcome.value) : undefined
}
/** A container without a name begins no sentence. */
function say(compiled: CompiledRule, context: Context): string {
  return compiled.say
    .map((piece) => {
      if (typeof piece === 'string') return piece
      const outcome = outcomeOf(piece, context)
      if ('unknown' in outcome) return 'not known'
      const values: readonly unknown[] = Array.isArray(outcome.value) ? outcome.value : [outcome.value]
      return values.map(plain).join(', ')
    })
    .join('')
    .trimStart()
}
function plain(value: unknown): string {
  const item = elementOf(value)
  if (item === undefined || !('how' in item)) return String(value)
  return item.how === 'unknown' ? 'not known' : String(item.value)
}
/** What identifies an element within its list: its text, or its key row; where that is empty, what it comes from. */
function keyOf(item: NonNullable<ReturnType<typeof elementOf>>, key: string | undefined): string | undefined {
  if (!('facts' in item)) return item.how === 'unknown' ? undefined : String(item.value)
  for (const name of [key ?? '', 'source']) {
    const fact = item.facts[name]
    if (fact && isFact(fact) && fact.how !== 'unknown' && fact.value !== '') return String(fact.value)
  }
  return undefined
}
