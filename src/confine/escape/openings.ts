/** What opens ways out, found in a subject's facts. */
import { isWritten, type Fact } from '../../model/fact.ts'
import type { MountFacts } from '../../model/fields.ts'
import type { PathIf } from '../../model/path.ts'
import { cleanPath, isBelow, withRun } from '../../model/pathname.ts'
import type { Subject } from '../../model/subject.ts'
import { known, reason } from './answer.ts'
import { dropCapability, maskProc, mountReadOnly, notPrivileged, ownNamespace, removeMount } from './change.ts'
import type { Opening } from './entry.ts'

/** `${X}` in the place of a value: somebody decides it, and it cannot be read here. */
const asked = (fact: Fact<unknown>, text: string): readonly PathIf[] | undefined =>
  fact.how === 'unknown' && fact.ask === 'user'
    ? [{ text: `${text} (${fact.because})`, place: fact.place, ask: 'user' }]
    : undefined

/** `privileged: true`. */
export function privileged({ container }: Subject): readonly Opening[] {
  const fact = container.privileged
  return known(fact) === true
    ? [
        {
          cause: reason('container.privileged', fact),
          place: fact.place,
          name: 'privileged',
          rules: ['privileged'],
          closing: notPrivileged(fact.place),
        },
      ]
    : []
}
export function perhapsPrivileged(subject: Subject): readonly Opening[] {
  const fact = subject.container.privileged
  const ifs = asked(fact, 'it is privileged')
  return ifs
    ? [
        {
          cause: reason('container.privileged', fact),
          place: fact.place,
          name: 'privileged',
          ifs,
          rules: ['privileged'],
          closing: notPrivileged(fact.place),
        },
      ]
    : privileged(subject)
}

/** The set of Docker, containerd and CRI-O (moby daemon/pkg/oci/caps/defaults.go). */
const OF_ENGINES: ReadonlySet<string> = new Set(
  'AUDIT_WRITE CHOWN DAC_OVERRIDE FOWNER FSETID KILL MKNOD NET_BIND_SERVICE NET_RAW SETFCAP SETGID SETPCAP SETUID SYS_CHROOT'.split(
    ' ',
  ),
)

/** A capability beyond the runtime's own set, whoever gave it: `cap_add`, a set that is written out, or `privileged`. */
export const given =
  (name: string) =>
  (subject: Subject): readonly Opening[] => {
    const all = privileged(subject)
    if (all.length > 0) return all.map((opening) => ({ ...opening, name }))
    const { bounding, effective, add, given: start } = subject.container.capabilities
    const held = [...(known(bounding) ?? []), ...(known(effective) ?? [])].find((one) => known(one) === name)
    if (!held) return []
    // What every container of an engine has opens nothing. System containers (LXC, systemd-nspawn) are given more.
    const origin = [...(known(add) ?? []), ...(isWritten(start) ? (known(start) ?? []) : [])].find((one) =>
      [name, `CAP_${name}`, 'ALL'].includes(known(one)?.toUpperCase() ?? ''),
    )
    const usual = known(start)?.some((one) => known(one) === name) === true && !isWritten(start) && OF_ENGINES.has(name)
    if (!origin && usual) return []
    const place = (origin ?? held).place
    return [
      {
        cause: reason('container.capabilities.add', origin ?? held),
        place,
        name,
        rules: ['capability-dangerous', 'capability-added'],
        closing: dropCapability(name, place),
      },
    ]
  }
/** As `given`, and where a capability is added whose name cannot be read. */
export const perhapsGiven =
  (name: string) =>
  (subject: Subject): readonly Opening[] => {
    const found = given(name)(subject)
    const { add } = subject.container.capabilities
    if (found.length > 0) return found
    const hole = [add, ...(known(add) ?? [])].find((fact) => asked(fact, '') !== undefined)
    const ifs = hole && asked(hole, `it is given ${name}`)
    return hole && ifs
      ? [
          {
            cause: reason('container.capabilities.add', hole),
            place: hole.place,
            name,
            ifs,
            rules: ['capability-dangerous', 'capability-added'],
            closing: dropCapability(name, hole.place),
          },
        ]
      : []
  }

const NAMESPACES = {
  pid: { rule: 'host-pid-namespace', text: 'it sees the host’s processes' },
  ipc: { rule: 'host-ipc-namespace', text: 'it uses the host’s IPC' },
  network: { rule: 'host-network-namespace', text: 'it uses the host’s network' },
} as const
type Kind = keyof typeof NAMESPACES

/** A namespace of the host. */
export const hostNamespace =
  (kind: Kind) =>
  ({ container }: Subject): readonly Opening[] => {
    const fact = container.namespaces[kind]
    const { rule, text } = NAMESPACES[kind]
    const ifs = asked(fact, text)
    if (known(fact) !== 'host' && !ifs) return []
    return [
      {
        cause: reason(`container.namespaces.${kind}`, fact),
        place: fact.place,
        name: kind,
        rules: [rule],
        closing: ownNamespace(kind, fact.place),
        ...(ifs && { ifs }),
      },
    ]
  }
/** A namespace of another container. */
export const sharedNamespace =
  (kind: Kind) =>
  ({ container }: Subject): readonly Opening[] => {
    const fact = container.namespaces[kind]
    if (known(fact) !== 'container') return []
    const of = known(container.namespaces[`${kind}Of`])
    return [
      {
        cause: reason(`container.namespaces.${kind}`, fact),
        place: fact.place,
        name: of === undefined || of === '' ? 'another container' : `container ${of}`,
        rules: [],
        closing: ownNamespace(kind, fact.place),
      },
    ]
  }

/** A mount of a path of the host, with its source in one form: without a slash at the end, /var/run as /run, ~ as it is. */
export interface Bind {
  readonly mount: MountFacts
  readonly source: string
  readonly target: string
}

export function binds({ container }: Subject): readonly Bind[] {
  const seen = bindsOf.get(container.mounts)
  if (seen) return seen
  const mounts = known(container.mounts) ?? []
  const found = mounts.flatMap((mount) => {
    const { kind, source, target } = mount.facts
    const from = known(source)
    const to = known(target)
    // Declared and mounted nowhere in this container, or a mount of something else than the host's files.
    if (known(kind) !== 'bind' || from === undefined || from === '' || to === '') return []
    return [{ mount, source: normal(from), target: to ?? '(a path that is not known)' }]
  })
  bindsOf.set(container.mounts, found)
  return found
}
/** Many entries ask for the mounts of the same container. */
const bindsOf = new WeakMap<Fact<unknown>, readonly Bind[]>()
/** A source as it is written on any system, clean. */
export const normal = (path: string): string => withRun(cleanPath(path.replaceAll('\\', '/')))

export type Access = 'written' | 'read' | 'any'
/** The opening that a bind mount is; undefined where it does not give that access. `read` is what read-only leaves. */
export function mounted(
  { mount, source, target }: Bind,
  access: Access,
  rules: readonly string[],
): Opening | undefined {
  const { readOnly } = mount.facts
  const locked = known(readOnly)
  if (access === 'written' && locked === true) return undefined
  if (access === 'read' && locked === false) return undefined
  const ifs: PathIf[] =
    access === 'written' && readOnly.how === 'unknown'
      ? [
          {
            text: `${source} is mounted writable (${readOnly.because})`,
            place: readOnly.place,
            ...(readOnly.ask && { ask: readOnly.ask }),
          },
        ]
      : []
  return {
    cause: reason('mount.source', mount.facts.source),
    place: mount.place,
    name: target,
    rules,
    closing: removeMount(mount),
    ...(access === 'written' && { lesser: [mountReadOnly(mount)] }),
    ...(ifs.length > 0 && { ifs }),
    ...(access === 'read' && locked === true
      ? { eased: [{ text: 'the mount is read-only', place: readOnly.place }] }
      : {}),
  }
}
/** /proc/sys and its like can be written, or seen, because nothing covers them. `path` is one that runtimes lock. */
export const unlocked =
  (path: string) =>
  (subject: Subject): readonly Opening[] => {
    const all = privileged(subject)
    if (all.length > 0) return all
    const { procMount, readOnlyPaths } = subject.container
    const fact =
      known(procMount) === 'unmasked'
        ? procMount
        : known(readOnlyPaths)?.every((one) => known(one) !== undefined && !isBelow(path, known(one) ?? ''))
          ? readOnlyPaths
          : undefined
    return fact
      ? [
          {
            cause: reason(fact === procMount ? 'container.procMount' : 'container.readOnlyPaths', fact),
            place: fact.place,
            name: '',
            rules: ['proc-unmasked'],
            closing: maskProc(fact.place),
          },
        ]
      : []
  }
