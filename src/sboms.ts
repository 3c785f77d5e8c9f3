/** Lists of parts (SBOMs) -> images of which the packages are known, and little else. */
import { sbomFacts, SILENT } from './catalog/sbom/facts.ts'
import { readSbom } from './catalog/sbom/read.ts'
import { image as imageRows } from './model/fields.ts'
import type { Read } from './model/notice.ts'
import { startOf } from './model/place.ts'
import type { Image } from './model/subject.ts'
import { unanswered } from './model/unanswered.ts'
import { idOf } from './packages.ts'

/** `taken`: ids that other images have. */
export function imagesOfSbom(file: string, text: string, taken: ReadonlySet<string>): Read<readonly Image[]> {
  const read = readSbom(file, text)
  const ids = new Set(taken)
  const value = read.value.map((found): Image => {
    const { list } = found
    const id = idOf([list.id, ...list.names], file, ids)
    ids.add(id)
    const place = startOf(file)
    return {
      id,
      names: list.names,
      target: file,
      place,
      facts: { ...unanswered(imageRows, place, SILENT, 'image'), ...sbomFacts(found, place) },
      parts: { ...list, id },
      notices: [],
    }
  })
  return { value, notices: read.notices }
}
