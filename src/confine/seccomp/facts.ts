/** The derived rows of `container.seccomp`. Types only from profile.ts, so that zod is not loaded. */
import { derived, isWritten, unknown, type Fact, type Unsettled } from '../../model/fact.ts'
import type { ContainerFacts } from '../../model/fields.ts'
import { DOCKER, type Convention } from '../convention.ts'
import { systemCalls, type Architecture } from '../syscalls.ts'
import { allowsByName, asksForArchitecture, asksForCapabilities, type Circumstances } from './allows.ts'
import type { SeccompProfile } from './profile.ts'

type Names = Fact<readonly Fact<string>[]>
export interface SeccompFacts {
  readonly defaultAction: Fact<string>
  readonly allows: Names
}

/** What is known of the host; an architecture that is not known is taken to be amd64, and the reason says so. */
export interface Host {
  readonly architecture?: Architecture
  readonly kernel?: Circumstances['kernel']
}

/**
 * `defaultAction` and `allows` of the container's filter.
 *
 * @param profile the profile that `container.seccomp` names or holds; for `runtime-default` the engine's built-in one, where it is known.
 * @param capabilities the derived bounding set: rules of a profile may hang on it.
 */
export function seccompFacts(
  container: ContainerFacts,
  profile: SeccompProfile | undefined,
  capabilities: Names,
  host: Host = {},
  convention: Convention = DOCKER,
): SeccompFacts {
  const { privileged, seccomp } = container
  const { kind } = seccomp
  if (kind.how === 'unknown') return both(() => passedOn(kind))
  if (kind.value === 'unconfined') return unfiltered(kind, 'no filter: every system call is let through', host)
  const rule = kind.value === 'runtime-default' ? 'ignored' : convention.privilegedProfile
  if (rule !== 'applied') {
    if (privileged.how === 'unknown') return both(() => passedOn(privileged))
    if (privileged.value && rule === 'ignored')
      return unfiltered(privileged, 'a privileged container gets no filter', host)
    if (privileged.value) return both(() => unknown(privileged.place, BY_VERSION, 'engine', [privileged, kind]))
  }
  const source: Fact<unknown> =
    [seccomp.text, seccomp.name].find((fact) => isWritten(fact) && known(fact) !== '') ?? kind
  if (!profile)
    return kind.value === 'profile'
      ? both(() => unknown(source.place, 'the seccomp profile was not given', 'file', chain(source, kind)))
      : both(() => unknown(kind.place, "the engine's own seccomp profile was not given", 'engine', [kind]))
  return filtered(profile, source, chain(source, kind), capabilities, host)
}

function filtered(
  profile: SeccompProfile,
  source: Fact<unknown>,
  from: readonly Fact<unknown>[],
  capabilities: Names,
  host: Host,
): SeccompFacts {
  const { place } = source
  const defaultAction = derived<string>(place, profile.defaultAction, "the profile's default action", from)
  if (profile.baseProfileName)
    return {
      defaultAction,
      allows: unknown(place, 'the base profile that it is joined with was not given', 'file', from),
    }
  const asks = asksForCapabilities(profile)
  const hole = capabilities.how === 'unknown' ? capabilities : capabilities.value.find((one) => one.how === 'unknown')
  if (asks && hole) return { defaultAction, allows: passedOn(hole) }
  const { architecture = 'amd64', kernel } = host
  const held = capabilities.how === 'unknown' ? [] : capabilities.value.flatMap((one) => known(one) ?? [])
  const outcome = allowsByName(profile, { capabilities: new Set(held), architecture, ...(kernel && { kernel }) })
  const because = [
    'the profile lets it through whatever its arguments',
    ...(asks ? ['with the capabilities of this container'] : []),
    ...(host.architecture === undefined && asksForArchitecture(profile) ? ['on amd64'] : []),
    ...(outcome.kernelAssumed ? ['on a kernel new enough for all its rules'] : []),
  ].join(', ')
  const chained = asks ? [...from, capabilities] : from
  const allows = outcome.allows.map((name) => derived(place, name, because, chained))
  return { defaultAction, allows: derived(place, allows, because, chained) }
}

function unfiltered(reason: Fact<unknown>, because: string, host: Host): SeccompFacts {
  const { place } = reason
  const names = systemCalls(host.architecture ?? 'amd64').map((name) => derived(place, name, because, [reason]))
  return {
    defaultAction: derived<string>(place, 'SCMP_ACT_ALLOW', because, [reason]),
    allows: derived(place, names, because, [reason]),
  }
}

const BY_VERSION = 'whether a privileged container gets the profile that it names depends on the version of the engine'

/** Facts are never shared: each row gets its own. */
const both = (fact: () => Fact<never>): SeccompFacts => ({ defaultAction: fact(), allows: fact() })
const passedOn = (fact: Unsettled): Fact<never> => unknown(fact.place, fact.because, fact.ask, [fact])
const chain = (source: Fact<unknown>, kind: Fact<unknown>): readonly Fact<unknown>[] =>
  source === kind ? [kind] : [source, kind]
const known = <T>(fact: Fact<T>): T | undefined => (fact.how === 'unknown' ? undefined : fact.value)
