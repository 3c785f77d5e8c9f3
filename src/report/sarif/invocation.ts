import type { Invocation, Notification, ReportingDescriptor } from 'sarif'
import type { Verdict } from '../../model/finding.ts'
import type { Notice } from '../../model/notice.ts'
import { prose } from '../escape.ts'
import { exitCode } from '../order.ts'
import { compare } from '../where.ts'
import { isFile, physical, type Scan } from './location.ts'
import { message } from './message.ts'

/** Most notices that are told: they come from input. */
const MOST_NOTICES = 1000
const means: Readonly<Record<Verdict, string>> = {
  pass: 'Nothing blocks.',
  block: 'At least one finding blocks.',
  incomplete: 'Input was lost, so silence does not mean that it was checked.',
}
export const TOO_MANY = 'results-left-out'

/** The run itself (section 3.20): `executionSuccessful` unless input was lost; notices as notifications; lost ones are errors. */
export function invocation(scan: Scan, left: number): Invocation {
  const { notices, verdict } = scan.result
  const kept = [...notices.filter(({ lost }) => lost), ...notices.filter(({ lost }) => !lost)].slice(0, MOST_NOTICES)
  const notifications = kept.map((notice) => notification(scan, notice))
  if (left > 0)
    notifications.unshift({
      descriptor: { id: TOO_MANY },
      level: 'warning',
      message: {
        text: `${left} results of lesser severity are left out, because GitHub shows no more than 5,000. The JSON report has them all.`,
      },
    })
  return {
    executionSuccessful: !notices.some(({ lost }) => lost),
    exitCode: exitCode[verdict],
    exitCodeDescription: means[verdict],
    ...(notifications.length > 0 && { toolExecutionNotifications: notifications }),
  }
}
const notification = (scan: Scan, { id, message: text, lost, place }: Notice): Notification => ({
  descriptor: { id },
  level: lost ? 'error' : 'warning',
  message: { text: message(text) },
  ...(isFile(place) && { locations: [{ physicalLocation: physical(scan, place) }] }),
})

/** The descriptors that notifications refer to (section 3.19.24), sorted. GitHub's rules want the texts of a rule of them too. */
export const notificationDescriptors = (notices: readonly Notice[], left: number): ReportingDescriptor[] =>
  [...new Set([...notices.map(({ id }) => id), ...(left > 0 ? [TOO_MANY] : [])])].toSorted(compare).map((id) => {
    const words = prose(id).replaceAll('-', ' ')
    const text = message(words.slice(0, 1).toUpperCase() + words.slice(1))
    const lost = notices.some((notice) => notice.id === id && notice.lost)
    const full = lost ? `${text} Input was lost, so silence does not mean that it was checked.` : text
    return { id, shortDescription: { text }, fullDescription: { text: full }, help: { text: HELP } }
  })
const HELP = 'The message of the notification says what is wrong, why it matters and what to do.'
