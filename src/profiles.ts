/** The seccomp profiles that configurations name or hold, read once each. */
import { dirname, isAbsolute, join, normalize } from 'node:path'
import { seccompFacts } from './confine/seccomp/facts.ts'
import { isLxcPolicy, lxcPolicy } from './confine/seccomp/lxc-policy.ts'
import type { PlacedProfile } from './confine/seccomp/places.ts'
import { KUBERNETES, DOCKER } from './confine/convention.ts'
import { architectureOf, type Architecture } from './confine/syscalls.ts'
import { onHost } from './dialect/lxc/line.ts'
import type { Node, Text } from './document/node.ts'
import { readText } from './document/read.ts'
import { codeOf, decode, readBounded, reasonOf } from './file.ts'
import { derived, isWritten, unknown, type Fact, type Unsettled } from './model/fact.ts'
import type { ContainerFacts } from './model/fields.ts'
import type { Notice, Read } from './model/notice.ts'
import type { Place } from './model/place.ts'
import type { Subject } from './model/subject.ts'

const MAX_PROFILE = 4 * 2 ** 20

interface Source {
  readonly key: string
  readonly file: string
  readonly place: Place
  readonly text?: string
  /** Named by its whole path, which is one of the machine that the container runs on. */
  readonly isOfHost?: boolean
}
interface Found {
  readonly placed?: PlacedProfile
  /** Nothing stands where it was looked for. */
  readonly isAbsent?: true
}

export class SeccompProfiles {
  readonly notices: Notice[] = []
  readonly #root: string | undefined
  readonly #known = new Map<string, Found>()

  /** @param root folder that stands for the nodes' own folder of profiles, where Kubernetes' localhostProfile is looked for. */
  constructor(root: string | undefined) {
    this.#root = root
  }

  /** The derived rows of `container.seccomp`. */
  async facts(
    subject: Subject,
    bounding: ContainerFacts['capabilities']['bounding'],
  ): Promise<ContainerFacts['seccomp']> {
    const { container } = subject
    const { seccomp } = container
    const source = this.#sourceOf(subject)
    const known = source && (this.#known.get(source.key) ?? (await this.#read(source)))
    if (source && known) this.#known.set(source.key, known)
    const { image } = subject
    const machine = image.architecture.how === 'unknown' ? undefined : architectureOf(image.architecture.value)
    const convention = subject.runtime === 'kubernetes' ? KUBERNETES : DOCKER
    const rows = seccompFacts(
      container,
      known?.placed?.profile,
      bounding,
      machine ? { architecture: machine } : {},
      convention,
    )
    const judged = await this.#judged(container, known, bounding, machine ?? 'amd64')
    return { ...seccomp, ...rows, ...judged, found: this.#found(seccomp, source, known) }
  }

  /** The profile that is written inline, or the file that is named. */
  #sourceOf({ container, runtime }: Subject): Source | undefined {
    const { kind, text, name } = container.seccomp
    if (kind.how === 'unknown' || kind.value === 'unconfined') return undefined
    // A filter of the runtime's own may be known by its text: what it lets through is worked out, and nobody judges it.
    if (text.how !== 'unknown' && text.value !== '')
      return { key: text.value, file: text.place.file, place: text.place, text: text.value }
    if (kind.value !== 'profile' || name.how === 'unknown' || name.value === '' || !isWritten(name)) return undefined
    if (runtime !== 'kubernetes') {
      // LXC names files of the host, which may lie here as a copy of its tree.
      const named = runtime === 'lxc' ? onHost(name.place.file, name.value) : name.value
      const file = isAbsolute(named) ? named : join(dirname(name.place.file), named)
      return { key: file, file, place: name.place, isOfHost: isAbsolute(name.value) }
    }
    // The API server refuses one that leads out of the folder.
    if (this.#root === undefined || isAbsolute(name.value) || normalize(name.value).startsWith('..')) return undefined
    const file = join(this.#root, name.value)
    return { key: file, file, place: name.place }
  }

  #found(
    { kind, name }: ContainerFacts['seccomp'],
    source: Source | undefined,
    known: Found | undefined,
  ): Fact<boolean> {
    if (kind.how === 'unknown' && isWords(kind)) return unknown(kind.place, kind.because, kind.ask, [kind])
    if (kind.how === 'unknown' || kind.value !== 'profile')
      return derived(kind.place, true, 'no profile is named', [kind])
    if (!source)
      return unknown(
        name.place,
        "the profile lies on the nodes; a folder that stands for the kubelet's would tell: --seccomp-root FOLDER",
        'file',
        [name],
      )
    // A path of the machine that it runs on: this one may be another.
    if (known?.isAbsent === true && source.isOfHost)
      return unknown(
        source.place,
        `${source.file} is not on this machine; whether it is where it runs is not known`,
        'file',
        [name],
      )
    return derived(source.place, known?.isAbsent !== true, `looked for at ${source.file}`, [name])
  }

  async #judged(
    container: ContainerFacts,
    known: Found | undefined,
    bounding: ContainerFacts['capabilities']['bounding'],
    architecture: Architecture,
  ): Promise<Pick<ContainerFacts['seccomp'], 'relation' | 'looser' | 'flaws'>> {
    const { kind, name, text } = container.seccomp
    const placed = known?.placed
    // What cannot be read has been told as lost input.
    const isOwn = kind.how !== 'unknown' && kind.value === 'profile'
    if (!placed || !isOwn) return unjudgedFacts(kind, known !== undefined && !known.isAbsent)
    // Only where there is a profile: what compares and lints takes a while to load.
    const [{ judgedFacts }, { builtinSeccompProfile }] = await Promise.all([
      import('./confine/seccomp/judged.ts'),
      import('./seccomp-builtin.ts'),
    ])
    const standard = await builtinSeccompProfile('docker-default')
    if (!standard) throw new Error('there is no docker-default')
    const names = bounding.how === 'unknown' ? [] : bounding.value
    const capabilities = new Set(names.flatMap((one) => (one.how === 'unknown' ? [] : [one.value])))
    const source: Fact<unknown> = text.how !== 'unknown' && text.value !== '' ? text : name
    return judgedFacts(placed, standard.profile, { architecture, capabilities }, source, container.noNewPrivileges)
  }

  async #read(source: Source): Promise<Found> {
    let { text } = source
    if (text === undefined)
      try {
        text = decode(readBounded(source.file, MAX_PROFILE))
      } catch (error) {
        const code = codeOf(error)
        // A fact, and no lost input: the rule seccomp-profile-not-found speaks of it.
        if (code === 'ENOENT') return { isAbsent: true }
        if (code === 'EFBIG') return this.#tooLarge(source)
        this.#lost(
          source,
          'file-missing',
          `The seccomp profile ${source.file} cannot be read (${reasonOf(error)}), so what it allows is not known. Scan where the file is.`,
        )
        return {}
      }
    if (text.length > MAX_PROFILE) return this.#tooLarge(source)
    const locate = source.text === undefined ? undefined : () => source.place
    const { value: root, notices: flaws } = isLxcPolicy(text)
      ? lxcPolicy(source.file, text, locate)
      : firstDocument(readText(source.file, text, locate))
    this.notices.push(...flaws)
    if (!root) return {}
    // zod takes a while to load: only where there is a profile.
    const { readPlacedProfile } = await import('./confine/seccomp/read.ts')
    const { value, notices }: Read<PlacedProfile | undefined> = readPlacedProfile(root)
    this.notices.push(...notices)
    return value ? { placed: value } : {}
  }

  #tooLarge(source: Source): Found {
    this.#lost(
      source,
      'profile-limit',
      `The seccomp profile is larger than ${MAX_PROFILE / 2 ** 20} MB and was not read, so what it allows is not known. No engine takes one of that size: shorten it.`,
    )
    return {}
  }

  #lost(source: Source, id: string, message: string): void {
    this.notices.push({ id, place: source.place, message, lost: true })
  }
}

const firstDocument = ({ value, notices }: Read<Text>): Read<Node | undefined> => ({
  value: value.documents[0],
  notices,
})

/** Nothing of the container's own: what the engine gives, and what cannot be read. */
function unjudgedFacts(
  kind: ContainerFacts['seccomp']['kind'],
  isTold: boolean,
): Pick<ContainerFacts['seccomp'], 'relation' | 'looser' | 'flaws'> {
  const { place } = kind
  const none = (): Fact<readonly never[]> => derived(place, [], 'there is no profile of its own', [kind])
  if (kind.how === 'unknown' || kind.value === 'profile') {
    const because = kind.how === 'unknown' ? kind.because : 'the seccomp profile was not given'
    const open = (): Fact<never> => unknown(place, because, kind.how === 'unknown' ? kind.ask : 'file', [kind])
    const silent = isTold || (kind.how === 'unknown' && !isWords(kind))
    return { relation: open(), looser: silent ? none() : open(), flaws: silent ? none() : open() }
  }
  const isOff = kind.value === 'unconfined'
  const because = isOff ? 'no filter holds anything back' : "the engine's own profile"
  return {
    relation: derived(place, isOff ? 'looser' : 'equal', because, [kind]),
    looser: none(),
    flaws: none(),
  }
}

/** Somebody wrote what cannot be read. What a runtime does in silence may be a filter or none, and is no profile of the container's own. */
const isWords = (kind: Unsettled): boolean => kind.ask === 'user'
