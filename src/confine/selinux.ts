/**
 * What an SELinux label leaves of the wall that the host's policy puts around a container: by its type, and by its level.
 * Types: container-selinux (https://github.com/containers/container-selinux, container.te and container.if) and the targeted policy
 * (https://github.com/fedora-selinux/selinux-policy). A policy that a host loads besides them may say otherwise.
 */
import { derived, unknown, type Fact, type Unsettled } from '../model/fact.ts'
import type { ContainerFacts } from '../model/fields.ts'
import type { Subject } from '../model/subject.ts'

/**
 * `off`: labelling is switched off. `unconfined`: the type confines nothing. `widened`: made for containers, and lets out in part.
 * `container`: the ordinary confinement. `custom`: a type whose policy is the host's own and is not here to be read.
 */
export const SELINUX_CONFINEMENTS = ['off', 'unconfined', 'widened', 'container', 'custom'] as const
export type SelinuxConfinement = (typeof SELINUX_CONFINEMENTS)[number]

/** What is known of a type. */
export interface SelinuxType {
  readonly confinement: Exclude<SelinuxConfinement, 'off' | 'custom'>
  /** What a process of the type may, and one of container_t may not: each the rest of a sentence that begins with "It may". */
  readonly lifts: readonly string[]
  /** Where that is written. */
  readonly source: string
}

const CONTAINER_TE = 'https://github.com/containers/container-selinux/blob/main/container.te'
const TARGETED = 'https://github.com/fedora-selinux/selinux-policy/tree/rawhide/policy/modules'

const EVERYTHING = [
  'do to every file, process and device of the host what its user and capabilities allow',
  'reach the files of every other container: categories do not bind it',
]
const unconfined = (source: string): SelinuxType => ({ confinement: 'unconfined', lifts: EVERYTHING, source })
const widened = (...lifts: readonly string[]): SelinuxType => ({ confinement: 'widened', lifts, source: CONTAINER_TE })
const ORDINARY: SelinuxType = { confinement: 'container', lifts: [], source: CONTAINER_TE }

const DEVICES = 'read and write every character device that it has a node of'

/** Types by name, aliases included. */
const TYPES: ReadonlyMap<string, SelinuxType> = new Map([
  ['container_t', ORDINARY],
  // The name of container_t before 2017, still an alias.
  ['svirt_lxc_net_t', ORDINARY],
  ['spc_t', unconfined(`${CONTAINER_TE} (unconfined_domain_noaudit)`)],
  ['container_runtime_t', unconfined(`${CONTAINER_TE} (unconfined_domain)`)],
  ['docker_t', unconfined(`${CONTAINER_TE} (alias of container_runtime_t)`)],
  ['kubelet_t', unconfined(`${CONTAINER_TE} (unconfined_domain)`)],
  ['unconfined_t', unconfined(`${TARGETED}/roles/unconfineduser.te`)],
  ['unconfined_service_t', unconfined(`${TARGETED}/system/unconfined.te`)],
  ['initrc_t', unconfined(`${TARGETED}/system/init.te (unconfined_domain)`)],
  [
    'init_t',
    {
      confinement: 'unconfined',
      lifts: [
        "read and write the host's disks raw",
        'load another SELinux policy, and kernel modules',
        'relabel every file, and start services that nothing confines',
      ],
      source: `${TARGETED}/system/init.te`,
    },
  ],
  [
    'kernel_t',
    {
      confinement: 'unconfined',
      lifts: [
        'load another SELinux policy',
        'use every capability but SYS_MODULE and MAC_OVERRIDE',
        'read and write files of every category',
      ],
      source: `${TARGETED}/kernel/kernel.te`,
    },
  ],
  [
    'container_init_t',
    widened(
      'create, write and mount the cgroup file system, as systemd in a container needs it',
      'mount over and unmount /proc and /sys',
      'listen on and connect to every port, labelled or not',
    ),
  ],
  [
    'container_kvm_t',
    widened(
      "use /dev/kvm, vhost and VFIO devices: hardware that is passed through is bounded by the machine's IOMMU only",
      "connect to the container engine's socket, whose API gives the host to who may write to it",
      'mount /proc',
    ),
  ],
  [
    'container_engine_t',
    widened(
      'mount, remount and unmount every kind of file system',
      'mount over /proc, sysctls and device nodes',
      'have the kernel load modules (module_request)',
      'write cgroups, and use tun and tap devices',
    ),
  ],
  [
    'container_userns_t',
    widened(
      'use every capability but SYS_MODULE, MAC_ADMIN and MAC_OVERRIDE, in a user namespace and out of it',
      'mount /proc, /sys and tmpfs, and mount over sysctls',
    ),
  ],
  ['container_logreader_t', widened("read all logs of the host, the audit log and other containers' logs among them")],
  ['container_logwriter_t', widened('change and delete all logs of the host, the audit log among them')],
  ['container_device_t', widened(DEVICES)],
  [
    'container_device_plugin_t',
    widened(DEVICES, 'write sysfs and read debugfs', "connect to the kubelet's sockets, which hand devices to pods"),
  ],
  [
    'container_device_plugin_init_t',
    widened(DEVICES, 'write sysfs', "write the kubelet's configuration in /etc/kubernetes, static pods among it"),
  ],
])

/** What is known of a type of a label; `undefined` for one that neither container-selinux nor the targeted policy has for this. */
export const selinuxType = (type: string): SelinuxType | undefined => TYPES.get(type)

/** The types of one confinement, sorted by name. */
export const selinuxTypes = (confinement: SelinuxType['confinement']): readonly string[] =>
  [...TYPES].flatMap(([name, one]) => (one.confinement === confinement ? [name] : [])).sort()

/**
 * The derived rows `container.selinux.confinement` and `.lifts`. They say what the label would do: whether the host enforces
 * SELinux at all is the engine's row `selinux`, and no dialect's.
 */
export function selinuxFacts(container: ContainerFacts): {
  readonly confinement: Fact<SelinuxConfinement>
  readonly lifts: Fact<readonly Fact<string>[]>
} {
  const { disabled, type } = container.selinux
  const told = (
    place: Fact<unknown>['place'],
    confinement: SelinuxConfinement,
    because: string,
    from: readonly Fact<unknown>[],
    lifts: readonly string[],
  ) => ({
    confinement: derived<SelinuxConfinement>(place, confinement, because, from),
    lifts: derived(
      place,
      lifts.map((one) => derived(place, one, because, from)),
      because,
      from,
    ),
  })
  if (disabled.how !== 'unknown' && disabled.value)
    return told(disabled.place, 'off', 'labelling is switched off', [disabled], EVERYTHING)
  if (type.how === 'unknown') return open(type)
  const known = type.value === '' ? ORDINARY : TYPES.get(type.value)
  // Whatever becomes of the label, the type confines nothing.
  if (known?.confinement === 'unconfined')
    return told(type.place, 'unconfined', `${type.value} confines nothing`, [type], known.lifts)
  if (disabled.how === 'unknown') return open(disabled)
  if (!known)
    return {
      confinement: derived(type.place, 'custom', `${type.value} is a type of the host's own policy`, [type]),
      lifts: unknown(type.place, `the policy of the type ${type.value} is on the host and was not read`, 'user', [
        type,
      ]),
    }
  const because =
    type.value === ''
      ? "no type is written: the engine's own, container_t"
      : known.confinement === 'container'
        ? `${type.value} is the ordinary type of containers`
        : `${type.value} is made for containers that need more`
  return told(type.place, known.confinement, because, [type, disabled], known.lifts)
}
const open = (fact: Unsettled): { readonly confinement: Fact<never>; readonly lifts: Fact<never> } => {
  const again = (): Fact<never> => unknown(fact.place, fact.because, fact.ask, [fact])
  return { confinement: again(), lifts: again() }
}

/** The higher end of a level: its sensitivity, and its categories as ranges that do not touch, in order. */
export interface Level {
  readonly sensitivity: number
  readonly categories: readonly (readonly [first: number, last: number])[]
}

/** Levels are 1024 categories at most in the targeted policy; more than these pieces is nothing that an engine takes. */
const MAX_PIECES = 1024
const MAX_CATEGORY = 65_535

/** `s0:c1,c5.c9`, or a range of two of them, of which the higher end decides (mcs, "h1 dom h2"); `undefined` for what is none. */
export function parseLevel(text: string): Level | undefined {
  const ends = text.split('-', 3)
  const high = ends.at(-1)
  if (ends.length > 2 || high === undefined || !ends.every((end) => levelOf(end))) return undefined
  return levelOf(high)
}
function levelOf(text: string): Level | undefined {
  const [sensitivity = '', list, ...rest] = text.split(':', 3)
  if (!/^s\d{1,5}$/.test(sensitivity) || rest.length > 0) return undefined
  const pieces = list === undefined ? [] : list.split(',', MAX_PIECES + 1)
  if (pieces.length > MAX_PIECES) return undefined
  const ranges: [number, number][] = []
  for (const piece of pieces) {
    const match = /^c(\d{1,5})(?:\.c(\d{1,5}))?$/.exec(piece)
    if (!match) return undefined
    const first = Number(match[1])
    const last = match[2] === undefined ? first : Number(match[2])
    if (last < first || last > MAX_CATEGORY) return undefined
    ranges.push([first, last])
  }
  const categories: [number, number][] = []
  for (const [first, last] of ranges.sort(([a], [b]) => a - b)) {
    const before = categories.at(-1)
    if (before && first <= before[1] + 1) before[1] = Math.max(before[1], last)
    else categories.push([first, last])
  }
  return { sensitivity: Number(sensitivity.slice(1)), categories }
}

/** `s0:c1,c5.c9`: the same for levels that are the same, however they are written. */
export const showLevel = ({ sensitivity, categories }: Level): string =>
  `s${sensitivity}${categories.length > 0 ? ':' : ''}${categories.map(([first, last]) => (first === last ? `c${first}` : `c${first}.c${last}`)).join()}`

/**
 * A process at `one` may touch files and processes at `other`, as far as their types let it: it has all of its categories
 * (`mlsconstrain file { write ... } (( h1 dom h2 ) or ( t1 != mcs_constrained_type ))`, policy/mcs of the targeted policy).
 */
export function dominates(one: Level, other: Level): boolean {
  if (one.sensitivity < other.sensitivity) return false
  let at = 0
  return other.categories.every(([first, last]) => {
    while (at < one.categories.length && (one.categories[at]?.[1] ?? 0) < first) at += 1
    const range = one.categories[at]
    return range !== undefined && range[0] <= first && range[1] >= last
  })
}

/** Containers that a level does not keep apart. */
export interface LevelReach {
  readonly from: Subject
  /** The level as it is written, in the subject `from`. */
  readonly level: Fact<string>
  /** Whose files and processes `from` may touch: containers with the same level, or with a part of its categories. */
  readonly to: readonly Subject[]
  readonly same: boolean
}
export interface SharedLevels {
  readonly reaches: readonly LevelReach[]
  /** Levels that are not known: each may be anybody's. */
  readonly open: readonly { readonly subject: Subject; readonly level: Unsettled }[]
}

/** Levels that differ, compared with each other one by one; what is beyond is compared for being the same only. */
const MAX_LEVELS = 400

/**
 * Containers whose written levels let one at the other and that have no reason to: engines give every container, and kubelets every pod,
 * categories of its own. A reason is: the same pod, a PID or IPC namespace that one takes from the other (engines give both one label then),
 * a volume that both mount, and in Kubernetes the same namespace (OpenShift gives a namespace one level: openshift.io/sa.scc.mcs).
 * A type that is unconfined is bound by no level, and where labelling is off there is none: such containers are left out.
 */
export function sharedLevels(subjects: readonly Subject[]): SharedLevels {
  const levels = new Map<
    string,
    { readonly level: Level; readonly members: { subject: Subject; fact: Fact<string> }[] }
  >()
  const unsure: { subject: Subject; level: Unsettled }[] = []
  for (const subject of subjects) {
    const { selinux } = subject.container
    const { level: fact, disabled, type } = selinux
    if (disabled.how !== 'unknown' && disabled.value) continue
    if (type.how !== 'unknown' && TYPES.get(type.value)?.confinement === 'unconfined') continue
    if (fact.how === 'unknown') {
      // Without a configuration nothing is known of the label, and nothing is asked of it.
      if (subject.dialect !== undefined) unsure.push({ subject, level: fact })
      continue
    }
    const level = parseLevel(fact.value)
    if (!level) continue
    const key = showLevel(level)
    const found = levels.get(key)
    if (found) found.members.push({ subject, fact })
    else levels.set(key, { level, members: [{ subject, fact }] })
  }
  const all = [...levels.values()]
  const reaches: LevelReach[] = []
  for (const [index, { level, members }] of all.entries()) {
    const below =
      index < MAX_LEVELS
        ? all.slice(0, MAX_LEVELS).filter((other) => other.level !== level && dominates(level, other.level))
        : []
    const lower = below.flatMap((other) => other.members.map(({ subject }) => subject))
    const apart = groupsOf(members.map(({ subject }) => subject))
    for (const { subject, fact } of members) {
      const to = apart(subject)
      if (to.length > 0) reaches.push({ from: subject, level: fact, to, same: true })
      const parts = lower.filter((other) => !belongTogether(subject, other)).slice(0, MAX_NEIGHBOURS)
      if (parts.length > 0) reaches.push({ from: subject, level: fact, to: parts, same: false })
    }
  }
  return { reaches, open: unsure }
}

/** Neighbours that one container is told of. */
const MAX_NEIGHBOURS = 20
/** Those of the same level that a container has nothing to do with, the first ones of them. */
function groupsOf(subjects: readonly Subject[]): (subject: Subject) => readonly Subject[] {
  const some = subjects.slice(0, 500)
  return (subject) => {
    const to: Subject[] = []
    for (const other of some) {
      if (to.length >= MAX_NEIGHBOURS) break
      if (other !== subject && !belongTogether(subject, other)) to.push(other)
    }
    return to
  }
}

function belongTogether(one: Subject, other: Subject): boolean {
  if (one.runtime === 'kubernetes' && other.runtime === 'kubernetes') return namespaceOf(one) === namespaceOf(other)
  return joins(one, other) || joins(other, one) || sharesVolume(one, other)
}
/** `kind/namespace/name/container` -> namespace. */
const namespaceOf = ({ id }: Subject): string => id.split('/')[1] ?? ''
function joins(one: Subject, { id, container: { name } }: Subject): boolean {
  const { pidOf, ipcOf } = one.container.namespaces
  return [pidOf, ipcOf].some(
    (fact) =>
      fact.how !== 'unknown' &&
      fact.value !== '' &&
      (fact.value === id || (name.how !== 'unknown' && fact.value === name.value)),
  )
}
function sharesVolume(one: Subject, other: Subject): boolean {
  const sources = sourcesOf(one)
  return [...sourcesOf(other)].some((source) => sources.has(source))
}
function sourcesOf({ container: { mounts } }: Subject): ReadonlySet<string> {
  const list = mounts.how === 'unknown' ? [] : mounts.value.slice(0, 100)
  return new Set(
    list.flatMap(({ facts: { source, kind } }) =>
      source.how !== 'unknown' &&
      source.value !== '' &&
      kind.how !== 'unknown' &&
      (kind.value === 'volume' || kind.value === 'bind')
        ? [`${kind.value} ${source.value}`]
        : [],
    ),
  )
}
