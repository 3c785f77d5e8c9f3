/** Packages that a lock file or a list of requirements names: they are declared, which does not say that they are there. */
import type { PackageType } from '../../model/package.ts'
import type { Read } from '../../model/notice.ts'
import type { Finds, ImageFile, PackageFind } from '../../model/tree.ts'
import { complaintsAbout, MAX_FINDS, MAX_WORD, tooMany, type Complaints } from '../complaints.ts'

/** Bytes of a lock file that are read. The largest known real ones have some ten megabytes. */
export const MAX_LOCK = 32 * 2 ** 20

/** What one lock file names, as it is gathered. */
export class LockFile {
  readonly complaints: Complaints
  readonly #packages: PackageFind[] = []
  readonly #type: PackageType
  readonly #writer: string
  #full = false

  /** `writer` is what writes such files anew: `npm install`. */
  constructor(file: Pick<ImageFile, 'path' | 'layer'>, type: PackageType, writer: string) {
    this.complaints = complaintsAbout(file)
    this.#type = type
    this.#writer = writer
  }

  /** False where no more is taken. An empty version is one that the file does not say. */
  add(name: string, version: string, line: number, rest: Partial<PackageFind> = {}): boolean {
    if (this.#full) return false
    if (this.#packages.length >= MAX_FINDS) {
      tooMany(this.complaints, line, 'packages')
      this.#full = true
      return false
    }
    if (name === '' || name.length > MAX_WORD || version.length > MAX_WORD) {
      this.malformed(line, `has no usable name or version (of at most ${MAX_WORD} characters)`)
      return true
    }
    this.#packages.push({
      type: this.#type,
      name,
      version,
      architecture: '',
      source: '',
      declared: true,
      ...rest,
      line,
    })
    return true
  }

  /** An entry that cannot be understood; `why` ends the sentence "This entry ...". */
  malformed(line: number, why: string): void {
    this.complaints.add(
      'lock-file-entry-malformed',
      line,
      `This entry ${why}, so the package is not among those that the file declares. Write the file anew with ${this.#writer}.`,
      true,
    )
  }

  /** The whole file cannot be understood. */
  unreadable(why: string, line = 1): Read<Finds> {
    this.complaints.add(
      'lock-file-unreadable',
      line,
      `This file ${why}, so the packages that it declares are not known. Write it anew with ${this.#writer}, or remove it.`,
      true,
    )
    return this.read()
  }

  /** True, with a complaint, where the file is larger than is read. */
  tooLarge(size: number): boolean {
    if (size <= MAX_LOCK) return false
    this.unreadable(`is larger than ${MAX_LOCK} bytes`)
    return true
  }

  read(): Read<Finds> {
    const value = this.#packages.length === 0 ? {} : { packages: this.#packages }
    return { value, notices: this.complaints.notices }
  }
}
