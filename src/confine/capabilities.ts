/** Which capabilities a container can have, from what is written (capabilities(7)). Names are without `CAP_`. */
import { derived, type Fact } from '../model/fact.ts'
import type { ContainerFacts } from '../model/fields.ts'
import { boundingFact } from './capabilities/bounding.ts'
import { holeIn, namesIn, passedOn, type Names } from './capabilities/lists.ts'
import { capabilityName } from './capabilities/names.ts'
import { DOCKER, type Convention } from './convention.ts'

export { bounding, type CapabilityWords } from './capabilities/bounding.ts'
export { capabilityRows, effectiveCapabilities, type EffectiveCapabilities } from './capabilities/effective.ts'
export { execve, type CapabilitySet, type Credentials, type Program } from './capabilities/execve.ts'
export { CAPABILITIES, capabilitiesOf, capabilityName } from './capabilities/names.ts'
export type { Way } from './capabilities/way.ts'

export interface Process {
  readonly uid: number
  readonly bounding: readonly string[]
  readonly ambient: readonly string[]
}

/**
 * What the first process holds once its program runs, where the program file brings nothing of its own: uid 0 gains the whole bounding set
 * at execve(2), every other user keeps the ambient set, which the bounding set does not limit
 * (capabilities(7), "Transformation of capabilities during execve()"). `execve` has the whole of it.
 */
export const effective = (process: Process): readonly string[] =>
  process.uid === 0 ? process.bounding : process.ambient.map(capabilityName)

/**
 * The derived rows `container.capabilities.bounding` and `.effective` of a container without its image: of a program file that brings
 * capabilities nothing is known here (`effectiveCapabilities` of the joined subject knows).
 * Every element is a fact of its own, at the place where the capability was written or given.
 * Where an input is not known, so is the list, with that input's reason, unless the rest decides.
 */
export function capabilityFacts(
  container: ContainerFacts,
  convention: Convention = DOCKER,
): { readonly bounding: Names; readonly effective: Names } {
  const most = boundingFact(container, convention)
  return { bounding: most, effective: effectiveFact(container.user.uid, most, container.capabilities.ambient) }
}

function effectiveFact(uid: Fact<number>, most: Names, ambient: Names): Names {
  if (uid.how === 'unknown') {
    const same =
      most.how !== 'unknown' &&
      !holeIn(most) &&
      ambient.how !== 'unknown' &&
      !holeIn(ambient) &&
      new Set(namesIn(most)).symmetricDifference(new Set(namesIn(ambient))).size === 0
    return same ? taken(most, [most, ambient], 'root and other users hold the same') : passedOn(uid)
  }
  return uid.value === 0
    ? taken(most, [most, uid], 'uid 0 holds the whole bounding set')
    : taken(ambient, [ambient, uid], `uid ${uid.value} holds the ambient set only`)
}

/** The same set as facts of their own. */
function taken(list: Names, from: readonly Fact<unknown>[], because: string): Names {
  if (list.how === 'unknown') return passedOn(list)
  const elements = list.value.map((one) =>
    one.how === 'unknown'
      ? passedOn(one)
      : derived(one.place, capabilityName(one.value), because, [one, ...from.slice(1)]),
  )
  return derived(list.place, elements, because, from)
}
