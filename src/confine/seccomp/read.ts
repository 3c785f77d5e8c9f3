/** Node -> seccomp profile. Imports zod: import it dynamically, when a profile is there. */
import type { z } from 'zod'
import { child, elements, get, isList, isMap, textOf, type Node } from '../../document/node.ts'
import type { Notice, Read } from '../../model/notice.ts'
import type { Place } from '../../model/place.ts'
import { capabilityName, CAPABILITIES } from '../capabilities.ts'
import { plain } from './plain.ts'
import { keysAt, SeccompProfile, SeccompProfileSpec } from './profile.ts'
import { CONDITION_ARCHITECTURES, didYouMean } from './words.ts'

/** More complaints about one profile help nobody. */
const MOST = 50
const RESOURCE = 'security-profiles-operator.x-k8s.io/'

/**
 * The profile in a document of any of the forms (profile.ts), or undefined where it holds none that an engine would take.
 *
 * Keys that are no keys of a profile are notices only, because engines ignore them: the value is what is in force.
 * A wrong word, type or number makes engines refuse the whole profile: value undefined, and the notice says that input was lost.
 * An OCI runtime configuration without `linux.seccomp` has no profile: undefined without a notice.
 */
export function readProfile(root: Node): Read<SeccompProfile | undefined> {
  const found = locate(root)
  if (!found) return { value: undefined, notices: [] }
  const { node, schema } = found
  const data = isMap(node) ? plain(node) : undefined
  if (!data) {
    const what = isMap(node) ? 'is too large to be read' : 'is no seccomp profile: a profile is a mapping'
    return { value: undefined, notices: [invalid(node.place, `This ${what}`)] }
  }
  if (isEmpty(node)) return empty(node.place)
  const ignored: Notice[] = []
  let result = schema.safeParse(data.value)
  for (const issue of result.error?.issues ?? [])
    if (issue.code === 'unrecognized_keys') {
      for (const key of issue.keys)
        ignored.push(unknownKey(at(node, [...issue.path, key]).place, key, keysAt(issue.path)))
      remove(data.value, issue.path, issue.keys)
    }
  if (ignored.length > 0) result = schema.safeParse(data.value)
  const notices = [
    ...ignored,
    ...(result.error?.issues ?? []).map((issue) => refused(node, issue)),
    ...deadConditions(node),
  ]
  return { value: result.data, notices: few(notices, node.place) }
}

/** Where in the document the profile stands, and by which schema it is read. */
function locate(root: Node): { node: Node; schema: typeof SeccompProfile | typeof SeccompProfileSpec } | undefined {
  if (textOf(get(root, 'apiVersion'))?.startsWith(RESOURCE))
    return { node: get(root, 'spec'), schema: SeccompProfileSpec }
  if (!isMap(get(root, 'linux')) && get(root, 'ociVersion').missing) return { node: root, schema: SeccompProfile }
  const node = get(root, 'linux.seccomp')
  return node.missing || (node.value === null && node.unknown === undefined)
    ? undefined
    : { node, schema: SeccompProfile }
}

const isEmpty = (node: Node): boolean => {
  const { value, unknown } = get(node, 'defaultAction')
  return (value === null || value === '') && unknown === undefined && nothing(get(node, 'syscalls'))
}
const nothing = (node: Node): boolean =>
  node.unknown === undefined && (node.value === null || (isList(node) && node.value.length === 0))

/** moby/profiles and containers/common setupSeccomp: "No default action specified, no syscalls listed, assume seccomp disabled". */
function empty(place: Place): Read<SeccompProfile> {
  const notice = {
    id: 'seccomp-profile-empty',
    place,
    message:
      'This seccomp profile has neither a default action nor system calls. Docker and podman then filter nothing, so it counts as unconfined. Write the profile, or say unconfined.',
    lost: false,
  }
  return { value: SeccompProfile.parse({ defaultAction: 'SCMP_ACT_ALLOW' }), notices: [notice] }
}

/** The node at the path of an issue; where the path ends early, the nearest one above. */
function at(node: Node, path: readonly PropertyKey[]): Node {
  let here = node
  for (const key of path)
    here = typeof key === 'number' ? (elements(here)[key] ?? here) : typeof key === 'string' ? child(here, key) : here
  return here
}

function remove(data: unknown, path: readonly PropertyKey[], keys: readonly string[]): void {
  let here = data
  for (const key of path) here = typeof here === 'object' && here !== null ? Reflect.get(here, key) : undefined
  if (typeof here === 'object' && here !== null) for (const key of keys) Reflect.deleteProperty(here, key)
}

const quoted = (word: string): string => JSON.stringify(word.length > 60 ? `${word.slice(0, 60)}…` : word)

const invalid = (place: Place, what: string): Notice => ({
  id: 'seccomp-profile-invalid',
  place,
  message: `${what}${what.endsWith('?') ? '' : '.'} Engines refuse such a profile, so what it would allow was not judged. Correct it.`,
  lost: true,
})

const unknownKey = (place: Place, key: string, keys: readonly string[]): Notice => ({
  id: 'seccomp-key-unknown',
  place,
  message: `${quoted(key)} is no key of a seccomp profile here${
    didYouMean(
      key,
      keys.filter((other) => other !== key),
    ) || '.'
  } Engines ignore it, so what it says is not in force. Correct or remove it.`,
  lost: false,
})

function refused(root: Node, issue: z.core.$ZodIssue): Notice {
  const node = at(root, issue.path)
  const key = issue.path.findLast((part) => typeof part === 'string') ?? 'the profile'
  const name = typeof issue.path.at(-1) === 'number' ? `an element of ${key}` : key
  if (node.unknown !== undefined) return invalid(node.place, `${name} cannot be known: ${node.unknown}`)
  if (node.missing || node.value === null) return invalid(node.place, `${name} is missing`)
  const written = textOf(node)
  if (issue.code === 'invalid_value') {
    const words = issue.values.map(String)
    if (written === undefined) return invalid(node.place, `${name} is none of ${words.join(', ')}`)
    const near = didYouMean(written, words)
    return invalid(
      node.place,
      `${name} is ${quoted(written)}, which is no valid word${near || `: valid are ${words.join(', ')}`}`,
    )
  }
  const value = written === undefined ? '' : ` ${quoted(written)}`
  if (issue.code === 'custom' || issue.code === 'invalid_format')
    return invalid(node.place, `${name}${value} ${issue.message}`)
  if (issue.code === 'too_big') return invalid(node.place, `${name}${value} is more than ${issue.maximum}`)
  if (issue.code === 'too_small') return invalid(node.place, `${name}${value} is less than ${issue.minimum}`)
  const expected = issue.code === 'invalid_type' ? (EXPECTED[issue.expected] ?? issue.expected) : 'valid'
  return invalid(node.place, `${name}${value} is not ${expected}`)
}
const EXPECTED: Readonly<Record<string, string>> = {
  bigint: 'a whole number',
  string: 'a text',
  array: 'a list',
  object: 'a mapping',
  boolean: 'true or false',
}

/** Engines compare the words of conditions as texts: one that nothing is called by never holds, and nobody says so. */
function deadConditions(root: Node): readonly Notice[] {
  const texts = (rule: Node, path: string): (readonly [Node, string])[] =>
    elements(get(rule, path)).flatMap((node) => (typeof node.value === 'string' ? [[node, node.value]] : []))
  return elements(get(root, 'syscalls')).flatMap((rule) =>
    ['includes', 'excludes'].flatMap((kind) => [
      ...texts(rule, `${kind}.caps`).flatMap(([node, word]) => {
        if (CAPABILITY_WORDS.includes(word)) return []
        const meant = `CAP_${capabilityName(word)}`
        return [dead(node, word, CAPABILITY_WORDS.includes(meant) ? [meant] : CAPABILITY_WORDS, meant)]
      }),
      ...texts(rule, `${kind}.arches`).flatMap(([node, word]) =>
        CONDITION_ARCHITECTURES.some((known) => known === word) ? [] : [dead(node, word, CONDITION_ARCHITECTURES)],
      ),
    ]),
  )
}
const CAPABILITY_WORDS: readonly string[] = CAPABILITIES.map((name) => `CAP_${name}`)
/** `like`: the word as it would be written if it were right so far. */
const dead = (node: Node, word: string, words: readonly string[], like = word): Notice => ({
  id: 'seccomp-condition-dead',
  place: node.place,
  message: `No engine knows ${quoted(word)}, so this condition of the seccomp profile never matches${didYouMean(like, words) || '.'} Correct it.`,
  lost: false,
})

function few(notices: readonly Notice[], place: Place): readonly Notice[] {
  if (notices.length <= MOST) return notices
  const rest = notices.slice(MOST)
  const more = {
    id: 'seccomp-profile-invalid',
    place,
    message: `${rest.length} more things are wrong in this seccomp profile. Correct those above first.`,
    lost: rest.some((notice) => notice.lost),
  }
  return [...notices.slice(0, MOST), more]
}
