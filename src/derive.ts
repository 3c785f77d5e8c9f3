/** Subjects -> the same with what follows from their facts: capabilities, what the seccomp profile lets through, ways out. */
import { AppArmorProfiles } from './apparmor-profiles.ts'
import { capabilityRows } from './confine/capabilities.ts'
import { escapeFacts } from './confine/escape/facts.ts'
import { pathsAlone } from './confine/escape/paths.ts'
import { sharedLevels } from './confine/selinux.ts'
import { startFacts } from './confine/start.ts'
import { derived, unknown } from './model/fact.ts'
import type { Read } from './model/notice.ts'
import type { WaysOut } from './model/path.ts'
import type { Project, Subject } from './model/subject.ts'
import { projectsOf } from './projects.ts'
import { SeccompProfiles } from './profiles.ts'

export interface Derived {
  readonly subjects: readonly Subject[]
  readonly projects: readonly Project[]
  /** Of the containers that have any. */
  readonly ways: readonly WaysOut[]
}

/** Folders that stand for those of the hosts that the containers run on. */
export interface ProfileRoots {
  /** The kubelet's folder of seccomp profiles, where localhostProfile is looked for. */
  readonly seccompRoot?: string
  /** The host's /etc/apparmor.d, where AppArmor profiles are looked for by their names. */
  readonly apparmorRoot?: string
}

/** Works out the derived rows of every subject. Profiles that several containers name are read once. */
export async function deriveAll(subjects: readonly Subject[], options: ProfileRoots = {}): Promise<Read<Derived>> {
  const profiles = new SeccompProfiles(options.seccompRoot)
  const appArmor = new AppArmorProfiles(options.apparmorRoot)
  const reaching = reachingOf(subjects)
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
        apparmor: await appArmor.facts(container.apparmor),
        selinux: { ...container.selinux, reaches: reaching(subject) },
      },
    }
    const paths = pathsAlone(confined)
    const escapes = escapeFacts(paths, container.name.place)
    const done = { ...confined, container: { ...confined.container, escapes, start: startFacts(confined) } }
    value.push(done)
    if (paths.length > 0) ways.push({ subject: done, paths })
  }
  return {
    value: { subjects: value, projects: projectsOf(value, ways), ways },
    notices: [...profiles.notices, ...appArmor.notices],
  }
}

/** The row that only all containers together tell: whom an SELinux level lets at whom. */
function reachingOf(subjects: readonly Subject[]): (subject: Subject) => Subject['container']['selinux']['reaches'] {
  const reaches = Map.groupBy(
    sharedLevels(subjects).reaches.filter(({ same }) => same),
    ({ from }) => from,
  )
  return (subject) => {
    const { level } = subject.container.selinux
    if (level.how === 'unknown') return unknown(level.place, level.because, level.ask, [level])
    const ids = new Set((reaches.get(subject) ?? []).flatMap(({ to }) => to.map(({ id }) => id)))
    const names = [...ids].sort().map((id) => derived(level.place, id, 'it has the same level', [level]))
    return derived(level.place, names, 'levels of this scan compared (MCS categories)', [level])
  }
}
