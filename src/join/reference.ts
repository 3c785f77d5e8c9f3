/** Image references: `[registry/]repository[:tag][@digest]` (github.com/distribution/reference). */
// Not the whole of semver: ranges take three times as long to load.
import coerce from 'semver/functions/coerce.js'
import valid from 'semver/functions/valid.js'
import { unknown, type Fact } from '../model/fact.ts'
import type { ContainerFacts } from '../model/fields.ts'

export interface Reference {
  /** `docker.io` where none is written. */
  readonly registry: string
  /** With `library/` for official images. */
  readonly repository: string
  /** Empty where none is written. */
  readonly tag: string
  /** `algorithm:hex`, empty where none is written or it is not well formed. */
  readonly digest: string
}

/** Lengths in hexadecimal digits of the digests that the OCI image specification registers. */
const DIGEST_LENGTHS: Record<string, number> = { sha256: 64, sha384: 96, sha512: 128, blake3: 64 }

/** Undefined for what is no reference, such as an image id. */
export function parseReference(text: string): Reference | undefined {
  const [name = '', digestText] = text.split(/@(.*)/s)
  const match = /^(.*?)(?::([\w][\w.-]{0,127}))?$/s.exec(name)
  const full = match?.[1] ?? ''
  if (!/^[\w][\w.:/[\]-]*$/.test(full) || full.length > 255) return undefined
  const [head = '', ...rest] = full.split('/')
  const hasRegistry = rest.length > 0 && (/[.:]/.test(head) || head === 'localhost')
  const registry = hasRegistry && head !== 'index.docker.io' ? head : 'docker.io'
  const path = hasRegistry ? rest.join('/') : full
  return {
    registry,
    repository: registry === 'docker.io' && !path.includes('/') ? `library/${path}` : path,
    tag: match?.[2] ?? '',
    digest: digestText !== undefined && isDigest(digestText) ? digestText : '',
  }
}
const isDigest = (text: string): boolean => {
  const [algorithm = '', hex = ''] = text.split(':')
  return DIGEST_LENGTHS[algorithm] === hex.length && /^[0-9a-f]+$/.test(hex)
}

/** The names under which this reference may meet an image: with its tag (latest where none is written), and its digest. */
export function namesOf(text: string): readonly string[] {
  const reference = parseReference(text)
  if (!reference) return [text]
  const { registry, repository, tag, digest } = reference
  const name = `${registry}/${repository}`
  // A digest decides alone: the tag beside it is only a comment.
  return digest !== '' ? [`${name}@${digest}`, digest] : [`${name}:${tag === '' ? 'latest' : tag}`, text]
}

/** A tag such as `1.27.3-alpine` names one version, `1.27` whatever is newest of it, `stable` whatever somebody says. */
function precisionOf({ tag, digest }: Reference): 'digest' | 'version' | 'partial' | 'word' | 'none' {
  if (digest !== '') return 'digest'
  if (tag === '') return 'none'
  if (valid(tag) !== null) return 'version'
  return /^v?\d/.test(tag) && coerce(tag) !== null ? 'partial' : 'word'
}

/** What `referenceParts` tells of a reference. */
export type ReferenceParts = Pick<ContainerFacts['image'], 'registry' | 'repository' | 'tag' | 'digest' | 'precision'>

/** The parts of the reference as facts. */
export const referenceFacts = (container: ContainerFacts): ReferenceParts => referenceParts(container.image.reference)

export function referenceParts(fact: Fact<string>): ReferenceParts {
  const part = <T>(of: (reference: Reference) => T): Fact<T> => {
    if (fact.how === 'unknown') return unknown(fact.place, fact.because, fact.ask, [fact])
    const parsed = parseReference(fact.value)
    const value = parsed && of(parsed)
    if (value === undefined) return unknown(fact.place, `"${fact.value}" is not an image reference`, 'user', [fact])
    // Somebody who writes `nginx` has written that there is no tag: the part is as written as the whole.
    return { how: fact.how === 'inherited' ? 'inherited' : 'set', place: fact.place, value, from: [fact] }
  }
  return {
    registry: part(({ registry }) => registry),
    repository: part(({ repository }) => repository),
    tag: part(({ tag }) => tag),
    digest: part(({ digest }) => digest),
    precision: part(precisionOf),
  }
}
