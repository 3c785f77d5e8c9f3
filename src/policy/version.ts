/** Versions of what a policy follows: `pss-restricted@v1.24` is that standard as it was in Kubernetes 1.24. */
import { child, elements, entries } from '../document/node.ts'
import type { Control } from '../model/compliance.ts'
import type { Place } from '../model/place.ts'
import type { Checking } from './check.ts'
import { hint, nearest } from './nearest.ts'
import { right, wrong, type Checked, type Policy, type Problem, type Step, type Versions } from './policy.ts'
import type { PolicyText } from './schema.ts'
import { settings, type Rules } from './setting.ts'

/** The word for the newest version that a policy knows: what holds where none is asked for. */
export const LATEST = 'latest'

/** A policy as somebody names it: `pss-restricted@v1.24`. A path may hold an @ of its own: what follows is no version then. */
export function named(text: string): { readonly name: string; readonly version?: string } {
  const [, name, version] = /^(.+)@([^@/\\]*)$/s.exec(text) ?? []
  return name === undefined || version === undefined || /\.(?:ya?ml|json)$/i.test(version)
    ? { name: text }
    : { name, version }
}

/** `v1.24` -> its numbers. Versions of one policy have one form: the letter before the numbers, and how many there are. */
function numbersOf(text: string): { readonly form: string; readonly numbers: readonly number[] } | undefined {
  const [, letter, numbers] = /^(v?)(\d{1,9}(?:\.\d{1,9}){0,3})$/.exec(text) ?? []
  if (letter === undefined || numbers === undefined) return undefined
  const parts = numbers.split('.').map(Number)
  return { form: `${letter}${parts.length}`, numbers: parts }
}
/** Below 0 where `a` is before `b`; undefined where one of them is no version, or they are not of one form. */
function order(a: string, b: string): number | undefined {
  const [first, second] = [numbersOf(a), numbersOf(b)]
  if (!first || !second || first.form !== second.form) return undefined
  const difference = first.numbers.findIndex((number, index) => number !== second.numbers[index])
  return difference === -1 ? 0 : (first.numbers[difference] ?? 0) - (second.numbers[difference] ?? 0)
}
const isBefore = (a: string, b: string): boolean => (order(a, b) ?? 0) < 0

/** The policy as its rules were in a version; the newest where none is given. `at` is where the version is written. */
export function atVersion(policy: Policy, version: string | undefined, at: Place): Checked<Policy> {
  const { version: own, ...rest } = policy
  const wanted = version ?? own?.text ?? LATEST
  const range = policy.layers.findLast((layer) => layer.versions)?.versions
  if (version === undefined && own === undefined) return right(rest)
  const place = version === undefined ? (own?.place ?? at) : at
  if (range === undefined)
    return wrong([{ place, message: `the policy "${policy.name}" has no versions: leave "${wanted}" out` }])
  if (wanted === LATEST) return right(rest)
  const [low, high] = [order(wanted, range.from), order(wanted, range.to)]
  if (low === undefined || high === undefined || low < 0 || high > 0) {
    const near = /^v?\d/i.test(wanted) ? meant(wanted, range) : nearest(wanted, [LATEST])
    return wrong([
      {
        place,
        message: `the policy "${policy.name}" is known from ${range.from} to ${range.to} and as ${LATEST}, not as "${wanted}"${near === undefined ? '' : `; did you mean "${near}"?`}`,
      },
    ])
  }
  const past = ({ versions }: Policy['layers'][number]): readonly Step[] =>
    (versions?.steps ?? []).filter(({ before }) => isBefore(wanted, before))
  const steps = policy.layers.flatMap(past)
  return right({
    ...rest,
    name: `${policy.name}@${wanted}`,
    layers: policy.layers.flatMap((layer) => [
      layer,
      ...past(layer).map((step) => ({ file: layer.file, select: { off: [], on: [] }, settings: step.settings })),
    ]),
    ...(policy.standard && { standard: { ...policy.standard, version: wanted } }),
    ...(policy.controls && { controls: policy.controls.flatMap((control) => then(control, steps)) }),
  })
}
/** `1.24`, `V1.24` and `1.24.3` for `v1.24`. */
function meant(wanted: string, { from, to }: Versions): string | undefined {
  const form = numbersOf(from)
  const parts = /^v?(\d+(?:\.\d+)*)/i.exec(wanted)?.[1]?.split('.') ?? []
  if (!form || parts.length < form.numbers.length) return undefined
  const text = `${from.startsWith('v') ? 'v' : ''}${parts.slice(0, form.numbers.length).join('.')}`
  return text !== wanted && (order(text, from) ?? -1) >= 0 && (order(text, to) ?? 1) <= 0 ? text : undefined
}
/** A control as it was: the oldest step that speaks of it is the last one. */
function then(control: Control, steps: readonly Step[]): readonly Control[] {
  const change = steps.findLast(({ controls }) => Object.hasOwn(controls, control.id))?.controls[control.id]
  return change === undefined ? [control] : change.off ? [] : [{ ...control, id: change.id, title: change.title }]
}

/** What one policy file says of versions, checked: newest step first, each within the range. */
export function versionsOf({ said, root, place }: Checking<PolicyText>, rules: Rules): Checked<Versions | undefined> {
  const { versions } = said
  if (versions === undefined) return right(undefined)
  const node = child(root, 'versions')
  const errors: Problem[] = []
  const { from, to } = versions
  if (numbersOf(from) === undefined)
    errors.push({ place: place(['versions', 'from']), message: `"${from}" is not a version, such as v1.0` })
  else if ((order(from, to) ?? 1) > 0)
    errors.push({ place: place(['versions', 'to']), message: `"${to}" is not a version from ${from} on` })
  const nodes = elements(child(node, 'steps'))
  const listed = new Set(entries(child(root, 'controls')).map(([id]) => id))
  const steps = versions.steps.map(({ before, rules: changed, controls = {} }, index): Step => {
    const here = ['versions', 'steps', index]
    const previous = versions.steps[index - 1]?.before ?? to
    if (order(before, from) === undefined || !isBefore(from, before))
      errors.push({ place: place([...here, 'before']), message: `"${before}" is not a version after ${from}` })
    else if (isBefore(previous, before) || (index > 0 && order(previous, before) === 0))
      errors.push({
        place: place([...here, 'before']),
        message: `${before} is not before ${previous}: the newest step comes first`,
      })
    const ofRules = settings(changed, child(nodes[index] ?? node, 'rules'), rules)
    errors.push(...ofRules.errors)
    for (const id of Object.keys(controls))
      if (!listed.has(id))
        errors.push({
          place: place([...here, 'controls', id]),
          message: `${id} is not one of the controls${hint(id, listed)}`,
        })
    return { before, settings: ofRules.settings, controls }
  })
  return errors.length > 0 ? wrong(errors) : right({ from, to, steps })
}
