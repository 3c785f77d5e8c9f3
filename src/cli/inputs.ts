/** `plimsoll scan --explain-inputs`: every file, what it was taken for, and why another was not read. */
import type { InputNote } from '../model/result.ts'
import { json, shown } from '../report/escape.ts'
import type { Inventory } from '../scan.ts'

/** One note a file: what it was read for goes before why it was not read by itself. */
const byFile = (inputs: readonly InputNote[]): readonly InputNote[] =>
  [
    ...new Map(
      inputs
        .toSorted((a, b) => Number(a.takenFor !== undefined) - Number(b.takenFor !== undefined))
        .map((note) => [note.file, note]),
    ).values(),
  ].sort((a, b) => (a.file < b.file ? -1 : a.file > b.file ? 1 : 0))

const holds = ({ takenFor, containers, images, engines = 0, grants = 0 }: InputNote): string => {
  if (!takenFor) return ''
  const parts = [
    containers > 0 ? `${containers} container${containers === 1 ? '' : 's'}` : '',
    images > 0 ? `${images} image${images === 1 ? '' : 's'}` : '',
    grants > 0 ? `${grants} cluster object${grants === 1 ? '' : 's'}` : '',
  ].filter((part) => part !== '')
  return parts.join(', ') || (engines > 0 ? 'engine settings' : 'nothing that runs')
}

export function inputsText({ inputs, ignored, notices }: Inventory): string {
  const rows = byFile(inputs).map((note) => [
    shown(note.file),
    note.takenFor?.join(', ') ?? '-',
    note.confidence ?? '-',
    holds(note) || '-',
    shown(note.because),
  ])
  const table = [['FILE', 'TAKEN FOR', 'CONFIDENCE', 'HOLDS', 'BECAUSE'], ...rows]
  const widths = [0, 1, 2, 3].map((column) => Math.min(60, Math.max(...table.map((row) => row[column]?.length ?? 0))))
  const all = byFile(inputs)
  const read = all.filter(({ takenFor }) => takenFor !== undefined).length
  const lost = notices.filter((notice) => notice.lost).length
  return [
    ...table.map((row) =>
      row
        .map((cell, column) => (column < 4 ? cell.padEnd(widths[column] ?? 0) : cell))
        .join('  ')
        .trimEnd(),
    ),
    '',
    [
      `${read} read, ${all.length - read} not`,
      ignored.files + ignored.folders > 0 ? 'what ignore files name is read with --no-ignore' : '',
      lost > 0
        ? `${lost} ${lost === 1 ? 'notice' : 'notices'} of lost input: plimsoll scan tells ${lost === 1 ? 'it' : 'them'}`
        : '',
    ]
      .filter((part) => part !== '')
      .join('; '),
    '',
  ].join('\n')
}

export const inputsJson = ({ inputs, ignored }: Inventory): string => json({ inputs: byFile(inputs), ignored })
