/** The chain of reasons of a finding, in words: "user.uid is 0: ... -> compose is silent -> USER app -> etc/passwd:7". */
import type { Fact } from '../model/fact.ts'
import type { Finding, Reason } from '../model/finding.ts'
import type { Place } from '../model/place.ts'
import { prose, shown } from './escape.ts'
import { where } from './where.ts'

export interface Step {
  /** 0 for the fact that the rule read, 1 for what that came from, and so on. */
  readonly depth: number
  /** What is known, without the place; escaped. */
  readonly text: string
  readonly place: Place
  readonly fact: Fact<unknown>
}

/** Most steps shown of one reason, and deepest: chains are short, but they come from input. */
const MOST_STEPS = 30
const DEEPEST = 12

/** The reason itself and the facts that it came from, nearest first, each once. */
export function steps(reason: Reason): readonly Step[] {
  const found: Step[] = []
  const seen = new Set<Fact<unknown>>()
  const secret = isSecret(reason.field)
  const visit = (fact: Fact<unknown>, depth: number): void => {
    if (seen.has(fact) || found.length === MOST_STEPS || depth > DEEPEST) return
    seen.add(fact)
    found.push({ depth, text: depth === 0 ? first(reason, secret) : next(fact, secret), place: fact.place, fact })
    for (const from of fact.from ?? []) visit(from, depth + 1)
  }
  visit(reason.fact, 0)
  return found
}

function first({ field, fact }: Reason, secret: boolean): string {
  const name = shown(field)
  if (fact.how === 'unknown') return `${name} is not known: ${prose(fact.because)}`
  const value = secret ? `${name} is written out` : `${name} is ${showValue(fact.value)}`
  if (fact.how === 'default' || fact.how === 'derived') return `${value}: ${prose(fact.because)}`
  return fact.how === 'inherited' ? `${value}, inherited` : value
}
function next(fact: Fact<unknown>, secret: boolean): string {
  // What one party left open another has settled: "the user is left to the image".
  if (fact.how === 'unknown') return prose(fact.because)
  if (fact.how === 'default' || fact.how === 'derived') return prose(fact.because)
  const value = secret ? 'a value that is not shown' : `value ${showValue(fact.value)}`
  return fact.how === 'inherited' ? `${value}, inherited` : value
}

/**
 * The value of an environment variable: it may be a password, and reports go to logs and pull requests.
 * Rules name the element as they like (`each: variable in ...`), so every `value` counts but a kernel parameter's and a label's.
 */
export const isSecret = (field: string): boolean => /(^|\.)value$/.test(field) && !/sysctl|label/i.test(field)

/** Longest text and most elements shown of a value. */
const LONGEST_TEXT = 80
const MOST_ELEMENTS = 6

/** A value in words, escaped: `"root"`, `0`, `[NET_ADMIN, SYS_TIME]`, `3 elements`. */
export function showValue(value: unknown): string {
  if (typeof value === 'string') return value === '' ? 'empty' : `"${shown(value, LONGEST_TEXT)}"`
  if (!Array.isArray(value)) return shown(String(value), LONGEST_TEXT)
  const elements: readonly unknown[] = value
  if (elements.length === 0) return 'an empty list'
  const words = elements.slice(0, MOST_ELEMENTS).map(leafValue)
  if (words.some((word) => word === undefined))
    return elements.length === 1 ? 'a list of 1' : `a list of ${elements.length}`
  const rest = elements.length - words.length
  return `[${words.map((word) => shown(word ?? '', LONGEST_TEXT)).join(', ')}${rest > 0 ? `, and ${rest} more` : ''}]`
}
/** A leaf element as text; undefined for an element that is a group of facts. */
function leafValue(element: unknown): string | undefined {
  if (typeof element !== 'object' || element === null) return String(element)
  if ('how' in element && element.how === 'unknown') return 'not known'
  return 'value' in element ? String(element.value) : undefined
}

/** The steps of a reason as a line of words: a place is named where it is not the one before. */
export function chain(reason: Reason, finding: Finding): readonly { readonly text: string; readonly at?: string }[] {
  let last = where(finding.place)
  return steps(reason).map(({ text, place }) => {
    const at = where(place)
    const moved = at !== last
    last = at
    return moved ? { text, at } : { text }
  })
}

/** A single thing that is written at the finding's place: the message and the place say it all. */
export function isPlain({ because, place }: Finding): boolean {
  const [only] = because
  return (
    because.length === 1 &&
    only?.fact.how === 'set' &&
    !only.fact.from?.length &&
    where(only.fact.place) === where(place)
  )
}
/** What is written there, where that tells more than "it is so"; undefined for a secret. */
export function plainValue(finding: Finding): string | undefined {
  const [only] = finding.because
  if (!only || !isPlain(finding) || isSecret(only.field)) return undefined
  return only.fact.how !== 'unknown' && only.fact.value === true ? undefined : steps(only)[0]?.text
}
