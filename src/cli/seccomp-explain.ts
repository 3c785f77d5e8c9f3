/** `plimsoll seccomp explain`: what happens to one call, and by which rule. */
import { comparisonsText } from '../confine/seccomp/comparison.ts'
import type { Decision, World } from '../confine/seccomp/decide.ts'
import type { ExplainedAbi, ExplainedAnswer, ExplainedCall } from '../confine/seccomp/explain.ts'
import type { SeccompRule } from '../confine/seccomp/profile.ts'
import { showPlace } from '../model/place.ts'
import { json, prose, shown } from '../report/escape.ts'
import { wrap } from '../report/wrap.ts'
import { decisionJson, worldJson } from './seccomp-compare.ts'
import { abiName, answerText, argumentsText, worldText } from './seccomp-words.ts'

/** A call that more rules name is generated or hostile. */
const MOST_RULES = 40

export function explainText(
  call: ExplainedCall,
  name: string,
  world: World,
  { width, isDefault }: { readonly width: number; readonly isDefault: boolean },
): string {
  const room = Math.max(60, width)
  const { syscall, purpose, danger, abis, rules } = call
  const out = [
    `${shown(syscall)} under ${shown(name)}  (${worldText(world, isDefault)})`,
    ...(purpose ? [`${purpose.name}: ${purpose.says}`] : ['Plimsoll knows no call of this name.']),
  ]
  for (const abi of abis) out.push('', ...abiLines(abi))
  if (rules.length > 0) {
    out.push('', 'rules that name it')
    for (const { rule, place, inForce } of rules.slice(0, MOST_RULES))
      out.push(`  ${shown(showPlace(place))}  ${shown(ruleText(rule))}${inForce ? '' : '  - not in force here'}`)
  }
  if (rules.length > MOST_RULES) out.push(`  and ${rules.length - MOST_RULES} more`)
  if (danger) out.push('', ...wrap(prose(`What it gives: it lets a process ${danger.gives}. ${danger.when}`), room))
  return `${out.join('\n')}\n`
}

function abiLines({ abi, number, by, answers }: ExplainedAbi): readonly string[] {
  const title = `by ${abiName(abi)}${number === undefined ? (by ? `, behind ${by}` : ', which has no such call') : ` (call ${number})`}`
  const compared = new Set(answers.flatMap(({ rule }) => rule?.args.map(({ index }) => index) ?? []))
  const told = answers.length > MOST_RULES ? [...answers.slice(0, MOST_RULES), ...answers.slice(-1)] : answers
  const lines = told.map((answer) => {
    const { decision, place, example } = answer
    const when = answers.length === 1 ? '' : `${whenText(answer)}, for example ${argumentsText(example, compared)}: `
    return `  ${when}${answerText(decision)}  ${sourceText(answer, decision)} ${shown(showPlace(place))}`
  })
  const behind =
    number !== undefined && by ? [`  ${by} does the same with its arguments behind a pointer: see explain ${by}`] : []
  return [title, ...lines, ...behind]
}
const whenText = ({ rule }: ExplainedAnswer): string =>
  rule && rule.args.length > 0 ? `where ${comparisonsText(rule.args)}` : 'otherwise'
const sourceText = ({ rule }: ExplainedAnswer, { action }: Decision): string =>
  rule
    ? 'by the rule at'
    : action === 'SCMP_ACT_KILL'
      ? 'because the filter is not made for it, or by the default at'
      : 'by the default at'

/** `allow where arg0 < 38, with CAP_SYS_ADMIN`. */
export function ruleText({ action, errnoRet, args, includes, excludes }: SeccompRule): string {
  const list = (words: readonly string[] | undefined, before: string): readonly string[] =>
    words?.length ? [`${before} ${words.join(' ')}`] : []
  const conditions = [
    ...list(includes?.caps, 'with'),
    ...list(excludes?.caps, 'without'),
    ...list(includes?.arches, 'on'),
    ...list(excludes?.arches, 'not on'),
    ...(includes?.minKernel ? [`from Linux ${includes.minKernel.join('.')}`] : []),
    ...(excludes?.minKernel ? [`before Linux ${excludes.minKernel.join('.')}`] : []),
  ]
  const where = args.length > 0 ? ` where ${comparisonsText(args)}` : ''
  return [`${answerText({ action, ...(errnoRet !== undefined && { errno: errnoRet }) })}${where}`, ...conditions].join(
    ', ',
  )
}

export const explainJson = (
  { syscall, purpose, danger, abis, rules }: ExplainedCall,
  name: string,
  world: World,
): string =>
  json({
    schema: 'plimsoll-seccomp-explain',
    version: 1,
    profile: name,
    syscall,
    world: worldJson(world),
    ...(purpose && { purpose: purpose.name }),
    ...(danger && {
      gives: danger.gives,
      when: danger.when,
      capabilities: danger.capabilities.map((one) => `CAP_${one}`),
    }),
    abis: abis.map(({ abi, number, by, answers }) => ({
      abi,
      ...(number !== undefined && { number }),
      ...(by && { by }),
      answers: answers.map(({ decision, place, example }) => ({
        ...decisionJson(decision),
        place,
        example: example.map(String),
      })),
    })),
    rules: rules.map(({ rule, place, inForce }) => ({ place, inForce, says: ruleText(rule) })),
  })
