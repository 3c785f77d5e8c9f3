/** Which distribution an image is. */
import type { DistributionKind } from '../model/distribution.ts'
import type { Catalogued, DistributionFind, FoundIn } from '../model/tree.ts'
import { systemTypes, type PackageType } from '../model/package.ts'
import { RELEASE_FILES } from './release-files.ts'

export type FoundDistribution = DistributionFind & { readonly file: FoundIn }

/** os-release(5): etc/os-release takes precedence over usr/lib/os-release, and both over what was there before them. */
const FILES: readonly string[] = ['etc/os-release', 'usr/lib/os-release', ...RELEASE_FILES]
const rankOf = (path: string): number => (FILES.indexOf(path) + FILES.length + 1) % (FILES.length + 1)

/** Undefined where nothing tells. */
export function distributionOf(finds: Catalogued['finds']): FoundDistribution | undefined {
  return finds
    .flatMap(({ file, finds: { distribution } }) => (distribution ? [{ ...distribution, file }] : []))
    .toSorted((a, b) => rankOf(a.file.path) - rankOf(b.file.path) || (a.file.path < b.file.path ? -1 : 1))[0]
}

/**
 * A `distribution` with its tools; `distroless`: packages of one without its shell or its package manager (Google's distroless, Chainguard's
 * and Ubuntu's chiselled images); `busybox` and no distribution; `scratch`: nothing of an operating system. Undefined where there is something
 * of one that nothing tells the name of. `shell` and `packageManager` are asked of the finds of the cataloger `programs`.
 */
export function kindOf(finds: Catalogued['finds']): DistributionKind | undefined {
  const packaged = finds.some(({ finds: { packages = [] } }) => packages.some(({ type }) => isDistribution(type)))
  const programs = new Set(finds.flatMap(({ file, finds: { program } }) => (program ? [file.path] : [])))
  const has = (names: readonly string[]): boolean =>
    PROGRAM_FOLDERS.some((folder) => names.some((name) => programs.has(folder + name)))
  if (packaged || distributionOf(finds)) {
    const withoutStatus = finds.some(({ file }) => file.path.startsWith('var/lib/dpkg/status.d/'))
    return withoutStatus || !(has(SHELLS) || has(PACKAGE_MANAGERS)) ? 'distroless' : 'distribution'
  }
  if (has(['busybox'])) return 'busybox'
  return has(SHELLS) || has(LOADERS) ? undefined : 'scratch'
}

/** Conda and Nix are at home in any image, and say nothing of what is below them. */
const isDistribution = (type: PackageType): boolean => systemTypes.has(type) && type !== 'conda' && type !== 'nix'

const PROGRAM_FOLDERS = ['bin/', 'usr/bin/', 'sbin/', 'usr/sbin/', 'lib/', 'lib64/', 'usr/lib/', 'usr/lib64/'] as const
const SHELLS = ['sh', 'bash', 'dash', 'ash', 'zsh', 'ksh', 'mksh', 'busybox', 'toybox'] as const
const PACKAGE_MANAGERS = [
  'apk',
  'apt-get',
  'dpkg',
  'dnf',
  'microdnf',
  'yum',
  'tdnf',
  'rpm',
  'zypper',
  'pacman',
  'opkg',
  'emerge',
] as const
/** Without one nothing runs that is linked dynamically: what has one has something of a distribution. */
const LOADERS = [
  'ld-linux-x86-64.so.2',
  'ld-linux-aarch64.so.1',
  'ld-linux.so.2',
  'ld-linux-armhf.so.3',
  'ld-musl-x86_64.so.1',
  'ld-musl-aarch64.so.1',
] as const

/** The family whose packages are of this type, where no file names the distribution. */
export const familyOfPackages = (finds: Catalogued['finds']): string => {
  const types = new Set(finds.flatMap(({ finds: { packages = [] } }) => packages.map(({ type }) => type)))
  return FAMILY_OF_TYPE.find(([type]) => types.has(type))?.[1] ?? ''
}
const FAMILY_OF_TYPE: readonly (readonly [PackageType, string])[] = [
  ['deb', 'debian'],
  ['rpm', 'redhat'],
  ['apk', 'alpine'],
  ['alpm', 'arch'],
  ['ebuild', 'gentoo'],
  ['opkg', 'openwrt'],
]

/**
 * Distributions that are alike in their packages and files, called as Ansible calls them (`os_family`): what a distribution is made from
 * by its ID_LIKE, else by our table, else itself.
 */
export function familyOf({ id, like = [] }: Pick<DistributionFind, 'id' | 'like'>): string {
  for (const one of [id, ...like]) {
    const family = FAMILIES.get(one)
    if (family !== undefined) return family
  }
  return id
}

const FAMILIES: ReadonlyMap<string, string> = new Map(
  Object.entries({
    alpine: ['alpine', 'postmarketos'],
    arch: ['arch', 'archarm', 'archlinux', 'manjaro', 'endeavouros', 'steamos'],
    azurelinux: ['azurelinux', 'mariner'],
    debian: ['debian', 'ubuntu', 'raspbian', 'linuxmint', 'kali', 'devuan', 'pop', 'parrot', 'elementary', 'deepin'],
    gentoo: ['gentoo', 'funtoo', 'flatcar'],
    openwrt: ['openwrt'],
    redhat:
      'rhel fedora centos rocky almalinux ol amzn scientific eurolinux virtuozzo circle miraclelinux cloudlinux openEuler anolis alinux tencentos'.split(
        ' ',
      ),
    suse: ['suse', 'opensuse', 'opensuse-leap', 'opensuse-tumbleweed', 'opensuse-microos', 'sles', 'sled', 'sles_sap'],
    wolfi: ['wolfi', 'chainguard'],
  } satisfies Record<string, readonly string[]>).flatMap(([family, ids]) => ids.map((id) => [id, family] as const)),
)
