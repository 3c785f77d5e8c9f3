/** The command line of systemd-nspawn(1) in the ExecStart= of a unit, as settings. */
import type { Place } from '../../model/place.ts'
import { splitWords } from '../docker/command-line.ts'
import type { Setting } from './setting.ts'

/** What stands in the place of a specifier or a variable that is not known. */
const SPECIFIER = /%[a-zA-Z]|\$\{?[A-Za-z_]/

/** Options that are switches -> the setting and its value. */
const SWITCHES: { readonly [option: string]: readonly [key: string, value: string] } = {
  boot: ['Boot', 'yes'],
  'as-pid2': ['ProcessTwo', 'yes'],
  ephemeral: ['Ephemeral', 'yes'],
  'read-only': ['ReadOnly', 'yes'],
  'private-network': ['Private', 'yes'],
  'network-veth': ['VirtualEthernet', 'yes'],
  'private-users': ['PrivateUsers', 'yes'],
  volatile: ['Volatile', 'yes'],
  'keep-unit': ['keep-unit', 'yes'],
}
/** Options with a value -> the setting. Those that may go without are switches too. */
const VALUES: { readonly [option: string]: string } = {
  capability: 'Capability',
  'drop-capability': 'DropCapability',
  'ambient-capability': 'AmbientCapability',
  'private-users': 'PrivateUsers',
  bind: 'Bind',
  'bind-ro': 'BindReadOnly',
  'bind-user': 'BindUser',
  tmpfs: 'TemporaryFileSystem',
  inaccessible: 'Inaccessible',
  overlay: 'Overlay',
  'overlay-ro': 'OverlayReadOnly',
  setenv: 'Environment',
  user: 'User',
  uid: 'User',
  chdir: 'WorkingDirectory',
  'system-call-filter': 'SystemCallFilter',
  'oom-score-adjust': 'OOMScoreAdjust',
  'cpu-affinity': 'CPUAffinity',
  'no-new-privileges': 'NoNewPrivileges',
  'selinux-context': 'selinux-context',
  'network-interface': 'Interface',
  'network-macvlan': 'MACVLAN',
  'network-ipvlan': 'IPVLAN',
  'network-bridge': 'Bridge',
  'network-zone': 'Zone',
  'network-veth-extra': 'VirtualEthernetExtra',
  'network-namespace-path': 'network-namespace-path',
  port: 'Port',
  machine: 'machine',
  directory: 'directory',
  image: 'image',
  volatile: 'Volatile',
  settings: 'settings',
  slice: 'unit:Slice',
}
/** Options with a value that say nothing of confinement; their values must not be taken for the command. */
const OTHERS: ReadonlySet<string> = new Set(
  'template oci-bundle root-hash root-hash-sig verity-data pivot-root hostname uuid register kill-signal link-journal personality resolv-conf timezone console private-users-ownership selinux-apifs-context notify-ready suppress-sync set-credential load-credential background cleanup'.split(
    ' ',
  ),
)
const SHORT: { readonly [letter: string]: string } = {
  D: 'directory',
  M: 'machine',
  b: 'boot',
  a: 'as-pid2',
  x: 'ephemeral',
  i: 'image',
  u: 'user',
  E: 'setenv',
  p: 'port',
  n: 'network-veth',
  S: 'slice',
  Z: 'selinux-context',
  L: 'selinux-apifs-context',
}
const WITH_VALUE = /^[DMiuEpSZL]$/

/** The words of an ExecStart= value that runs systemd-nspawn, without the program; undefined where it runs something else. */
export function nspawnWords(text: string): readonly string[] | undefined {
  if (!/systemd-nspawn/.test(text)) return undefined
  // Signs before the program say how systemd runs it (systemd.service(5)).
  const words = splitWords(text.replace(/^[@:+!|-]+/, ''))
  if (!words) return undefined
  const at = words.findIndex((word) => /(?:^|\/)systemd-nspawn$/.test(word))
  return at < 0 || words.slice(0, at).some((word) => word.includes('=') === false && !/(?:^|\/)env$/.test(word))
    ? undefined
    : words.slice(at + 1)
}

/** @param instance what %i stands for, where the unit's name says it. */
export function commandLine(
  words: readonly string[],
  place: Place,
  instance: string | undefined,
  because?: string,
): readonly Setting[] {
  const settings: Setting[] = []
  const push = (key: string, raw: string): void => {
    const text = instance === undefined ? raw : raw.replace(/%[iI]/g, instance)
    const found = SPECIFIER.exec(text.replaceAll('%%', ''))?.[0]
    settings.push({
      key,
      text: text.replaceAll('%%', '%'),
      place,
      ...(because !== undefined && { because }),
      ...(found !== undefined && { hidden: `${key} holds ${found}, which systemd fills in` }),
    })
  }
  const option = (name: string, value: string | undefined): void => {
    if (name === 'property' && value !== undefined) {
      const sign = value.indexOf('=')
      if (sign > 0) push(`unit:${value.slice(0, sign)}`, value.slice(sign + 1))
    } else if (name === 'rlimit' && value !== undefined) {
      const [, limit = '', number = ''] = /^(?:RLIMIT_)?([A-Z]+)=(.*)$/.exec(value) ?? []
      push(`Limit${limit}`, number)
    } else if (value === undefined) {
      const found = Object.hasOwn(SWITCHES, name) ? SWITCHES[name] : undefined
      if (found) push(...found)
    } else {
      const key = Object.hasOwn(VALUES, name) ? VALUES[name] : undefined
      if (key !== undefined) push(key, value)
    }
  }
  const takesNext = (name: string): boolean =>
    !Object.hasOwn(SWITCHES, name) &&
    (Object.hasOwn(VALUES, name) || OTHERS.has(name) || name === 'property' || name === 'rlimit')
  let at = 0
  for (; at < words.length; at += 1) {
    const word = words[at] ?? ''
    if (word === '--') {
      at += 1
      break
    }
    if (word.startsWith('--')) {
      const sign = word.indexOf('=')
      const name = sign < 0 ? word.slice(2) : word.slice(2, sign)
      if (sign >= 0) option(name, word.slice(sign + 1))
      else if (takesNext(name)) option(name, words[(at += 1)])
      else option(name, undefined)
    } else if (/^-[A-Za-z]/.test(word)) {
      for (let letter = 1; letter < word.length; letter += 1) {
        const sign = word[letter] ?? ''
        if (sign === 'U') push('PrivateUsers', 'pick')
        const name = Object.hasOwn(SHORT, sign) ? SHORT[sign] : undefined
        if (!WITH_VALUE.test(sign)) {
          if (name !== undefined) option(name, undefined)
          continue
        }
        const rest = word.slice(letter + 1)
        if (name !== undefined) option(name, rest === '' ? words[(at += 1)] : rest)
        break
      }
    } else break
  }
  for (const word of words.slice(at)) push('Parameters', word)
  return settings
}
