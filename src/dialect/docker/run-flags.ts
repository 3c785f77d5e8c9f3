/**
 * The words after `docker run`, `podman run` or `nerdctl run` as one tree: option -> the values that it is given, in order.
 * Options are read as pflag does, which all three use: `--name value`, `--name=value`, `-n value`, `-nvalue`, `-itn value`; options
 * end at `--` or at the first word that is none, which is the image.
 */
import type { Node } from '../../document/node.ts'
import type { Notice } from '../../model/notice.ts'
import type { Place } from '../../model/place.ts'
import { csvFields } from './csv.ts'
import { HOLE, rawText } from './piece.ts'
import { longOption, SEVERAL, shortOption, type Client, type RunOption } from './run-options.ts'

export interface RunLine {
  /**
   * A map: name of the option without dashes (`volume`, whether it is written `-v` or `--volume`) -> the list of its values, each
   * with the place of the option. A list is there only where the option is. Options that stand alone have the values true and false.
   * `IMAGE` holds the image in a list of one, and `COMMAND` the words after it, where they are. Where words may hold any option
   * (`$OPTS`), the map is `unknown`: what it has no key for is unknown, not silent.
   */
  readonly flags: Node
  /** Undefined where no image is written, or where it is not known which word is the image. */
  readonly image?: Node
  /** What follows the image. */
  readonly command: readonly Node[]
  readonly notices: readonly Notice[]
}

/** Names of variables that hold an image, and such that hold options, as people call them. */
const IMAGES = /image|img|(?:^|_)(?:tag|repo|repository)$|registry/i
const OPTIONS =
  /opt|arg|flag|param|vol|mount|env|port|publish|net|devic|gpu|cap(?:s|_|$)|priv|limit|mem|cpu|user|uid|tty|interact|detach|label|secur|extra|(?:^|_)it$|name|link|host|dns|proxy|log|rm$/i
/** What may stand for several words, or gives options in the text itself: `"$@"`, `${X[@]}`, `${X:+-v $X}`, `$(echo -it)`. */
const MANY = /\$[@*]|\$\{[@*]|\[[@*]\]|:?\+\s*["']?-|\b(?:echo|printf)\s+["']?-/

/** What a word that is nothing but a variable may be. */
function purposeOf(word: Node, isLast: boolean): 'options' | 'image' | 'either' {
  const written = word.source ?? ''
  if (MANY.test(written)) return 'options'
  const name = /[A-Za-z_][\w.-]*/.exec(written.replace(/^["']?\$[({]*\s*/, ''))?.[0] ?? ''
  if (!written.includes('$(') && !written.includes('`')) {
    if (IMAGES.test(name)) return 'image'
    if (OPTIONS.test(name)) return isLast && written.startsWith('"') ? 'image' : 'options'
  }
  return isLast ? 'image' : 'either'
}

/**
 * Reads the words after `run` or `create`. Never throws, and guesses nothing: after an option that nobody knows, or a word that may
 * be options as well as the image, what follows is not read, and the map of flags is unknown.
 *
 * @param words texts with their places; `unknown` ones with a `HOLE` where a variable stands, and their `source`
 * @param at where the line begins: what silence points at
 */
export function runFlags(words: readonly Node[], client: Client, at: Place): RunLine {
  const reader = new Reader(words, client)
  const start = reader.readOptions()
  const [image, ...command] = start === undefined ? [] : words.slice(start)
  const flags = new Map<string, Node>()
  const put = (name: string, list: readonly Node[]): void => {
    const [first] = list
    if (first) flags.set(name, { place: first.place, path: [name], value: list })
  }
  for (const [name, list] of reader.lists) put(name, list)
  if (image) put('IMAGE', [image])
  put('COMMAND', command)
  return {
    flags: { place: at, path: [], value: flags, ...(reader.open !== undefined && { unknown: reader.open }) },
    ...(image && { image }),
    command,
    notices: reader.notices,
  }
}

/** One line, read once from left to right. */
class Reader {
  readonly lists = new Map<string, Node[]>()
  readonly notices: Notice[] = []
  /** Why options may be there that are not in the lists. */
  open: string | undefined
  readonly #words: readonly Node[]
  readonly #client: Client
  #at = 0

  constructor(words: readonly Node[], client: Client) {
    this.#words = words
    this.#client = client
  }

  /** The index of the image, one past the end where there is none, and undefined where it cannot be told apart. */
  readOptions(): number | undefined {
    for (let word = this.#words[0]; word !== undefined; word = this.#words[this.#at]) {
      const next = this.#words[this.#at + 1]
      const text = rawText(word)
      if (text === undefined) {
        this.open ??= word.unknown ?? 'a word of this line is not a text'
        return undefined
      }
      if (word.unknown !== undefined && /^[\uFFFC/]*\uFFFC[\uFFFC/]*$/.test(text)) {
        const purpose = purposeOf(word, next === undefined)
        if (purpose === 'image') return this.#at
        this.open ??= `${word.unknown}: it may hold any option`
        if (purpose === 'either' || next === undefined) return undefined
      } else if (text === '--') return this.#at + 1
      else if (!text.startsWith('-') || text === '-') return this.#at
      else if (!(text.startsWith('--') ? this.#long(word, text, next) : this.#short(word, text, next))) return undefined
      this.#at += 1
    }
    return this.#at
  }

  /** False where what follows cannot be told apart. */
  #long(word: Node, text: string, next: Node | undefined): boolean {
    const sign = text.indexOf('=')
    const name = text.slice(2, sign < 0 ? undefined : sign)
    const option = longOption(name)
    if (option === undefined) return this.#strange(word, `--${name}`, sign < 0 ? next : undefined)
    if (sign >= 0) this.#add(option, word, word, text.slice(sign + 1))
    else if (option.bool) this.#add(option, word, word, true)
    else this.#follow(option, word, text, next)
    return true
  }

  /** `-itv x:y`: letters that stand alone, and at the end one that may take the rest, or the next word. */
  #short(word: Node, text: string, next: Node | undefined): boolean {
    for (let index = 1; index < text.length; index += 1) {
      const letter = text[index] ?? ''
      const option = shortOption(letter)
      if (option === undefined) return this.#strange(word, `-${letter}`, next)
      if (text[index + 1] === '=') {
        this.#add(option, word, word, text.slice(index + 2))
        return true
      }
      if (option.bool) this.#add(option, word, word, true)
      else {
        if (index + 1 < text.length) this.#add(option, word, word, text.slice(index + 1))
        else this.#follow(option, word, `-${letter}`, next)
        return true
      }
    }
    return true
  }

  /** The next word is the value, whatever it looks like. */
  #follow(option: RunOption, word: Node, text: string, next: Node | undefined): void {
    if (next === undefined) {
      const message = `The option ${text} ends this line without a value, so ${this.#client} refuses the line. Write the value.`
      this.#tell('run-option-without-value', word, message)
      return
    }
    this.#at += 1
    this.#add(option, word, next, rawText(next) ?? null)
  }

  #add(option: RunOption, word: Node, from: Node, value: string | boolean | null): void {
    const list = this.lists.get(option.name) ?? []
    if (list.length === 0) {
      this.lists.set(option.name, list)
      if (!option.clients.has(this.#client))
        this.#tell(
          'run-option-foreign',
          word,
          `${this.#client} has no option --${option.name} (${[...option.clients].join(' and ')} has), so it refuses this line, unless it is another program of that name. The option was read all the same.`,
        )
    }
    const hidden = from.unknown !== undefined && (typeof value === 'string' ? value.includes(HOLE) : value === null)
    const parts = typeof value === 'string' && SEVERAL[this.#client].has(option.name) ? csvFields(value) : undefined
    for (const part of parts ?? [value])
      list.push({
        place: word.place,
        path: [option.name, list.length],
        value: option.bool && typeof part === 'string' && !hidden ? boolOf(part) : part,
        ...(hidden && { unknown: from.unknown }),
        ...(hidden && from.source !== undefined && { source: from.source }),
        ...(from.from && { from: from.from }),
      })
  }

  /** An option that no client has. Where the next word may be its value as well as the image, nothing after it is read. */
  #strange(word: Node, option: string, next: Node | undefined): boolean {
    if (word.unknown !== undefined && option.includes(HOLE)) {
      this.open ??= `${word.unknown}: it may be any option`
      return true
    }
    const lost = next !== undefined && !(rawText(next) ?? '').startsWith('-')
    if (lost) this.open ??= `${printed(option)} is not known, and what follows it may be its value or the image`
    this.#tell(
      'run-option-unknown',
      word,
      `Plimsoll knows no option ${printed(option)} of ${this.#client} run, so what it does is not known${lost ? ', and what follows it may be its value or the image: nothing after it was read' : ''}. Check its spelling; of an option that is new write the value as --option=value.`,
    )
    return !lost
  }

  #tell(id: string, { place }: Node, message: string): void {
    this.notices.push({ id, place, message, lost: false })
  }
}

const printed = (option: string): string => JSON.stringify(option.slice(0, 40)).slice(1, -1)

/** strconv.ParseBool of Go; what is none stays a text. */
const boolOf = (text: string): string | boolean =>
  /^(?:1|t|T|TRUE|true|True)$/.test(text) ? true : /^(?:0|f|F|FALSE|false|False)$/.test(text) ? false : text
