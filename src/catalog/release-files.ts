import type { Cataloger, DistributionFind } from '../model/tree.ts'
import { isRegular } from './entry.ts'
import { assignmentsOf } from './format/assignments.ts'

/** Characters of a file that are looked at. */
const MAX_TEXT = 4096
type Told = Pick<DistributionFind, 'id' | 'version' | 'name'>

/** `NAME release VERSION (Codename)`: Red Hat and all that is made of it. */
const RED_HATS: readonly (readonly [RegExp, string])[] = [
  [/^Red Hat Enterprise/, 'rhel'],
  [/^CentOS/, 'centos'],
  [/^Rocky/, 'rocky'],
  [/^AlmaLinux/, 'almalinux'],
  [/^Oracle/, 'ol'],
  [/^Amazon/, 'amzn'],
  [/^Fedora/, 'fedora'],
  [/^Scientific/, 'scientific'],
  [/^EuroLinux/, 'eurolinux'],
  [/^(?:CBL-)?Mariner/, 'mariner'],
  [/^(?:Microsoft )?Azure Linux/, 'azurelinux'],
]
function redHat(text: string): Told | undefined {
  const name = lineOf(text)
  const id = RED_HATS.find(([is]) => is.test(name))?.[1]
  if (id === undefined) return undefined
  const version = /(?:release |^\S+ )(\d[\w.]*)/.exec(name)?.[1] ?? ''
  // os-release of CentOS names the major version alone.
  return { id, name, version: id === 'centos' ? major(version) : version }
}

/** Debian's os-release names the major version alone, and of what is not released yet none. */
function debian(text: string): Told | undefined {
  const word = lineOf(text)
  if (word === '') return undefined
  const version = /^\d/.test(word) ? major(word) : ''
  return { id: 'debian', version, name: `Debian GNU/Linux ${word}` }
}

function lsb(text: string): Told | undefined {
  const values = assignmentsOf(Buffer.from(text), () => {})
  const id = values.get('DISTRIB_ID')?.text ?? ''
  if (id === '') return undefined
  const version = values.get('DISTRIB_RELEASE')?.text ?? ''
  const name = values.get('DISTRIB_DESCRIPTION')?.text ?? `${id} ${version}`.trim()
  return { id: id.toLowerCase(), version: version === 'rolling' ? '' : version, name }
}

function suse(text: string): Told | undefined {
  const name = lineOf(text)
  const value = (key: string): string => new RegExp(`^${key} *= *(\\S+)`, 'm').exec(text)?.[1] ?? ''
  const level = value('PATCHLEVEL')
  if (name.startsWith('SUSE Linux Enterprise'))
    return { id: 'sles', name, version: value('VERSION') + (level === '' || level === '0' ? '' : `.${level}`) }
  return name.startsWith('openSUSE') ? { id: 'opensuse', name, version: value('VERSION') } : undefined
}

/** A file that holds a name and a number. */
const numbered =
  (id: string, name: string) =>
  (text: string): Told | undefined => {
    const version = /\d[\w.]*/.exec(lineOf(text))?.[0] ?? ''
    return version === '' ? undefined : { id, version, name: `${name} ${version}` }
  }

/**
 * Who reads which file, what says most first: a distribution that is made of another one often leaves the other's file as well (Oracle
 * Linux has redhat-release, Ubuntu debian_version).
 */
const FILES: ReadonlyMap<string, (text: string) => Told | undefined> = new Map([
  ['etc/oracle-release', redHat],
  ['etc/centos-release', redHat],
  ['etc/rocky-release', redHat],
  ['etc/almalinux-release', redHat],
  ['etc/fedora-release', redHat],
  ['etc/system-release', redHat],
  ['etc/redhat-release', redHat],
  ['etc/photon-release', numbered('photon', 'VMware Photon OS')],
  ['etc/azurelinux-release', redHat],
  ['etc/mariner-release', redHat],
  ['etc/SuSE-release', suse],
  ['etc/alpine-release', numbered('alpine', 'Alpine Linux')],
  ['etc/openwrt_release', lsb],
  ['etc/lsb-release', lsb],
  ['etc/gentoo-release', () => ({ id: 'gentoo', version: '', name: 'Gentoo' })],
  ['etc/slackware-version', numbered('slackware', 'Slackware')],
  ['etc/arch-release', () => ({ id: 'arch', version: '', name: 'Arch Linux' })],
  ['etc/debian_version', debian],
])

/** Files that name the distribution, in the order in which they are believed; os-release(5) goes before all of them. */
export const RELEASE_FILES: readonly string[] = [...FILES.keys()]

/** The distribution by the files of before os-release (2012), or where somebody deleted that. */
export const releaseFiles: Cataloger = {
  name: 'release-files',
  version: 1,
  body: true,
  places: RELEASE_FILES,
  names: RELEASE_FILES.map((path) => path.slice(path.lastIndexOf('/') + 1)),
  wants: (path, entry) => path.startsWith('etc/') && FILES.has(path) && isRegular(entry),
  parse({ path, body }) {
    const told = FILES.get(path)?.(body.toString('utf8', 0, MAX_TEXT))
    return { value: told ? { distribution: { ...told, line: 1 } } : {}, notices: [] }
  },
}

const lineOf = (text: string): string => (text.split('\n', 1)[0] ?? '').trim()
const major = (version: string): string => /^\d+/.exec(version)?.[0] ?? ''
