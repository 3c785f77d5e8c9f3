import type { Cataloger, Content } from '../model/tree.ts'
import { isLibrary, isProgram } from './programs.ts'

/** What a program is run by, of those that need something: scripts (execve(2), "Interpreter scripts") and dynamically linked programs. */
export const interpreters: Cataloger = {
  name: 'interpreters',
  version: 1,
  body: 'parts',
  byContent: true,
  begins: (first) => isScript(first) || isElf(first),
  wants: (path, entry) => isProgram(path, entry) && !isLibrary(path),
  parse: ({ content }) => {
    const interpreter = interpreterOf(content)
    return { value: interpreter === undefined ? {} : { interpreter }, notices: [] }
  },
}

/** Bytes of a script's first line that Linux looks at (BINPRM_BUF_SIZE). */
const LINE = 256
/** Longest path (PATH_MAX, linux/limits.h). */
const MAX_PATH = 4096
const PT_INTERP = 3
/** Program headers of an ELF file that Linux takes at most: a page of them (fs/binfmt_elf.c, load_elf_phdrs). */
const MAX_HEADERS = 65_536 / 56

const isScript = (first: Buffer): boolean => first[0] === 0x23 && first[1] === 0x21
const isElf = (first: Buffer): boolean => first.length >= 4 && first.readUInt32BE(0) === 0x7f454c46

/**
 * The words after `#!` without blanks around them, a carriage return written out as `\r` (execve(2), "Interpreter scripts"); the loader
 * that an ELF file names (elf(5), PT_INTERP); empty for an ELF file that needs none; undefined for what is neither.
 */
function interpreterOf(content: Content): string | undefined {
  const first = part(content, 0, FIRST)
  if (isScript(first)) {
    const line = first.subarray(2, LINE)
    const end = line.indexOf(0x0a)
    return line
      .subarray(0, end < 0 ? line.length : end)
      .toString('latin1')
      .replace(/^[ \t]+|[ \t]+$/g, '')
      .replaceAll('\r', String.raw`\r`)
      .replaceAll('\0', '')
  }
  return first.length >= 64 && isElf(first) ? loaderOf(first, content) : undefined
}

/** The program headers stand here, and the name of the loader soon after them, in what linkers write. */
const FIRST = 2048

/** Bytes from an offset on; fewer at the end of the file. */
function part(content: Content, offset: number, length: number): Buffer {
  const bytes = Buffer.allocUnsafe(Math.max(0, Math.min(length, content.size - offset)))
  return bytes.subarray(0, content.read(bytes, offset))
}

/** Of both classes and byte orders; a header that points outside names none. */
function loaderOf(first: Buffer, content: Content): string {
  const wide = first[4] === 2
  const little = first[5] !== 2
  const short = (from: Buffer, at: number): number => (little ? from.readUInt16LE(at) : from.readUInt16BE(at))
  const word = (from: Buffer, at: number): number => (little ? from.readUInt32LE(at) : from.readUInt32BE(at))
  const offset = (from: Buffer, at: number): number => {
    if (!wide) return word(from, at)
    const [low, high] = little ? [at, at + 4] : [at + 4, at]
    return word(from, low) + word(from, high) * 2 ** 32
  }
  const at = (start: number, length: number): Buffer =>
    start + length <= first.length ? first.subarray(start, start + length) : part(content, start, length)
  const table = offset(first, wide ? 32 : 28)
  const size = short(first, wide ? 54 : 42)
  const count = Math.min(short(first, wide ? 56 : 44), MAX_HEADERS)
  if (size < (wide ? 56 : 32)) return ''
  const headers = at(table, count * size)
  for (let start = 0; start + size <= headers.length; start += size) {
    const header = headers.subarray(start, start + size)
    if (word(header, 0) !== PT_INTERP) continue
    const length = Math.min(offset(header, wide ? 32 : 16), MAX_PATH)
    const name = at(offset(header, wide ? 8 : 4), length)
    return name.length < length ? '' : name.toString('latin1').replace(/\0[\s\S]*$/, '')
  }
  return ''
}
