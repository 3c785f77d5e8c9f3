/**
 * Subjects -> the projects that they make together: what only all containers of a pod or a compose project tell. Which belong together
 * the dialects say (`Together`); an image by itself, and a container of which nothing says what runs beside it, are in none.
 */
import { hardenedBeside, reachRows } from './confine/project/reach.ts'
import { resourceRows } from './confine/project/limit.ts'
import { personOf, type Person } from './confine/project/trust.ts'
import { sharedVolumes, volumeRows } from './confine/project/volume.ts'
import { byDefault, derived, type Fact } from './model/fact.ts'
import type { ProjectFacts } from './model/fields.ts'
import type { WaysOut } from './model/path.ts'
import type { Project, Subject, Together } from './model/subject.ts'

export function projectsOf(subjects: readonly Subject[], ways: readonly WaysOut[]): readonly Project[] {
  const paths = new Map(ways.map((one) => [one.subject, one.paths]))
  const groups = Map.groupBy(
    subjects.filter(({ together }) => together !== undefined),
    ({ together }) => together?.key,
  )
  return [...groups.values()].flatMap((members) => {
    const whole = members[0]?.together
    if (!whole) return []
    const people = members.map((subject) => personOf(subject, paths.get(subject) ?? []))
    return [{ id: whole.id, place: whole.place, members, facts: factsOf(people, whole) }]
  })
}

function factsOf(people: readonly Person[], whole: Together): ProjectFacts {
  const { place, kind } = whole
  const because = 'of its containers'
  const volumes = sharedVolumes(people)
  const reaches = reachRows(people, volumes, whole)
  const beside = hardenedBeside(people, whole)
  return {
    name: derived(place, whole.name, 'what it is called', []),
    kind: derived(place, kind, 'what keeps its containers together', []),
    containers: derived(
      place,
      people.map((person) => memberOf(person, beside.get(person) ?? [])),
      because,
      [],
    ),
    resources: resourceRows(people, whole),
    volumes: derived(place, volumes.flatMap(volumeRows), because, []),
    reaches: derived(place, reaches, because, []),
  }
}

type Member = Extract<ProjectFacts['containers'], { value: unknown }>['value'][number]
function memberOf({ subject, name, role, trust, because }: Person, hardened: readonly Person[]): Member {
  const { place, together } = subject
  const [cause] = because
  const fact = <T>(value: T, from: readonly Fact<unknown>[]): Fact<T> => derived(place, value, 'of the container', from)
  return {
    place,
    facts: {
      name: fact(name, []),
      role: fact(role, [subject.container.role]),
      trust: derived(cause.place, trust, TRUSTED[trust], because),
      replicas: together?.replicas ? { ...together.replicas } : byDefault(place, 1, 'one unless said'),
      hardenedBeside: derived(
        cause.place,
        hardened.map((one) => derived(one.because[0].place, one.name, 'it is hardened', one.because)),
        'they have one network',
        because,
      ),
    },
  }
}
const TRUSTED: { readonly [trust in Person['trust']]: string } = {
  powerful: 'what opens a critical way out to the host is written',
  hardened: 'another user than root, no capabilities, no new privileges, a system-call filter',
  exposed: 'others reach a port of it',
  ordinary: 'neither powerful, nor hardened, nor exposed',
}
