/** Subjects -> the same with what follows from their facts: capabilities, and what the seccomp profile lets through. */
import { dirname, isAbsolute, join } from 'node:path'
import { capabilityFacts } from './confine/capabilities.ts'
import { DOCKER, KUBERNETES } from './confine/convention.ts'
import { escapeFacts } from './confine/escape/facts.ts'
import { pathsAlone } from './confine/escape/paths.ts'
import { seccompFacts, type Host } from './confine/seccomp/facts.ts'
import type { SeccompProfile } from './confine/seccomp/profile.ts'
import { architectureOf } from './confine/syscalls.ts'
import { readText } from './document/read.ts'
import { codeOf, decode, readBounded, reasonOf } from './file.ts'
import { isWritten } from './model/fact.ts'
import type { Notice, Read } from './model/notice.ts'
import type { WaysOut } from './model/path.ts'
import type { Place } from './model/place.ts'
import type { Subject } from './model/subject.ts'

const MAX_PROFILE = 4 * 2 ** 20

export interface Derived {
  readonly subjects: readonly Subject[]
  /** Of the containers that have any. */
  readonly ways: readonly WaysOut[]
}

/** Works out the derived rows of every subject. Profiles that several containers name are read once. */
export async function deriveAll(subjects: readonly Subject[]): Promise<Read<Derived>> {
  const notices: Notice[] = []
  const profiles = new Map<string, SeccompProfile | undefined>()
  const value: Subject[] = []
  const ways: WaysOut[] = []
  for (const subject of subjects) {
    const { container } = subject
    const convention = subject.runtime === 'kubernetes' ? KUBERNETES : DOCKER
    const capabilities = capabilityFacts(container, convention)
    const source = profileOf(subject)
    if (source && !profiles.has(source.key)) {
      const read = await readProfileText(source)
      profiles.set(source.key, read.value)
      notices.push(...read.notices)
    }
    const seccomp = seccompFacts(
      container,
      source && profiles.get(source.key),
      capabilities.bounding,
      hostOf(subject),
      convention,
    )
    const confined: Subject = {
      ...subject,
      container: {
        ...container,
        capabilities: { ...container.capabilities, ...capabilities },
        seccomp: { ...container.seccomp, ...seccomp },
      },
    }
    const paths = pathsAlone(confined)
    const escapes = escapeFacts(paths, container.name.place)
    const done = { ...confined, container: { ...confined.container, escapes } }
    value.push(done)
    if (paths.length > 0) ways.push({ subject: done, paths })
  }
  return { value: { subjects: value, ways }, notices }
}

function hostOf({ image }: Subject): Host {
  const architecture = image.architecture.how === 'unknown' ? undefined : architectureOf(image.architecture.value)
  return architecture ? { architecture } : {}
}

interface ProfileSource {
  readonly key: string
  readonly file: string
  readonly place: Place
  readonly text?: string
}

/** The profile that is written inline, or the file that is named. A node's own profiles (Kubernetes' Localhost) are not here to be read. */
function profileOf({ container, runtime }: Subject): ProfileSource | undefined {
  const { kind, text, name } = container.seccomp
  if (kind.how === 'unknown' || kind.value !== 'profile') return undefined
  if (text.how !== 'unknown' && text.value !== '')
    return { key: text.value, file: text.place.file, place: text.place, text: text.value }
  if (name.how === 'unknown' || name.value === '' || !isWritten(name) || runtime === 'kubernetes') return undefined
  const file = isAbsolute(name.value) ? name.value : join(dirname(name.place.file), name.value)
  return { key: file, file, place: name.place }
}

async function readProfileText(source: ProfileSource): Promise<Read<SeccompProfile | undefined>> {
  let text = source.text
  if (text === undefined)
    try {
      text = decode(readBounded(source.file, MAX_PROFILE))
    } catch (error) {
      if (codeOf(error) === 'EFBIG') return tooLarge(source)
      return lost(
        source,
        'file-missing',
        `The seccomp profile ${source.file} cannot be read (${reasonOf(error)}), so what it allows is not known. Scan where the file is.`,
      )
    }
  if (text.length > MAX_PROFILE) return tooLarge(source)
  const read = source.text === undefined ? readText(source.file, text) : readText(source.file, text, () => source.place)
  const [root] = read.value.documents
  if (!root) return { value: undefined, notices: read.notices }
  // zod takes a while to load: only where there is a profile.
  const { readProfile } = await import('./confine/seccomp/read.ts')
  const profile = readProfile(root)
  return { value: profile.value, notices: [...read.notices, ...profile.notices] }
}
const tooLarge = (source: ProfileSource): Read<undefined> =>
  lost(
    source,
    'profile-limit',
    `The seccomp profile is larger than ${MAX_PROFILE / 2 ** 20} MB and was not read, so what it allows is not known. No engine takes one of that size: shorten it.`,
  )
const lost = (source: ProfileSource, id: string, message: string): Read<undefined> => ({
  value: undefined,
  notices: [{ id, place: source.place, message, lost: true }],
})
