/** When tests of two rules are one and the same, and in which order different ones are tried (libseccomp 2.5, 2.6). */
import type { Branch, Test } from './chain.ts'

/** How to take back what was done. */
export type Journal = (() => void)[]

export const same = (a: Test, b: Test): boolean =>
  a.argument === b.argument && a.high === b.high && a.compare === b.compare && a.word === b.word && a.mask === b.mask

/** The order on a level is downwards: later arguments come before earlier ones. */
export function lower(a: Test, b: Test): boolean {
  if (place(a) !== place(b)) return place(a) < place(b)
  const [ours, theirs] = [rank(a), rank(b)]
  if (ours !== theirs) return ours < theirs
  return rank(a) === 2 ? a.word > b.word : a.word < b.word
}

const place = ({ argument, high }: Test): number => argument * 2 + (high ? 1 : 0)
function rank({ operator }: Test): number {
  switch (operator) {
    case 'SCMP_CMP_GE':
    case 'SCMP_CMP_GT':
      return 1
    case 'SCMP_CMP_LE':
    case 'SCMP_CMP_LT':
      return 2
    default:
      return 3
  }
}

/** True where every verdict on the level and below is this one. */
export const unanimous = (test: Test | undefined, value: number): boolean =>
  (test?.level ?? []).every(({ yes, no }) =>
    [yes, no].every((branch) => (branch.verdict?.value ?? value) === value && unanimous(branch.next, value)),
  )

/** True where a branch goes anywhere but past its test. */
export const leads = ({ verdict, next }: Branch): boolean => verdict !== undefined || next !== undefined

export const isLeaf = ({ yes, no }: Test): boolean => !yes.next && !no.next
