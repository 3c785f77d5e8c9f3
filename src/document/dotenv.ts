/**
 * Files of variables (`.env`, `env_file`) as Compose reads them: https://docs.docker.com/reference/compose-file/services/#env_file-format
 * The root is a list of maps with one entry each, in the order in which they are written: a later one counts, and a value
 * may use earlier ones. A value is a template of Compose: what is to stay a dollar sign is `$$`. `source` is what stands
 * after the sign, for readers that take it as it is (`format: raw`). A name without a value is null: the environment has it.
 */
import type { Notice, Read } from '../model/notice.ts'
import { comments } from './comment.ts'
import type { Locate, Node, Text } from './node.ts'
import { placesOf } from './offset.ts'

const MAX_VARIABLES = 50_000
/** White space that does not end a line, as Compose has it. */
const BLANK = /[\t\v\f\r \u0085\u00a0]/
const NAME = /[\p{L}\p{N}_.\-[\]]/u

export function readDotenv(file: string, text: string, locate?: Locate): Read<Text> {
  const place: Locate = locate ?? ((line, column) => ({ file, line, column }))
  const at = placesOf(text, place)
  const notices: Notice[] = []
  const variables: Node[] = []
  const reader = new Statements(text)
  for (let next = reader.next(); next !== undefined; next = reader.next()) {
    const spot = at(next.offset)
    if ('wrong' in next || variables.length >= MAX_VARIABLES) {
      const what = 'wrong' in next ? next.wrong : `there are more than ${MAX_VARIABLES} variables`
      notices.push({
        id: 'dotenv-invalid',
        place: spot,
        message: `This file of variables cannot be read from here on (${what}), and Compose refuses it, so what it sets is not known. Mend it.`,
        lost: true,
      })
      break
    }
    const index = variables.length
    const node: Node = {
      place: spot,
      path: [index, next.name],
      value: next.template,
      ...(next.source !== undefined && { source: next.source }),
    }
    variables.push({ place: spot, path: [index], value: new Map([[next.name, node]]) })
  }
  return {
    value: {
      file,
      documents: [{ place: place(1, 1), path: [], value: variables }],
      comments: comments(text, place),
    },
    notices,
  }
}

interface Statement {
  readonly offset: number
  readonly name: string
  readonly template: string | null
  readonly source?: string
}
interface Flaw {
  readonly offset: number
  readonly wrong: string
}

/** The grammar of compose-go's `dotenv/parser.go`: statements follow each other, and a quoted value may span lines. */
class Statements {
  readonly #text: string
  #at: number

  constructor(text: string) {
    this.#text = text
    this.#at = text.startsWith('\uFEFF') ? 1 : 0
  }

  next(): Statement | Flaw | undefined {
    this.#skip()
    if (this.#at >= this.#text.length) return undefined
    const offset = this.#at
    const exported = /export\s+/y
    exported.lastIndex = offset
    this.#at += exported.exec(this.#text)?.[0].length ?? 0
    const start = this.#at
    let sign = this.#text[this.#at] ?? ''
    while (sign !== '' && !'=:\n'.includes(sign)) {
      if (!BLANK.test(sign) && !NAME.test(sign)) return { offset, wrong: 'a name has a character that no name has' }
      this.#at += 1
      sign = this.#text[this.#at] ?? ''
    }
    const name = this.#text.slice(start, this.#at).trimEnd()
    this.#at += 1
    if (name === '' || /\s/.test(name)) return { offset, wrong: 'a name is empty, or has a blank in it' }
    if (sign === '' || sign === '\n') return { offset, name, template: null }
    while (BLANK.test(this.#text[this.#at] ?? '')) this.#at += 1
    const from = this.#at
    const quote = this.#text[from] ?? ''
    const template = quote === '"' || quote === "'" ? this.#quoted(quote) : this.#plain()
    if (template === undefined) return { offset, wrong: 'a quote is not closed' }
    const end = this.#text.indexOf('\n', from)
    return { offset, name, template, source: this.#text.slice(from, end < 0 ? undefined : end).trimEnd() }
  }

  /** White space and comments before a statement. */
  #skip(): void {
    while (this.#at < this.#text.length) {
      const sign = this.#text[this.#at] ?? ''
      if (sign === '#') {
        const end = this.#text.indexOf('\n', this.#at)
        this.#at = end < 0 ? this.#text.length : end
      } else if (/\s/.test(sign)) this.#at += 1
      else return
    }
  }

  #plain(): string {
    const end = this.#text.indexOf('\n', this.#at)
    const line = this.#text.slice(this.#at, end < 0 ? undefined : end)
    this.#at = end < 0 ? this.#text.length : end + 1
    const comment = line.indexOf(' #')
    return (comment < 0 ? line : line.slice(0, comment)).trimEnd()
  }

  #quoted(quote: string): string | undefined {
    const start = this.#at + 1
    let end = start
    for (; end < this.#text.length && this.#text[end] !== quote; end += 1) if (this.#text[end] === '\\') end += 1
    if (end >= this.#text.length) return undefined
    this.#at = end + 1
    const inner = this.#text.slice(start, end).replaceAll(`\\${quote}`, quote)
    return quote === '"' ? inner.replace(ESCAPE, unescaped) : inner.replaceAll('$', '$$$$')
  }
}

const ESCAPE = /\\(?:[abfnrtv$"\\]|0[0-3][0-7]{2})/g
const ESCAPES: { readonly [escape: string]: string } = {
  '\\a': '\x07',
  '\\b': '\b',
  '\\f': '\f',
  '\\n': '\n',
  '\\r': '\r',
  '\\t': '\t',
  '\\v': '\v',
  '\\$': '$$',
  '\\"': '"',
  '\\\\': '\\',
}
const unescaped = (escape: string): string =>
  ESCAPES[escape] ?? String.fromCharCode(Number.parseInt(escape.slice(2), 8))
