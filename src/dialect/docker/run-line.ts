/** A command of a shell that starts a container -> the container: `sudo docker --context x run -d nginx`. */
import { elements, type Node } from '../../document/node.ts'
import { nameOfProgram, programOf } from '../../document/shell/program.ts'
import type { Notice, Read } from '../../model/notice.ts'
import type { container } from '../../model/fields.ts'
import { is, type Found, type Silence } from '../dialect.ts'
import { docker } from '../silence/docker.ts'
import { podman, rootfulPodman } from '../silence/podman.ts'
import { HOLE, rawText } from './piece.ts'
import { runFlags } from './run-flags.ts'
import { GLOBAL_BOOLS, GLOBAL_VALUES, type Client } from './run-options.ts'

const CLIENTS: { readonly [program: string]: Client } = {
  docker: 'docker',
  podman: 'podman',
  'podman-remote': 'podman',
  nerdctl: 'nerdctl',
}

/** A call of an engine that makes a container. */
export interface RunCall {
  readonly client: Client
  /** The program's word: where the line begins. */
  readonly program: Node
  /** What follows `run` or `create`. */
  readonly words: readonly Node[]
  /** Root runs it: `sudo` stands before it. */
  readonly asRoot: boolean
  /** `podman --runtime runsc run`: an option of the program itself. */
  readonly runtime?: Node
}

/** The call that a command is; undefined where it is none. */
export function runCall(command: Node): RunCall | undefined {
  const words = elements(command)
  const texts = words.map((word) => rawText(word) ?? HOLE)
  const start = programOf(texts)
  const program = words[start]
  const name = nameOfProgram(texts[start] ?? '')
  const client = Object.hasOwn(CLIENTS, name) ? CLIENTS[name] : undefined
  if (!program || !client) return undefined
  let at = start + 1
  let runtime: Node | undefined
  for (; at < words.length; at += 1) {
    const text = texts[at] ?? ''
    // `docker $OPTIONS run`
    if (/^\uFFFC+$/.test(text)) continue
    if (!text.startsWith('-')) break
    const isValued = GLOBAL_VALUES[client].has(text)
    if (!isValued && !text.includes('=') && !GLOBAL_BOOLS[client].has(text) && !/^-[A-Za-z]\S/.test(text))
      return undefined
    if (client === 'podman' && /^--runtime(?:=|$)/.test(text)) {
      const value = isValued ? words[at + 1] : words[at]
      if (value) runtime = { ...value, value: (rawText(value) ?? HOLE).replace(/^--runtime=/, '') }
    }
    if (isValued) at += 1
  }
  if (texts[at] === 'container') at += 1
  if (texts[at] !== 'run' && texts[at] !== 'create') return undefined
  return {
    client,
    program,
    words: words.slice(at + 1),
    asRoot: isRoot(texts.slice(0, start)),
    ...(runtime && { runtime }),
  }
}

const isRoot = (wrappers: readonly string[]): boolean => {
  if (!wrappers.some((word) => ['sudo', 'doas'].includes(nameOfProgram(word)))) return false
  const user = wrappers.findIndex((word) => /^(?:-u|--user)(?:=|$)/.test(word))
  return user < 0 || wrappers[user + 1] === 'root' || wrappers[user] === '--user=root'
}

/** What people write in the place of an image, in usages and manuals, and no engine takes: `[OPTIONS]`, `IMAGE`, `...`. */
const PLACEHOLDER = /^(?:[^A-Za-z0-9]|[A-Z][A-Z_]*$)|[[\]<>{}()|*"'\s]/

/** `reg.example.org/team/app:1.2@sha256:...` -> `app` */
const shortName = (image: string): string => image.replace(/@.*$/s, '').split('/').at(-1)?.replace(/:.*$/s, '') ?? ''

/** The containers of commands, in order. Names that two of them have are told apart by a number. */
export function foundRuns(commands: readonly Node[], root: Node, ids = new Ids()): Read<readonly Found[]> {
  const notices: Notice[] = []
  const found: Found[] = []
  for (const command of commands) {
    const call = runCall(command)
    if (!call) continue
    const { client, program, runtime } = call
    const line = runFlags(call.words, client, program.place)
    const { flags, image } = line
    const values = flags.value instanceof Map ? flags.value : new Map<string, Node>()
    const asked = (name: string): Node | undefined => {
      const list = values.get(name)
      return list && elements(list).at(-1)
    }
    if (asked('help')?.value === true) continue
    const reference = image ? (rawText(image) ?? HOLE) : undefined
    const isRootfs = asked('rootfs')?.value === true
    if (
      reference === undefined
        ? flags.unknown === undefined
        : !isRootfs && PLACEHOLDER.test(reference) && !reference.startsWith(HOLE)
    ) {
      if (reference === undefined) notices.push(...line.notices)
      notices.push({
        id: 'run-without-image',
        place: program.place,
        message:
          reference === undefined
            ? `This ${client} line names no image, so ${client} refuses it, and it was not checked. Name one after the options.`
            : `${JSON.stringify(reference.slice(0, 60))} is no image, so ${client} refuses this line, and it was not checked. Name an image after the options.`,
        lost: false,
      })
      continue
    }
    notices.push(...line.notices)
    const name = asked('name')
    const said = name?.unknown === undefined ? name && rawText(name) : undefined
    const known = reference === undefined || isRootfs ? '' : shortName(reference)
    const short = known.includes(HOLE) ? '' : known
    const id = ids.unique(said || short || `run-${found.length + 1}`)
    const self: Node =
      runtime && !values.has('runtime')
        ? { ...flags, value: new Map([...values, ['runtime', { ...runtime, path: ['runtime'], value: [runtime] }]]) }
        : flags
    found.push({
      id,
      scope: { self, root, program },
      ...(client === 'podman' && { runtime: { name: 'podman', silence: call.asRoot ? rootfulPodman : podman } }),
    })
  }
  return { value: found, notices }
}

/** How often each id was given: two containers of a file never have the same. */
export class Ids {
  readonly #given = new Map<string, number>()

  unique(id: string): string {
    const count = (this.#given.get(id) ?? 0) + 1
    this.#given.set(id, count)
    return count === 1 ? id : this.unique(`${id}-${count}`)
  }
}

/** Docker's, which nerdctl's defaults are too. */
export const runSilence: Silence<typeof container> = {
  ...docker,
  network: { ...docker.network, mode: is('bridge', 'docker0, the default network of the engine') },
}
