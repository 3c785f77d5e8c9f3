import { createHash } from 'node:crypto'
import type { Finding } from '../model/finding.ts'
import type { Result } from '../model/result.ts'
import { byPlace, compare } from './where.ts'

/**
 * What a finding is recognised by in later scans: SHA-256, in hexadecimal, of the rule, the subjects, the field and the
 * list element. No line, value, digest or tag goes in, so it survives edits around it and a new version of the image.
 * Findings that agree in all of these (two equal mounts) are told apart by their order in the file.
 */
export function fingerprints({ findings, waived }: Result): ReadonlyMap<Finding, string> {
  const prints = new Map<Finding, string>()
  const count = new Map<string, number>()
  const all = new Set([...findings, ...waived.map(({ finding }) => finding)])
  for (const finding of [...all].toSorted((a, b) => byPlace(a.place, b.place))) {
    const parts = [finding.rule, finding.subjects.toSorted(compare), finding.field, finding.element ?? null]
    const key = JSON.stringify(parts)
    const nth = (count.get(key) ?? 0) + 1
    count.set(key, nth)
    prints.set(finding, sha256(nth === 1 ? key : JSON.stringify([...parts, nth])))
  }
  return prints
}
const sha256 = (text: string): string => createHash('sha256').update(text).digest('hex')
