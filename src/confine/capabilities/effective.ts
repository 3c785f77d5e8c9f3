/**
 * The three answers about a container's capabilities, kept apart: what its first process holds, what its processes can gain, and what of
 * that counts on the host (capabilities(7), user_namespaces(7)).
 */
import { derived, type Fact, type Unsettled } from '../../model/fact.ts'
import type { Subject } from '../../model/subject.ts'
import { boundingFact } from './bounding.ts'
import type { CapabilitySet, Program } from './execve.ts'
import { filesOf, type Door } from './image-files.ts'
import { holeIn, nameIn, passedOn, settled, unsettled, type Names } from './lists.ts'
import { programOf, type Candidate } from './program.ts'
import { BASE, compare, KEYS_OF_OUTCOME, outcomeOf, type Outcome, type World } from './outcome.ts'
import { conventionOf, knownTo, mayBe, setOf, settingsOf } from './start.ts'
import { doorsFor, factsOf, givesFact, KEYS, sayDoor, through, type OpenDoor, type Way } from './way.ts'
import { differing, type Axis } from './world.ts'

/** Capabilities without `CAP_`. Every list is unknown with a reason where what it hangs on is not known and the rest does not decide. */
export interface EffectiveCapabilities {
  /** The first process once its program runs, as /proc/1/status shows it. */
  readonly holds: {
    readonly permitted: Names
    readonly effective: Names
    readonly inheritable: Names
    readonly ambient: Names
    /** The most that any process of the container can ever have. */
    readonly bounding: Names
    /** False where execve(2) refuses the program with EPERM: its file wants what the bounding set does not hold. Then all sets are empty. */
    readonly starts: Fact<boolean>
  }
  readonly gains: {
    /** What the first process does not hold, and it or a child can come to. */
    readonly names: Names
    /** The files through which; also those that only may be a way. None with no_new_privs, and none for root, who holds it all. */
    readonly ways: readonly Way[]
  }
  /** What of both counts on the host: all in the host's user namespace; none in one of the container's own, where they count over its own namespaces only. */
  readonly reaches: Names
}

/** Any user that is not root. */
const SOMEBODY = 4_294_967_294
const OPEN_DOOR: Door = { how: 'setuid', permitted: new Set(), effective: true, runBy: 'all', files: [] }

/** The capabilities of a joined subject. Works on facts only; the same subject gives the same answer. */
export function effectiveCapabilities(subject: Subject): EffectiveCapabilities {
  const { container } = subject
  const all = knownTo(subject)
  const most = boundingFact(container, conventionOf(subject), all)
  const program = programOf(subject)
  const doors = doorsFor(subject)
  const axes = axesOf(subject, most, all, program.alternatives, program.open, doors)
  const isAny = program.alternatives.some(({ file }) => file === 'any')
  const { first, differ } = differing(BASE, axes, outcomeOf, compare, KEYS_OF_OUTCOME.length)
  const blame = (key: keyof Outcome): Unsettled | undefined => differ.get(key)
  const world = first.world
  const told = tellerOf(subject, most, world, program.alternatives[0])
  const list = (key: Exclude<keyof Outcome, 'starts'>, tell: Telling): Names => {
    const open = blame(key)
    if (open) return passedOn(open)
    const set = first.outcome[key]
    return tell(orderOf(most, set))
  }
  const startsOpen = blame('starts') ?? (isAny ? program.open : undefined)
  return {
    holds: {
      permitted: list('permitted', told.held),
      effective: list('effective', told.held),
      inheritable: list('inheritable', told.kept),
      ambient: list('ambient', told.kept),
      bounding: most,
      starts: startsOpen ? passedOn(startsOpen) : told.starts(first.outcome.starts),
    },
    gains: { names: list('gains', told.gained(doors)), ways: waysOf(subject, doors, most, all) },
    reaches: list('reaches', told.reached),
  }
}

/** The derived rows of `container.capabilities` that `derive.ts` sets. */
export function capabilityRows(subject: Subject): {
  readonly bounding: Names
  readonly permitted: Names
  readonly effective: Names
  readonly gainable: Names
  readonly reaching: Names
  readonly startable: Fact<boolean>
} {
  const { holds, gains, reaches } = effectiveCapabilities(subject)
  return {
    bounding: holds.bounding,
    permitted: holds.permitted,
    effective: holds.effective,
    gainable: gains.names,
    reaching: reaches,
    startable: holds.starts,
  }
}

/** Everything that decides, with all that it may be. */
function axesOf(
  subject: Subject,
  most: Names,
  all: readonly string[],
  programs: readonly Candidate[],
  programOpen: Unsettled | undefined,
  doors: readonly OpenDoor[],
): readonly Axis<World>[] {
  const { container, engine, image } = subject
  const uid = mayBe(container.user.uid, rootRefused(subject) ? [SOMEBODY] : [0, SOMEBODY])
  const noNewPrivileges = mayBe(container.noNewPrivileges, [false, true])
  const hole = holeIn(most)
  const bounding: readonly CapabilitySet[] = hole ? [new Set(), new Set(all)] : setOf(most, all).sets
  const settings = settingsOf(subject)
  const gid = container.user.gid
  const programAt = ({ file }: Candidate): readonly World['program'][] => {
    if (file === undefined) return [() => ({})]
    // Of a file of which nothing is known the most: setuid-root, or all that the bounding set holds.
    if (file === 'any') return [() => ({ setuid: 0 }), (set) => ({ capabilities: { permitted: set, effective: true } })]
    const changesGroup = file.setgid !== undefined && gid.how !== 'unknown' && gid.value !== file.setgid
    const made: Program = {
      changesGroup,
      ...(file.capabilities && { capabilities: file.capabilities }),
      ...(file.setuid !== undefined && { setuid: file.setuid }),
    }
    return [() => made]
  }
  const sure = doors.filter(({ condition }) => !condition).map(({ door }) => door)
  const unsure = doors.find(({ condition }) => condition)?.condition ?? filesOf(image).open
  const every = [...doors.map(({ door }) => door), ...(unsure ? [OPEN_DOOR] : [])]
  const { user } = container.namespaces
  const rootless = engine.rootless.how !== 'unknown' && engine.rootless.value && subject.runtime === 'docker'
  const joins = user.how !== 'unknown' && (user.value === 'container' || user.value === 'none')
  const onHost = rootless
    ? { values: [false] }
    : joins
      ? {
          values: [false, true],
          open: unsettled(user.place, 'whose user namespace the joined container has is not known', 'user', [user]),
        }
      : mayBe<boolean>(
          user.how === 'unknown' ? user : derived(user.place, user.value === 'host', 'user namespace', [user]),
          [false, true],
        )
  return [
    { open: uid.open, choices: uid.values.map((value) => ({ uid: value })) },
    { open: hole, choices: bounding.map((set) => ({ bounding: set })) },
    { open: noNewPrivileges.open, choices: noNewPrivileges.values.map((value) => ({ noNewPrivileges: value })) },
    { open: programOpen, choices: programs.flatMap(programAt).map((made) => ({ program: made })) },
    { open: settings.open, choices: settings.alternatives.map((setting) => ({ setting })) },
    { open: unsure, choices: (unsure ? [sure, every] : [sure]).map((some) => ({ doors: some })) },
    { open: onHost.open, choices: onHost.values.map((value) => ({ onHost: value })) },
  ]
}

/** The kubelet starts no container that must not be root and would be. */
const rootRefused = ({ container: { user } }: Subject): boolean =>
  user.mustBeNonRoot.how !== 'unknown' && user.mustBeNonRoot.value

/** The names in the order of the bounding set; what it does not hold (ambient) after. */
function orderOf(most: Names, set: CapabilitySet): readonly string[] {
  const ordered = settled(most).flatMap((one) => {
    const name = nameIn(one)
    return name !== undefined && set.has(name) ? [name] : []
  })
  const seen = new Set(ordered)
  return [...ordered, ...[...set].filter((name) => !seen.has(name)).sort()]
}

type Telling = (names: readonly string[]) => Names

/** How the known answers are told, each with the facts that it follows from. */
function tellerOf(subject: Subject, most: Names, world: World, candidate: Candidate | undefined) {
  const { container } = subject
  const { uid, init } = { uid: container.user.uid, init: container.init }
  const { ambient, add } = container.capabilities
  const origins = new Map<string, Fact<string>>()
  for (const one of [...settled(add), ...settled(ambient), ...settled(most)]) {
    const name = nameIn(one)
    if (name !== undefined) origins.set(name, one)
  }
  const file = candidate?.file === 'any' ? undefined : candidate?.file
  const byFile = file !== undefined && (file.capabilities !== undefined || file.setuid !== undefined)
  const limits = container.noNewPrivileges
  const list = (
    base: Fact<unknown>,
    names: readonly string[],
    because: string,
    from: readonly Fact<unknown>[],
  ): Names =>
    derived(
      base.place,
      names.map((name) => {
        const origin = origins.get(name)
        return derived(origin?.place ?? base.place, name, because, origin ? [origin, ...from] : from)
      }),
      because,
      [base, ...from],
    )
  const held: Telling = (names) => {
    if (world.uid === 0)
      return uid.how === 'unknown'
        ? list(most, names, 'root and other users hold the same', [ambient])
        : list(most, names, 'uid 0 holds the whole bounding set', [uid])
    const user = uid.how === 'unknown' ? 'a user that is not root' : `uid ${uid.value}`
    if (file && byFile && names.length > 0)
      return list(
        most,
        names,
        file.capabilities
          ? `${user} runs /${file.path}, which has file capabilities`
          : `${user} runs /${file.path}, which runs as root (setuid)`,
        [uid, ...file.from, limits],
      )
    const why = file && byFile && world.noNewPrivileges ? ` (no_new_privs: /${file.path} gives nothing)` : ''
    return list(ambient, names, `${user} holds the ambient set only${why}`, [uid, ...(why ? [limits] : [])])
  }
  return {
    held,
    kept: (names: readonly string[]): Names =>
      list(ambient, names, 'what the runtime sets as ambient and inheritable', [uid]),
    starts: (value: boolean): Fact<boolean> =>
      derived(
        file && !value ? file.place : (container.entrypoint.place ?? most.place),
        value,
        value
          ? 'execve(2) is not refused for want of capabilities'
          : `/${file?.path ?? ''} has capabilities that the bounding set does not hold, and the effective bit: execve(2) refuses it (EPERM)`,
        [most, init, ...(file?.from ?? [])],
      ),
    gained:
      (doors: readonly OpenDoor[]): Telling =>
      (names) => {
        if (names.length === 0) return derived(most.place, [], nothingGained(world, uid), [limits, uid, most])
        const elements = names.map((name) => gainedFact(name, world, doors, origins.get(name)))
        const [one] = elements
        return derived(one?.place ?? most.place, elements, 'not held, and within reach', [most, limits, uid])
      },
    reached: (names: readonly string[]): Names => {
      const { user } = container.namespaces
      return list(
        user,
        names,
        world.onHost
          ? "held or within reach, in the host's user namespace"
          : 'in a user namespace of its own, capabilities count over the namespaces that it owns',
        [most],
      )
    },
  }
}

const nothingGained = (world: World, uid: Fact<number>): string =>
  world.noNewPrivileges
    ? 'no_new_privs: no program gives more than is held'
    : world.uid === 0 && uid.how !== 'unknown'
      ? 'root holds the whole bounding set'
      : 'no file of the image gives this user a capability that it does not hold'

function gainedFact(
  name: string,
  world: World,
  doors: readonly OpenDoor[],
  origin: Fact<string> | undefined,
): Fact<string> {
  const from = origin ? [origin] : []
  const way = doors.find(({ door, condition }) => !condition && through(door, world.bounding).has(name))?.door
  const [file] = way?.files ?? []
  if (way && file) return derived(file.place, name, sayDoor(way, file), [...factsOf(way), ...from])
  const place = origin?.place ?? { file: '', line: 1, column: 1 }
  if (world.uid === 0) return derived(place, name, 'root gains the bounding set at its next execve(2)', from)
  // What is neither in a file nor root's comes through a key that is held, or that a file gives.
  const key = doors.find(
    ({ door, condition }) => !condition && KEYS.some((one) => through(door, world.bounding).has(one)),
  )?.door
  return key?.files[0]
    ? derived(
        key.files[0].place,
        name,
        `${sayDoor(key, key.files[0])}, and who holds ${KEYS.join(', ')} can become root`,
        [...factsOf(key), ...from],
      )
    : derived(place, name, `who holds ${KEYS.join(', ')} can become root`, from)
}

/** The ways, open or perhaps open, of a user that is not known to be root, unless no_new_privs closes them. */
function waysOf(subject: Subject, doors: readonly OpenDoor[], most: Names, all: readonly string[]): readonly Way[] {
  const { user, noNewPrivileges } = subject.container
  if (noNewPrivileges.how !== 'unknown' && noNewPrivileges.value) return []
  if (user.uid.how !== 'unknown' && user.uid.value === 0) return []
  const hole = holeIn(most)
  const open = [noNewPrivileges, user.uid].find((fact) => fact.how === 'unknown')
  const bounding: CapabilitySet = hole ? new Set(all) : new Set(settled(most).flatMap((one) => nameIn(one) ?? []))
  return doors.flatMap(({ door, condition }): readonly Way[] => {
    const names = orderOf(most, through(door, bounding))
    if (names.length === 0) return []
    const unknown = condition ?? (open?.how === 'unknown' ? open : undefined)
    return [
      {
        how: door.how,
        files: door.files,
        gives: hole ? passedOn(hole) : givesFact(door, names, [most, ...factsOf(door)]),
        ...(unknown && { condition: unknown }),
      },
    ]
  })
}
