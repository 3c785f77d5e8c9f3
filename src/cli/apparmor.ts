/** `plimsoll apparmor lint|compare FILE...`: what is dangerous in AppArmor profiles, and how they stand to docker-default. */
import { compareAppArmor, type AppArmorComparison } from '../confine/apparmor/compare.ts'
import { IncludeCache } from '../confine/apparmor/includes.ts'
import { every, lintAppArmor, type AppArmorFinding } from '../confine/apparmor/lint.ts'
import { parseAppArmor, type AppArmorFile } from '../confine/apparmor/read.ts'
import type { AppArmorProfile } from '../confine/apparmor/resolve.ts'
import { severities } from '../model/finding.ts'
import type { Notice } from '../model/notice.ts'
import { showPlace, type Place } from '../model/place.ts'
import { json, prose, sentence, shown } from '../report/escape.ts'
import { wrap } from '../report/wrap.ts'
import { UsageError } from '../usage.ts'

/** How this command reaches files and the terminal. */
export interface AppArmorSurroundings {
  /** The text of a file that is named on the command line, or of the built-in profile `docker-default`. */
  read(name: string): string | undefined
  /** The text of an include, such as `abstractions/base`; for a folder, the names of the files in it. */
  include(name: string): string | readonly string[] | undefined
  write(text: string): void
  /** Columns. */
  readonly width: number
}

const USAGE = 'Usage: plimsoll apparmor lint|compare FILE... [--format text|json]'
const BASELINE = 'docker-default'

/** Exit codes: 0 pass, 1 a finding of severity high or worse (compare: looser than docker-default), 2 usage, 3 input was lost. */
export async function apparmorCommand(words: readonly string[], io: AppArmorSurroundings): Promise<number> {
  const [command, ...rest] = words
  const { files, isJson } = readWords(rest)
  if (command !== 'lint' && command !== 'compare') throw new UsageError([USAGE])
  if (files.length === 0) throw new UsageError([`Which file? ${USAGE}`])
  const cache = new IncludeCache()
  const read = (name: string): { value: AppArmorFile; notices: readonly Notice[] } => {
    const text = io.read(name)
    if (text === undefined) throw new UsageError([`There is no file ${name} that can be read.`])
    return parseAppArmor(name, text, { include: (asked) => io.include(asked), cache })
  }
  return command === 'lint'
    ? lint(files.map(read), isJson, io)
    : compare(files.map(read), read(BASELINE).value, isJson, io)
}

function readWords(words: readonly string[]): { files: readonly string[]; isJson: boolean } {
  const files: string[] = []
  let format = 'text'
  for (let at = 0; at < words.length; at++) {
    const word = words[at] ?? ''
    if (word === '--format') format = words[++at] ?? ''
    else if (word.startsWith('--format=')) format = word.slice('--format='.length)
    else if (word.startsWith('-') && word !== '-') throw new UsageError([`There is no option ${word}. ${USAGE}`])
    else files.push(word)
  }
  if (format !== 'text' && format !== 'json') throw new UsageError([`--format is text or json, not ${format}.`])
  return { files, isJson: format === 'json' }
}

interface ReadFile {
  readonly value: AppArmorFile
  readonly notices: readonly Notice[]
}

function lint(files: readonly ReadFile[], isJson: boolean, io: AppArmorSurroundings): number {
  const notices = files.flatMap((file) => file.notices)
  const findings = files
    .flatMap(({ value }) => lintAppArmor(value))
    .sort((a, b) => severities.indexOf(a.severity) - severities.indexOf(b.severity))
  const newer = files.flatMap(({ value }) => value.newer)
  if (isJson)
    io.write(
      json({
        findings: findings.map(plainFinding),
        notices: notices.map(plainNotice),
        newer: newer.map((one) => ({ ...one })),
      }),
    )
  else {
    for (const finding of findings)
      io.write(
        entry(`${finding.severity} ${finding.id}`, finding.place, `${finding.profile}: ${finding.message}`, io.width),
      )
    writeNotices(notices, io)
    const profiles = files.flatMap(({ value }) => every(value.profiles)).length
    io.write(`${count(profiles, 'profile')}, ${count(findings.length, 'finding')}\n`)
  }
  if (findings.some(({ severity }) => severity === 'critical' || severity === 'high')) return 1
  return isLost(notices) ? 3 : 0
}

function compare(
  files: readonly ReadFile[],
  baseline: AppArmorFile,
  isJson: boolean,
  io: AppArmorSurroundings,
): number {
  const [against] = baseline.profiles
  if (!against) throw new UsageError([`The profile ${BASELINE} cannot be read.`])
  const notices = files.flatMap((file) => file.notices)
  const results = files
    .flatMap(({ value }) => value.profiles)
    .map((profile) => ({ profile, comparison: compareAppArmor(profile, against) }))
  if (isJson) {
    const profiles = results.map(({ profile, comparison }) => ({
      profile: profile.name,
      place: { ...profile.place },
      ...comparison,
    }))
    io.write(json({ baseline: BASELINE, profiles, notices: notices.map(plainNotice) }))
  } else {
    for (const { profile, comparison } of results) writeComparison(profile, comparison, io)
    writeNotices(notices, io)
  }
  if (results.some(({ comparison }) => comparison.looser.some(({ answer }) => answer === 'yes'))) return 1
  return isLost(notices) || results.length === 0 ? 3 : 0
}

const RELATION = {
  equal: 'equal to',
  tighter: 'tighter than',
  looser: 'looser than',
  incomparable: 'looser in some, tighter in other ways than',
  unknown: 'not wholly known against',
} as const
function writeComparison(
  profile: AppArmorProfile,
  { relation, looser, tighter }: AppArmorComparison,
  io: AppArmorSurroundings,
): void {
  io.write(`${shown(profile.name, 200)}  ${RELATION[relation]} ${BASELINE}\n`)
  if (looser.length > 0) io.write(`  ${BASELINE} forbids, this allows:\n`)
  for (const { what, answer, place } of looser)
    io.write(`    ${what}${answer === 'unknown' ? ' (possibly)' : ''}  ${shown(showPlace(place), 300)}\n`)
  if (tighter.length > 0) io.write(page(`this forbids, ${BASELINE} allows: ${tighter.join(', ')}`, io.width))
}

const entry = (title: string, place: Place, message: string, width: number): string =>
  `${title}  ${shown(showPlace(place), 300)}\n${page(sentence(prose(message)), width)}\n`
const page = (text: string, width: number): string =>
  `${wrap(text, Math.max(40, width) - 2)
    .map((line) => `  ${line}`)
    .join('\n')}\n`
const count = (number: number, word: string): string => `${number} ${word}${number === 1 ? '' : 's'}`
const isLost = (notices: readonly Notice[]): boolean => notices.some(({ lost }) => lost)
function writeNotices(notices: readonly Notice[], io: AppArmorSurroundings): void {
  for (const { id, place, message } of notices) io.write(entry(`notice ${id}`, place, message, io.width))
}
const plainNotice = ({ id, place, message, lost }: Notice): object => ({ id, place: { ...place }, message, lost })
const plainFinding = ({ id, severity, profile, place, message }: AppArmorFinding): object => ({
  id,
  severity,
  profile,
  place: { ...place },
  message,
})
