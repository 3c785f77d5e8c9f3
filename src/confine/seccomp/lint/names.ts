/** Names of system calls that no kernel has. */
import { ARCHITECTURES, numbersOf, type Abi } from '../../syscalls.ts'
import { namedCalls } from '../purpose.ts'
import { didYouMean } from '../words.ts'
import { quoted, type LintFinding, type LintSubject } from './finding.ts'
import { letsThrough } from './question.ts'

/** The nearest name is looked for so often: it costs a comparison with every name. */
const MOST_SOUGHT = 25

/** Every name of our tables, and of libseccomp's for other architectures. */
let known: ReadonlySet<string> | undefined
const knownNames = (): ReadonlySet<string> =>
  (known ??= new Set([
    ...namedCalls(),
    ...([...ARCHITECTURES, 'x32'] satisfies Abi[]).flatMap((abi) => [...numbersOf(abi).keys()]),
  ]))

export function lintNames({ profile, places }: LintSubject): readonly LintFinding[] {
  const names = knownNames()
  const words = [...names]
  let sought = 0
  return profile.syscalls.flatMap((rule, number) =>
    rule.names.flatMap((name, position): readonly LintFinding[] => {
      if (names.has(name)) return []
      sought += 1
      const near = sought <= MOST_SOUGHT ? didYouMean(name, words) : ''
      const lets = letsThrough(rule.action)
      const instead = letsThrough(profile.defaultAction) ? 'let through' : 'held back'
      return [
        {
          id: 'seccomp-name-unknown',
          place: places.name(number, position),
          message: `${quoted(name)} is no system call${near || '.'} Engines pass over it without a word, so the call that is meant stays ${instead}. Correct it, or remove it.`,
          severity: lets ? 'medium' : 'high',
        },
      ]
    }),
  )
}
