import type { Cataloger } from '../model/tree.ts'
import { sizeOf } from './entry.ts'
import { isLibrary, isProgram } from './programs.ts'

/** Larger bodies are not read (source/limits.ts). */
const MAX_SIZE = 2 ** 27

/** What a program is run by, of those that need something: scripts (execve(2), "Interpreter scripts") and dynamically linked programs. */
export const interpreters: Cataloger = {
  name: 'interpreters',
  version: 1,
  body: true,
  byContent: true,
  wants: (path, entry) => isProgram(path, entry) && !isLibrary(path) && sizeOf(entry) <= MAX_SIZE,
  parse: (file) => {
    const interpreter = interpreterOf(file.body)
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

/**
 * The words after `#!` without blanks around them, a carriage return written out as `\r` (execve(2), "Interpreter scripts"); the loader
 * that an ELF file names (elf(5), PT_INTERP); empty for an ELF file that needs none; undefined for what is neither.
 */
export function interpreterOf(body: Buffer): string | undefined {
  if (body.length >= 2 && body[0] === 0x23 && body[1] === 0x21) {
    const line = body.subarray(2, LINE)
    const end = line.indexOf(0x0a)
    return line
      .subarray(0, end < 0 ? line.length : end)
      .toString('latin1')
      .replace(/^[ \t]+|[ \t]+$/g, '')
      .replaceAll('\r', String.raw`\r`)
      .replaceAll('\0', '')
  }
  return body.length >= 64 && body.readUInt32BE(0) === 0x7f454c46 ? loaderOf(body) : undefined
}

/** Of both classes and byte orders; a header that points outside names none. */
function loaderOf(body: Buffer): string {
  const wide = body[4] === 2
  const little = body[5] !== 2
  const short = (at: number): number => (little ? body.readUInt16LE(at) : body.readUInt16BE(at))
  const word = (at: number): number => (little ? body.readUInt32LE(at) : body.readUInt32BE(at))
  const offset = (at: number): number =>
    wide ? (little ? word(at) + word(at + 4) * 2 ** 32 : word(at + 4) + word(at) * 2 ** 32) : word(at)
  const table = offset(wide ? 32 : 28)
  const size = short(wide ? 54 : 42)
  const count = Math.min(short(wide ? 56 : 44), MAX_HEADERS)
  if (size < (wide ? 56 : 32)) return ''
  for (let index = 0; index < count; index += 1) {
    const at = table + index * size
    if (at + size > body.length) break
    if (word(at) !== PT_INTERP) continue
    const from = offset(at + (wide ? 8 : 4))
    const length = Math.min(offset(at + (wide ? 32 : 16)), MAX_PATH)
    return from + length > body.length
      ? ''
      : body
          .subarray(from, from + length)
          .toString('latin1')
          .replace(/\0[\s\S]*$/, '')
  }
  return ''
}
