/** Subjects -> the same with what follows from their facts: capabilities, what the seccomp profile lets through, ways out. */
import { capabilityRows } from './confine/capabilities.ts'
import { escapeFacts } from './confine/escape/facts.ts'
import { pathsAlone } from './confine/escape/paths.ts'
import type { Read } from './model/notice.ts'
import type { WaysOut } from './model/path.ts'
import type { Subject } from './model/subject.ts'
import { SeccompProfiles } from './profiles.ts'

export interface Derived {
  readonly subjects: readonly Subject[]
  /** Of the containers that have any. */
  readonly ways: readonly WaysOut[]
}

/** Works out the derived rows of every subject. Profiles that several containers name are read once. */
export async function deriveAll(
  subjects: readonly Subject[],
  options: { readonly seccompRoot?: string } = {},
): Promise<Read<Derived>> {
  const profiles = new SeccompProfiles(options.seccompRoot)
  const value: Subject[] = []
  const ways: WaysOut[] = []
  for (const subject of subjects) {
    const { container } = subject
    const capabilities = capabilityRows(subject)
    const seccomp = await profiles.facts(subject, capabilities.bounding)
    const confined: Subject = {
      ...subject,
      container: {
        ...container,
        capabilities: { ...container.capabilities, ...capabilities },
        seccomp,
      },
    }
    const paths = pathsAlone(confined)
    const escapes = escapeFacts(paths, container.name.place)
    const done = { ...confined, container: { ...confined.container, escapes } }
    value.push(done)
    if (paths.length > 0) ways.push({ subject: done, paths })
  }
  return { value: { subjects: value, ways }, notices: profiles.notices }
}
