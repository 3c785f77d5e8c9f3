/**
 * How far containers of one project differ in what an attacker gains with them. What is shared between two of one kind gives nobody
 * anything new; a way from one that everybody may reach into one that has the host is what an attacker looks for.
 */
import type { Fact } from '../../model/fact.ts'
import type { ProjectFacts } from '../../model/fields.ts'
import type { EscapePath } from '../../model/path.ts'
import type { Subject } from '../../model/subject.ts'
import { known } from '../escape/answer.ts'
import { IS_ROOT } from '../escape/needs.ts'

type Member = Extract<ProjectFacts['containers'], { value: unknown }>['value'][number]['facts']
export type Trust = Extract<Member['trust'], { value: unknown }>['value']

/** A container of a project, with what is compared between them. */
export interface Person {
  readonly subject: Subject
  readonly name: string
  readonly role: 'main' | 'init' | 'sidecar' | 'ephemeral' | 'system'
  readonly trust: Trust
  /** What makes it so, the place of the worst first. */
  readonly because: readonly [Fact<unknown>, ...Fact<unknown>[]]
}

export function personOf(subject: Subject, paths: readonly EscapePath[]): Person {
  const { container } = subject
  const name = known(container.name) ?? subject.id
  const role = known(container.role) ?? 'main'
  const power = paths.find(isPower)
  const [trust, because] = power
    ? (['powerful', [power.cause.fact]] as const)
    : (hardening(subject) ?? exposure(subject) ?? (['ordinary', [container.name]] as const))
  return { subject, name: name === '' ? subject.id : name, role, trust, because }
}

/**
 * The host by itself, whatever the image's user turns out to be: what opens the way is written, and an image that is not given may well
 * say root, as most do. What hangs on the host's kernel, a sandbox or an LSM is no power yet.
 */
const isPower = ({ severity, state, ifs }: EscapePath): boolean =>
  severity === 'critical' &&
  (state === 'open' || ifs.every(({ text, ask }) => text.startsWith(IS_ROOT) && (ask === 'image' || ask === 'user')))

type Judged = readonly [Trust, readonly [Fact<unknown>, ...Fact<unknown>[]]]

/** What Pod Security's level "restricted" asks of a process. A read-only root file system slows an intruder, and keeps nobody from a neighbour. */
function hardening({ container }: Subject): Judged | undefined {
  const { user, capabilities, noNewPrivileges, seccomp } = container
  const uid = known(user.uid)
  const isUser = uid === undefined ? known(user.mustBeNonRoot) === true : uid !== 0
  const most = known(capabilities.bounding)?.map(known)
  const holdsNothing = most?.every((name) => name === 'NET_BIND_SERVICE') === true
  const filter = known(seccomp.kind)
  return isUser && holdsNothing && known(noNewPrivileges) === true && filter !== undefined && filter !== 'unconfined'
    ? ['hardened', [capabilities.bounding, uid === undefined ? user.mustBeNonRoot : user.uid, noNewPrivileges]]
    : undefined
}

/** A port that others than the host's own processes reach, or the host's network itself. */
function exposure({ container }: Subject): Judged | undefined {
  if (known(container.namespaces.network) === 'host') return ['exposed', [container.namespaces.network]]
  const port = known(container.ports)?.find(
    ({ facts: { published, address } }) =>
      known(published) === true && !/^(?:127\.|::1$|localhost$)/.test(known(address) ?? ''),
  )
  return port && ['exposed', [port.facts.published]]
}
