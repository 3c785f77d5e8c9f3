/** RUN, ADD, COPY and ARG of a Dockerfile as rows of the image's table. */
import { child, elements, textOf, type Node } from '../../document/node.ts'
import { byDefault, set, unknown, type Fact } from '../../model/fact.ts'
import type { image } from '../../model/fields.ts'
import type { Item } from '../../model/row.ts'
import { HOLE, piece, said } from '../docker/piece.ts'
import { argumentsOf, flagOf, type Declared, type Done } from './build.ts'
import type { Stage } from './state.ts'

type ItemIn<K extends 'adds' | 'runs' | 'buildArguments'> = Item<(typeof image)[K]['of']['rows']>
type RunMount = Extract<ItemIn<'runs'>['facts']['mounts'], { value: unknown }>['value'][number]

/** What is not written, with its reason. */
const none = <T>(node: Node, value: T, because: string): Fact<T> => byDefault(node.place, value, because)
const stageFacts = (node: Node, stage: Stage, final: ReadonlySet<Stage>) => ({
  stage: set(node.place, stage.name),
  final: set(node.place, final.has(stage)),
})
const flagText = (flags: readonly Node[], name: string, node: Node): Fact<string> => {
  const flag = flagOf(flags, name)
  return flag ? piece(flag, textOf(flag) ?? '') : none(node, '', `no --${name} is written`)
}

const HTTP = /^https?:\/\//i
/** Addresses that BuildKit takes for git repositories. */
const GIT = /^git:\/\/|^git@[\w.-]+:|^ssh:\/\/|^https?:\/\/[^?#]+\.git(?:[#?]|$)|^github\.com\//i
const COMMIT = /#([0-9a-f]{40}(?:[0-9a-f]{24})?)(?::|$)/

/** One item for every source. */
export function adds(
  { node, keyword, stage, flags, words }: Done,
  final: ReadonlySet<Stage>,
): readonly ItemIn<'adds'>[] {
  const target = words.at(-1)
  const sources = words.slice(0, -1)
  return sources.map((source) => {
    const text = textOf(source) ?? ''
    const instruction = keyword === 'ADD' ? 'ADD' : 'COPY'
    const remote = instruction === 'COPY' ? 'no' : GIT.test(text) ? 'git' : HTTP.test(text) ? 'http' : 'no'
    const commit = remote === 'git' ? COMMIT.exec(text)?.[1] : undefined
    // A variable at the very beginning may hide an address.
    const hidden = instruction === 'ADD' && source.unknown !== undefined && text.startsWith(HOLE)
    return {
      place: node.place,
      facts: {
        instruction: said(node, instruction),
        source: piece(source, text),
        target: target ? piece(target, textOf(target) ?? '') : none(node, '', 'no target is written'),
        remote: hidden ? unknown(source.place, source.unknown ?? '', 'user') : said(source, remote),
        checksum: commit === undefined ? flagText(flags, 'checksum', node) : said(source, commit),
        from: flagText(flags, 'from', node),
        chown: flagText(flags, 'chown', node),
        chmod: flagText(flags, 'chmod', node),
        ...stageFacts(node, stage, final),
      },
    }
  })
}

export function run({ node, stage, flags }: Done, final: ReadonlySet<Stage>): ItemIn<'runs'> {
  const json = child(node, 'json')
  const rest = argumentsOf(node)
  const command = json.missing
    ? [textOf(rest) ?? '', ...elements(child(node, 'heredocs')).map((one) => textOf(child(one, 'text')) ?? '')].join(
        '\n',
      )
    : elements(json)
        .map((word) => textOf(word) ?? '')
        .join(' ')
  const security = flagOf(flags, 'security')
  const network = flagOf(flags, 'network')
  const word = network && textOf(network)
  return {
    place: node.place,
    facts: {
      command: said(rest, command),
      insecure: !security
        ? none(node, false, 'the build confines commands unless --security=insecure is written')
        : security.unknown === undefined
          ? said(security, textOf(security) === 'insecure')
          : unknown(security.place, security.unknown, 'user'),
      network: !network
        ? none(node, 'default', 'no --network is written')
        : word === 'none' || word === 'host' || word === 'default'
          ? said(network, word)
          : unknown(
              network.place,
              network.unknown ?? `"${(word ?? '').slice(0, 40)}" is not one of none, default, host`,
              'user',
            ),
      mounts: mounts(node, flags),
      ...stageFacts(node, stage, final),
    },
  }
}

function mounts(node: Node, flags: readonly Node[]): ItemIn<'runs'>['facts']['mounts'] {
  const list = flags.flatMap((flag): readonly RunMount[] => {
    const text = textOf(flag) ?? ''
    return text.startsWith('--mount=') ? [mount(flag, text.slice('--mount='.length))] : []
  })
  return list.length === 0 ? none(node, [], 'no --mount is written') : said(node, list)
}
/** `type=secret,id=npm,target=/run/x,required`: https://docs.docker.com/reference/dockerfile/#run---mount */
function mount(flag: Node, text: string): RunMount {
  const options = new Map(
    text.split(',').map((option): readonly [string, string | undefined] => {
      const sign = option.indexOf('=')
      return sign < 0
        ? [option.trim().toLowerCase(), undefined]
        : [option.slice(0, sign).trim().toLowerCase(), option.slice(sign + 1)]
    }),
  )
  const type = options.get('type') ?? 'bind'
  const words = (...names: readonly string[]): Fact<string> => {
    const value = names.map((name) => options.get(name)).find((one) => one !== undefined)
    return value === undefined ? none(flag, '', `no ${names[0] ?? ''} is written`) : piece(flag, value)
  }
  const required = options.has('required') && !/^(?:false|0|f)$/i.test(options.get('required') ?? '')
  return {
    place: flag.place,
    facts: {
      type:
        type === 'bind' || type === 'cache' || type === 'tmpfs' || type === 'secret' || type === 'ssh'
          ? said(flag, type)
          : unknown(flag.place, flag.unknown ?? `"${type.slice(0, 40)}" is no type of mount`, 'user'),
      id: words('id'),
      target: words('target', 'dst', 'destination'),
      required: options.has('required') ? said(flag, required) : none(flag, false, 'not required unless written'),
    },
  }
}

/** Those before the first FROM are of no stage, and leave nothing in the image unless a stage asks for them. */
export const argument = (
  { node, name, value, stage }: Declared,
  final: ReadonlySet<Stage>,
): ItemIn<'buildArguments'> => ({
  place: node.place,
  facts: {
    name: said(node, name),
    value: value ? piece(value, textOf(value) ?? '') : none(node, '', 'no default is written'),
    stage: stage ? set(node.place, stage.name) : none(node, '', 'it stands before the first FROM'),
    final: stage ? set(node.place, final.has(stage)) : none(node, false, 'it stands before the first FROM'),
  },
})
