/** Where the parts of a profile stand in its text: rules and names are counted as in the profile that was read from it. */
import { elements, isMap, type Node } from '../../document/node.ts'
import type { Place } from '../../model/place.ts'
import type { SeccompProfile } from './profile.ts'

export interface ProfilePlaces {
  /** The profile as a whole: where it begins. */
  readonly whole: Place
  /** The key of that name at the top; `whole` where it is not written. */
  readonly key: (name: string) => Place
  /** The n-th rule, or one of its keys. */
  readonly rule: (rule: number, key?: string) => Place
  readonly name: (rule: number, name: number) => Place
  readonly argument: (rule: number, argument: number) => Place
}

/** A profile with the places of its parts: what is told to a person needs both. */
export interface PlacedProfile {
  readonly profile: SeccompProfile
  readonly places: ProfilePlaces
}

/**
 * The child of a key as Go's encoding/json finds it: upper and lower case are the same, the last one written counts.
 * Docker, containerd, podman and runc read profiles so. A missing node has the parent's place.
 */
export function keyOf(node: Node, name: string): Node {
  const exact = isMap(node) ? node.value.get(name) : undefined
  if (exact) return exact
  const wanted = name.toLowerCase()
  let found: Node | undefined
  if (isMap(node)) for (const [key, value] of node.value) if (key.toLowerCase() === wanted) found = value
  return found ?? { place: node.place, path: [...node.path, name], value: null, missing: true }
}

/** The places in the text that a profile was read from. */
export function placesOf(node: Node): ProfilePlaces {
  const rules = elements(keyOf(node, 'syscalls'))
  const ruleAt = (rule: number): Node => rules[rule] ?? node
  return {
    whole: node.place,
    key: (name) => keyOf(node, name).place,
    rule: (rule, key) => (key === undefined ? ruleAt(rule) : keyOf(ruleAt(rule), key)).place,
    name: (rule, name) => {
      const names = elements(keyOf(ruleAt(rule), 'names'))
      return (names[name] ?? keyOf(ruleAt(rule), 'name')).place
    },
    argument: (rule, argument) => (elements(keyOf(ruleAt(rule), 'args'))[argument] ?? ruleAt(rule)).place,
  }
}
