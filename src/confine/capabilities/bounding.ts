/** The bounding set: what is given, added and dropped, as the runtimes apply it. */
import { derived, isWritten, type Fact } from '../../model/fact.ts'
import type { ContainerFacts } from '../../model/fields.ts'
import { DOCKER, type Convention } from '../convention.ts'
import { holeIn, nameIn, namesIn, passedOn, settled, type Names } from './lists.ts'
import { CAPABILITIES, capabilityName, EVERY } from './names.ts'

export interface CapabilityWords {
  readonly privileged: boolean
  /** What the container has before add and drop. */
  readonly given: readonly string[]
  readonly add: readonly string[]
  readonly drop: readonly string[]
}

/**
 * The bounding set: the most that any process of the container can ever have.
 * Docker: ALL in add is everything except what is dropped by name; else ALL in drop leaves what is added; else given - drop + add
 * (moby daemon/pkg/oci/caps/utils.go, TweakCapabilities). Kubernetes: ALL in add, ALL in drop, names in add, names in drop, in that order
 * (containerd internal/cri/opts/spec_opts.go, WithCapabilities).
 * `all` is what ALL and privileged stand for: an engine gives no more than it knows.
 */
export function bounding(
  words: CapabilityWords,
  convention: Convention = DOCKER,
  all: readonly string[] = CAPABILITIES,
): readonly string[] {
  if (words.privileged) return all
  const [given, add, drop] = [words.given, words.add, words.drop].map((names) => new Set(names.map(capabilityName)))
  if (!given || !add || !drop) return []
  const dropped = (names: Iterable<string>): string[] => [...names].filter((name) => !drop.has(name))
  const named = [...add].filter((name) => name !== EVERY)
  const start = given.has(EVERY) ? all : given
  if (convention.addedAndDropped === 'added') {
    if (add.has(EVERY)) return dropped(all)
    return [...new Set([...(drop.has(EVERY) ? [] : dropped(start)), ...named])]
  }
  if (convention.dropsAdded && drop.has(EVERY)) return []
  return dropped(new Set([...(drop.has(EVERY) ? [] : add.has(EVERY) ? all : start), ...named]))
}

/** The derived row `container.capabilities.bounding`. Where an input is not known, so is the list, with that input's reason, unless the rest decides. */
export function boundingFact(
  container: ContainerFacts,
  convention: Convention,
  all: readonly string[] = CAPABILITIES,
): Names {
  const { privileged } = container
  if (privileged.how !== 'unknown' && privileged.value) {
    const because = 'a privileged container holds every capability'
    const every = all.map((name) => derived<string>(privileged.place, name, because, [privileged]))
    return derived(privileged.place, every, because, [privileged])
  }
  const rest = unprivileged(container, convention, all)
  const held = new Set(namesIn(rest))
  return privileged.how === 'unknown' && !all.every((name) => held.has(name)) ? passedOn(privileged) : rest
}

function unprivileged(container: ContainerFacts, convention: Convention, all: readonly string[]): Names {
  const { given, add, drop } = container.capabilities
  const hole = needed(given, add, drop, convention)
    .map(holeIn)
    .find((unsettled) => unsettled !== undefined)
  if (hole) return passedOn(hole)
  const words = { privileged: false, given: namesIn(given), add: namesIn(add), drop: namesIn(drop) }
  const origins = new Map<string, Fact<string>>()
  // Later ones win: what is written out in `add` is a better place than a set that the runtime gives.
  for (const origin of [...settled(given), ...settled(add)]) {
    const name = nameIn(origin)
    if (name !== undefined && (!origins.has(name) || isWritten(origin))) origins.set(name, origin)
  }
  const elements = bounding(words, convention, all).flatMap((name) => {
    const origin = origins.get(name) ?? origins.get(EVERY)
    return origin ? [derived(origin.place, name, 'added or given, and not dropped', [origin])] : []
  })
  const place = [add, drop, given].find(isWritten)?.place ?? given.place
  return derived(place, elements, 'the set it is given, without what is dropped, with what is added', [
    add,
    drop,
    given,
  ])
}

/** The lists that the outcome depends on: ALL makes others irrelevant. */
function needed(given: Names, add: Names, drop: Names, convention: Convention): readonly Names[] {
  const addsAll = namesIn(add).includes(EVERY)
  const dropsAll = namesIn(drop).includes(EVERY)
  const addsNone = add.how !== 'unknown' && add.value.length === 0
  const givesNone = given.how !== 'unknown' && given.value.length === 0
  if (convention.addedAndDropped === 'added')
    return addsAll ? [drop] : dropsAll || givesNone ? [add] : [add, drop, given]
  if (dropsAll) return convention.dropsAdded ? [drop] : addsNone ? [add] : [add, drop]
  return addsAll ? [drop] : addsNone && givesNone ? [add] : [add, drop, given]
}
