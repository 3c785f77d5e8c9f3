/**
 * What a Dockerfile does, stage by stage, up to the one that is asked for: https://docs.docker.com/reference/dockerfile/
 * and BuildKit's frontend/dockerfile/dockerfile2llb. Nothing is run: what RUN changes in files is not known.
 */
import { posix } from 'node:path'
import { child, elements, textOf, type Node } from '../../document/node.ts'
import type { Notice } from '../../model/notice.ts'
import { KEYWORDS } from './document.ts'
import { expand, hidden, type Value } from './expand.ts'
import {
  fresh,
  heir,
  ofBase,
  valueOf,
  workdirOfBase,
  type Base,
  type BaseFacts,
  type Stage,
  type State,
} from './state.ts'

export interface BuildOptions {
  /** The stage that is asked for, by name or number; absent: the last. */
  readonly stage?: string
  /** Build arguments that are given; null: given, and its value is not known here. Absent: nobody says which are. */
  readonly args?: ReadonlyMap<string, string | null>
  /** The facts of an image of the scan, by its reference, and what its ONBUILD says, as instructions. */
  readonly baseOf?: (reference: string) => BaseFacts | undefined
}
/** Something done in a stage. Variables that the shell expands are left in it. */
export interface Done {
  readonly node: Node
  readonly keyword: string
  readonly stage: Stage
  readonly flags: readonly Node[]
  /** Of ADD and COPY, expanded. */
  readonly words: readonly Node[]
}
export interface Declared {
  readonly node: Node
  readonly name: string
  /** Undefined where none is written. */
  readonly value: Node | undefined
  readonly stage: Stage | undefined
}
export interface Built {
  readonly stages: readonly Stage[]
  /** The one that is asked for; undefined where there is none. */
  readonly target: Stage | undefined
  readonly done: readonly Done[]
  readonly declared: readonly Declared[]
  readonly notices: readonly Notice[]
}

/** Of the platform that is built for and on: known to whoever builds. */
const PLATFORM = /^(?:TARGET|BUILD)(?:PLATFORM|OS|OSVERSION|ARCH|VARIANT)$|^TARGETSTAGE$/
/** All texts that variables make together: doubling a variable line by line makes any length. */
const MAX_EXPANDED = 8 * 2 ** 20
const MAX_STAGES = 500

export const keywordOf = (node: Node): string => textOf(child(node, 'keyword')) ?? ''
export const argumentsOf = (node: Node): Node => child(node, 'arguments')
const wordsOf = (node: Node): readonly Node[] => elements(child(node, 'words'))
const execOf = (node: Node): readonly Node[] | undefined => {
  const json = child(node, 'json')
  return json.missing ? undefined : elements(json)
}

export function build(root: Node, options: BuildOptions): Built {
  return new Builder(root, options).run()
}

class Builder {
  readonly #root: Node
  readonly #options: BuildOptions
  readonly #escape: string
  readonly #globals = new Map<string, Value | undefined>()
  readonly #stages: Stage[] = []
  readonly #done: Done[] = []
  readonly #declared: Declared[] = []
  readonly #notices: Notice[] = []
  readonly #strangers: Node[] = []
  #expanded = 0

  constructor(root: Node, options: BuildOptions) {
    this.#root = root
    this.#options = options
    this.#escape = textOf(child(root, 'escape')) ?? '\\'
  }

  run(): Built {
    let stage: Stage | undefined
    for (const node of elements(child(this.#root, 'instructions'))) {
      const keyword = keywordOf(node)
      if (!KEYWORDS.has(keyword)) this.#strangers.push(node)
      else if (keyword === 'FROM') {
        if (this.#stages.length >= MAX_STAGES) {
          this.#tell(
            node,
            `There are more than ${MAX_STAGES} stages, and the rest was not checked. Leave the file out.`,
          )
          break
        }
        stage = this.#from(node)
      } else if (stage) this.#step(stage, node)
      else if (keyword === 'ARG') this.#global(node)
      else this.#strangers.push(node)
    }
    const [first] = this.#strangers
    if (first)
      this.#tell(
        first,
        `"${keywordOf(first).slice(0, 40)}" is no instruction that may stand here${this.#strangers.length > 1 ? ` (nor are ${this.#strangers.length - 1} more)` : ''}: builders refuse this Dockerfile, and the line was not checked. Mend it, or leave the file out if it is a template.`,
      )
    if (this.#stages.length === 0)
      this.#tell(this.#root, 'There is no FROM: builders refuse it, and no image was judged.')
    return {
      stages: this.#stages,
      target: this.#target(),
      done: this.#done,
      declared: this.#declared,
      notices: this.#notices,
    }
  }
  #tell(node: Node, message: string): void {
    this.#notices.push({ id: 'dockerfile-invalid', place: node.place, message, lost: true })
  }

  #target(): Stage | undefined {
    const wanted = this.#options.stage
    if (wanted === undefined || this.#stages.length === 0) return this.#stages.at(-1)
    const found = this.#named(wanted) ?? (/^\d{1,4}$/.test(wanted) ? this.#stages[Number(wanted)] : undefined)
    if (!found)
      this.#tell(
        this.#root,
        `There is no stage "${wanted.slice(0, 100)}" here, so no image was judged. The stages are ${this.#stages
          .slice(0, 20)
          .map(({ name }) => name)
          .join(', ')}.`,
      )
    return found
  }
  #named(name: string): Stage | undefined {
    return this.#stages.findLast((stage) => stage.name.toLowerCase() === name.toLowerCase())
  }

  /** A word with its variables, as a node. */
  #expand(node: Node, lookup: (name: string) => Value | undefined): Node {
    const text = textOf(node) ?? ''
    const value =
      this.#expanded > MAX_EXPANDED
        ? hidden('the variables of this Dockerfile make more than 8 MiB')
        : expand(text, this.#escape, lookup)
    this.#expanded += value.text.length
    return valued(node, value)
  }

  /** `ARG` before the first FROM: FROM alone sees it, and an ARG of the same name in a stage. */
  #global(node: Node): void {
    for (const word of wordsOf(node)) {
      const { name, value } = this.#assignment(word, (other) => this.#globalValue(other))
      if (name === undefined) continue
      this.#globals.set(name, this.#given(name, value))
      this.#declared.push({ node: word, name, value, stage: undefined })
    }
  }
  #globalValue(name: string): Value | undefined {
    if (this.#globals.has(name)) return this.#globals.get(name)
    return PLATFORM.test(name) ? platform(name) : undefined
  }
  /** What an ARG is worth: given, or as written. */
  #given(name: string, written: Node | undefined): Value | undefined {
    const given = this.#options.args?.get(name)
    if (given === null) return hidden(`the build argument ${name} is given from outside`)
    if (given !== undefined) return { text: given }
    if (written) return valueOf(written)
    if (PLATFORM.test(name)) return platform(name)
    return this.#options.args ? undefined : hidden(`the build argument ${name} has no default`)
  }
  /** `NAME=value` or `NAME`. */
  #assignment(
    word: Node,
    lookup: (name: string) => Value | undefined,
  ): { readonly name: string | undefined; readonly value: Node | undefined } {
    const text = textOf(word) ?? ''
    const sign = text.indexOf('=')
    const name = valueOf(this.#expand({ ...word, value: sign < 0 ? text : text.slice(0, sign) }, lookup))
    return {
      name: name.unknown === undefined ? name.text : undefined,
      value: sign < 0 ? undefined : this.#expand({ ...word, value: text.slice(sign + 1) }, lookup),
    }
  }

  #from(node: Node): Stage {
    const [reference, as, name] = wordsOf(node)
    const image = this.#expand(reference ?? argumentsOf(node), (variable) => this.#globalValue(variable))
    const flag = flagOf(elements(child(node, 'flags')), 'platform')
    const text = textOf(image) ?? ''
    const parent = image.unknown === undefined ? this.#named(text) : undefined
    const index = this.#stages.length
    const stage: Stage = {
      index,
      name: textOf(as ?? image)?.toUpperCase() === 'AS' && name ? (textOf(name) ?? '') : String(index),
      from: node,
      image,
      platform: flag && this.#expand(flag, (variable) => this.#globalValue(variable)),
      parent,
      state: parent ? heir(parent.state) : fresh(this.#base(image)),
    }
    this.#stages.push(stage)
    const { base } = stage.state
    if (parent) for (const trigger of parent.state.triggers) this.#step(stage, { ...trigger, inherited: true })
    else if (base.kind === 'image') for (const trigger of base.known?.triggers ?? []) this.#step(stage, trigger)
    return stage
  }
  #base(image: Node): Base {
    const text = textOf(image) ?? ''
    if (image.unknown === undefined && text === 'scratch') return { kind: 'scratch', node: image }
    const known = image.unknown === undefined ? this.#options.baseOf?.(text) : undefined
    return { kind: 'image', node: image, ...(known && { known }) }
  }

  #lookup(state: State): (name: string) => Value | undefined {
    return (name) => {
      const own = state.env.get(name)
      if (own) return valueOf(own)
      if (state.nameless.length > 0) return hidden('an ENV whose name is not known may set it')
      const given = ofBase(state.base, name)
      if (given && given.unknown === undefined) return given
      return state.args.has(name) ? state.args.get(name) : given
    }
  }

  #step(stage: Stage, node: Node): void {
    const { state } = stage
    const lookup = this.#lookup(state)
    const one = (word: Node): Node => mark(this.#expand(word, lookup), node)
    const keyword = keywordOf(node)
    const rest = mark(argumentsOf(node), node)
    const layer = keyword === 'RUN' || keyword === 'ADD' || keyword === 'COPY' || keyword === 'WORKDIR'
    state.history.push({ node: { ...rest, value: `${keyword} ${textOf(rest) ?? ''}`.trimEnd() }, empty: !layer })
    switch (keyword) {
      case 'ARG':
        for (const word of wordsOf(node)) {
          const { name, value } = this.#assignment(word, lookup)
          if (name === undefined) continue
          const inherited = this.#globals.has(name) && !value
          state.args.set(name, inherited ? this.#globals.get(name) : this.#given(name, value))
          this.#declared.push({ node: word, name, value, stage })
        }
        break
      case 'ENV':
        this.#env(state, node, lookup)
        break
      case 'LABEL':
        for (const { name, value } of this.#pairs(node, lookup)) state.labels.set(textOf(name) ?? '', mark(value, node))
        break
      case 'USER':
        state.user = one(rest)
        break
      case 'WORKDIR':
        state.workdir = this.#workdir(state, one(rest))
        break
      case 'STOPSIGNAL':
        state.stop = one(rest)
        break
      case 'EXPOSE':
        for (const word of wordsOf(node)) {
          const expanded = one(word)
          for (const part of (textOf(expanded) ?? '').split(/\s+/))
            if (part !== '') state.exposed.push({ ...expanded, value: part })
        }
        break
      case 'VOLUME':
        for (const word of execOf(node) ?? wordsOf(node)) {
          const path = one(word)
          state.volumes.set(textOf(path) ?? '', path)
        }
        break
      case 'SHELL':
        state.shell = execOf(node) ?? state.shell
        break
      case 'CMD':
        state.command = this.#program(state, node)
        state.commandHere = true
        break
      case 'ENTRYPOINT':
        state.entrypoint = this.#program(state, node)
        if (!state.commandHere) {
          delete state.command
          state.commandDropped = true
        }
        break
      case 'HEALTHCHECK':
        state.health = { ...rest, value: !/^none$/i.test(textOf(rest)?.trim() ?? '') }
        break
      case 'ONBUILD': {
        state.onbuild.push(rest)
        const trigger = child(node, 'trigger')
        if (trigger.missing) break
        state.triggers.push(trigger)
        this.#record(stage, trigger, lookup)
        break
      }
      default:
        this.#record(stage, node, lookup)
    }
  }

  #record(stage: Stage, node: Node, lookup: (name: string) => Value | undefined): void {
    const keyword = keywordOf(node)
    if (keyword !== 'RUN' && keyword !== 'ADD' && keyword !== 'COPY') return
    const flags = elements(child(node, 'flags')).map((flag) => this.#expand(flag, lookup))
    const words = keyword === 'RUN' ? [] : (execOf(node) ?? wordsOf(node)).map((word) => this.#expand(word, lookup))
    this.#done.push({ node, keyword, stage, flags, words })
  }

  /** `NAME=value ...`, or the older `NAME the rest of the line`. */
  #pairs(
    node: Node,
    lookup: (name: string) => Value | undefined,
  ): readonly { readonly name: Node; readonly value: Node }[] {
    const words = wordsOf(node)
    const [first] = words
    if (first && !(textOf(first) ?? '').includes('=')) {
      const rest = argumentsOf(node)
      const value = (textOf(rest) ?? '').slice((textOf(first) ?? '').length).trim()
      return [{ name: this.#expand(first, lookup), value: this.#expand({ ...rest, value }, lookup) }]
    }
    return words.map((word) => {
      const text = textOf(word) ?? ''
      const sign = text.indexOf('=')
      return {
        name: this.#expand({ ...word, value: sign < 0 ? text : text.slice(0, sign) }, lookup),
        value: this.#expand({ ...word, value: sign < 0 ? '' : text.slice(sign + 1) }, lookup),
      }
    })
  }
  /** Every value of one ENV is expanded with what was there before it. */
  #env(state: State, node: Node, lookup: (name: string) => Value | undefined): void {
    for (const { name, value } of this.#pairs(node, lookup).slice())
      if (name.unknown === undefined) state.env.set(textOf(name) ?? '', mark(value, node))
      else state.nameless.push(mark(name, node))
  }

  #workdir(state: State, asked: Node): Node {
    const path = textOf(asked) ?? ''
    if (asked.unknown !== undefined && !path.startsWith('/')) return asked
    // A path of Windows is left as it is written.
    if (/^[A-Za-z]:/.test(path) || this.#escape === '`') return asked
    if (path.startsWith('/')) return { ...asked, value: folder(path) }
    const before = state.workdir ? valueOf(state.workdir) : workdirOfBase(state.base)
    const value = { text: folder(`${before.text}/${path}`) }
    return valued(asked, before.unknown === undefined ? value : hidden(before.unknown))
  }

  /** The exec form as it stands; the shell form is handed to the shell as one word. */
  #program(state: State, node: Node): Node {
    const rest = mark(argumentsOf(node), node)
    const words = execOf(node) ?? [...state.shell.map((word) => ({ ...word, place: rest.place })), rest]
    return { ...rest, value: words.map((word) => mark(word, node)) }
  }
}

const platform = (name: string): Value => hidden(`${name} is of the platform that is built for`)
const valued = (node: Node, { text, unknown }: Value): Node => ({
  ...node,
  value: text,
  ...(unknown !== undefined && { unknown }),
})
/** What a trigger of another stage says is inherited. */
const mark = (node: Node, from: Node): Node => (from.inherited ? { ...node, inherited: true } : node)
const folder = (path: string): string => posix.normalize(path).replace(/(.)\/$/, '$1')

/** The value of `--name=value`. */
export function flagOf(flags: readonly Node[], name: string): Node | undefined {
  const flag = flags.find((one) => (textOf(one) ?? '').startsWith(`--${name}=`))
  return flag && { ...flag, value: (textOf(flag) ?? '').slice(name.length + 3) }
}
