import type { Place } from '../model/place.ts'
import type { Result } from '../model/result.ts'
import type { Image } from '../model/subject.ts'
import { shown } from './escape.ts'

/** A place for people: `compose.yaml:3:5` as editors take it, or `etc/passwd:7 in layer 3 of web`; escaped. */
export function where(place: Place): string {
  const file = shown(place.file)
  if (place.in === undefined) return `${file}:${place.line}:${place.column}`
  const line = place.line > 1 ? `:${place.line}` : ''
  const layer = place.layer === undefined ? '' : `layer ${place.layer} of `
  return `${file}${line} in ${layer}${shown(place.in)}`
}

/** In the order of files, then lines; files of the scan before files of images. */
export const byPlace = (a: Place, b: Place): number =>
  compare(a.in ?? '', b.in ?? '') || compare(a.file, b.file) || a.line - b.line || a.column - b.column

/** By code units: the same order on every machine. */
export const compare = (a: string, b: string): number => (a < b ? -1 : a > b ? 1 : 0)

/** The image that a place lies in. */
export const imageAt = (result: Result, place: Place): Image | undefined =>
  place.in === undefined
    ? undefined
    : (result.images.find((image) => image.id === place.in) ??
      result.images.find((image) => image.target === place.in || image.names.includes(place.in ?? '')))

/** The instruction that made the layer a place lies in; empty where nobody knows. Not escaped. */
export function instructionAt(result: Result, place: Place): string {
  const layers = imageAt(result, place)?.facts.layers
  if (place.layer === undefined || layers === undefined || layers.how === 'unknown') return ''
  const instruction = layers.value[place.layer]?.facts.instruction
  return instruction === undefined || instruction.how === 'unknown' ? '' : instruction.value
}
