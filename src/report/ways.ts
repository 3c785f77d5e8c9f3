/** Which ways out of a container a finding is a part of. */
import type { Finding } from '../model/finding.ts'
import type { EscapePath, WaysOut } from '../model/path.ts'
import { where } from './where.ts'

/**
 * The paths that a finding is a part of: of its subjects, named by its rule, and resting on a fact that it rests on.
 * In the order of the paths, worst and shortest first; each way once, though several subjects have it.
 */
export function pathsOfFinding(finding: Finding, ways: readonly WaysOut[]): readonly EscapePath[] {
  const subjects = new Set(finding.subjects)
  const facts = new Set(finding.because.map(({ fact }) => fact))
  const found = new Map<string, EscapePath>()
  for (const { subject, paths } of ways) {
    if (!subjects.has(subject.id)) continue
    for (const path of paths) {
      const shares = facts.has(path.cause.fact) || where(path.cause.fact.place) === where(finding.place)
      const isItself = finding.rule === ESCAPE_PATH
      if (!(isItself || path.rules.includes(finding.rule)) || !shares) continue
      const key = JSON.stringify([path.id, path.steps.map(({ text, place }) => [text, where(place)])])
      if (!found.has(key)) found.set(key, path)
    }
  }
  return [...found.values()]
}
export const ESCAPE_PATH = 'escape-path'
