/** Lists of parts that other tools wrote, or Plimsoll did -> the images that they tell of. */
import type { Notice, Read } from '../../model/notice.ts'
import { startOf, type Place } from '../../model/place.ts'
import { placesOf } from '../../document/offset.ts'
import { cycloneDxOfXml } from './cyclonedx-xml.ts'
import { LISTS as CYCLONEDX_LISTS, readCycloneDx } from './cyclonedx.ts'
import { at, offsetsOf, type Json } from './json.ts'
import type { SbomImage } from './part.ts'
import { sbomForm, type SbomForm } from './recognise.ts'
import { imagesOfSpdx, LISTS as SPDX_LISTS, spdxOfJson, spdxOfTags } from './spdx.ts'
import { LISTS as SYFT_LISTS, readSyft } from './syft.ts'

export type { SbomImage } from './part.ts'

/** Never throws: what could not be read is a notice. */
export function readSbom(file: string, text: string): Read<readonly SbomImage[]> {
  const form = sbomForm(text)
  const notices: Notice[] = []
  if (form === 'spdx-tag-value') return { value: imagesOfSpdx(file, spdxOfTags(file, text), notices), notices }
  if (form === undefined) return lost(file, 'This text is no SBOM that is known, so nothing in it was read.')
  if (form === 'cyclonedx-xml') {
    const read = cycloneDxOfXml(file, text)
    return 'problem' in read
      ? lost(file, `This SBOM ${read.problem}, so nothing in it was read. Have it made anew.`, read.line)
      : { value: readCycloneDx(file, read.bom, read.placeAt, notices), notices }
  }
  let document: Json
  try {
    document = JSON.parse(text.replace(/^\uFEFF/, ' '))
  } catch (error) {
    const because = error instanceof Error ? error.message : ''
    return lost(
      file,
      `This SBOM is no valid JSON (${because.slice(0, 200)}), so nothing in it was read. Have it made anew.`,
    )
  }
  // An attestation (in-toto) holds it as its predicate.
  const predicate = at(document, 'predicate')
  return {
    value: readJson(form, file, predicate ?? document, placesIn(file, text, form, predicate !== undefined), notices),
    notices,
  }
}

function readJson(
  form: SbomForm,
  file: string,
  document: Json,
  placeAt: (path: string) => Place,
  notices: Notice[],
): readonly SbomImage[] {
  const found =
    form === 'cyclonedx'
      ? at(document, 'bomFormat') === 'CycloneDX' && readCycloneDx(file, document, placeAt, notices)
      : form === 'spdx'
        ? at(document, 'spdxVersion') !== undefined && imagesOfSpdx(file, spdxOfJson(document, placeAt), notices)
        : at(document, 'artifacts') !== undefined && readSyft(file, document, placeAt, notices)
  if (found !== false) return found
  notices.push(
    ...lost(file, 'This text holds an SBOM somewhere inside, which is not read. Give the SBOM itself.').notices,
  )
  return []
}

const lost = (file: string, message: string, line = 1): Read<readonly SbomImage[]> => ({
  value: [],
  notices: [{ id: 'sbom-unread', place: { ...startOf(file), line }, message, lost: true }],
})

const LISTS: Readonly<Partial<Record<SbomForm, ReadonlySet<string>>>> = {
  cyclonedx: CYCLONEDX_LISTS,
  spdx: SPDX_LISTS,
  syft: SYFT_LISTS,
}

/** Where the objects of a document stand, by their paths. */
function placesIn(file: string, text: string, form: SbomForm, isInside: boolean): (path: string) => Place {
  const lists = LISTS[form] ?? new Set()
  const offsets = offsetsOf(text, isInside ? new Set([...lists, 'predicate']) : lists)
  const placeAt = placesOf(text, (line, column) => ({ file, line, column }))
  return (path) => placeAt(offsets.get(isInside ? `predicate/${path}` : path) ?? 0)
}
