/** The ways out of a container, worst and shortest first, and the change that closes the most of them. */
import { severities, type Reason } from '../../model/finding.ts'
import type { EscapePath, OneChange, PathChange, PathEasing, PathIf, PathStep, WaysOut } from '../../model/path.ts'
import type { Place } from '../../model/place.ts'
import type { Subject } from '../../model/subject.ts'
import { known } from './answer.ts'
import { capabilities } from './capabilities.ts'
import { generalChanges } from './change.ts'
import { devices } from './devices.ts'
import { engine } from './engine.ts'
import type { Change, Entry, Opening } from './entry.ts'
import { kernelSurface } from './kernel-surface.ts'
import { mounts } from './mounts.ts'
import { namespaces } from './namespaces.ts'
import { asksForRoot, IS_ROOT } from './needs.ts'
import { proc } from './proc.ts'
import { behind } from './sandbox.ts'

/** Every way that is known, in the order in which equals are told: what needs no exploit and few steps first. */
export const entries: readonly Entry[] = [
  ...engine,
  ...mounts,
  ...devices,
  ...proc,
  ...capabilities,
  ...namespaces,
  ...kernelSurface,
]
const ON_WINDOWS: ReadonlySet<string> = new Set([
  'engine-pipe',
  'engine-api-open',
  'windows-host-process',
  'service-account-rights',
])

/** A path, and the changes that may close it. */
interface Found {
  readonly path: Omit<EscapePath, 'changes'>
  readonly key: string
  readonly closing: readonly Change[]
}

/** Most changes that are tried on one subject, and most mounts looked at for all of them together: both come from input. */
const MOST_CHANGES = 60
const MOST_WORK = 50_000

/**
 * Every way from the container to its host or a neighbour that its facts open. A path needs one fact that is known to open it;
 * what eases it may be unknown, and is then one of its `ifs`. An image that nobody runs here has none.
 */
export function pathsOf(subject: Subject): readonly EscapePath[] {
  const found = find(subject)
  if (found.length === 0) return []
  const changes = distinct([...found.flatMap(({ closing }) => closing), ...generalChanges(subject)])
  const size = 1 + (known(subject.container.mounts)?.length ?? 0) + (known(subject.container.devices)?.length ?? 0)
  const tried = changes.slice(0, Math.max(1, Math.min(MOST_CHANGES, Math.floor(MOST_WORK / size)))).map((change) => ({
    change,
    left: new Set(find(change.apply(subject)).map(({ key }) => key)),
  }))
  return found
    .map(({ path, key }) => ({
      ...path,
      changes: tried
        .filter(({ left }) => !left.has(key))
        .map(({ change: { field, text, place } }) => ({ field, text, place })),
    }))
    .toSorted(worstAndShortestFirst)
}

/** The same without the changes that would close them, which take far longer to find. */
export const pathsAlone = (subject: Subject): readonly EscapePath[] =>
  find(subject)
    .map(({ path }) => ({ ...path, changes: [] }))
    .toSorted(worstAndShortestFirst)

/** The change that closes the most paths; of equals the first, which is the one that a path itself names. Undefined where none closes any. */
export function oneChange(paths: readonly EscapePath[]): OneChange | undefined {
  const closed = new Map<string, { change: PathChange; closes: string[]; weight: number }>()
  for (const path of paths)
    for (const change of path.changes) {
      const key = keyOf(change)
      const one = closed.get(key) ?? { change, closes: [], weight: 0 }
      one.closes.push(path.id)
      one.weight += weightOf(path)
      closed.set(key, one)
    }
  let best: { change: PathChange; closes: string[]; weight: number } | undefined
  for (const one of closed.values())
    if (
      !best ||
      one.closes.length > best.closes.length ||
      (one.closes.length === best.closes.length && one.weight > best.weight)
    )
      best = one
  return best && { ...best.change, closes: best.closes, of: paths.length }
}

/** The ways out of each container. */
export const waysOut = (subjects: readonly Subject[]): readonly WaysOut[] =>
  subjects
    .filter(({ dialect }) => dialect !== undefined)
    .map((subject) => {
      const paths = pathsOf(subject)
      const change = oneChange(paths)
      return { subject, paths, ...(change && { change }) }
    })

/** Between changes that close as many, the one that closes the worse. */
const weightOf = ({ severity, state }: EscapePath): number =>
  (severities.length - severities.indexOf(severity)) * 2 + (state === 'open' ? 1 : 0)

function worstAndShortestFirst(a: EscapePath, b: EscapePath): number {
  return (
    severities.indexOf(a.severity) - severities.indexOf(b.severity) ||
    Number(a.state === 'possible') - Number(b.state === 'possible') ||
    a.steps.length - b.steps.length ||
    a.ifs.length - b.ifs.length
  )
}

function find(subject: Subject): readonly Found[] {
  if (subject.dialect === undefined) return []
  const windows = known(subject.container.os) === 'windows'
  return entries
    .filter(({ id }) => !windows || ON_WINDOWS.has(id))
    .flatMap((entry) => entry.openings(subject).flatMap((opening) => pathOf(entry, opening, subject) ?? []))
}

function pathOf(entry: Entry, opening: Opening, subject: Subject): Found | undefined {
  const because: Reason[] = [opening.cause]
  const ifs: PathIf[] = [...(opening.ifs ?? [])]
  const eased: PathEasing[] = [...(opening.eased ?? [])]
  let weaker = false
  let isBehind = false
  for (const need of entry.needs) {
    const answer = need(subject)
    if (answer.is === 'no' || (answer.is === 'weaker' && !entry.weaker)) return undefined
    if (answer.is === 'unknown') ifs.push(...answer.ifs)
    else if (answer.is === 'behind') {
      isBehind = true
      ifs.push(...answer.ifs)
      because.push(...answer.because)
    } else {
      because.push(...answer.because)
      eased.push(...(answer.eased ?? []))
      weaker ||= answer.is === 'weaker'
    }
  }
  const conditions = distinctIfs(ifs)
  const left = weaker && entry.weaker ? entry.weaker : entry
  return {
    key: `${entry.id} ${weaker ? 'weaker' : ''}${isBehind ? 'behind' : ''} ${placeKey(opening.place)} ${opening.name}`,
    closing: [opening.closing, ...(opening.lesser ?? [])],
    path: {
      id: entry.id,
      title: entry.title,
      gives: left.gives,
      steps: stepsOf(entry, opening, subject, left.gives, conditions),
      state: conditions.length > 0 ? 'possible' : 'open',
      ifs: conditions,
      severity: isBehind ? behind(left.severity) : left.severity,
      source: entry.source,
      eased,
      breaks: entry.breaks,
      cause: opening.cause,
      because: because.filter(({ fact }, index) => because.findIndex((one) => one.fact === fact) === index),
      rules: opening.rules,
    },
  }
}

/** From the process, through what the entry says, to what it gives. */
function stepsOf(
  entry: Entry,
  opening: Opening,
  subject: Subject,
  gives: string,
  ifs: readonly PathIf[],
): readonly PathStep[] {
  const { uid } = subject.container.user
  const value = known(uid)
  const asRoot = entry.needs.some(asksForRoot) || ifs.some(({ text }) => text.startsWith(IS_ROOT))
  const windows = known(subject.container.os) === 'windows'
  const who = windows
    ? 'a process in the container'
    : value === 0
      ? 'root in the container'
      : value === undefined
        ? asRoot
          ? 'root in the container'
          : 'a process in the container'
        : `user ${value} in the container`
  const middle = entry.steps(opening, subject).map((step): PathStep => {
    const { text, fact } = typeof step === 'string' ? { text: step, fact: undefined } : step
    return fact ? { text, place: fact.place, fact } : { text, place: opening.place, fact: opening.cause.fact }
  })
  return [{ text: who, place: uid.place, fact: uid }, ...middle, { text: gives, place: opening.place }]
}

const placeKey = ({ file, line, column, in: image }: Place): string => `${image ?? ''} ${file} ${line} ${column}`
const keyOf = ({ field, text, place }: PathChange): string => `${field} ${text} ${placeKey(place)}`

function distinct(changes: readonly Change[]): readonly Change[] {
  const byKey = new Map<string, Change>()
  for (const change of changes) if (!byKey.has(keyOf(change))) byKey.set(keyOf(change), change)
  return [...byKey.values()]
}
/** The same question asked by several needs is one. */
function distinctIfs(ifs: readonly PathIf[]): readonly PathIf[] {
  const byKey = new Map<string, PathIf>()
  for (const one of ifs) {
    const key = `${one.text} ${placeKey(one.place)}`
    if (!byKey.has(key)) byKey.set(key, one)
  }
  return [...byKey.values()]
}
