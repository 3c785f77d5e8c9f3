/** The derived rows of `container.seccomp` that come of a profile of the container's own: how it compares, and what is wrong with it. */
import { derived, type Fact } from '../../model/fact.ts'
import type { ContainerFacts } from '../../model/fields.ts'
import { compareProfiles } from './compare.ts'
import type { World } from './decide.ts'
import { lint } from './lint.ts'
import type { PlacedProfile } from './places.ts'
import type { SeccompProfile } from './profile.ts'

type Rows = Pick<ContainerFacts['seccomp'], 'relation' | 'looser' | 'flaws'>

/** Flaws that are remarks for whoever keeps the profile are for `plimsoll seccomp lint`: a scan tells what changes what the container can do. */
const TOLD =
  /^seccomp-(?:allows-|start-|default-allows|denies-nothing|architecture-|multiplexed-around|profile-disabled)/

/**
 * @param standard what the profile is compared with: Docker's default.
 * @param source the fact that names or holds the profile.
 */
export function judgedFacts(
  placed: PlacedProfile,
  standard: SeccompProfile,
  world: World,
  source: Fact<unknown>,
  noNewPrivileges: Fact<boolean>,
): Rows {
  const { relation, differences } = compareProfiles(placed.profile, standard, world)
  const because = `compared with Docker's default on ${world.architecture}, with this container's capabilities`
  const looser = new Set(differences.filter(({ direction }) => direction === 'looser').map(({ syscall }) => syscall))
  const starts = noNewPrivileges.how !== 'unknown' && noNewPrivileges.value
  const found = lint(placed, { ...world, architecture: world.native ?? 'amd64' }).filter(
    ({ id }) => TOLD.test(id) && !(starts && id === 'seccomp-start-needs-no-new-privileges'),
  )
  // A list of what is forbidden lets through all of them for one and the same reason.
  const isOpen = found.some(({ id }) => id === 'seccomp-default-allows' || id === 'seccomp-denies-nothing')
  const flaws = isOpen ? found.filter(({ id }) => !id.startsWith('seccomp-allows-')) : found
  const { place } = source
  return {
    relation: derived(place, relation, because, [source]),
    looser: derived(
      place,
      [...looser].sort().map((name) => derived(place, name, because, [source])),
      because,
      [source],
    ),
    flaws: derived(
      place,
      flaws.map((flaw) => {
        const fact = <T>(value: T): Fact<T> => derived(flaw.place, value, 'the profile says so', [source])
        return {
          place: flaw.place,
          facts: { id: fact(flaw.id), message: fact(flaw.message), severity: fact(flaw.severity) },
        }
      }),
      'what the profile lets through and holds back',
      [source],
    ),
  }
}
