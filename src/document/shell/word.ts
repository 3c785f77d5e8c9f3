/** A word of a command while it is read: the fields that it becomes, with what is not known of them. */
import { HOLE } from '../hole.ts'
import type { Place } from '../../model/place.ts'

export interface Field {
  readonly text: string
  /** What is not known, as it is written; a `HOLE` stands in the text for each. */
  readonly holes: readonly string[]
  /** Assignments that parts of it were taken from. */
  readonly from: readonly { readonly place: Place; readonly value: string }[]
}

/** Fields that one word may become. */
const MAX_FIELDS = 10_000
const MAX_TEXT = 1_000_000

export class Word {
  readonly #fields: Field[] = []
  #parts: string[] | undefined
  #length = 0
  #holes: string[] = []
  #from: { readonly place: Place; readonly value: string }[] = []

  /** Text that stands here, or nothing but quotes: a field is there even if it is empty. */
  add(text: string): void {
    this.#parts ??= []
    this.#length += text.length
    if (this.#length <= MAX_TEXT) this.#parts.push(text)
    else this.#holes = ['a word that is too long']
  }

  hole(written: string, isPath = false): void {
    this.add(isPath ? `${HOLE}/` : HOLE)
    if (!this.#holes.includes(written) && this.#holes.length < 10) this.#holes.push(written)
  }

  /** What follows is another field. */
  split(): void {
    if (!this.#parts) return
    if (this.#fields.length < MAX_FIELDS)
      this.#fields.push({ text: this.#parts.join(''), holes: this.#holes, from: this.#from })
    this.#parts = undefined
    this.#length = 0
    this.#holes = []
    this.#from = []
  }

  /** A value of a variable. Outside of quotes blanks part it into fields. */
  value(
    { text, holes }: { readonly text: string; readonly holes: readonly string[] },
    quoted: boolean,
    place: Place,
  ): void {
    const put = (part: string): void => {
      this.add(part)
      this.#from.push({ place, value: part })
      if (part.includes(HOLE)) this.#holes.push(...holes.filter((hole) => !this.#holes.includes(hole)))
    }
    if (quoted) return put(text)
    const parts = text.split(/[ \t\n]+/)
    for (const [index, part] of parts.entries()) {
      if (index > 0) this.split()
      if (part !== '') put(part)
    }
  }

  /** The fields; none where everything is empty and nothing is quoted. */
  end(): readonly Field[] {
    this.split()
    return this.#fields
  }
}

/** The escapes of $'...': bash(1), QUOTING. */
export function ansiC(text: string): string {
  return text.replace(
    /\\(?:([abeEfnrtv\\'"?])|x([0-9a-fA-F]{1,2})|u([0-9a-fA-F]{1,4})|U([0-9a-fA-F]{1,8})|([0-7]{1,3})|c([\s\S]))/g,
    (whole, letter?: string, hex?: string, four?: string, eight?: string, octal?: string, control?: string) => {
      if (letter !== undefined) return ESCAPES[letter] ?? letter
      if (control !== undefined) return String.fromCharCode(control.toUpperCase().charCodeAt(0) ^ 64)
      const code =
        octal === undefined ? Number.parseInt(hex ?? four ?? eight ?? '', 16) : Number.parseInt(octal, 8) & 0xff
      return code <= 0x10ffff ? String.fromCodePoint(code) : whole
    },
  )
}
const ESCAPES: { readonly [letter: string]: string } = {
  a: '\u0007',
  b: '\b',
  e: '\u001b',
  E: '\u001b',
  f: '\f',
  n: '\n',
  r: '\r',
  t: '\t',
  v: '\v',
}
