/** clone(2) and its younger sister clone3, whose flags no filter sees. */
import type { LintFinding, LintSubject } from './finding.ts'

/** glibc 2.34 and later make threads by clone3 and take another way only after ENOSYS (sysdeps/unix/sysv/linux/clone-internal.c). */
export function lintClone({ places, ask }: LintSubject): readonly LintFinding[] {
  if (!ask.has('clone') || !ask.has('clone3')) return []
  const clone = ask.about('clone')
  const clone3 = ask.about('clone3')
  const place = (rule: number | undefined) => (rule === undefined ? places.key('defaultAction') : places.rule(rule))
  if (clone.runs === 'never' && clone3.runs === 'never') return []
  if (clone.runs !== 'always' && clone3.runs !== 'never')
    return [
      {
        id: 'seccomp-clone3-around',
        place: place(clone3.rule),
        message: `clone is ${clone.runs === 'never' ? 'held back' : 'filtered by its flags'}, but clone3 is let through: it does the same, and its flags stand behind a pointer, out of the sight of a filter. Deny clone3 with SCMP_ACT_ERRNO and "errnoRet": 38 (ENOSYS), so that the C library goes back to clone.`,
        severity: 'medium',
      },
    ]
  const { held } = clone3
  if (clone.runs !== 'never' && clone3.runs === 'never' && held?.errno !== ENOSYS)
    return [
      {
        id: 'seccomp-clone3-not-enosys',
        place: place(clone3.rule),
        message: `clone is let through and clone3 is held back with ${held?.action === 'SCMP_ACT_ERRNO' ? `error ${held.errno ?? 1}` : (held?.action ?? 'an error')}: glibc 2.34 and later try clone3 first and go back to clone only after ENOSYS, so programs cannot make threads. Deny clone3 with SCMP_ACT_ERRNO and "errnoRet": 38 (ENOSYS).`,
        severity: 'medium',
      },
    ]
  return []
}
const ENOSYS = 38
