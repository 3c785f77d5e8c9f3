/** What is dangerous in a profile for containers, whatever container uses it. */
import type { Severity } from '../../model/finding.ts'
import type { Place } from '../../model/place.ts'
import { DANGEROUS_FILES } from './dangers.ts'
import { isEnforced, mayCapability, mayChangeProfile, mayFile, mayMount, mayPtrace } from './may.ts'
import type { AppArmorFile } from './read.ts'
import type { AppArmorProfile } from './resolve.ts'
import type { FileRule, Qualifiers, Rule } from './syntax.ts'

/** Something dangerous that a profile allows. `message` is one sentence with what it gives. */
export interface AppArmorFinding {
  readonly id: string
  readonly profile: string
  readonly place: Place
  readonly message: string
  readonly severity: Severity
}

/** Findings of all profiles of a file, hats and children too, in the order of their places. */
export const lintAppArmor = (file: AppArmorFile): readonly AppArmorFinding[] =>
  every(file.profiles).flatMap(lintProfile)

/** The profiles with their hats and children. */
export function every(profiles: readonly AppArmorProfile[]): readonly AppArmorProfile[] {
  const found: AppArmorProfile[] = []
  const open = profiles.toReversed()
  for (let profile = open.pop(); profile; profile = open.pop()) {
    found.push(profile)
    for (const child of profile.children.toReversed()) open.push(child)
  }
  return found
}

/** The capabilities that are as good as the host, or as its kernel (capabilities(7)). */
const STRONG: Readonly<Record<string, string>> = {
  sys_admin: 'mounts, and most of what root may do',
  sys_module: 'loading code into the kernel',
  sys_rawio: 'the memory and ports of the machine',
  sys_ptrace: 'other processes, where the container sees them',
  dac_read_search: 'every file of a mounted file system, by its handle',
  bpf: 'programs in the kernel',
  mac_admin: 'the profiles themselves',
  sys_boot: 'rebooting the host and loading another kernel',
}

export function lintProfile(profile: AppArmorProfile): readonly AppArmorFinding[] {
  const findings: AppArmorFinding[] = []
  const told = new Set<string>()
  const tell = (id: string, severity: Severity, place: Place, message: string): void => {
    const key = `${id}:${place.file}:${place.line}:${place.column}`
    if (told.has(key)) return
    told.add(key)
    findings.push({ id, profile: profile.name, place, message, severity })
  }
  if (profile.mode === 'complain')
    tell(
      'apparmor-complain-mode',
      'high',
      profile.modePlace,
      'The profile is in complain mode: what it does not allow is logged, and done all the same',
    )
  if (profile.mode === 'unconfined')
    tell('apparmor-unconfined-mode', 'high', profile.modePlace, 'The profile is in unconfined mode: it forbids nothing')
  if (profile.mode === 'default_allow')
    tell(
      'apparmor-default-allow',
      'high',
      profile.modePlace,
      'The profile is in default_allow mode: it forbids only what a rule denies',
    )
  if (!isEnforced(profile)) return findings

  for (const rule of profile.rules) {
    if (rule.kind === 'rlimit' || rule.qualifiers.deny) continue
    judgeRule(rule, rule.qualifiers, profile, tell)
  }
  for (const { id, severity, path, access, gives } of DANGEROUS_FILES) {
    const { answer, rule } = mayFile(profile, access, path)
    // Root in a container owns what is the host root's, as long as no user namespace is between.
    const owner =
      answer === 'unknown' &&
      profile.unknown.length === 0 &&
      rule?.kind === 'file' &&
      rule.qualifiers.owner === 'owner' &&
      !rule.qualifiers.deny
    if (answer === 'yes' || owner)
      tell(id, severity, rule?.place ?? profile.place, `${path} may be written, which ${gives}`)
  }
  return findings
}

type Tell = (id: string, severity: Severity, place: Place, message: string) => void

function judgeRule(
  rule: Exclude<Rule, { kind: 'rlimit' }>,
  qualifiers: Qualifiers,
  profile: AppArmorProfile,
  tell: Tell,
): void {
  const { place } = rule
  switch (rule.kind) {
    case 'all':
      return tell('apparmor-all', 'high', place, 'The rule "all" allows everything that no rule denies')
    case 'file':
      return judgeFile(rule, qualifiers, tell)
    case 'capability': {
      const granted = (name: string): boolean => mayCapability(profile, name).answer === 'yes'
      if (rule.names.length === 0) {
        const strong = Object.keys(STRONG).filter(granted)
        if (strong.length > 0)
          tell(
            'apparmor-all-capabilities',
            'medium',
            place,
            `All capabilities are allowed, so this profile takes none of those away that the container is given (${strong.join(', ')})`,
          )
        return
      }
      for (const name of rule.names)
        if (Object.hasOwn(STRONG, name) && granted(name))
          tell(
            'apparmor-strong-capability',
            'medium',
            place,
            `The capability ${name} is allowed, which gives ${STRONG[name] ?? ''}`,
          )
      return
    }
    case 'mount':
    case 'remount': {
      const raw = rule.source === undefined && rule.target === undefined && rule.conditions.length === 0
      if (raw) {
        if (mayMount(profile, {}).answer !== 'no')
          tell(
            'apparmor-mount',
            'high',
            place,
            `Every ${rule.kind} is allowed, so with the capability sys_admin the container mounts devices and file systems of the host`,
          )
      } else if (rule.kind === 'mount' && !onlyMakesSmaller(rule))
        tell(
          'apparmor-mount-some',
          'low',
          place,
          'Mounts of a kind are allowed, for which the container needs the capability sys_admin',
        )
      return
    }
    case 'ptrace': {
      const peers = rule.conditions.find(({ name }) => name === 'peer')?.values
      const traces = rule.access.length === 0 || rule.access.includes('trace') || rule.access.includes('read')
      const others =
        peers === undefined ||
        peers.some((peer) => peer !== profile.name && (peer === 'unconfined' || /[*?[{]/.test(peer)))
      if (traces && others && mayPtrace(profile, 'trace', 'unconfined').answer !== 'no')
        tell(
          'apparmor-ptrace-others',
          'medium',
          place,
          'Processes under other profiles may be traced: allow peer=@{profile_name} only',
        )
      return
    }
    case 'change_profile':
      if (mayChangeProfile(profile, 'unconfined').answer !== 'no' && fits(rule.target))
        tell(
          'apparmor-change-profile-unconfined',
          'high',
          place,
          'The process may change to unconfined by itself, and leaves the profile whenever it likes',
        )
      return
    default:
  }
}
const fits = (target: string): boolean => target === 'unconfined' || /[*?[{]/.test(target)

function judgeFile(rule: FileRule, qualifiers: Qualifiers, tell: Tell): void {
  const how = rule.exec?.toLowerCase() ?? ''
  if (how === 'ux')
    tell(
      'apparmor-unconfined-exec',
      'high',
      rule.place,
      `${rule.path} runs unconfined (${rule.exec ?? ''}), outside of every profile`,
    )
  else if (how.includes('u'))
    tell(
      'apparmor-unconfined-exec',
      'medium',
      rule.place,
      `${rule.path} runs unconfined (${rule.exec ?? ''}) where its profile is not loaded`,
    )
  else if (rule.target === 'unconfined')
    tell('apparmor-unconfined-exec', 'high', rule.place, `${rule.path} runs unconfined, outside of every profile`)
  const all = rule.everything || /^\/\{?\*\*(?:,\})?$/.test(rule.path)
  if (!all || qualifiers.owner !== undefined) return
  if (rule.permissions.includes('w'))
    tell(
      'apparmor-all-files',
      'medium',
      rule.place,
      'Every file may be read and written, but for what other rules deny: a list of what is forbidden is never complete',
    )
  else if (rule.permissions.includes('r'))
    tell('apparmor-all-files-read', 'low', rule.place, 'Every file may be read, but for what other rules deny')
}

/** `options=(ro, remount, bind)` and propagation to nobody take rights away. */
function onlyMakesSmaller(rule: Extract<Rule, { kind: 'mount' | 'remount' | 'umount' }>): boolean {
  const options = rule.conditions.filter(({ name }) => name.startsWith('option')).flatMap(({ values }) => values)
  return (
    options.length > 0 &&
    options.every((word) =>
      /^(?:make-)?r?(?:private|slave|unbindable)$|^ro$|^remount$|^bind$|^nosuid$|^nodev$|^noexec$/.test(word),
    ) &&
    options.some((word) => word === 'ro' || /private|slave|unbindable/.test(word))
  )
}
