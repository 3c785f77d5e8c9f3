/** Where a well-known program must write, and which capabilities it must have, against what the container gives it. */
import { derived, type Fact, type Unsettled } from '../../model/fact.ts'
import type { ContainerFacts } from '../../model/fields.ts'
import { cleanPath, isBelow, withRun } from '../../model/pathname.ts'
import type { Place } from '../../model/place.ts'
import { NO_RUNTIME, type Subject } from '../../model/subject.ts'
import { baseOf } from '../capabilities/image-files.ts'
import { holeIn, namesIn, passedOn, unsettled } from '../capabilities/lists.ts'
import { wellKnown, WELL_KNOWN, type WellKnown } from './well-known.ts'

type Start = ContainerFacts['start']
type Write = Extract<Start['writes'], { readonly value: unknown }>['value'][number]
type Need = Extract<Start['needs'], { readonly value: unknown }>['value'][number]

/** A program of the table that the container runs. */
interface Running {
  readonly known: WellKnown
  /** Why it may be configured otherwise. */
  readonly open?: Unsettled
  readonly from: readonly Fact<unknown>[]
}

const valueOf = <T>(fact: Fact<T>): T | undefined => (fact.how === 'unknown' ? undefined : fact.value)
/** Left to the image, or taken from it: nobody wrote it for this container. */
const isImages = (fact: Fact<unknown>): boolean =>
  (fact.how === 'unknown' && fact.ask === 'image') || (fact.how === 'derived' && (fact.from ?? []).some(isLeft))
const isLeft = (fact: Fact<unknown>): boolean => fact.how === 'unknown' && fact.ask === 'image'

export function needsOf(subject: Subject): Pick<Start, 'writes' | 'needs'> {
  const { container } = subject
  const { reference } = container.image
  const running = runningOf(subject)
  const place = reference.place
  if (!running) {
    const because = 'it is not known to run a program whose needs are known'
    return { writes: derived(place, [], because, [reference]), needs: derived(place, [], because, [reference]) }
  }
  const { known } = running
  const because = `it runs ${known.program} (${known.source})`
  return {
    writes: derived(
      place,
      known.writes.map((path): Write => ({
        place,
        facts: {
          path: derived(place, path, because, running.from),
          program: derived(place, known.program, because, running.from),
          writable: writable(path, subject, running),
        },
      })),
      because,
      running.from,
    ),
    needs: derived(
      place,
      isRoot(subject) ? known.needs.map((name): Need => need(name, place, because, subject, running)) : [],
      because,
      running.from,
    ),
  }
}

/** The official image, by its name; or one that is built on it, by a variable that it sets and the program that it runs. */
function runningOf(subject: Subject): Running | undefined {
  const { container, image } = subject
  const { registry, repository } = container.image
  if (container.os.how !== 'unknown' && container.os.value === 'windows') return undefined
  const official =
    subject.imageId !== undefined && valueOf(image.built) === false
      ? undefined
      : wellKnown(valueOf(registry) ?? '', valueOf(repository) ?? '')
  const from: readonly Fact<unknown>[] = [container.image.reference, container.entrypoint, container.command]
  if (official)
    return runs(official, container) ? { known: official, from, ...configured(official, subject) } : undefined
  const names = new Set(
    (valueOf(image.environment) ?? []).flatMap(({ facts: { name } }) => (name.how === 'unknown' ? [] : [name.value])),
  )
  const base = valueOf(image.built) === false ? image.base : undefined
  const based = base && wellKnown(valueOf(base.registry) ?? '', valueOf(base.repository) ?? '')
  const built = based ?? WELL_KNOWN.find(({ variable }) => variable !== '' && names.has(variable))
  if (!built || !runs(built, container, based !== undefined)) return undefined
  const open = unsettled(
    container.image.reference.place,
    `its image is built on that of ${built.program}, and may configure it otherwise`,
    'user',
    from,
  )
  return { known: built, open, from }
}

/** Does the command run it? `byDefault`: what the image says is known to. */
function runs({ commands }: WellKnown, { entrypoint, command }: ContainerFacts, byDefault = true): boolean {
  const isIt = (word: Fact<string> | undefined): boolean => commands.includes(baseOf((word && valueOf(word)) ?? ''))
  // The entrypoints of these images put their program before options.
  const isForIt = (word: Fact<string> | undefined): boolean =>
    isIt(word) || (word && valueOf(word))?.startsWith('-') === true
  const words = valueOf(command)
  if (isImages(entrypoint))
    return isImages(command)
      ? byDefault || isIt(words?.[0]) || isIt(valueOf(entrypoint)?.[0])
      : isForIt(words?.[0]) || words?.length === 0
  if (entrypoint.how === 'unknown') return false
  // What is read off a running container has the image's own entrypoint, and its command behind that.
  const [first, second] = [...entrypoint.value, ...(words ?? [])]
  return baseOf((first && valueOf(first)) ?? '') === 'docker-entrypoint.sh' ? isForIt(second) : isIt(first)
}

/** Something that may change where it writes. */
function configured({ settings, moves }: WellKnown, { container }: Subject): Pick<Running, 'open'> {
  const words = isImages(container.command) ? [] : (valueOf(container.command) ?? [])
  const moving = words.find((word) => word.how === 'unknown' || moves.test(word.value.slice(0, 4096)))
  const mount = (valueOf(container.mounts) ?? []).find(({ facts: { target } }) => {
    const path = valueOf(target)
    return path !== undefined && settings.some((one) => isWithin(path, one) || isWithin(one, path))
  })
  const fact = moving ?? mount?.facts.target
  return fact ? { open: unsettled(fact.place, 'its own settings may change what it needs', 'user', [fact]) } : {}
}

const clean = (path: string): string => withRun(cleanPath(path))
const isWithin = (path: string, folder: string): boolean => isBelow(clean(path), clean(folder))

/** Paths that Podman puts a tmpfs on where the root file system is read-only (podman-run(1), --read-only-tmpfs, on unless switched off). */
const PODMAN = ['/run', '/tmp', '/var/tmp']

function writable(path: string, subject: Subject, { known, open, from }: Running): Fact<boolean> {
  const { container, runtime } = subject
  const { mounts } = container
  if (mounts.how === 'unknown' && mounts.because !== NO_RUNTIME) return passedOn(mounts)
  const all = (valueOf(mounts) ?? []).map(({ place, facts }) => ({ place, ...facts }))
  const hole = all.find(({ target }) => target.how === 'unknown')?.target
  // Of several the one that lies deepest is what a process meets there.
  const [over] = all
    .flatMap((mount) => {
      const target = valueOf(mount.target) ?? ''
      return target !== '' && isWithin(path, target) ? [{ ...mount, depth: clean(target).length }] : []
    })
    .toSorted((a, b) => b.depth - a.depth)
  if (over?.readOnly.how === 'unknown') return passedOn(over.readOnly)
  if (over && valueOf(over.readOnly) === false)
    return derived(over.place, true, 'a mount that may be written covers it', [over.target, over.readOnly])
  const volume = over ? false : volumeOver(path, subject, known)
  if (!over && runtime === 'podman' && PODMAN.some((one) => isWithin(path, one)))
    return derived(mounts.place, true, 'Podman mounts a tmpfs there', [mounts])
  if (volume === true)
    return derived(mounts.place, true, 'the image declares a volume there, for which the engine makes one', [mounts])
  const unknown = (hole?.how === 'unknown' ? hole : undefined) ?? (volume === false ? undefined : volume) ?? open
  return unknown
    ? passedOn(unknown)
    : derived(mounts.place, false, `no mount that may be written covers ${path}`, [mounts, ...from])
}

/**
 * VOLUME of the image: Docker and Podman mount an anonymous volume; containerd's CRI does too unless ignore_image_defined_volumes is set
 * (docs/cri/config.md); CRI-O makes a folder, unless image_volumes is "bind" (crio.conf(5)).
 */
function volumeOver(path: string, { image, engine, runtime }: Subject, known: WellKnown): boolean | Unsettled {
  const declared =
    image.volumes.how === 'unknown' ? known.volumes : image.volumes.value.flatMap((one) => valueOf(one) ?? [])
  if (!declared.some((volume) => isWithin(path, volume))) return false
  if (runtime !== 'kubernetes') return true
  const kind = valueOf(engine.kind)
  if (kind === 'containerd') return true
  return unsettled(
    engine.kind.place,
    'containerd mounts a volume where the image declares one, CRI-O does not',
    'engine',
    [engine.kind],
  )
}

/** The images of the table begin as root unless somebody says otherwise. */
function isRoot({ container: { user } }: Subject): boolean {
  if (user.uid.how !== 'unknown') return user.uid.value === 0
  // The kubelet does not start it then.
  if (valueOf(user.mustBeNonRoot) === true) return false
  return user.name.how === 'unknown' && user.name.ask === 'image'
}

function need(name: string, place: Place, because: string, subject: Subject, { known, open, from }: Running): Need {
  const { bounding } = subject.container.capabilities
  const hole = holeIn(bounding)
  const held = namesIn(bounding).includes(name)
  return {
    place,
    facts: {
      capability: derived(place, name, because, from),
      program: derived(place, known.program, because, from),
      held:
        hole && !held
          ? passedOn(hole)
          : !held && open
            ? passedOn(open)
            : derived(bounding.place, held, held ? 'it is not dropped' : 'it is dropped', [bounding, ...from]),
    },
  }
}
