/** `plimsoll seccomp show`: a profile on one screen, by what its calls are for. */
import type { ShownProfile } from '../confine/seccomp/show.ts'
import type { World } from '../confine/seccomp/decide.ts'
import { json, shown } from '../report/escape.ts'
import { wrap } from '../report/wrap.ts'
import { decisionJson, worldJson } from './seccomp-compare.ts'
import { abiName, answerText, worldText } from './seccomp-words.ts'

export interface ShowOptions {
  readonly width: number
  /** The capabilities are Docker's. */
  readonly isDefault: boolean
  /** Every name, where otherwise the shorter of "these" and "all but these" is told. */
  readonly all: boolean
}

/** Fewer names are told, up to so many; beyond, how many there are. */
const MOST_NAMES = 14
const NAME = 16
const COUNT = 12

export function showText(
  profile: ShownProfile,
  name: string,
  world: World,
  { width, isDefault, all }: ShowOptions,
): string {
  const room = Math.max(60, width)
  const others = profile.abis.slice(1).map(abiName)
  const out = [
    `${shown(name)}  (${worldText(world, isDefault)})`,
    `${profile.runs} of ${profile.calls} system calls run; a call that is not named ${answerText(profile.default)}${others.length === 0 ? '' : `; also for calls by ${others.join(' and ')}`}`,
    '',
  ]
  const row = (first: string, second: string, text: string): void => {
    const lines = wrap(text, room - NAME - COUNT - 4)
    out.push(`  ${first.padEnd(NAME)}${second.padEnd(COUNT)}${lines[0] ?? ''}`.trimEnd())
    for (const line of lines.slice(1)) out.push(`  ${' '.repeat(NAME + COUNT)}${line}`)
  }
  for (const { name: purpose, says, runs, sometimes, held } of profile.purposes) {
    const total = runs.length + sometimes.length + held.length
    row(
      purpose,
      runs.length === total
        ? `all ${total}`
        : runs.length === 0 && sometimes.length === 0
          ? 'none'
          : `${runs.length} of ${total}`,
      all ? [...runs, ...sometimes.map((one) => `(${one})`)].join(' ') : summary({ says, runs, sometimes, held }),
    )
  }
  const section = (title: string, rows: readonly (readonly [string, string])[]): void => {
    if (rows.length === 0) return
    out.push('', title)
    for (const [first, text] of rows) row(first, '', text)
  }
  section(
    'with some arguments only',
    profile.sometimes.map(({ syscall, when }) => [
      syscall,
      when.length > MOST_NAMES
        ? `${when.slice(0, MOST_NAMES).join(' or ')} or ${when.length - MOST_NAMES} more`
        : when.join(' or '),
    ]),
  )
  section(
    'with a capability that the container lacks',
    profile.capabilities.map(({ name: capability, calls }) => [capability, calls.join(' ')]),
  )
  section(
    'held back with another answer',
    profile.answers.map(({ answer, calls }) => [
      calls.length === 1 ? (calls[0] ?? '') : `${calls.length} calls`,
      `${answerText(answer)}${calls.length === 1 ? '' : `: ${calls.slice(0, 40).join(' ')}${calls.length > 40 ? ' ...' : ''}`}`,
    ]),
  )
  return `${out.join('\n')}\n`
}

/** The shorter of "these" and "all but these". */
function summary({
  says,
  runs,
  sometimes,
  held,
}: {
  says: string
  runs: readonly string[]
  sometimes: readonly string[]
  held: readonly string[]
}): string {
  const not = [...held, ...sometimes.map((one) => `${one} (some arguments)`)]
  if (not.length === 0) return says
  if (runs.length === 0 && sometimes.length === 0) return says
  const some = [...runs, ...sometimes.map((one) => `${one} (some arguments)`)]
  if (some.length <= not.length) return few(some)
  return `all but ${few(not)}`
}
const few = (names: readonly string[]): string =>
  names.length <= MOST_NAMES
    ? names.join(' ')
    : `${names.slice(0, MOST_NAMES - 2).join(' ')} and ${names.length - MOST_NAMES + 2} more`

export const showJson = (profile: ShownProfile, name: string, world: World): string =>
  json({
    schema: 'plimsoll-seccomp-show',
    version: 1,
    profile: name,
    world: worldJson(world),
    default: decisionJson(profile.default),
    abis: profile.abis,
    calls: profile.calls,
    runs: profile.runs,
    purposes: profile.purposes,
    sometimes: profile.sometimes,
    capabilities: profile.capabilities,
    answers: profile.answers.map(({ answer, calls }) => ({ ...decisionJson(answer), calls })),
  })
