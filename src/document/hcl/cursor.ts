/** Going through a text of HCL: blanks and comments, names, and passing over what is not evaluated. */

/** A text that is not HCL. Caught by the reader, which makes a notice of it. */
export class Invalid extends Error {
  readonly offset: number
  constructor(message: string, offset: number) {
    super(message)
    this.offset = offset
  }
}

/** How deep blocks, lists and templates may be nested. */
const MAX_DEPTH = 100
const IDENTIFIER = /[\p{ID_Start}_][\p{ID_Continue}-]*/uy
const CLOSING: { readonly [sign: string]: string } = { '(': ')', '[': ']', '{': '}' }

export class Cursor {
  readonly text: string
  at = 0
  #depth = 0

  constructor(text: string) {
    this.text = text
  }

  peek(): string {
    return this.text[this.at] ?? ''
  }
  get isEnd(): boolean {
    return this.at >= this.text.length
  }
  starts(word: string): boolean {
    return this.text.startsWith(word, this.at)
  }
  fail(message: string, offset = this.at): never {
    throw new Invalid(message, offset)
  }
  /** Goes one level deeper for as long as `inner` runs. */
  deeper<T>(inner: () => T): T {
    this.#depth += 1
    if (this.#depth > MAX_DEPTH) this.fail('it is nested too deep')
    try {
      return inner()
    } finally {
      this.#depth -= 1
    }
  }

  /** Passes over blanks and comments, and over line ends where they mean nothing. */
  blanks(lines: boolean): void {
    for (;;) {
      const sign = this.peek()
      if (sign === ' ' || sign === '\t' || sign === '\r' || (lines && sign === '\n')) this.at += 1
      else if (sign === '#' || this.starts('//')) this.at = this.#lineEnd()
      else if (this.starts('/*')) {
        const end = this.text.indexOf('*/', this.at + 2)
        if (end < 0) this.fail('a comment is not closed')
        this.at = end + 2
      } else return
    }
  }
  #lineEnd(): number {
    const end = this.text.indexOf('\n', this.at)
    return end < 0 ? this.text.length : end
  }

  /** A name, or undefined where none begins here. */
  identifier(): string | undefined {
    IDENTIFIER.lastIndex = this.at
    const name = IDENTIFIER.exec(this.text)?.[0]
    if (name !== undefined) this.at += name.length
    return name
  }

  /** Passes over an expression, up to the line end, comma or bracket that ends it. */
  expression(): void {
    const open: string[] = []
    for (;;) {
      const sign = this.peek()
      if (this.isEnd) {
        if (open.length > 0) this.fail(`a ${open.at(-1) ?? ''} is missing`)
        return
      }
      if (open.length === 0 && (sign === '\n' || sign === ',' || sign === '#' || this.starts('//'))) return
      // A second attribute on the line.
      if (open.length === 0 && sign === '=' && /[^=!<>]=[^=>]/.test(this.text.slice(this.at - 1, this.at + 2)))
        this.fail('a line end is missing')
      if (sign === '#' || this.starts('//') || this.starts('/*')) this.blanks(true)
      else if (sign === '"') this.quoted()
      else if (this.starts('<<')) this.heredoc()
      else if (CLOSING[sign] !== undefined) {
        open.push(CLOSING[sign])
        this.at += 1
      } else if (sign === ')' || sign === ']' || sign === '}') {
        if (open.length === 0) return
        if (open.pop() !== sign) this.fail(`a bracket is closed by ${sign}`)
        this.at += 1
      } else this.at += 1
    }
  }

  /** Passes over a quoted text, templates in it included. */
  quoted(): void {
    const start = this.at
    this.at += 1
    for (;;) {
      const sign = this.peek()
      if (this.isEnd || sign === '\n') this.fail('a quoted text is not closed', start)
      if (sign === '"') {
        this.at += 1
        return
      }
      if (sign === '\\') this.at += 2
      else if (this.starts('$${') || this.starts('%%{')) this.at += 3
      else if (this.starts('${') || this.starts('%{')) this.interpolation()
      else this.at += 1
    }
  }

  /** Passes over `${...}` or `%{...}` and gives what stands between the braces. */
  interpolation(): string {
    const start = this.at
    this.at += 2
    this.deeper(() => {
      for (;;) {
        this.expression()
        if (this.isEnd) this.fail('a template is not closed', start)
        const sign = this.peek()
        if (sign === '}') return
        if (sign === ')' || sign === ']') this.fail(`a bracket is closed by ${sign}`)
        if (sign === '#' || this.starts('//')) this.blanks(true)
        else this.at += 1
      }
    })
    this.at += 1
    return this.text.slice(start + 2, this.at - 1)
  }

  /** Passes over a heredoc and gives its text as it stands there. */
  heredoc(): { readonly text: string; readonly start: number; readonly indented: boolean } | undefined {
    const head = /<<(-?)([\p{ID_Start}_][\p{ID_Continue}-]*)[ \t\r]*\n/uy
    head.lastIndex = this.at
    const match = head.exec(this.text)
    if (!match) {
      this.at += 2
      return undefined
    }
    const start = this.at + match[0].length
    for (let line = start; line <= this.text.length;) {
      const next = this.text.indexOf('\n', line)
      const end = next < 0 ? this.text.length : next
      if (end - line < 1000 && this.text.slice(line, end).trim() === match[2]) {
        this.at = end
        return { text: this.text.slice(start, line), start, indented: match[1] === '-' }
      }
      if (next < 0) break
      line = next + 1
    }
    return this.fail(`the heredoc has no line ${match[2] ?? ''}`)
  }
}
