import type { Cataloger, Entry } from '../model/tree.ts'
import { complaintsAbout } from './complaints.ts'
import { isRegular, sizeOf } from './entry.ts'

interface Database {
  /** Whose packages are not known. */
  readonly packages: string
  readonly is: (path: string, entry: Entry) => boolean
}

const file =
  (...paths: readonly string[]) =>
  (path: string, entry: Entry): boolean =>
    paths.includes(path) && isRegular(entry) && sizeOf(entry) > 0
const directory =
  (...paths: readonly string[]) =>
  (path: string, entry: Entry): boolean =>
    paths.includes(path) && entry.type === 'directory'

/** One file or directory for each database, not one for each package. */
const DATABASES: readonly Database[] = [
  { packages: 'Guix packages', is: directory('gnu/store') },
  { packages: 'snaps', is: file('var/lib/snapd/state.json') },
  { packages: 'Flatpak applications', is: file('var/lib/flatpak/repo/config') },
  { packages: 'Homebrew packages', is: directory('home/linuxbrew/.linuxbrew/Cellar') },
]

/** Id of the notice about a database of packages that nobody here can read. */
export const UNREAD = 'package-database-unread'

/** Databases of packages that cannot be read yet: said aloud, because silence would mean "no such package". */
export const unread: Cataloger = {
  name: 'unread',
  version: 2,
  body: false,
  names: ['store', 'state.json', 'config', 'Cellar'],
  wants: (path, entry) => DATABASES.some((database) => database.is(path, entry)),
  parse(found) {
    const complaints = complaintsAbout(found)
    const packages = DATABASES.find((database) => database.is(found.path, found.entry))?.packages ?? 'packages'
    complaints.add(
      UNREAD,
      1,
      `The image holds ${packages}, whose database cannot be read yet: which of them are installed is not known, and no rule judges them. Check them with another tool.`,
      true,
    )
    return { value: {}, notices: complaints.notices }
  },
}
