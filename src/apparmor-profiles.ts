/** The AppArmor profiles that configurations name, looked for in a folder that stands for the hosts' /etc/apparmor.d. */
import { readdirSync } from 'node:fs'
import { join } from 'node:path'
import type { AppArmorProfile } from './confine/apparmor/resolve.ts'
import { codeOf, decode, readBounded } from './file.ts'
import { derived, unknown, type Fact } from './model/fact.ts'
import type { ContainerFacts } from './model/fields.ts'
import type { Notice } from './model/notice.ts'
import { startOf } from './model/place.ts'

type AppArmor = ContainerFacts['apparmor']
type Rows = Pick<AppArmor, 'looser' | 'flaws'>

const MAX_FILES = 2000
const MAX_PROFILE = 4 * 2 ** 20

export class AppArmorProfiles {
  readonly notices: Notice[] = []
  readonly #root: string | undefined
  readonly #known = new Map<string, AppArmorProfile | undefined>()

  constructor(root: string | undefined) {
    this.#root = root
  }

  /** The derived rows of `container.apparmor`. */
  async facts(apparmor: AppArmor): Promise<AppArmor> {
    return { ...apparmor, ...(await this.#rows(apparmor)) }
  }

  async #rows({ kind, name }: AppArmor): Promise<Rows> {
    if (kind.how === 'unknown' && kind.ask === 'user') return open(kind, kind.because, 'user')
    if (kind.how === 'unknown' || kind.value !== 'profile') return none(kind)
    if (name.how === 'unknown') return open(name, name.because, name.ask)
    if (name.value === 'docker-default') return none(name)
    if (this.#root === undefined)
      return open(
        name,
        "the AppArmor profile is loaded on the host; a folder that stands for the host's /etc/apparmor.d would tell: --apparmor-root FOLDER",
        'file',
      )
    if (!this.#known.has(name.value)) this.#known.set(name.value, await this.#find(name.value, this.#root))
    const profile = this.#known.get(name.value)
    if (!profile) return open(name, `no file of ${this.#root} holds an AppArmor profile of that name`, 'file')
    return judged(profile, name)
  }

  async #find(name: string, root: string): Promise<AppArmorProfile | undefined> {
    const { parseAppArmor } = await import('./confine/apparmor/read.ts')
    const { includeFrom } = await import('./apparmor-folders.ts')
    const { every } = await import('./confine/apparmor/lint.ts')
    for (const file of this.#files(root)) {
      let text: string
      try {
        text = decode(readBounded(join(root, file), MAX_PROFILE))
      } catch (error) {
        if (codeOf(error) !== 'ENOTREG') this.#lost(join(root, file), 'This file cannot be read')
        continue
      }
      // Most files are about something else: parsing them would cost more than the rest of the scan.
      if (!text.includes(name)) continue
      const { value, notices } = parseAppArmor(join(root, file), text, { include: includeFrom([root]) })
      const found = every(value.profiles).find((profile) => profile.name === name)
      if (!found) continue
      this.notices.push(...notices)
      return found
    }
    return undefined
  }

  #files(root: string): readonly string[] {
    try {
      return readdirSync(root).sort().slice(0, MAX_FILES)
    } catch {
      this.#lost(root, 'This folder of AppArmor profiles cannot be read')
      return []
    }
  }

  #lost(file: string, what: string): void {
    this.notices.push({
      id: 'file-unreadable',
      place: startOf(file),
      message: `${what}, so what its AppArmor profiles allow is not known. Allow reading it, or correct --apparmor-root.`,
      lost: true,
    })
  }
}

async function judged(profile: AppArmorProfile, name: Fact<string>): Promise<Rows> {
  const { compareAppArmor } = await import('./confine/apparmor/compare.ts')
  const { lintProfile } = await import('./confine/apparmor/lint.ts')
  const { parseAppArmor } = await import('./confine/apparmor/read.ts')
  const { appArmorTexts } = await import('./apparmor-names.ts')
  const { value } = parseAppArmor('docker-default', (await appArmorTexts()).get('docker-default') ?? '')
  const [standard] = value.profiles
  if (!standard) throw new Error('there is no docker-default')
  const says = 'the profile says so'
  const looser = compareAppArmor(profile, standard).looser.filter(({ answer }) => answer === 'yes')
  return {
    looser: derived(
      name.place,
      looser.map(({ what, place }) => derived(place, what, 'docker-default forbids it', [name])),
      'compared with docker-default',
      [name],
    ),
    flaws: derived(
      name.place,
      lintProfile(profile).map((flaw) => ({
        place: flaw.place,
        facts: {
          id: derived(flaw.place, flaw.id, says, [name]),
          message: derived(flaw.place, flaw.message, says, [name]),
          severity: derived(flaw.place, flaw.severity, says, [name]),
        },
      })),
      'what the profile allows',
      [name],
    ),
  }
}

/** There is no profile of the container's own. */
function none(reason: Fact<unknown>): Rows {
  const because = 'there is no profile of its own'
  return {
    looser: derived(reason.place, [], because, [reason]),
    flaws: derived(reason.place, [], because, [reason]),
  }
}
function open(reason: Fact<unknown>, because: string, ask: Parameters<typeof unknown>[2]): Rows {
  const row = (): Fact<never> => unknown(reason.place, because, ask, [reason])
  return { looser: row(), flaws: row() }
}
