/** What paths need, asked of a subject's facts. Each function gives an answer, never a plain boolean: unknown stays unknown. */
import { isWritten, type Fact } from '../../model/fact.ts'
import type { ContainerFacts } from '../../model/fields.ts'
import type { Reason } from '../../model/finding.ts'
import type { Place } from '../../model/place.ts'
import type { Subject } from '../../model/subject.ts'
import { either, iff, known, NO, reason, when, yes, type Answer } from './answer.ts'
import { BREAK, passes, remaps, type Channel } from './sandbox.ts'

export type Need = (subject: Subject) => Answer

export const IS_ROOT = 'the process is root'

/** The process is root, or a setuid program or sudo of the image makes it root. */
export function root({ container, image }: Subject): Answer {
  const { uid, mustBeNonRoot } = container.user
  if (uid.how === 'unknown' && known(mustBeNonRoot) !== true) return iff(IS_ROOT, uid)
  if (known(uid) === 0) return yes(reason('container.user.uid', uid))
  const { noNewPrivileges } = container
  if (known(noNewPrivileges) === true) return NO
  const sudo = known(image.sudoers)?.find(({ facts }) => known(facts.passwordless) === true)
  if (sudo) return asIf('sudo without a password makes the process root', sudo.place)
  if (image.setuid.how === 'unknown') return iff('a setuid program of the image makes the process root', image.setuid)
  const program = image.setuid.value.find(
    ({ facts }) => known(facts.uid) !== undefined && known(facts.setuid) === true && known(facts.uid) === 0,
  )
  if (!program) return NO
  const path = known(program.facts.path) ?? ''
  return asIf(`the setuid program /${path} can be made to run what one likes as root`, program.place)
}
const asIf = (text: string, place: Subject['place']): Answer => ({ is: 'unknown', ifs: [{ text, place, ask: 'user' }] })

/** What is left where a need does not hold: the path stays, and gives less. */
export const orLess =
  (need: Need, text: string, at: (subject: Subject) => Reason): Need =>
  (subject) => {
    const answer = need(subject)
    if (answer.is !== 'no') return answer
    const cause = at(subject)
    return { is: 'weaker', because: [cause], eased: [{ text, place: cause.fact.place }] }
  }

/** Root in the container is root on the host: no user namespace of its own, no rootless engine. */
export function hostUsers({ container }: Subject): Answer {
  if (remaps(container.runtime)) return NO
  return when(
    'container.namespaces.user',
    container.namespaces.user,
    (owner) => owner === 'host',
    'the container has the host’s user ids',
  )
}
/** As `hostUsers`; a namespace of its own leaves what every user of the host may do. */
export const hostUsersOrLess: Need = orLess(
  hostUsers,
  'a user namespace of its own: root inside is nobody outside',
  ({ container }) => reason('container.namespaces.user', container.namespaces.user),
)

/** The engine's entry of the runtime that starts the container. */
const runtimeOf = ({ container: { runtime }, engine }: Subject) =>
  known(engine.runtimes)?.find(({ facts: { name } }) => known(name) !== undefined && known(name) === known(runtime))
/** The runtime gives privileged containers the devices of the host (privileged_without_host_devices). */
export const hostDevices: Need = (subject) => {
  const entry = runtimeOf(subject)
  return entry && known(entry.facts.hostDevices) === false ? NO : yes()
}

/** No sandbox stands between the container and that part of the host; with one the path needs a break of it first. */
export const through =
  (channel: Channel): Need =>
  (subject) => {
    const { runtime, sandbox } = subject.container
    if (runtime.how === 'unknown') return iff('an ordinary runtime runs it, and no sandbox', runtime)
    if (sandbox.how === 'unknown')
      return {
        is: 'unknown',
        ifs: [
          {
            text: `the runtime "${runtime.value}" is an ordinary one, and no sandbox`,
            place: runtime.place,
            ask: sandbox.ask ?? 'user',
          },
        ],
      }
    const { value } = sandbox
    const flags = runtimeOf(subject)?.facts.loosened
    const loosened = (flags && known(flags)?.flatMap((flag) => known(flag) ?? [])) ?? []
    const passing = passes(value, channel, { runtime: runtime.value, loosened })
    if (passing === 'closed') return NO
    if (passing === 'behind' && value !== 'none')
      return {
        is: 'behind',
        ifs: [{ text: BREAK[value], place: sandbox.place }],
        because: [reason('container.sandbox', sandbox)],
      }
    // Which runtime it is is worth a step only where somebody chose it.
    return isWritten(runtime) && runtime.value !== '' ? yes(reason('container.runtime', runtime)) : yes()
  }

type Names = ContainerFacts['capabilities']['bounding']
const elementOf = (list: Names, name: string): Fact<string> | undefined =>
  known(list)?.find((one) => known(one) === name)

/** Some process of the container holds the capability, or gains it with root. */
export const capability =
  (name: string): Need =>
  (subject) => {
    const { bounding, effective } = subject.container.capabilities
    const held = elementOf(effective, name)
    if (held) return yes(reason('container.capabilities.effective', held))
    const text = `it can have the capability ${name}`
    if (bounding.how === 'unknown') return iff(text, bounding)
    const most = elementOf(bounding, name)
    if (!most) {
      const hole = bounding.value.find((one) => one.how === 'unknown')
      return hole?.how === 'unknown' ? iff(text, hole) : NO
    }
    const asRoot = root(subject)
    return asRoot.is === 'yes' ? yes(reason('container.capabilities.bounding', most), ...asRoot.because) : asRoot
  }

/**
 * Calls that the default profiles let through for who holds the capability that they need (moby profiles/seccomp/default_linux.go,
 * containerd contrib/seccomp/seccomp_default.go); ptrace and mknod they let through for everybody.
 */
const BY_DEFAULT: ReadonlySet<string> = new Set([
  'bpf',
  'finit_module',
  'init_module',
  'ioperm',
  'iopl',
  'mknod',
  'mount',
  'open_by_handle_at',
  'perf_event_open',
  'ptrace',
  'reboot',
  'setns',
  'syslog',
])

/** The seccomp filter lets the system call through. The capability that it needs is asked for separately. */
export const call =
  (name: string): Need =>
  ({ container }) => {
    const { kind, allows } = container.seccomp
    const field = 'container.seccomp.kind'
    if (known(kind) === 'unconfined') return yes(reason(field, kind))
    if (known(container.privileged) === true && known(kind) !== 'profile') return yes()
    // With a profile or without: what the defaults let through is let through, unless its own is known.
    if (known(kind) !== 'profile' && allows.how === 'unknown' && BY_DEFAULT.has(name)) return yes()
    if (allows.how === 'unknown')
      return kind.how === 'default' ? NO : iff(`the seccomp filter lets ${name} through`, allows)
    const let_ = allows.value.find((one) => known(one) === name)
    return let_ ? yes(reason('container.seccomp.allows', let_)) : NO
  }

/** Of what a profile allows beyond docker-default so much is named. */
const MOST_NAMED = 5

/** AppArmor stands not in the way of what `docker-default` denies: mounts, other programs' memory, /proc/sys, /sys. */
export function apparmor({ container, engine }: Subject): Answer {
  const { kind, name, looser } = container.apparmor
  const privileged = known(container.privileged) === true
  if (privileged && !isWritten(kind)) return yes()
  if (kind.how === 'unknown') return iff('AppArmor does not confine it', kind)
  if (kind.value === 'unconfined') return yes(reason('container.apparmor.kind', kind))
  if (kind.value === 'profile') {
    const allowed = known(looser)?.map((one) => known(one) ?? '')
    // It was read, and forbids all that docker-default does.
    if (allowed?.length === 0) return NO
    const says = allowed ? `, which allows: ${allowed.slice(0, MOST_NAMED).join(', ')}` : ''
    return {
      is: 'unknown',
      ifs: [
        { text: `the AppArmor profile ${known(name) ?? 'it names'} lets it${says}`, place: kind.place, ask: 'file' },
      ],
    }
  }
  if (known(engine.apparmor) === true) return NO
  if (engine.apparmor.how !== 'unknown') return yes(reason('engine.apparmor', engine.apparmor))
  return {
    is: 'unknown',
    ifs: [{ text: 'AppArmor is off on the host', place: kind.place, ask: 'engine' }],
  }
}

/** Types that SELinux does not hold back (container-selinux). */
const UNCONFINED_TYPES: ReadonlySet<string> = new Set(['spc_t', 'unconfined_t', 'container_runtime_t', 'super_t'])

/** SELinux does not keep the container from the host's files. Engines use it where they are told to: silence is no obstacle. */
export function selinux({ container, engine }: Subject): Answer {
  const { disabled, type } = container.selinux
  if (known(engine.selinux) !== true || known(container.privileged) === true) return yes()
  if (known(disabled) === true) return yes(reason('container.selinux.disabled', disabled))
  const written = known(type)
  if (written !== undefined && UNCONFINED_TYPES.has(written)) return yes(reason('container.selinux.type', type))
  return NO
}

/** The host's cgroups are of version 1, where a file of theirs names a program that the host runs. */
export function cgroupV1({ engine }: Subject): Answer {
  return when('engine.cgroupVersion', engine.cgroupVersion, (version) => version === 1, 'the host has cgroup v1')
}

/** Root, or what stands in for it where files are concerned: DAC_OVERRIDE held by another user. */
export const rootForFiles: Need = (subject) => {
  const asRoot = root(subject)
  const held = elementOf(subject.container.capabilities.effective, 'DAC_OVERRIDE')
  return asRoot.is !== 'yes' && held ? yes(reason('container.capabilities.effective', held)) : asRoot
}

/** As `rootForFiles`; another user is left what every user of the host may do. */
export const rootForFilesOrLess: Need = orLess(rootForFiles, 'it does not run as root', ({ container }) =>
  reason('container.user.uid', container.user.uid),
)

/**
 * Root, or a group that the socket belongs to: a group that is added, or the first one. That is root's, to which containerd's and
 * CRI-O's sockets belong, where a user is named by a number that the image does not know. A group of the user's own number is its own.
 */
export const socketUser: Need = (subject) => {
  const { supplementary, gid, uid } = subject.container.user
  const asRoot = root(subject)
  if (asRoot.is === 'yes') return asRoot
  const added = known(supplementary)?.find((one) => known(one) !== undefined)
  if (added) return either(group(`group ${known(added) ?? ''} may write to the socket`, added.place), asRoot)
  if (uid.how === 'unknown') return asRoot
  if (gid.how === 'unknown') return either(iff('its group may write to the socket', gid), asRoot)
  return gid.value === uid.value
    ? asRoot
    : either(group(`group ${gid.value} may write to the socket`, gid.place), asRoot)
}
const group = (text: string, place: Place): Answer => ({ is: 'unknown', ifs: [{ text, place, ask: 'user' }] })

const ROOT: ReadonlySet<Need> = new Set<Need>([root, rootForFiles, rootForFilesOrLess, socketUser])
/** The need speaks of root: who starts the path is then called so. */
export const asksForRoot = (need: Need): boolean => ROOT.has(need)
