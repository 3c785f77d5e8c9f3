/** The standard that a policy stands for and its controls, held against the rules that there are. */
import { child, elements, entries, textOf } from '../document/node.ts'
import type { Control, Standard } from '../model/compliance.ts'
import type { Place } from '../model/place.ts'
import type { Checking } from './check.ts'
import { hint, nearest } from './nearest.ts'
import { right, wrong, type Checked, type Problem } from './policy.ts'
import type { PolicyText } from './schema.ts'
import type { Rules } from './setting.ts'

/** What one policy file says of them, with the places that errors need. */
export interface StandardText {
  readonly standard?: {
    readonly value: Standard
    readonly place: Place
    readonly id: Place
    readonly outside: readonly Place[]
  }
  readonly controls?: {
    readonly value: readonly Control[]
    readonly place: Place
    readonly places: ReadonlyMap<string, Place>
  }
}

/** Words and order are taken from the text itself: `5.10` is no number, and JavaScript sorts the key `10` before `2.1`. */
export function standardText({ said, root, place }: Checking<PolicyText>): Checked<StandardText> {
  const node = child(root, 'standard')
  const errors: Problem[] = []
  const controls: Control[] = []
  const places = new Map<string, Place>()
  let section: string | undefined
  for (const [id, { place: at }] of entries(child(root, 'controls'))) {
    const control = Object.hasOwn(said.controls ?? {}, id) ? said.controls?.[id] : undefined
    if (control === undefined) {
      errors.push({ place: at, message: `the control ${id} says nothing: give its title` })
      continue
    }
    section = control.section ?? section
    places.set(id, at)
    controls.push({
      id,
      title: control.title,
      ...(section !== undefined && { section }),
      ...(control.moved !== undefined && { moved: control.moved }),
      ...(control.manual !== undefined && { manual: control.manual }),
    })
  }
  if (errors.length > 0) return wrong(errors)
  const version = textOf(child(node, 'version'))
  const outside = elements(child(node, 'outside'))
  return right({
    ...(said.standard && {
      standard: {
        value: {
          id: said.standard.id,
          title: said.standard.title,
          ...(version !== undefined && { version }),
          ...(said.standard.url !== undefined && { url: said.standard.url }),
          ...(outside.length > 0 && { outside: outside.map((word) => textOf(word) ?? '') }),
        },
        place: place(['standard']),
        id: place(['standard', 'id']),
        outside: outside.map((word) => word.place),
      },
    }),
    ...(said.controls && { controls: { value: controls, place: place(['controls']), places } }),
  })
}

/**
 * The list must be whole: a control that no rule judges says why, and a rule's word that is no control is a slip of one
 * of the two. Without rules (`rules` is empty) nothing is held against them.
 */
export function checkControls({ standard, controls }: StandardText, rules: Rules): readonly Problem[] {
  if (standard === undefined)
    return controls === undefined
      ? []
      : [{ place: controls.place, message: 'controls need a standard, whose they are' }]
  if (controls === undefined)
    return [{ place: standard.place, message: 'a standard needs controls: every one of it, by its number or word' }]
  if (rules.size === 0) return []
  const { id, outside = [] } = standard.value
  const named = new Map<string, string>()
  for (const rule of rules.values())
    for (const word of Object.hasOwn(rule.standards, id) ? (rule.standards[id] ?? []) : [])
      if (!named.has(word)) named.set(word, rule.id)
  if (named.size === 0) {
    const known = new Set([...rules.values()].flatMap((rule) => Object.keys(rule.standards)))
    return [{ place: standard.id, message: `no rule names the standard "${id}"${hint(id, known)}` }]
  }
  const errors: Problem[] = []
  const listed = new Set(controls.value.map((control) => control.id))
  for (const [index, word] of outside.entries()) {
    const at = standard.outside[index] ?? standard.place
    if (listed.has(word)) errors.push({ place: at, message: `"${word}" is outside and a control` })
    else if (!named.has(word))
      errors.push({ place: at, message: `no rule names "${word}" of ${id}${hint(word, named.keys())}` })
  }
  for (const control of controls.value)
    if (!named.has(control.id) && control.manual === undefined)
      errors.push({
        place: controls.places.get(control.id) ?? controls.place,
        message: `no rule names the control ${control.id} of ${id}: write "manual" and why a file cannot answer it${near(control.id, unlisted(named, listed))}`,
      })
  for (const [word, rule] of named)
    if (!listed.has(word) && !outside.includes(word))
      errors.push({
        place: controls.place,
        message: `the rule ${rule} names "${word}" of ${id}, which is not listed${near(word, listed)}`,
      })
  return errors
}

const unlisted = (named: ReadonlyMap<string, string>, listed: ReadonlySet<string>): readonly string[] =>
  [...named.keys()].filter((word) => !listed.has(word))
/** The nearest word alone: the list of all is too long to be of use. */
const near = (word: string, words: Iterable<string>): string => {
  const found = nearest(word, words)
  return found === undefined ? '' : `; did you mean "${found}"?`
}
