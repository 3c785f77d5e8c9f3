/** What several containers of a project mount. */
import { derived, type Fact } from '../../model/fact.ts'
import type { MountFacts, ProjectFacts } from '../../model/fields.ts'
import { cleanPath } from '../../model/pathname.ts'
import { known } from '../escape/answer.ts'
import type { Person } from './trust.ts'

/** A mount of a container. */
export interface Use {
  readonly person: Person
  readonly mount: MountFacts
}
/** One volume or path of the host, with all mounts of it. */
export interface SharedVolume {
  readonly kind: 'bind' | 'volume' | 'tmpfs'
  readonly source: string
  readonly uses: readonly Use[]
}

/** Mounts of one container that are compared. */
const MAX_MOUNTS = 1000
/** Other containers that a mount is told of. */
const MAX_OTHERS = 5

/** Folders of the host's own: who mounts them shares them with the host first of all, which host-path-sensitive and others judge. */
const OF_HOST =
  /^\/(?:$|(?:etc|proc|sys|dev|run|usr|lib|lib64|bin|sbin|boot)(?:\/|$)|var\/(?:run|log|lib\/(?:docker|containerd|containers|kubelet))(?:\/|$))/

/** What at least two containers mount that may run at the same time: an init container has ended when others begin. */
export function sharedVolumes(people: readonly Person[]): readonly SharedVolume[] {
  const found = new Map<string, { kind: SharedVolume['kind']; source: string; uses: Use[] }>()
  for (const person of people) {
    if (person.role === 'init') continue
    for (const mount of (known(person.subject.container.mounts) ?? []).slice(0, MAX_MOUNTS)) {
      const kind = known(mount.facts.kind)
      const written = known(mount.facts.source) ?? ''
      if ((kind !== 'bind' && kind !== 'volume' && kind !== 'tmpfs') || written === '') continue
      // Declared and not mounted; a folder that Nomad makes for one task.
      if (known(mount.facts.target) === '' || known(mount.facts.type) === 'task directory') continue
      const source = cleanPath(written)
      if (kind === 'bind' && OF_HOST.test(source)) continue
      const key = `${kind} ${source}`
      const before = found.get(key)
      if (before) before.uses.push({ person, mount })
      else found.set(key, { kind, source, uses: [{ person, mount }] })
    }
  }
  return [...found.values()].filter(({ uses }) => uses.some(({ person }) => person !== uses[0]?.person))
}

/** The same hole, as a fact of its own. */
const again = <T>(fact: Fact<T>): Fact<T> => ({ ...fact })

type Row = Extract<ProjectFacts['volumes'], { value: unknown }>['value'][number]

/** A row for every mount, with the other side as what it is derived from. */
export function volumeRows({ kind, source, uses }: SharedVolume): readonly Row[] {
  const some = [...new Map(uses.map((use) => [use.person, use])).values()].slice(0, MAX_OTHERS + 1)
  const writer = uses.find(({ mount }) => known(mount.facts.readOnly) === false)
  const unsure = uses.find(({ mount }) => mount.facts.readOnly.how === 'unknown')
  return uses.map(({ person, mount }): Row => {
    const others = some.filter((use) => use.person !== person).slice(0, MAX_OTHERS)
    const because = 'containers of the project mount it'
    const from = [mount.facts.source, ...others.slice(0, 2).map((use) => use.mount.facts.source)]
    const fact = <T>(value: T): Fact<T> => derived(mount.place, value, because, from)
    const deciding = (writer ?? unsure)?.mount.facts.readOnly
    return {
      place: mount.place,
      facts: {
        source: fact(source),
        kind: fact(kind),
        container: fact(person.name),
        target: { ...mount.facts.target },
        readOnly: { ...mount.facts.readOnly },
        writable:
          writer || !unsure
            ? derived(
                mount.place,
                writer !== undefined,
                writer ? `${writer.person.name} may write it` : 'all mount it read-only',
                deciding ? [deciding] : [],
              )
            : again(unsure.mount.facts.readOnly),
        others: fact(
          others.map((use) => derived(use.mount.place, use.person.name, 'it mounts it too', [use.mount.facts.source])),
        ),
      },
    }
  })
}
