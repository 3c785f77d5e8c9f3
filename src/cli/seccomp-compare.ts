/** `plimsoll seccomp compare`: what A lets through and B does not, and the other way round. */
import { type Comparison, type Difference } from '../confine/seccomp/compare.ts'
import type { Decision, World } from '../confine/seccomp/decide.ts'
import { comparisonsText } from '../confine/seccomp/comparison.ts'
import { json, shown } from '../report/escape.ts'
import type { Abi } from '../confine/syscalls.ts'
import { wrap } from '../report/wrap.ts'
import { abiName, answerWord, argumentsText, comparedIn, worldText } from './seccomp-words.ts'

export interface ComparedNames {
  readonly a: string
  readonly b: string
}

const SAYS: Readonly<Record<Comparison['relation'], (a: string, b: string) => string>> = {
  equal: (a, b) => `${a} is equal to ${b}`,
  tighter: (a, b) => `${a} is tighter than ${b}`,
  looser: (a, b) => `${a} is looser than ${b}`,
  incomparable: (a, b) => `${a} and ${b} are incomparable: each holds back what the other lets through`,
}

/** Groups of calls with the same answers, so that a hundred of them are some lines. */
export function compareText(
  { relation, differences }: Comparison,
  names: ComparedNames,
  world: World,
  { width, isDefault }: { readonly width: number; readonly isDefault: boolean },
): string {
  const [a, b] = [shown(names.a), shown(names.b)]
  const out = [`${SAYS[relation](a, b)}  (${worldText(world, isDefault)})`]
  const parts = [
    ['tighter', `${a} holds back more`],
    ['looser', `${a} lets through more`],
    ['equal', 'held back by both, with another answer'],
  ] as const
  for (const [direction, title] of parts) {
    const here = differences.filter((one) => one.direction === direction)
    if (here.length === 0) continue
    out.push('', `${title} (${here.length})`)
    // The same difference by several ABIs is told once.
    const abis = new Map<string, Abi[]>()
    const keyOf = (one: Difference): string =>
      `${answerWord(one.a)} -> ${answerWord(one.b)}\n${one.syscall}${conditionText(one)}`
    for (const one of here) abis.set(keyOf(one), [...(abis.get(keyOf(one)) ?? []), one.abi])
    const groups = new Map<string, string[]>()
    for (const [key, by] of abis) {
      const [answers = '', call = ''] = key.split('\n')
      const title =
        by.length === 1 && by[0] === world.architecture ? answers : `${answers}  by ${by.map(abiName).join(', ')}`
      groups.set(title, [...(groups.get(title) ?? []), call])
    }
    for (const [key, calls] of groups) out.push(`  ${key}`, ...indented(calls, width))
  }
  return `${out.join('\n')}\n`
}

/** The arguments for which it is so, by examples: `socket (arg0 = 38 or arg0 = 40)`. */
function conditionText(difference: Difference): string {
  if (!difference.arguments) return ''
  const compared = comparedIn(difference)
  const examples = [...new Set(difference.arguments.map((example) => argumentsText(example, compared)))]
  return ` (for example ${examples.slice(0, 2).join(' or ')})`
}

const indented = (words: readonly string[], width: number): readonly string[] =>
  // A call and its condition stay together: the space between them is no place to break.
  wrap(words.map((word) => word.replaceAll(' ', '\u00a0')).join(' '), Math.max(40, width - 6)).map(
    (line) => `      ${line.replaceAll('\u00a0', ' ')}`,
  )

export function compareJson({ relation, differences }: Comparison, names: ComparedNames, world: World): string {
  return json({
    schema: 'plimsoll-seccomp-compare',
    version: 1,
    relation,
    a: names.a,
    b: names.b,
    world: worldJson(world),
    differences: differences.map(({ syscall, abi, a, b, direction, arguments: tuples }) => ({
      syscall,
      abi,
      direction,
      a: decisionJson(a),
      b: decisionJson(b),
      ...(tuples && { arguments: tuples.map((tuple) => tuple.map(String)) }),
    })),
  })
}

export const worldJson = ({ architecture, capabilities, kernel }: World): object => ({
  architecture,
  capabilities: [...capabilities].sort(),
  ...(kernel && { kernel: kernel.join('.') }),
})

/** Numbers of 64 bits are texts: JSON readers round them. */
export const decisionJson = ({ action, errno, rule }: Decision): object => ({
  action,
  ...(errno !== undefined && { errno }),
  ...(rule && rule.args.length > 0 && { when: comparisonsText(rule.args) }),
})
