/** Longer words are no typing errors: no nearest word is looked for, which bounds the time. */
const LONGEST = 80

/**
 * The word that was probably meant, or undefined where none is near: at most one edit for every three letters
 * (insertion, deletion, substitution, two neighbours swapped), upper and lower case being the same.
 * Of equally near ones the first.
 */
export function nearest(word: string, words: Iterable<string>): string | undefined {
  if (word.length > LONGEST) return undefined
  const wanted = word.toLowerCase()
  let best: string | undefined
  let least = Math.max(1, Math.floor(word.length / 3)) + 1
  for (const candidate of words) {
    if (Math.abs(candidate.length - word.length) >= least) continue
    const edits = distance(wanted, candidate.toLowerCase())
    if (edits < least) {
      least = edits
      best = candidate
    }
  }
  return best
}

/** `: did you mean "x"?` where a word is near; else the words that there are, if they are few. */
export function hint(word: string, words: Iterable<string>): string {
  const all = [...words]
  const near = nearest(word, all)
  if (near !== undefined) return `: did you mean "${near}"?`
  return all.length > 0 && all.length <= 12 ? `; known are ${all.join(', ')}` : ''
}

/** Optimal string alignment distance: three rows of the table are enough. */
function distance(a: string, b: string): number {
  let before: number[] = []
  let last = Array.from({ length: b.length + 1 }, (_, j) => j)
  for (let i = 1; i <= a.length; i++) {
    const row = [i]
    for (let j = 1; j <= b.length; j++) {
      const same = a[i - 1] === b[j - 1] ? 0 : 1
      let edits = Math.min(at(last, j) + 1, at(row, j - 1) + 1, at(last, j - 1) + same)
      if (i > 1 && j > 1 && a[i - 1] === b[j - 2] && a[i - 2] === b[j - 1])
        edits = Math.min(edits, at(before, j - 2) + 1)
      row.push(edits)
    }
    before = last
    last = row
  }
  return at(last, b.length)
}
const at = (row: readonly number[], index: number): number => row[index] ?? Infinity
