/**
 * Calls without which no container starts. Measured with runc 1.1.5 and a static program on amd64: Docker's default profile with one
 * call taken out at a time. The runtime loads the filter before it has finished: with no-new-privileges as its last step before
 * execve(2), without it earlier, because loading needs CAP_SYS_ADMIN then (seccomp(2)), so that changing user still lies ahead.
 */
import { listed, type LintFinding, type LintSubject } from './finding.ts'

const ALWAYS = 'execve read write close openat fstat newfstatat mprotect futex fstatfs getdents64 arch_prctl'
const WITH_NO_NEW_PRIVILEGES: ReadonlySet<string> = new Set(
  'execve write close openat mprotect futex fstatfs getdents64 arch_prctl'.split(' '),
)
const WITHOUT_NO_NEW_PRIVILEGES = `${ALWAYS} getcwd capget capset prctl setuid setgid setgroups chdir getppid`.split(
  ' ',
)

export function lintStart({ places, ask }: LintSubject): readonly LintFinding[] {
  // Elsewhere than on amd64 the C library does not need it.
  const needed = WITHOUT_NO_NEW_PRIVILEGES.filter((call) => call !== 'arch_prctl' || ask.world.architecture === 'amd64')
  const denied = needed.filter((call) => ask.has(call) && ask.about(call).runs === 'never')
  const first = denied[0]
  if (first === undefined) return []
  const place = (call: string) => {
    const { rule } = ask.about(call)
    return rule === undefined ? places.key('defaultAction') : places.rule(rule)
  }
  const never = denied.filter((call) => WITH_NO_NEW_PRIVILEGES.has(call))
  const only = denied.filter((call) => !WITH_NO_NEW_PRIVILEGES.has(call))
  return [
    ...(never[0] === undefined
      ? []
      : [
          {
            id: 'seccomp-start-denied',
            place: place(never[0]),
            message: `No container starts under this profile: the runtime itself needs ${listed(never, 30)} after the filter is loaded. Allow ${never.length === 1 ? 'it' : 'them'}.`,
            severity: 'high' as const,
          },
        ]),
    ...(only[0] === undefined
      ? []
      : [
          {
            id: 'seccomp-start-needs-no-new-privileges',
            place: place(only[0]),
            message: `A container starts under this profile only with no-new-privileges: without it the filter is loaded earlier, and the runtime still needs ${listed(only, 30)}. Allow ${only.length === 1 ? 'it' : 'them'}, or always set no-new-privileges.`,
            severity: 'medium' as const,
          },
        ]),
  ]
}
