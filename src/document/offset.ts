/** Offsets of a text -> places, for readers that know where a value stands by its offset. */
import type { Place } from '../model/place.ts'
import type { Locate } from './node.ts'

/** Where an offset is. Lines end with \n; a \r before it counts as the last character of its line. */
export function placesOf(text: string, place: Locate): (offset: number) => Place {
  const starts = [0]
  for (let i = text.indexOf('\n'); i >= 0; i = text.indexOf('\n', i + 1)) starts.push(i + 1)
  return (offset) => {
    let low = 0
    let high = starts.length - 1
    while (low < high) {
      const middle = (low + high + 1) >> 1
      if ((starts[middle] ?? 0) <= offset) low = middle
      else high = middle - 1
    }
    return place(low + 1, offset - (starts[low] ?? 0) + 1)
  }
}
