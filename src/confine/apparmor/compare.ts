/** Which of the things that one profile forbids another allows. */
import type { Place } from '../../model/place.ts'
import { DANGEROUS_FILES, PROBES } from './dangers.ts'
import {
  isEnforced,
  mayCapability,
  mayChangeProfile,
  mayFile,
  mayMount,
  mayNetwork,
  mayPivotRoot,
  mayPtrace,
  mayUmount,
  type Decision,
} from './may.ts'
import type { AppArmorProfile } from './resolve.ts'
import type { Rule } from './syntax.ts'
import { CAPABILITY_NAMES } from './words.ts'

/** Something that the baseline forbids and the profile does not; `unknown` where it may be so. */
export interface Looser {
  readonly what: string
  readonly answer: 'yes' | 'unknown'
  /** The rule that allows it, else the profile. */
  readonly place: Place
}
/** A against the baseline. `equal` and `looser` are about the questions asked, which cover what the baseline's own deny rules are about. */
export interface AppArmorComparison {
  /** `looser`: only allows more; `incomparable`: allows some more and some less. */
  readonly relation: 'equal' | 'tighter' | 'looser' | 'incomparable' | 'unknown'
  /** What the baseline forbids and this one does not. */
  readonly looser: readonly Looser[]
  /** What this one forbids and the baseline does not. */
  readonly tighter: readonly string[]
}

interface Question {
  readonly what: string
  readonly ask: (profile: AppArmorProfile) => Decision
}
const SAYS = { r: 'read', w: 'write', a: 'append to', l: 'link', k: 'lock', m: 'map', x: 'execute' } as const
const FIXED: readonly Question[] = [
  ...PROBES.map(({ access, path }) => ({
    what: `${SAYS[access]} ${path}`,
    ask: (profile: AppArmorProfile) => mayFile(profile, access, path, true),
  })),
  ...DANGEROUS_FILES.filter(({ id }) => id === 'apparmor-engine-socket').map(({ access, path }) => ({
    what: `${SAYS[access]} ${path}`,
    ask: (profile: AppArmorProfile) => mayFile(profile, access, path, true),
  })),
  ...['/etc/shadow', '/usr/bin/anything', '/root/anything'].map((path) => ({
    what: `write ${path}`,
    ask: (profile: AppArmorProfile) => mayFile(profile, 'w', path, true),
  })),
  ...[...CAPABILITY_NAMES].map((name) => ({
    what: `capability ${name}`,
    ask: (profile: AppArmorProfile) => mayCapability(profile, name),
  })),
  ...[
    ['inet', 'stream'],
    ['inet', 'dgram'],
    ['inet', 'raw'],
    ['inet6', 'stream'],
    ['packet', 'raw'],
    ['netlink', 'raw'],
    ['unix', 'stream'],
    ['vsock', 'stream'],
    ['alg', 'seqpacket'],
  ].map(([family = '', type = '']) => ({
    what: `network ${family} ${type}`,
    ask: (profile: AppArmorProfile) => mayNetwork(profile, family, type),
  })),
  {
    what: 'mount a file system',
    ask: (profile) => mayMount(profile, { source: '/dev/sda1', target: '/mnt', fstype: 'ext4' }),
  },
  { what: 'mount proc', ask: (profile) => mayMount(profile, { source: 'proc', target: '/mnt', fstype: 'proc' }) },
  { what: 'bind a folder', ask: (profile) => mayMount(profile, { source: '/etc', target: '/mnt', options: ['bind'] }) },
  { what: 'unmount', ask: (profile) => mayUmount(profile, '/proc/sys') },
  { what: 'pivot_root', ask: mayPivotRoot },
  { what: 'trace unconfined processes', ask: (profile) => mayPtrace(profile, 'trace', 'unconfined') },
  { what: 'read the memory of unconfined processes', ask: (profile) => mayPtrace(profile, 'read', 'unconfined') },
  { what: 'change to unconfined', ask: (profile) => mayChangeProfile(profile, 'unconfined') },
  { what: 'execute unconfined', ask: executesUnconfined },
]

/** Whether some program runs without a profile. */
function executesUnconfined(profile: AppArmorProfile): Decision {
  if (!isEnforced(profile)) return { answer: 'yes' }
  const rule = profile.rules.find(
    (one): one is Extract<Rule, { kind: 'file' }> =>
      one.kind === 'file' &&
      !one.qualifiers.deny &&
      one.exec !== undefined &&
      (/u/i.test(one.exec) || one.target === 'unconfined'),
  )
  if (rule) return { answer: 'yes', rule }
  return { answer: profile.unknown.length > 0 ? 'unknown' : 'no' }
}

/** Compares what a profile allows with what the baseline allows. */
export function compareAppArmor(profile: AppArmorProfile, baseline: AppArmorProfile): AppArmorComparison {
  const looser: Looser[] = []
  const tighter: string[] = []
  let unsure = false
  for (const { what, ask } of FIXED) {
    const ours = ask(profile)
    const theirs = ask(baseline)
    if (theirs.answer === 'no' && ours.answer !== 'no')
      looser.push({ what, answer: ours.answer, place: ours.rule?.place ?? profile.place })
    else if (ours.answer === 'no' && theirs.answer !== 'no') tighter.push(what)
    if (ours.answer === 'unknown' || theirs.answer === 'unknown') unsure = true
  }
  const sure = looser.some(({ answer }) => answer === 'yes')
  const relation = sure
    ? tighter.length > 0
      ? 'incomparable'
      : unsure
        ? 'unknown'
        : 'looser'
    : unsure
      ? 'unknown'
      : tighter.length > 0
        ? 'tighter'
        : 'equal'
  return { relation, looser, tighter }
}
