/** `plimsoll seccomp lint`: the findings of one or several profiles. */
import type { LintFinding } from '../confine/seccomp/lint.ts'
import { severities } from '../model/finding.ts'
import { showPlace } from '../model/place.ts'
import { json, prose, shown } from '../report/escape.ts'
import { wrap } from '../report/wrap.ts'

export function lintText(findings: readonly LintFinding[], name: string, width: number): string {
  const lines = findings.flatMap(({ id, place, message, severity }) => [
    `${shown(showPlace(place))}  ${severity}  ${shown(id)}`,
    ...wrap(prose(message), Math.max(40, width - 4)).map((line) => `    ${line}`),
    '',
  ])
  const counts = severities.flatMap((severity) => {
    const count = findings.filter((one) => one.severity === severity).length
    return count === 0 ? [] : [`${count} ${severity}`]
  })
  return `${[...lines, `${shown(name)}: ${counts.length === 0 ? 'nothing to complain of' : counts.join(', ')}`].join('\n')}\n`
}

/** `verdict` as of a scan: `block` where a finding is high or worse, `incomplete` where input was lost. */
export const lintJson = (findings: readonly LintFinding[], name: string, verdict: string): string =>
  json({ schema: 'plimsoll-seccomp-lint', version: 1, profile: name, verdict, findings })
