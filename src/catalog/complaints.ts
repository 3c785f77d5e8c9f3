import type { Notice } from '../model/notice.ts'
import type { ImageFile } from '../model/tree.ts'

/** Notices of one file that are given in full; more of them say nothing new and would drown the rest. */
const MAX_COMPLAINTS = 20

/** Finds that one file may give. The largest real databases have some thousands. */
export const MAX_FINDS = 100_000

/** Characters of a name or a version. The package managers' own limits are all below. */
export const MAX_WORD = 1024

/** Takes down what is wrong with one file of an image. */
export interface Complaints {
  /** `line` is 1-based; `lost` is true where something that stands there is not among the finds. */
  add(id: string, line: number, message: string, lost: boolean): void
  /** All that was added, the first 20 in full and one that counts the rest. */
  readonly notices: readonly Notice[]
}

/** Complaints about this file, each with its place in the image. */
export function complaintsAbout(file: Pick<ImageFile, 'path' | 'layer'>): Complaints {
  const given: Notice[] = []
  let more = 0
  let moreLost = false
  const notice = (id: string, line: number, message: string, lost: boolean): Notice => ({
    id,
    place: { file: file.path, line, column: 1, layer: file.layer },
    message,
    lost,
  })
  return {
    add(id, line, message, lost) {
      if (given.length < MAX_COMPLAINTS) given.push(notice(id, line, message, lost))
      else {
        more++
        moreLost ||= lost
      }
    },
    get notices() {
      if (more === 0) return given
      const message = `${more} more places of this file could not be read like those told before. Repair or replace the file.`
      return [...given, notice('further-complaints', 1, message, moreLost)]
    },
  }
}

/** Complains that a file holds more than is read of it. */
export const tooMany = (complaints: Complaints, line: number, what: string): void =>
  complaints.add(
    'too-many-records',
    line,
    `The file holds more than ${MAX_FINDS} ${what}; those from here on were not read. No real file is that large: check where it comes from.`,
    true,
  )
