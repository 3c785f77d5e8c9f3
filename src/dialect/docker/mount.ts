/** Mounts as Docker writes them: `source:target:options` (https://docs.docker.com/engine/storage/bind-mounts/). */
import type { Node } from '../../document/node.ts'
import { byDefault, unknown, type Fact } from '../../model/fact.ts'
import { propagations } from '../../model/fields.ts'
import type { Place } from '../../model/place.ts'
import { HOLE, piece, rawText, said, unknownBy, why, type Mount, type Why } from './piece.ts'

type Kind = Extract<Mount['facts']['kind'], { value: unknown }>['value']
type Propagation = Extract<Mount['facts']['propagation'], { value: unknown }>['value']

const isPropagation = (word: string): word is Propagation => propagations.some((each) => each === word)

/** A mount of which nothing is known; `fact` gives every row one of its own. */
export const unknownMount = (place: Place, fact: () => Fact<never>): Mount => ({
  place,
  facts: {
    kind: fact(),
    type: fact(),
    source: fact(),
    target: fact(),
    readOnly: fact(),
    propagation: fact(),
    options: fact(),
  },
})
export const strangeMount = (reason: Why): Mount => unknownMount(reason.place, () => unknownBy(reason))

/** A mount of which some facts are known; the rest is what Docker does by default. */
export const mountOf = (
  node: Node,
  facts: Pick<Mount['facts'], 'kind' | 'type' | 'source' | 'target'> & Partial<Mount['facts']>,
): Mount => ({
  place: node.place,
  facts: {
    readOnly: byDefault(node.place, false, 'writable unless said'),
    propagation: byDefault(node.place, 'rprivate', "Docker's default propagation"),
    options: byDefault(node.place, [], 'no options are written'),
    ...facts,
  },
})

/** A propagation as one of the words of mount_namespaces(7); the empty word is Docker's default. */
export function propagationOf(node: Node, text: string): Fact<Propagation> {
  if (node.unknown !== undefined && text.includes(HOLE)) return unknownBy(why(node, ''))
  if (text === '') return byDefault(node.place, 'rprivate', "Docker's default propagation")
  return isPropagation(text)
    ? said(node, text)
    : unknown(node.place, `"${text}" is not a propagation (${propagations.join(', ')})`, 'user')
}

/** `ro,z,rslave` as facts. */
export function optionFacts(
  node: Node,
  text: string,
): Pick<Mount['facts'], 'options'> & Partial<Pick<Mount['facts'], 'readOnly' | 'propagation'>> {
  const options = text.split(',').filter((option) => option !== '')
  const hole = node.unknown !== undefined && text.includes(HOLE)
  const propagation = options.find(isPropagation)
  const access = options.filter((option) => option === 'ro' || option === 'rw').at(-1)
  return {
    options:
      options.length === 0
        ? byDefault(node.place, [], 'no options are written')
        : said(
            node,
            options.map((option) => piece(node, option)),
          ),
    ...(access ? { readOnly: said(node, access === 'ro') } : hole && { readOnly: unknownBy(why(node, '')) }),
    ...(propagation ? { propagation: said(node, propagation) } : hole && { propagation: unknownBy(why(node, '')) }),
  }
}

/** Does this source name a path of the host, and not a volume? Undefined where a variable hides it. */
export function isHostPath(source: string): boolean | undefined {
  if (/^(?:[./~\\]|[A-Za-z]:)/.test(source)) return true
  if (!source.startsWith(HOLE)) return false
  return /[/\\]/.test(source) ? true : undefined
}

/** Splits at colons, but not at the one of a Windows drive. */
function splitSpec(text: string): readonly string[] {
  const parts: string[] = []
  for (const part of text.split(':')) {
    const before = parts.at(-1)
    if (before !== undefined && /^[A-Za-z]$/.test(before) && /^[\\/]/.test(part))
      parts[parts.length - 1] = `${before}:${part}`
    else parts.push(part)
  }
  return parts
}

/** `source:target[:options]`, or `target` alone, which is a volume without a name. */
export function shortMount(node: Node): Mount {
  const text = rawText(node)
  if (text === undefined || text === '') return strangeMount(why(node, 'the volume is not a text'))
  const [first = '', target, options = '', ...more] = splitSpec(text)
  if (more.length > 0) return strangeMount(why(node, `"${text}" has too many colons for a volume`))
  if (target === undefined)
    return mountOf(node, {
      kind: text === HOLE ? unknownBy(why(node, '')) : said(node, 'volume'),
      type: text === HOLE ? unknownBy(why(node, '')) : said(node, 'volume'),
      source: byDefault(node.place, '', 'a volume without a name'),
      target: piece(node, first),
    })
  const path = isHostPath(first)
  const kind = (): Fact<'bind' | 'volume'> =>
    path === undefined ? unknownBy(why(node, '')) : said(node, path ? 'bind' : 'volume')
  return mountOf(node, {
    kind: kind(),
    type: kind(),
    source: piece(node, first),
    target: piece(node, target),
    ...optionFacts(node, options),
  })
}

/** `target[:options]` of `tmpfs` and `docker run --tmpfs`. */
export function tmpfsMount(node: Node, target: string, options: string): Mount {
  return mountOf(node, {
    kind: said(node, 'tmpfs'),
    type: said(node, 'tmpfs'),
    source: byDefault(node.place, '', 'memory has no source'),
    target: piece(node, target),
    ...optionFacts(node, options),
  })
}

const KINDS: { readonly [type: string]: Kind } = {
  bind: 'bind',
  volume: 'volume',
  cluster: 'volume',
  tmpfs: 'tmpfs',
  image: 'image',
  npipe: 'other',
}
/** The `type` of a long mount as a kind of the table. */
export const kindOf = (type: string): Kind => (Object.hasOwn(KINDS, type) ? KINDS[type] : undefined) ?? 'other'
/** The same as a fact: a type that no engine has is not known to be harmless. */
export const kindFact = (node: Node, type: string): Fact<Kind> =>
  Object.hasOwn(KINDS, type)
    ? said(node, kindOf(type))
    : unknown(node.place, `"${type}" is not a type of mount (${Object.keys(KINDS).join(', ')})`, 'user')
