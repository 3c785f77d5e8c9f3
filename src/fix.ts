/**
 * A finding -> edits of the text it is in that make it go away. The dialect that read a fact writes what the rule wants (`fix.set`);
 * the text is edited in memory and read again, and the edits are given only where the finding is gone and no new one came.
 */
import { deriveAll, type ProfileRoots } from './derive.ts'
import type { Ask } from './dialect/ask.ts'
import { settle } from './dialect/index.ts'
import type { Change } from './document/change.ts'
import { edit, type TextEdit } from './document/edit.ts'
import { join } from './join/join.ts'
import type { Finding } from './model/finding.ts'
import type { Notice } from './model/notice.ts'
import type { Engine, Image } from './model/subject.ts'
import { judge, type Judged } from './rule/judge.ts'
import { readContainers, type Origin, type TextInput } from './texts.ts'

/** What the text is judged in: the rules, and what was read beside it. */
export interface Surroundings extends ProfileRoots {
  readonly rules: readonly Judged[]
  readonly images?: readonly Image[]
  readonly named?: ReadonlyMap<string, string>
  readonly engines?: readonly Engine[]
}
export interface Fix {
  /** Edits of the text, in order: what a SARIF fix has (section 3.55), `deleted` as its region. */
  readonly edits: readonly TextEdit[]
  /** The text with the edits made. */
  readonly text: string
  /** Findings that are gone, this one among them. */
  readonly gone: readonly Finding[]
}
/** Why nothing is offered, as half a sentence. */
export interface NoFix {
  readonly whyNot: string
}

/** The edits that make a finding go away, for all of its subjects that are in this text. Writes nothing and never throws for bad input. */
export async function fixOf(
  finding: Pick<Finding, 'rule' | 'subjects' | 'element'>,
  input: TextInput,
  around: Surroundings,
): Promise<Fix | NoFix> {
  const set = around.rules.find(({ compiled }) => compiled.rule.id === finding.rule)?.compiled.rule.fixSet
  if (!set) return { whyNot: 'what to do is for people to decide: the rule only tells' }
  const origins: Origin[] = []
  const before = await judged(input, around, (origin) => void origins.push(origin))
  if (!before.findings.some((each) => isOf(each, finding)))
    return { whyNot: 'the finding is not there when this file is read by itself' }
  const own = origins.filter(({ container }) => finding.subjects.includes(container.id))
  const [first] = own
  if (!first) return { whyNot: 'what is wrong is not written in this file' }
  const changes: Change[] = []
  for (const origin of own) {
    if (origin.dialect.isPrinted?.(origin.root) === true)
      return { whyNot: `a program printed this (${origin.dialect.name}): change what it was made from` }
    for (const [field, value] of Object.entries(set)) {
      const written = write(origin, field, value)
      if (!written)
        return {
          whyNot: `${field} cannot be written here (${origin.dialect.name}): what says it stands elsewhere, or is no plain text`,
        }
      changes.push(...written)
    }
  }
  const edited = edit(first.syntax, input.file, input.text, unique(changes))
  if ('refused' in edited) return { whyNot: edited.refused }
  const after = await judged({ ...input, text: edited.text }, around)
  const remains = after.findings.some((each) => isOf(each, finding))
  if (remains) return { whyNot: 'what is written here does not decide it' }
  const known = new Map(before.findings.flatMap((each) => keysOf(each).map((key) => [key, each.outcome] as const)))
  const worse = after.findings.find((each) =>
    keysOf(each).some((key) => !known.has(key) || (known.get(key) === 'open' && each.outcome === 'fail')),
  )
  if (worse)
    return {
      whyNot: `it would bring another finding: ${worse.rule}${worse.outcome === 'open' ? ', which is open: what it asks for is not known' : ''}`,
    }
  const lost = after.notices.find(({ id, lost }) => lost && !before.notices.some((each) => each.id === id))
  if (lost) return { whyNot: `the text would not be read to its end any more: ${lost.message}` }
  const left = new Set(after.findings.flatMap(keysOf))
  const gone = before.findings.filter((each) => !keysOf(each).some((key) => left.has(key)))
  return { edits: edited.edits, text: edited.text, gone }
}

/** What has to be changed for a field of a container to have a value; undefined where the dialect has no way to write it. */
export function write(
  { dialect, scope }: Origin,
  field: string,
  value: string | number | boolean,
): readonly Change[] | undefined {
  let here: unknown = dialect.asks
  for (const key of field.split('.')) here = isRecord(here) ? here[key] : undefined
  return isAsk(here) ? here.write?.(value, scope) : undefined
}
const isRecord = (x: unknown): x is Readonly<Record<string, unknown>> => typeof x === 'object' && x !== null
const isAsk = (x: unknown): x is Ask<unknown> => isRecord(x) && typeof x['read'] === 'function'

/** A change that several containers of a pod ask for is made once. */
function unique(changes: readonly Change[]): readonly Change[] {
  const known = new Set<string>()
  return changes.filter((change) => {
    const { in: spot, ...what } = change
    const key = JSON.stringify([spot.place, spot.path, what])
    if (known.has(key)) return false
    known.add(key)
    return true
  })
}

/** The text, read by itself and judged with what is around it. */
async function judged(
  input: TextInput,
  around: Surroundings,
  seen?: (origin: Origin) => void,
): Promise<{ readonly findings: readonly Finding[]; readonly notices: readonly Notice[] }> {
  const read = await readContainers(input, seen)
  const { images = [], engines = [], named, rules } = around
  const joined = join(settle(read.containers, read.bystanders ?? []).value, images, {
    engines,
    ...(named && { named }),
  })
  const derived = await deriveAll(joined.subjects, around)
  const { findings, notices } = judge(rules, { containers: derived.value.subjects, images })
  return { findings, notices: [...read.notices, ...notices] }
}

const isOf = (each: Finding, { rule, subjects, element }: Pick<Finding, 'rule' | 'subjects' | 'element'>): boolean =>
  each.rule === rule && each.element === element && each.subjects.some((id) => subjects.includes(id))
/** What a finding says, wherever it stands: lines move. */
const keysOf = ({ rule, subjects, element }: Finding): readonly string[] =>
  subjects.map((subject) => JSON.stringify([rule, subject, element ?? '']))
