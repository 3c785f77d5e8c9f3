/** Files of compiled programs: which may be one, and what is in them. */
import type { Content, Entry } from '../../model/tree.ts'
import { isMountedOver, isRegular, isWithin, sizeOf } from '../entry.ts'
import { isElf, readElf } from './elf.ts'
import { isMachO, readMachO } from './macho.ts'
import { isPe, readPe } from './pe.ts'
import type { Program } from './program.ts'
import { Ranges } from './ranges.ts'

/** A program with the bytes that its offsets are counted in. */
export interface ProgramFile {
  readonly program: Program
  readonly ranges: Ranges
}

/** Several catalogers ask for the same file. */
const read = new WeakMap<Content, readonly ProgramFile[]>()

/** The programs of a file: none, one, or those of a universal file of macOS. */
export function programsOf(content: Content): readonly ProgramFile[] {
  const held = read.get(content)
  if (held) return held
  const ranges = new Ranges(content)
  const first = ranges.at(0, 16)
  let found: readonly ProgramFile[] = []
  if (isMachO(first)) found = readMachO(content, ranges)
  else {
    const program = isElf(first) ? readElf(ranges) : isPe(first) ? readPe(ranges) : undefined
    if (program) found = [{ program, ranges }]
  }
  read.set(content, found)
  return found
}

export const beginsAsProgram = (first: Buffer): boolean => isElf(first) || isPe(first) || isMachO(first)

/** Where nothing is run from, whatever the mode says. */
const DOCUMENTS = ['usr/share/doc', 'usr/share/man', 'usr/share/info', 'usr/share/locale', 'usr/share/zoneinfo']
/** Texts and archives that are often marked executable; reading them would only take time. */
const TEXTS = new Set(
  'py pyc sh bash pl pm rb js mjs cjs ts json html css md txt xml yaml yml tcl php jar war zip gz xz bz2 zst a o png svg h c'.split(
    ' ',
  ),
)
/** Programs and libraries that need no mode to be used. */
const PROGRAMS = new Set(['so', 'exe', 'dll', 'dylib', 'pyd'])
/** Bytes from which on a file without a mode and without an ending may be a program that somebody makes executable at the start. */
const LARGE = 2 ** 20

/**
 * True where a file may be a program or a library that was compiled, by its mode and its name: those of the smallest of the linkers
 * meant are `smallest` bytes long. Its first bytes tell more.
 */
export function mayBeProgram(path: string, entry: Entry, smallest: number): boolean {
  if (!isRegular(entry) || sizeOf(entry) < smallest) return false
  const dot = path.lastIndexOf('.')
  const ending = dot > path.lastIndexOf('/') ? path.slice(dot + 1) : ''
  if ((entry.mode & 0o111) === 0) {
    if (
      !PROGRAMS.has(ending) &&
      (ending !== '' || sizeOf(entry) < LARGE) &&
      !path.includes('.so.', path.lastIndexOf('/'))
    )
      return false
  } else if (TEXTS.has(ending)) return false
  return !isMountedOver(path) && !DOCUMENTS.some((directory) => isWithin(path, directory))
}
