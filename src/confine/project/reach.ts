/** Who of a project reaches a powerful container through what they share. */
import { derived, isWritten, unknown, type Fact, type Unsettled } from '../../model/fact.ts'
import type { ProjectFacts } from '../../model/fields.ts'
import type { Place } from '../../model/place.ts'
import type { Together } from '../../model/subject.ts'
import { known } from '../escape/answer.ts'
import { entering } from './enter.ts'
import { namespaceKeys } from './namespace.ts'
import { runsFrom } from './program.ts'
import type { Person } from './trust.ts'
import type { SharedVolume, Use } from './volume.ts'

type Row = Extract<ProjectFacts['reaches'], { value: unknown }>['value'][number]
type Channel = Extract<Row['facts']['through'], { value: unknown }>['value']

/** Powerful containers of one group that each other one is compared with. */
const MAX_POWERFUL = 8

interface Reach {
  readonly place: Place
  readonly from: Person
  readonly to: Person
  readonly through: Channel
  readonly what: string
  readonly takes: readonly Fact<unknown>[] | Unsettled
}

export function reachRows(
  people: readonly Person[],
  volumes: readonly SharedVolume[],
  whole: Together,
): readonly Row[] {
  const running = people.filter(({ role }) => role !== 'init')
  if (!running.some(isPowerful) || running.every(isPowerful)) return []
  const found = [...processes(running, whole), ...volumes.flatMap(throughVolume), ...engines(running, whole)]
  // One cause, however many are let in by it.
  const together = Map.groupBy(found, ({ place, to, through, what }) => JSON.stringify([place, to.name, through, what]))
  return [...together.values()].map(rowOf)
}
const isPowerful = ({ trust }: Person): boolean => trust === 'powerful'

function rowOf(all: readonly Reach[]): Row {
  const sure = all.filter(({ takes }) => Array.isArray(takes))
  const some = sure.length > 0 ? sure : all
  const [first] = some
  if (!first) throw new Error('a group has an element')
  const { place, to, through, what, takes } = first
  const from = [...(isHole(takes) ? [] : takes), ...to.because]
  const because = `${to.name} is powerful, and they share ${WORDS[through]}`
  const fact = <T>(value: T): Fact<T> => derived(place, value, because, from)
  return {
    place,
    facts: {
      from: fact(
        some.map((one) =>
          derived(one.from.subject.place, one.from.name, 'it is not powerful itself', one.from.because),
        ),
      ),
      to: fact(to.name),
      through: fact(through),
      what: fact(what),
      takes: isHole(takes) ? unknown(takes.place, takes.because, takes.ask, [takes, ...to.because]) : fact(true),
    },
  }
}
const isHole = (takes: Reach['takes']): takes is Unsettled => !Array.isArray(takes)
const WORDS: { readonly [through in Channel]: string } = {
  pid: 'a PID namespace',
  volume: 'a volume that it runs programs of',
  engine: 'the engine in it',
}

/** The first that is certain; else the first that may be. */
function best(reaches: readonly Reach[]): readonly Reach[] {
  const found = reaches.find(({ takes }) => !isHole(takes)) ?? reaches[0]
  return found ? [found] : []
}

function processes(people: readonly Person[], whole: Together): readonly Reach[] {
  const keys = namespaceKeys(people, whole.kind, 'pid')
  return [...Map.groupBy(keys, ([, key]) => key).values()].flatMap((group): readonly Reach[] => {
    const members = group.map(([person]) => person)
    const powerful = members.filter(isPowerful).slice(0, MAX_POWERFUL)
    if (powerful.length === 0) return []
    return members
      .filter((person) => !isPowerful(person))
      .flatMap((from) =>
        best(
          powerful.flatMap((to): readonly Reach[] => {
            const answer = entering(from, to)
            if (answer.is === 'no') return []
            const said = [from, to].map(({ subject }) => subject.container.namespaces.pid)
            const shared = said.find((fact) => known(fact) === 'container' && isWritten(fact)) ?? said[0]
            return [
              {
                place: shared?.place ?? from.subject.place,
                from,
                to,
                through: 'pid',
                what: '',
                takes: answer.is === 'yes' ? [...(shared ? [shared] : []), ...answer.because] : answer.hole,
              },
            ]
          }),
        ),
      )
  })
}

function throughVolume({ source, uses }: SharedVolume): readonly Reach[] {
  const told = uses
    .filter(({ person }) => isPowerful(person))
    .slice(0, MAX_POWERFUL)
    .flatMap((use) => {
      const fact = runsFrom(use)
      return fact ? [{ use, fact }] : []
    })
  const [first] = told
  if (!first) return []
  return uses
    .filter(({ person }) => !isPowerful(person))
    .flatMap((use): readonly Reach[] => {
      const writes = writing(use)
      if (writes === undefined) return []
      return [
        {
          place: use.mount.place,
          from: use.person,
          to: first.use.person,
          through: 'volume',
          what: source,
          takes: isHole(writes) ? writes : [...writes, first.fact, first.use.mount.facts.source],
        },
      ]
    })
}
/** Root writes everything, and everybody a new folder of a pod; what another user may write the files themselves say. */
function writing({ person, mount }: Use): readonly Fact<unknown>[] | Unsettled | undefined {
  const { readOnly, type } = mount.facts
  if (readOnly.how === 'unknown') return readOnly
  if (readOnly.value) return undefined
  const { uid } = person.subject.container.user
  if (known(type) === 'emptyDir' || known(uid) === 0) return [readOnly, uid]
  if (uid.how === 'unknown') return uid
  return {
    how: 'unknown',
    place: mount.place,
    because: `whether uid ${uid.value} may write there is up to the permissions of what is mounted`,
    ask: 'user',
    from: [uid],
  }
}

const ADDRESS = /^(?:tcp|https?|ssh):\/\/(?:[^@/]*@)?(\[[^\]]*\]|[^:/?#]+)(?::\d+)?\/?$/
const LOOPBACK = /^(?:localhost|127\.\d+\.\d+\.\d+|\[::1\])$/

/** `DOCKER_HOST` of one container names another, which runs an engine of its own. */
function engines(people: readonly Person[], whole: Together): readonly Reach[] {
  const running = people.filter((person) => isPowerful(person) && isEngine(person)).slice(0, 100)
  if (running.length === 0) return []
  const keys = namespaceKeys(people, whole.kind, 'network')
  return people
    .filter((person) => !isPowerful(person))
    .flatMap((from): readonly Reach[] => {
      const variable = (known(from.subject.container.environment) ?? [])
        .slice(0, 2000)
        .find(({ facts: { name } }) => ['DOCKER_HOST', 'CONTAINER_HOST'].includes(known(name) ?? ''))
      const value = variable && known(variable.facts.value)
      const host = ADDRESS.exec(value ?? '')?.[1]
      if (!variable || value === undefined || host === undefined) return []
      const to = running.find((person) =>
        LOOPBACK.test(host)
          ? keys.get(person) !== undefined && keys.get(person) === keys.get(from)
          : host === person.name || host === person.subject.id,
      )
      if (!to) return []
      // The variable's name and not its value, in which a password may be.
      const takes = [variable.facts.name, to.subject.container.image.reference]
      const what = value.replace(/\/\/[^@/]*@/, '//')
      return [{ place: variable.place, from, to, through: 'engine', what, takes }]
    })
}
/** docker:dind and its like. What mounts the host's socket is a proxy of it as often, which lets little through. */
function isEngine({ subject: { container } }: Person): boolean {
  const repository = known(container.image.repository) ?? ''
  const tag = known(container.image.tag) ?? ''
  const name = repository.split('/').at(-1) ?? ''
  const mountsSocket = (known(container.mounts) ?? []).some(({ facts: { source } }) =>
    /(?:^|\/)(?:docker|podman|containerd)\.sock$/.test(known(source) ?? ''),
  )
  return !mountsSocket && (name.includes('dind') || (name === 'docker' && /(?:^|-)dind(?:-|$)/.test(tag)))
}

/** Hardened containers that share a network namespace, and with it the loopback interface, with a powerful one. */
export function hardenedBeside(people: readonly Person[], whole: Together): ReadonlyMap<Person, readonly Person[]> {
  const running = people.filter(({ role }) => role !== 'init')
  const keys = namespaceKeys(running, whole.kind, 'network')
  const beside = new Map<Person, readonly Person[]>()
  for (const group of Map.groupBy(keys, ([, key]) => key).values()) {
    const members = group.map(([person]) => person)
    const hardened = members.filter(({ trust }) => trust === 'hardened').slice(0, 20)
    if (hardened.length > 0) for (const person of members.filter(isPowerful)) beside.set(person, hardened)
  }
  return beside
}
