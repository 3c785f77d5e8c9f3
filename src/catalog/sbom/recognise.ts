/** Which list of parts (SBOM) a text is, told by its content. Cheap: it is asked of every text that is named. */

export type SbomForm = 'cyclonedx' | 'cyclonedx-xml' | 'spdx' | 'spdx-tag-value' | 'syft'

const OBJECT = /^\uFEFF?\s*\{/
const JSON_FORMS: readonly (readonly [SbomForm, RegExp])[] = [
  ['cyclonedx', /"bomFormat"\s*:\s*"CycloneDX"/],
  ['spdx', /"spdxVersion"\s*:\s*"SPDX-/],
  ['syft', /"url"\s*:\s*"https:\/\/raw\.githubusercontent\.com\/anchore\/syft\//],
]
const TAG_VALUE = /^SPDXVersion:[ \t]*SPDX-/m
const XML = /<(?:\w+:)?bom\b[^>]*\sxmlns(?::\w+)?\s*=\s*["']http:\/\/cyclonedx\.org\/schema\/bom\//
/** Where the mark of a text that is no JSON must stand: after comments at the most. */
const BEGINNING = 16_384

/** Undefined for every other text. */
export function sbomForm(text: string): SbomForm | undefined {
  if (OBJECT.test(text)) return JSON_FORMS.find(([, mark]) => mark.test(text))?.[0]
  const beginning = text.slice(0, BEGINNING)
  return XML.test(beginning) ? 'cyclonedx-xml' : TAG_VALUE.test(beginning) ? 'spdx-tag-value' : undefined
}
export const isSbom = (text: string): boolean => sbomForm(text) !== undefined
