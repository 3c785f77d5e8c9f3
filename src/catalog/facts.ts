import type { DistributionKind } from '../model/distribution.ts'
import { byDefault, derived, set, unknown, type Fact } from '../model/fact.ts'
import type { image as fields, ImageFacts } from '../model/fields.ts'
import { ownedBy } from '../model/owned.ts'
import { startOf, type Place } from '../model/place.ts'
import type { Element } from '../model/row.ts'
import type { Packages } from '../model/package.ts'
import type { Catalogued, Finds, LayerRecord } from '../model/tree.ts'
import { distributionOf, familyOf, familyOfPackages, kindOf } from './distribution.ts'
import { supportOf } from './end-of-life/lifecycle.ts'
import { packageFacts } from './package-facts.ts'

/** The rows of the image table that its files answer. */
export type ImageContent = Pick<
  ImageFacts,
  | 'distribution'
  | 'packages'
  | 'declaredPackages'
  | 'removedPackages'
  | 'accounts'
  | 'groups'
  | 'setuid'
  | 'fileCapabilities'
  | 'programs'
  | 'worldWritable'
  | 'sudoers'
>

type Lists = Exclude<keyof ImageContent, 'distribution'>
type Row<K extends Lists> = Element<(typeof fields)[K]['of']>
type Found = Catalogued['finds'][number]

/** An opened image: its id in the scan, its layers, and what the catalogers found. */
export interface CataloguedImage {
  readonly id: string
  readonly layers: readonly LayerRecord[]
  readonly catalogued: Catalogued
  readonly packages: Packages
}

/**
 * What the catalogers found, as facts with their places in the image.
 *
 * Files are sorted by path; accounts, groups and sudoers rules by file and line, so that the first of a name or a number is the one
 * that getpwnam(3) and getpwuid(3) give.
 */
export function imageContent(image: CataloguedImage): ImageContent {
  const finds = image.catalogued.finds
  // What an image has not, it has not as of its top layer.
  const top = image.layers.at(-1)?.index
  const absent = (path: string): Place => startOf(path, { in: image.id, ...(top !== undefined && { layer: top }) })
  const placeOf = (file: Found['file'], line = 1): Place => ({
    file: file.path,
    line,
    column: 1,
    in: image.id,
    layer: file.layer,
  })
  const locationOf = (place: Place, file: Found['file']) => ({
    path: set(place, file.path),
    layer: set(place, file.layer),
  })
  /** A list with the place of its first element, or of where it would be. */
  const list = <E extends { readonly place: Place }>(
    items: readonly E[],
    path: string,
    because: string,
  ): Fact<readonly E[]> =>
    items[0] ? set<readonly E[]>(items[0].place, items) : byDefault<readonly E[]>(absent(path), [], because)

  const listed = <T extends { readonly line: number }>(kind: (found: Finds) => readonly T[] | undefined) =>
    finds
      .flatMap(({ file, finds: found }) =>
        (kind(found) ?? []).map((find) => ({ find, file, place: placeOf(file, find.line) })),
      )
      .toSorted((a, b) => compare(a.file.path, b.file.path) || a.find.line - b.find.line)
  const files = (has: (found: Finds) => boolean) =>
    finds.filter((one) => has(one.finds)).toSorted((a, b) => compare(a.file.path, b.file.path))

  const rows = packageFacts(image)

  // Of two entries the first counts, as getspnam(3) reads them.
  const passwords = new Map(
    listed((found) => found.passwords)
      .toReversed()
      .map((one) => [one.find.name, one] as const),
  )

  const accounts = listed((found) => found.accounts).map(({ find, file, place }): Row<'accounts'> => {
    const shell = set(place, find.shell)
    const shadow = find.password === 'shadowed' ? passwords.get(find.name) : undefined
    return {
      place,
      facts: {
        name: set(place, find.name),
        uid: set(place, find.uid),
        gid: set(place, find.gid),
        home: set(place, find.home),
        shell,
        password: shadow ? set(shadow.place, shadow.find.password) : set(place, find.password),
        login: derived(place, letsIn(find.shell), loginBecause(find.shell), [shell]),
        ...locationOf(place, file),
      },
    }
  })
  const groups = listed((found) => found.groups).map(({ find, file, place }): Row<'groups'> => ({
    place,
    facts: {
      name: set(place, find.name),
      gid: set(place, find.gid),
      members: set(
        place,
        find.members.map((member) => set(place, member)),
      ),
      ...locationOf(place, file),
    },
  }))
  const sudoers = listed((found) => found.sudoers).map(({ find, file, place }): Row<'sudoers'> => ({
    place,
    facts: {
      who: set(place, find.who),
      commands: set(place, find.commands),
      passwordless: set(place, find.passwordless),
      ...locationOf(place, file),
    },
  }))

  const setuid = files((found) => found.setuid === true).map(({ file }): Row<'setuid'> => {
    const place = placeOf(file)
    return {
      place,
      facts: {
        ...locationOf(place, file),
        mode: set(place, file.entry.mode.toString(8).padStart(4, '0')),
        uid: set(place, file.entry.uid),
        gid: set(place, file.entry.gid),
        setuid: set(place, (file.entry.mode & 0o4000) !== 0),
        setgid: set(place, (file.entry.mode & 0o2000) !== 0),
      },
    }
  })
  const worldWritable = files((found) => found.worldWritable === true).map(({ file }): Row<'worldWritable'> => {
    const place = placeOf(file)
    return {
      place,
      facts: {
        ...locationOf(place, file),
        kind: set(place, file.entry.type === 'directory' ? 'directory' : 'file'),
        sticky: set(place, (file.entry.mode & 0o1000) !== 0),
      },
    }
  })
  const fileCapabilities = files((found) => found.fileCapabilities !== undefined).map(
    ({ file, finds: found }): Row<'fileCapabilities'> => {
      const place = placeOf(file)
      return {
        place,
        facts: {
          ...locationOf(place, file),
          permitted: set(
            place,
            (found.fileCapabilities?.permitted ?? []).map((name) => set(place, name)),
          ),
          effective: set(place, found.fileCapabilities?.effective ?? false),
        },
      }
    },
  )

  const interpreters = new Map(
    finds.flatMap(({ file, finds: { interpreter } }) =>
      interpreter === undefined ? [] : [[file.path, interpreter] as const],
    ),
  )
  const programFiles = files((found) => found.program === true)
  const owned = ownedBy(
    finds.map((one) => one.finds),
    finds.flatMap(({ file }) => (file.path.includes('/') ? [] : [file.entry])),
    programFiles.map(({ file }) => file.path),
  )
  const programs = programFiles.map(({ file }): Row<'programs'> => {
    const place = placeOf(file)
    const { type, mode, uid, gid, link = '' } = file.entry
    return {
      place,
      facts: {
        ...locationOf(place, file),
        kind: set(place, type === 'symlink' ? 'link' : type === 'directory' ? 'folder' : 'program'),
        mode: set(place, mode.toString(8).padStart(4, '0')),
        uid: set(place, uid),
        gid: set(place, gid),
        link: set(place, type === 'symlink' ? link : ''),
        owned: owned
          ? set(place, owned(file.path))
          : unknown(place, 'no package of the image lists its files', 'image'),
        interpreter: set(place, interpreters.get(file.path) ?? ''),
      },
    }
  })

  return {
    distribution: distributionFacts(image.catalogued, placeOf, absent),
    packages: list([...rows.installed, ...rows.unread], '', 'no cataloger found a package in the image'),
    declaredPackages: list(rows.declared, '', 'the image holds no lock file and no list of requirements'),
    removedPackages: list(rows.removed, '', 'no layer took away a package that another had brought'),
    accounts: list(accounts, 'etc/passwd', 'the image has no /etc/passwd, or an empty one'),
    groups: list(groups, 'etc/group', 'the image has no /etc/group, or an empty one'),
    setuid: list(setuid, '', 'no file of the image has the bit'),
    fileCapabilities: list(fileCapabilities, '', 'no file of the image has capabilities'),
    programs: image.catalogued.partial
      ? unknown(absent(''), 'part of the image could not be read', 'image')
      : list(programs, '', 'no file of the image may be executed'),
    worldWritable: list(worldWritable, '', 'no file of the image may be written by everybody'),
    sudoers: list(sudoers, 'etc/sudoers', 'the image has no sudoers rules'),
  }
}

function distributionFacts(
  { finds, partial }: CataloguedImage['catalogued'],
  placeOf: (file: Found['file'], line?: number) => Place,
  absent: (path: string) => Place,
): ImageContent['distribution'] {
  const found = distributionOf(finds)
  const place = found ? placeOf(found.file, found.line) : absent('etc/os-release')
  const kind = kindOf(finds)
  const support = found && supportOf(found)
  const nothing = () => byDefault(place, '', 'the image has no os-release')
  return {
    id: found ? set(place, found.id) : nothing(),
    version: found ? set(place, found.version) : nothing(),
    name: found ? set(place, found.name) : nothing(),
    family: found
      ? derived(place, familyOf(found), 'by its ID and ID_LIKE', [])
      : derived(place, familyOfPackages(finds), 'by the kind of its packages', []),
    kind:
      kind === undefined
        ? unknown(
            place,
            'it has a shell or shared libraries, and nothing names the distribution that they are of',
            'image',
          )
        : partial && kind !== 'distribution'
          ? unknown(place, 'part of the image could not be read', 'image')
          : derived(place, kind, KINDS[kind], []),
    supportEnds: support ? derived(place, support.ends, support.because, []) : nothing(),
  }
}

const KINDS: Record<DistributionKind, string> = {
  distribution: 'it has a shell or the package manager of its distribution',
  distroless:
    'it has packages or the name of a distribution, and keeps them in status.d or has neither shell nor package manager',
  busybox: 'it has busybox, and nothing of a distribution',
  scratch: 'it has no package, shell or shared library of an operating system',
}

/** Programs that end at once, or stop the machine; as shells they let nobody in. */
const NO_SHELLS = new Set(['nologin', 'false', 'true', 'null', 'sync', 'halt', 'shutdown', 'poweroff', 'reboot'])

const letsIn = (shell: string): boolean => !NO_SHELLS.has(shell.slice(shell.lastIndexOf('/') + 1))

const loginBecause = (shell: string): string =>
  shell === ''
    ? 'an empty shell field is /bin/sh (passwd(5))'
    : letsIn(shell)
      ? `${shell} is a program that lets somebody in`
      : `${shell} is not a shell`

/** By code units: the same everywhere, whatever the locale. */
const compare = (a: string, b: string): number => (a < b ? -1 : a > b ? 1 : 0)
