import type { Cataloger, Finds, ImageFile, PackageFind } from '../model/tree.ts'
import { complaintsAbout, MAX_FINDS, tooMany, type Complaints } from './complaints.ts'
import { isRegular, sizeOf } from './entry.ts'
import { readHash } from './format/berkeley.ts'
import { openSqlite } from './format/sqlite.ts'
import { readLog } from './format/sqlite-wal.ts'
import { windowOf, type DatabaseFile } from './format/window.ts'
import { findOf } from './rpm/find.ts'
import { readHeader, type Header } from './rpm/header.ts'
import { MANIFEST, readManifest } from './rpm/manifest.ts'
import { readNdb } from './rpm/ndb.ts'
import { UNREAD } from './unread.ts'

/** Headers of the packages; `beside` opens the file whose name is the database's and this. */
type Read = (file: DatabaseFile, beside: (suffix: string) => DatabaseFile | undefined) => Iterable<Buffer>

/** The kinds of databases by their file's name (lib/backend of rpm). */
const KINDS: ReadonlyMap<string, Read> = new Map<string, Read>([
  ['rpmdb.sqlite', sqliteHeaders],
  ['Packages.db', readNdb],
  ['Packages', hashHeaders],
])
/** Where distributions keep it: the default, Fedora's and SUSE's, rpm-ostree's. */
const READERS: ReadonlyMap<string, Read> = new Map(
  ['var/lib/rpm', 'usr/lib/sysimage/rpm', 'usr/share/rpm'].flatMap((folder) =>
    [...KINDS].map(([name, read]) => [`${folder}/${name}`, read] as const),
  ),
)
/** What is kept of the names of all files of a database, in characters and 16 for each: some hundred thousand names are real. */
const MAX_FILE_NAMES = 64 * 2 ** 20

/** Keys to check signatures with, which rpm keeps as if they were packages. */
const KEY = 'gpg-pubkey'

/**
 * Packages of RPM, from its database (Red Hat, Fedora, SUSE, Amazon, Azure ...): SQLite, ndb or Berkeley DB, or the list of distroless images.
 * Versions as rpm writes them, `epoch:version-release`, without an epoch of 0.
 */
export const rpm: Cataloger = {
  name: 'rpm',
  version: 1,
  body: 'parts',
  packages: true,
  places: ['var/lib/rpm', 'usr/lib/sysimage/rpm'],
  names: [...KINDS.keys(), 'container-manifest-2'],
  wants: (path, entry) => (READERS.has(path) || path === MANIFEST) && isRegular(entry) && sizeOf(entry) > 0,
  beside: (path) => (path.endsWith('.sqlite') ? [`${path}-wal`, `${path}-journal`] : []),
  parse(file) {
    const complaints = complaintsAbout(file)
    const read = READERS.get(file.path)
    const value: Finds = read
      ? { packages: packagesOf(file, read, complaints) }
      : { packages: readManifest(file.body, complaints) }
    return { value, notices: complaints.notices }
  },
}

function packagesOf(file: ImageFile, read: Read, complaints: Complaints): readonly PackageFind[] {
  const open = (content: ImageFile['content'], name: string): DatabaseFile => ({
    size: content.size,
    window: windowOf(content),
    damaged: (what) =>
      complaints.add(
        UNREAD,
        1,
        `The database of RPM packages cannot be read whole: in ${name}, ${what}. Packages that stand there are not known. Rebuild the image, or repair the database (rpmdb --rebuilddb).`,
        true,
      ),
  })
  const database = open(file.content, file.path)
  const beside = (suffix: string) => {
    const content = file.beside.get(file.path + suffix)
    return content && content.size > 0 ? open(content, file.path + suffix) : undefined
  }
  const packages: PackageFind[] = []
  let left = database.size + (beside('-wal')?.size ?? 0)
  let names = MAX_FILE_NAMES
  const filesOf = ({ files }: Header): readonly string[] => {
    const kept: string[] = []
    for (const path of files) {
      names -= path.length + 16
      if (names < 0) break
      kept.push(path.startsWith('/') ? path.slice(1) : path)
    }
    return kept
  }
  for (const blob of read(database, beside)) {
    left -= blob.length
    // Parts that are read again and again: reading would take as long as a forger likes.
    if (left < 0) {
      database.damaged('packages are there several times')
      break
    }
    if (packages.length >= MAX_FINDS) {
      tooMany(complaints, 1, 'packages')
      break
    }
    const header = readHeader(blob)
    if (typeof header === 'string') {
      malformed(complaints, `The header of a package cannot be read: ${header}`)
      continue
    }
    if (!header.intact)
      malformed(
        complaints,
        `The header of ${header.name.slice(0, 100)} is not the one that the package was built with (its digest differs), so what it says of the package may be wrong`,
      )
    if (header.name === KEY) continue
    const find = findOf({ ...header, version: `${header.version}-${header.release}`, files: filesOf(header), line: 1 })
    if (find) packages.push(find)
    else malformed(complaints, 'The header of a package has a name or a version that is too long')
  }
  if (names < 0)
    complaints.add(
      'too-many-records',
      1,
      'The packages name more files than are kept: some count as files of no package. No real database is that large: check where it comes from.',
      false,
    )
  return packages
}

const malformed = (complaints: Complaints, what: string): void =>
  complaints.add(
    'package-record-malformed',
    1,
    `${what}. rpm itself leaves such packages out. Rebuild the image, or repair the database (rpmdb --rebuilddb).`,
    true,
  )

/** Table `Packages`: a number and the header. */
function* sqliteHeaders(file: DatabaseFile, beside: (suffix: string) => DatabaseFile | undefined): Generator<Buffer> {
  const journal = beside('-journal')
  // A journal whose head is zeros is one of a transaction that has ended.
  if (journal && journal.window(0, 8).some((byte) => byte !== 0))
    journal.damaged('there are changes that were never finished, which SQLite would take back')
  const log = beside('-wal')
  const database = openSqlite(file, log && readLog(log))
  const root = database?.table('Packages')
  if (!database) return
  if (root === undefined) {
    file.damaged('it has no table of packages')
    return
  }
  for (const [, header] of database.rows(root))
    if (header && header.serial >= 12) yield header.bytes
    else file.damaged('a row of the table of packages has no header')
}

/** Key: a number. Under 0 stands the highest number given, which is no header. */
function* hashHeaders(file: DatabaseFile): Generator<Buffer> {
  for (const { key, value } of readHash(file)) if (value.length !== 4 || key.some((byte) => byte !== 0)) yield value
}
