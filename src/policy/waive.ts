import type { Comment } from '../document/node.ts'
import type { Finding, Waived } from '../model/finding.ts'
import type { Notice } from '../model/notice.ts'
import type { Place } from '../model/place.ts'
import { glob } from './glob.ts'
import { hint } from './nearest.ts'
import type { Waiver } from './policy.ts'

/** What allows, and when. */
export interface Allowance {
  /** Of plimsoll.yaml and of the command line: `Settings.waivers`. */
  readonly waivers: readonly Waiver[]
  /** Comments of all files of the scan that speak to Plimsoll, as `document/comment.ts` gives them. */
  readonly comments: readonly Comment[]
  /** Ids of all rules, those that are off included. */
  readonly rules: Iterable<string>
  /** YYYY-MM-DD. */
  readonly today: string
}

/** What is left, what is allowed, and what is wrong with the waivers. */
export interface Waiving {
  readonly findings: readonly Finding[]
  readonly waived: readonly Waived[]
  /** `waiver-unused`, `waiver-expired`, `waiver-invalid`: none of them loses input. */
  readonly notices: readonly Notice[]
}

/** A waiver made ready: whether it allows a finding at all, and for which of its subjects. */
interface Ready {
  readonly waiver: Waiver
  readonly fits: (finding: Finding) => boolean
  readonly subject: (id: string) => boolean
}

/**
 * Takes out what somebody allowed in writing. A comment comes before plimsoll.yaml, which comes before the command line:
 * the first that fits is shown, all that fit count as used.
 *
 * A waiver for some of a finding's subjects leaves the finding for the others. A waiver speaks of its own rule only:
 * that of a covered finding does not waive the one that covers it. Findings covered by a waived one stay covered,
 * because they have the same root cause, which has been allowed: one root cause, one waiver.
 */
export function waive(findings: readonly Finding[], { waivers, comments, rules, today }: Allowance): Waiving {
  const read = readComments(comments, new Set(rules))
  const isOver = ({ expires }: Waiver): boolean => expires !== undefined && expires < today
  const expired = waivers.filter(isOver)
  const ready = [...read.ready, ...waivers.filter((waiver) => !isOver(waiver)).map(prepare)]
  const byRule = Map.groupBy(ready, ({ waiver }) => waiver.rule)
  const used = new Set<Waiver>()
  const waived: Waived[] = []
  const left: Finding[] = []
  for (const finding of findings) {
    let rest: Finding | undefined = finding
    for (const { waiver, fits, subject } of byRule.get(finding.rule) ?? []) {
      if (!fits(finding)) continue
      used.add(waiver)
      if (rest === undefined) continue
      const others: readonly string[] = rest.subjects.filter((id) => !subject(id))
      if (others.length === 0) {
        waived.push({ finding: rest, reason: waiver.reason, place: waiver.place })
        rest = undefined
      } else if (others.length < rest.subjects.length) {
        const subjects = rest.subjects.filter(subject)
        waived.push({ finding: { ...rest, subjects }, reason: waiver.reason, place: waiver.place })
        rest = { ...rest, subjects: others }
      }
    }
    if (rest !== undefined) left.push(rest)
  }
  const unused = ready.filter(({ waiver }) => !used.has(waiver))
  return {
    findings: left,
    waived,
    notices: [
      ...read.notices,
      ...expired.map((waiver) =>
        notice(
          'waiver-expired',
          waiver.place,
          `The waiver of ${waiver.rule} expired after ${waiver.expires ?? ''}, so it allows nothing any more. Mend the cause, or decide again and write a later day.`,
        ),
      ),
      ...unused.map(({ waiver }) =>
        notice(
          'waiver-unused',
          waiver.place,
          `The waiver of ${waiver.rule} allowed nothing in this scan. Remove it if its cause is gone, else see that rule, subject, path and line are right: an unused waiver may one day hide something new.`,
        ),
      ),
    ],
  }
}

function prepare(waiver: Waiver): Ready {
  const path = waiver.path === undefined ? always : glob(waiver.path)
  const subject = waiver.subject === undefined ? always : glob(waiver.subject)
  return {
    waiver,
    fits: (finding) => path(finding.place.file) && (subject === always || finding.subjects.some(subject)),
    subject,
  }
}
const always = (): boolean => true

/** `allow RULE reason`, after the sign that a comment speaks to Plimsoll, which readers may have cut off. */
const ALLOW = /^(?:plimsoll:)?\s*(\S*)\s*(\S*)\s*(.*)$/su

function readComments(
  comments: readonly Comment[],
  rules: ReadonlySet<string>,
): { ready: readonly Ready[]; notices: readonly Notice[] } {
  const alone = new Set(comments.filter((comment) => comment.alone).map(({ place }) => key(place, place.line)))
  const ready: Ready[] = []
  const notices: Notice[] = []
  const refuse = (place: Place, message: string): void => {
    notices.push(notice('waiver-invalid', place, `${message} It allows nothing.`))
  }
  for (const { place, text, alone: own } of comments) {
    const [, verb = '', rule = '', rest = ''] = ALLOW.exec(text.trim()) ?? []
    const reason = rest.replace(/^(?:[-–—:]+\s+)/u, '').trim()
    if (verb !== 'allow')
      refuse(place, `A comment to Plimsoll is "plimsoll: allow RULE reason"; "${verb.slice(0, 60)}" is not known.`)
    else if (!rules.has(rule))
      refuse(place, `This waiver names no rule: there is no "${rule.slice(0, 60)}"${end(hint(rule, rules))}`)
    else if (!/[\p{L}\p{N}]/u.test(reason))
      refuse(place, `This waiver of ${rule} has no reason: write after the rule why it is allowed.`)
    else {
      // Several waivers may stand above each other: all of them speak of the first line below that is none.
      let line = place.line
      while (own && alone.has(key(place, line))) line += 1
      ready.push({
        waiver: { rule, reason, place },
        fits: (finding) => key(finding.place, finding.place.line) === key(place, line),
        subject: always,
      })
    }
  }
  return { ready, notices }
}

const key = (place: Place, line: number): string => JSON.stringify([place.in ?? null, place.file, line])
const end = (text: string): string => (text.endsWith('?') ? text : `${text}.`)
const notice = (id: string, place: Place, message: string): Notice => ({ id, place, message, lost: false })
