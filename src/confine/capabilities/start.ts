/** What the runtimes have set for a process when they execute its program. */
import type { ContainerFacts } from '../../model/fields.ts'
import type { Fact, Unsettled } from '../../model/fact.ts'
import type { Subject } from '../../model/subject.ts'
import { DOCKER, KUBERNETES, NSPAWN, type Convention } from '../convention.ts'
import type { CapabilitySet } from './execve.ts'
import { holeIn, namesIn, unsettled, type Names } from './lists.ts'
import { CAPABILITIES, EVERY } from './names.ts'

export const conventionOf = ({ runtime }: Subject): Convention =>
  runtime === 'kubernetes' ? KUBERNETES : runtime === 'nspawn' ? NSPAWN : DOCKER

/**
 * Every capability that the engine knows. Docker Engine before 23 stops at AUDIT_READ: its ALL and its `--privileged` hold neither
 * PERFMON nor BPF nor CHECKPOINT_RESTORE (moby 20.10 oci/caps/utils_linux.go, init).
 */
export function knownTo({ runtime, engine }: Subject): readonly string[] {
  const { kind, version } = engine
  if (runtime !== 'docker' || version.how === 'unknown' || (kind.how !== 'unknown' && kind.value !== 'docker'))
    return CAPABILITIES
  const major = /^(\d{1,4})\.\d/.exec(version.value)?.[1]
  return major !== undefined && Number(major) < 23
    ? CAPABILITIES.slice(0, CAPABILITIES.indexOf('AUDIT_READ') + 1)
    : CAPABILITIES
}

/** The sets at the moment of execve(2), besides the bounding set. */
export interface Before {
  readonly permitted: CapabilitySet
  readonly inheritable: CapabilitySet
  readonly ambient: CapabilitySet
}
/** What is set for a user, given the bounding set. */
export type Setting = (uid: number, bounding: CapabilitySet) => Before

/** All the settings that may be, where what decides is not known: the least and the most. */
export interface Settings {
  readonly alternatives: readonly Setting[]
  readonly open?: Unsettled
}

/** The sets that an OCI config.json writes out besides the bounding and the ambient one. */
interface Initial {
  readonly initialPermitted: Names
  readonly initialInheritable: Names
}

const NONE: CapabilitySet = new Set()

/**
 * Docker gives root the bounding set, and other users nothing (moby daemon/pkg/oci, SetCapabilities). Podman gives other users what was
 * added, as ambient capabilities (podman pkg/specgen/generate/security.go). The runtimes behind a kubelet fill the permitted set whoever
 * the user is (containerd pkg/oci, WithCapabilities), which execve(2) takes away again, unless the program file has capabilities:
 * with no_new_privs a process keeps what it held already. An OCI config.json writes all sets out.
 */
export function settingsOf(subject: Subject): Settings {
  const { capabilities } = subject.container
  const ambient = setOf(capabilities.ambient)
  if (subject.runtime === 'oci') return written(capabilities, ambient)
  const { kind } = subject.engine
  const isEngine = subject.runtime === 'docker' && kind.how !== 'unknown' && kind.value === 'podman'
  if (subject.runtime === 'podman' || isEngine) {
    const added = setOf(capabilities.add)
    return each(
      added,
      (add) => (uid, bounding) =>
        uid === 0
          ? { permitted: bounding, inheritable: NONE, ambient: NONE }
          : { permitted: add, inheritable: add, ambient: add },
    )
  }
  const isKubernetes = subject.runtime === 'kubernetes'
  return each(ambient, (kept) => (uid, bounding) => ({
    permitted: (uid === 0 || isKubernetes ? bounding : NONE).union(kept),
    inheritable: kept,
    ambient: kept,
  }))
}

/** Ambient capabilities that are not permitted and inheritable too cannot be raised (capabilities(7)); runc warns and goes on. */
function written(capabilities: ContainerFacts['capabilities'] & Partial<Initial>, ambient: Alternatives): Settings {
  const { initialPermitted, initialInheritable } = capabilities
  if (!initialPermitted || !initialInheritable) return unwritten(capabilities, ambient)
  const permitted = setOf(initialPermitted)
  const inheritable = setOf(initialInheritable)
  const open = ambient.open ?? permitted.open ?? inheritable.open
  const alternatives = ambient.sets.flatMap((kept) =>
    permitted.sets.flatMap((holds) =>
      inheritable.sets.map((passes): Setting => () => ({
        permitted: holds,
        inheritable: passes,
        ambient: kept.intersection(holds).intersection(passes),
      })),
    ),
  )
  return { alternatives, ...(open && { open }) }
}

/** Nobody read these sets: engines write the bounding set for root, and for others that or what is ambient. */
function unwritten({ given }: ContainerFacts['capabilities'], ambient: Alternatives): Settings {
  const open = ambient.open ?? unsettled(given.place, 'the permitted set of config.json was not read', 'file', [given])
  const alternatives = ambient.sets.flatMap((kept) =>
    [true, false].map((filled): Setting => (uid, bounding) => ({
      permitted: (uid === 0 || filled ? bounding : NONE).union(kept),
      inheritable: kept,
      ambient: kept,
    })),
  )
  return { alternatives, open }
}

interface Alternatives {
  readonly sets: readonly CapabilitySet[]
  readonly open?: Unsettled
}
/** The set that a list of words stands for; the least and the most where it is not known. */
export function setOf(list: Names, all: readonly string[] = CAPABILITIES): Alternatives {
  const names = namesIn(list)
  const open = holeIn(list)
  if (names.includes(EVERY)) return { sets: [new Set(all)] }
  return open ? { sets: [new Set(names), new Set([...names, ...all])], open } : { sets: [new Set(names)] }
}
const each = ({ sets, open }: Alternatives, to: (set: CapabilitySet) => Setting): Settings => ({
  alternatives: sets.map(to),
  ...(open && { open }),
})

/** What a fact may be: its value, or all of these where it is not known. */
export const mayBe = <T>(
  fact: Fact<T>,
  all: readonly T[],
): { readonly values: readonly T[]; readonly open?: Unsettled } =>
  fact.how === 'unknown' ? { values: all, open: fact } : { values: [fact.value] }
