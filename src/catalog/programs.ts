import type { Cataloger, Entry } from '../model/tree.ts'
import { isMountedOver, isRegular, isWithin } from './entry.ts'

/** Where nothing is run from, whatever the mode says, and where most of an image's links are. */
const DOCUMENTS = ['usr/share/doc', 'usr/share/man', 'usr/share/info', 'usr/share/locale', 'usr/share/zoneinfo']
const isDocument = (path: string): boolean => DOCUMENTS.some((directory) => isWithin(path, directory))
/** A file that somebody may execute, where programs are. */
export const isProgram = (path: string, entry: Entry): boolean =>
  isRegular(entry) && (entry.mode & 0o111) !== 0 && !isMountedOver(path) && !isDocument(path)

/** Links of shared libraries: many, and nobody starts them. A loader is `ld-linux.so`, `ld-musl.so` or the like. */
export const isLibrary = (path: string): boolean => /\.so(?:\.[\d.]+)?$/.test(path) && !/(?:^|\/)ld[-.0-9]/.test(path)

/**
 * Everything that decides whether a word of ENTRYPOINT starts something: files that somebody may execute, symbolic links, and folders
 * that not everybody may search (path_resolution(7)).
 */
export const programs: Cataloger = {
  name: 'programs',
  version: 1,
  body: false,
  wants: (path, entry) =>
    isProgram(path, entry) ||
    (entry.type === 'symlink' && !isLibrary(path) && !isMountedOver(path) && !isDocument(path)) ||
    (entry.type === 'directory' && (entry.mode & 0o111) !== 0o111 && !isMountedOver(path)),
  parse: () => ({ value: { program: true }, notices: [] }),
}
