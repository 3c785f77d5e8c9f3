/** Which capabilities a container can have, from what is written (capabilities(7)). Names are without `CAP_`. */
import { derived, isWritten, unknown, type Fact, type Unsettled } from '../model/fact.ts'
import type { ContainerFacts } from '../model/fields.ts'
import { DOCKER, type Convention } from './convention.ts'

/** Every capability of Linux 5.9 and later, in the order of their numbers: 0 is CHOWN, 40 is CHECKPOINT_RESTORE (linux/capability.h). */
export const CAPABILITIES = [
  'CHOWN',
  'DAC_OVERRIDE',
  'DAC_READ_SEARCH',
  'FOWNER',
  'FSETID',
  'KILL',
  'SETGID',
  'SETUID',
  'SETPCAP',
  'LINUX_IMMUTABLE',
  'NET_BIND_SERVICE',
  'NET_BROADCAST',
  'NET_ADMIN',
  'NET_RAW',
  'IPC_LOCK',
  'IPC_OWNER',
  'SYS_MODULE',
  'SYS_RAWIO',
  'SYS_CHROOT',
  'SYS_PTRACE',
  'SYS_PACCT',
  'SYS_ADMIN',
  'SYS_BOOT',
  'SYS_NICE',
  'SYS_RESOURCE',
  'SYS_TIME',
  'SYS_TTY_CONFIG',
  'MKNOD',
  'LEASE',
  'AUDIT_WRITE',
  'AUDIT_CONTROL',
  'SETFCAP',
  'MAC_OVERRIDE',
  'MAC_ADMIN',
  'SYSLOG',
  'WAKE_ALARM',
  'BLOCK_SUSPEND',
  'AUDIT_READ',
  'PERFMON',
  'BPF',
  'CHECKPOINT_RESTORE',
] as const
const KNOWN: ReadonlySet<string> = new Set(CAPABILITIES)
const EVERY = 'ALL'

/** The name in capitals without `CAP_`, or ALL; a word that is no capability stays as written. */
export function capabilityName(written: string): string {
  const name = written.toUpperCase().replace(/^CAP_/, '')
  return KNOWN.has(name) || name === EVERY ? name : written
}

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
 */
export function bounding(words: CapabilityWords, convention: Convention = DOCKER): readonly string[] {
  if (words.privileged) return CAPABILITIES
  const [given, add, drop] = [words.given, words.add, words.drop].map((names) => new Set(names.map(capabilityName)))
  if (!given || !add || !drop) return []
  const dropped = (names: Iterable<string>): string[] => [...names].filter((name) => !drop.has(name))
  const named = [...add].filter((name) => name !== EVERY)
  const start = given.has(EVERY) ? CAPABILITIES : given
  if (convention.addedAndDropped === 'added') {
    if (add.has(EVERY)) return dropped(CAPABILITIES)
    return [...new Set([...(drop.has(EVERY) ? [] : dropped(start)), ...named])]
  }
  return dropped(new Set([...(drop.has(EVERY) ? [] : add.has(EVERY) ? CAPABILITIES : start), ...named]))
}

export interface Process {
  readonly uid: number
  readonly bounding: readonly string[]
  readonly ambient: readonly string[]
}

/**
 * What the first process holds once its program runs: uid 0 gains the whole bounding set at execve(2), every other user
 * keeps the ambient set, which the bounding set does not limit (capabilities(7), "Transformation of capabilities during execve()").
 * no_new_privs changes neither: it takes away what setuid bits and file capabilities would add afterwards.
 */
export const effective = (process: Process): readonly string[] =>
  process.uid === 0 ? process.bounding : process.ambient.map(capabilityName)

type Names = Fact<readonly Fact<string>[]>

/**
 * The derived rows `container.capabilities.bounding` and `.effective`. Every element is a fact of its own, at the place where the
 * capability was written or given. Where an input is not known, so is the list, with that input's reason, unless the rest decides.
 */
export function capabilityFacts(
  container: ContainerFacts,
  convention: Convention = DOCKER,
): { readonly bounding: Names; readonly effective: Names } {
  const most = boundingFact(container, convention)
  return { bounding: most, effective: effectiveFact(container.user.uid, most, container.capabilities.ambient) }
}

function boundingFact(container: ContainerFacts, convention: Convention): Names {
  const { privileged } = container
  if (privileged.how !== 'unknown' && privileged.value) {
    const because = 'a privileged container holds every capability'
    const every = CAPABILITIES.map((name) => derived<string>(privileged.place, name, because, [privileged]))
    return derived(privileged.place, every, because, [privileged])
  }
  const rest = unprivileged(container, convention)
  const isEvery =
    rest.how !== 'unknown' && CAPABILITIES.every((name) => rest.value.some((one) => valueOf(one) === name))
  return privileged.how === 'unknown' && !isEvery ? passedOn(privileged) : rest
}

function unprivileged(container: ContainerFacts, convention: Convention): Names {
  const { given, add, drop } = container.capabilities
  const hole = needed(given, add, drop, convention)
    .map(holeIn)
    .find((unsettled) => unsettled !== undefined)
  if (hole) return passedOn(hole)
  const names = bounding({ privileged: false, given: values(given), add: values(add), drop: values(drop) }, convention)
  const origins = new Map<string, Fact<string>>()
  // Later ones win: what is written out in `add` is a better place than a set that the runtime gives.
  for (const origin of [...settled(given), ...settled(add)]) {
    const name = valueOf(origin)
    if (name !== undefined && (!origins.has(name) || isWritten(origin))) origins.set(name, origin)
  }
  const elements = names.flatMap((name) => {
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
  const addsAll = values(add).some((name) => capabilityName(name) === EVERY)
  const dropsAll = values(drop).some((name) => capabilityName(name) === EVERY)
  const addsNone = add.how !== 'unknown' && add.value.length === 0
  const givesNone = given.how !== 'unknown' && given.value.length === 0
  if (convention.addedAndDropped === 'added')
    return addsAll ? [drop] : dropsAll || givesNone ? [add] : [add, drop, given]
  if (dropsAll) return addsNone ? [add] : [add, drop]
  return addsAll ? [drop] : addsNone && givesNone ? [add] : [add, drop, given]
}

function effectiveFact(uid: Fact<number>, most: Names, ambient: Names): Names {
  if (uid.how === 'unknown') {
    const same =
      most.how !== 'unknown' &&
      !holeIn(most) &&
      ambient.how !== 'unknown' &&
      !holeIn(ambient) &&
      new Set(values(most)).symmetricDifference(new Set(values(ambient).map(capabilityName))).size === 0
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

const passedOn = (fact: Unsettled): Fact<never> => unknown(fact.place, fact.because, fact.ask, [fact])
const settled = (list: Names): readonly Fact<string>[] => (list.how === 'unknown' ? [] : list.value)
const valueOf = (fact: Fact<string>): string | undefined =>
  fact.how === 'unknown' ? undefined : capabilityName(fact.value)
const values = (list: Names): string[] => settled(list).flatMap((one) => valueOf(one) ?? [])
/** Why the list is not known: itself, or its first unknown element. */
const holeIn = (list: Names): Unsettled | undefined =>
  list.how === 'unknown' ? list : list.value.find((one) => one.how === 'unknown')
