/** Node -> seccomp profile. Imports zod: import it dynamically, when a profile is there. */
import type { z } from 'zod'
import { elements, entries, get, isList, isMap, textOf, type Node } from '../../document/node.ts'
import type { Notice, Read } from '../../model/notice.ts'
import type { Place } from '../../model/place.ts'
import { capabilityName, CAPABILITIES } from '../capabilities/names.ts'
import { ERRNO_NAMES, errnoNumber } from './errno.ts'
import { keyOf, placesOf, type PlacedProfile } from './places.ts'
import { plain, type Plain } from './plain.ts'
import { ENGINE_KEYS, keysAt, SeccompProfile, SeccompProfileSpec } from './profile.ts'
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
  const { value, notices } = readPlacedProfile(root)
  return { value: value?.profile, notices }
}

/** The same, with the places of its parts. */
export function readPlacedProfile(root: Node): Read<PlacedProfile | undefined> {
  const found = locate(root)
  if (!found) return { value: undefined, notices: [] }
  const { node, schema, around } = found
  const data = isMap(node) ? plain(node, schema === SeccompProfile ? ENGINE_KEYS : undefined) : undefined
  if (!data) {
    const what = isMap(node) ? 'is too large to be read' : 'is no seccomp profile: a profile is a mapping'
    return { value: undefined, notices: [...around, invalid(node.place, `This ${what}`)] }
  }
  const suggest = suggestions()
  const ignored: Notice[] = []
  let result = schema.safeParse(data.value)
  for (const issue of result.error?.issues ?? [])
    if (issue.code === 'unrecognized_keys') {
      for (const key of issue.keys)
        ignored.push(unknownKey(at(node, [...issue.path, key]).place, key, keysAt(issue.path), suggest))
      remove(data.value, issue.path, issue.keys)
    }
  if (isEmpty(node)) return empty(node, [...around, ...ignored])
  if (ignored.length > 0) result = schema.safeParse(data.value)
  const notices = [
    ...around,
    ...ignored,
    ...(result.error?.issues ?? []).map((issue) => refused(node, issue, suggest)),
    ...data.otherCase.map(otherCase),
    ...(result.data ? [...withoutNames(node, result.data), ...unknownErrors(node, suggest)] : []),
    ...deadConditions(node, suggest),
  ]
  const value = result.data && { profile: result.data, places: placesOf(node) }
  return { value, notices: few(notices, node.place) }
}

interface Located {
  readonly node: Node
  readonly schema: typeof SeccompProfile | typeof SeccompProfileSpec
  /** What is wrong around the profile. */
  readonly around: readonly Notice[]
}
/** Where in the document the profile stands, and by which schema it is read. */
function locate(root: Node): Located | undefined {
  if (textOf(get(root, 'apiVersion'))?.startsWith(RESOURCE))
    return { node: get(root, 'spec'), schema: SeccompProfileSpec, around: resource(root) }
  const found = { schema: SeccompProfile, around: [] }
  if (!isMap(get(root, 'linux')) && get(root, 'ociVersion').missing) return { ...found, node: root }
  const node = get(root, 'linux.seccomp')
  return node.missing || (node.value === null && node.unknown === undefined) ? undefined : { ...found, node }
}

/** The custom resource around the profile: its kind and its keys, which an API server does not take in any other case. */
function resource(root: Node): readonly Notice[] {
  const suggest = suggestions()
  const kind = get(root, 'kind')
  const word = textOf(kind)
  const wrongKind =
    word === 'SeccompProfile'
      ? []
      : [
          invalid(
            kind.place,
            `kind is ${word === undefined ? 'missing' : quoted(word)}${didYouMean(word ?? '', ['SeccompProfile']) || ': only a SeccompProfile holds one'}`,
          ),
        ]
  const known = ['apiVersion', 'kind', 'metadata', 'spec', 'status']
  const keys = entries(root).flatMap(([key, { place }]) =>
    known.includes(key) ? [] : [unknownKey(place, key, known, suggest)],
  )
  return [...wrongKind, ...keys]
}

const isEmpty = (node: Node): boolean => {
  const { value, unknown } = keyOf(node, 'defaultAction')
  return (value === null || value === '') && unknown === undefined && nothing(keyOf(node, 'syscalls'))
}
const nothing = (node: Node): boolean =>
  node.unknown === undefined && (node.value === null || (isList(node) && node.value.length === 0))

/** moby/profiles and containers/common setupSeccomp: "No default action specified, no syscalls listed, assume seccomp disabled". */
function empty(node: Node, before: readonly Notice[]): Read<PlacedProfile> {
  const notice = {
    id: 'seccomp-profile-empty',
    place: node.place,
    message:
      'This seccomp profile has neither a default action nor system calls. Docker and podman then filter nothing, so it counts as unconfined. Write the profile, or say unconfined.',
    lost: false,
  }
  const profile = SeccompProfile.parse({ defaultAction: 'SCMP_ACT_ALLOW' })
  return { value: { profile, places: placesOf(node) }, notices: few([...before, notice], node.place) }
}

/** The node at the path of an issue; where the path ends early, the nearest one above. */
function at(node: Node, path: readonly PropertyKey[]): Node {
  let here = node
  for (const key of path)
    here = typeof key === 'number' ? (elements(here)[key] ?? here) : typeof key === 'string' ? keyOf(here, key) : here
  return here
}

function remove(data: unknown, path: readonly PropertyKey[], keys: readonly string[]): void {
  let here = data
  for (const key of path) here = typeof here === 'object' && here !== null ? Reflect.get(here, key) : undefined
  if (typeof here === 'object' && here !== null) for (const key of keys) Reflect.deleteProperty(here, key)
}

/** The nearest valid word, as long as complaints are told one by one: each costs a comparison with every word. */
type Suggest = (word: string, words: readonly string[]) => string
function suggestions(): Suggest {
  let left = 2 * MOST
  return (word, words) => (left-- > 0 ? didYouMean(word, words) : '')
}

const quoted = (word: string): string => JSON.stringify(word.length > 60 ? `${word.slice(0, 60)}…` : word)

const invalid = (place: Place, what: string): Notice => ({
  id: 'seccomp-profile-invalid',
  place,
  message: `${what}${what.endsWith('?') ? '' : '.'} Engines refuse such a profile, so what it would allow was not judged. Correct it.`,
  lost: true,
})

const unknownKey = (place: Place, key: string, keys: readonly string[], suggest: Suggest): Notice => ({
  id: 'seccomp-key-unknown',
  place,
  message: `${quoted(key)} is no key of a seccomp profile here${
    suggest(
      key,
      keys.filter((other) => other !== key),
    ) || '.'
  } Engines ignore it, so what it says is not in force. Correct or remove it.`,
  lost: false,
})

function refused(root: Node, issue: z.core.$ZodIssue, suggest: Suggest): Notice {
  const node = at(root, issue.path)
  const key = issue.path.findLast((part) => typeof part === 'string') ?? 'the profile'
  const name = typeof issue.path.at(-1) === 'number' ? `an element of ${key}` : key
  if (node.unknown !== undefined) return invalid(node.place, `${name} cannot be known: ${node.unknown}`)
  if (node.missing || node.value === null) return invalid(node.place, `${name} is missing`)
  const written = textOf(node)
  if (issue.code === 'invalid_value') {
    const words = issue.values.map(String)
    if (written === undefined) return invalid(node.place, `${name} is none of ${words.join(', ')}`)
    const near = suggest(written, words)
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

/** Go's encoding/json, which Docker, containerd, podman and runc read profiles with, takes a key in any case; yajl (crun) does not. */
const otherCase = ({ node, written, key }: Plain['otherCase'][number]): Notice => ({
  id: 'seccomp-key-case',
  place: node.place,
  message: `${quoted(written)} is read as "${key}" by Docker, containerd, podman and runc, which do not mind the case of keys; other runtimes ignore it. Write "${key}".`,
  lost: false,
})

/** Engines take a rule without a name: it is for nothing. */
const withoutNames = (root: Node, profile: SeccompProfile): readonly Notice[] =>
  profile.syscalls.flatMap(({ names }, index) =>
    names.length > 0
      ? []
      : [
          {
            id: 'seccomp-rule-empty',
            place: placesOf(root).rule(index),
            message:
              'This rule of the seccomp profile names no system call, so it does nothing: engines load it without a word. Give it "names", or remove it.',
            lost: false,
          },
        ],
  )

/** podman's errors by name, beside the number of the other engines. */
function unknownErrors(root: Node, suggest: Suggest): readonly Notice[] {
  const pairs = [
    [keyOf(root, 'defaultErrno'), keyOf(root, 'defaultErrnoRet')],
    ...elements(keyOf(root, 'syscalls')).map((rule) => [keyOf(rule, 'errno'), keyOf(rule, 'errnoRet')]),
  ]
  return pairs.flatMap(([named, numbered]) => {
    const word = named && textOf(named)
    if (!named || !word) return []
    const meant = errnoNumber(word)
    const other = numbered && textOf(numbered)
    const notice = (message: string): Notice => ({
      id: 'seccomp-errno-wrong',
      place: named.place,
      message,
      lost: false,
    })
    if (meant === undefined)
      return [
        notice(
          `${quoted(word)} is no error by name${suggest(word, ERRNO_NAMES) || '.'} podman refuses this seccomp profile, and other engines ignore the key. Correct it.`,
        ),
      ]
    if (other !== undefined && Number(other) !== meant)
      return [
        notice(
          `The seccomp profile says the error ${quoted(word)} (${meant}) and the number ${quoted(other)} at once: podman takes the name, other engines the number. Make them the same.`,
        ),
      ]
    return []
  })
}

/** Engines compare the words of conditions as texts: one that nothing is called by never holds, and nobody says so. */
function deadConditions(root: Node, suggest: Suggest): readonly Notice[] {
  const texts = (rule: Node, path: string): (readonly [Node, string])[] =>
    elements(path.split('.').reduce(keyOf, rule)).flatMap((node) =>
      typeof node.value === 'string' ? [[node, node.value]] : [],
    )
  return elements(keyOf(root, 'syscalls')).flatMap((rule) =>
    ['includes', 'excludes'].flatMap((kind) => [
      ...texts(rule, `${kind}.caps`).flatMap(([node, word]) => {
        if (CAPABILITY_WORDS.includes(word)) return []
        const meant = `CAP_${capabilityName(word)}`
        return [dead(node, word, CAPABILITY_WORDS.includes(meant) ? [meant] : CAPABILITY_WORDS, suggest, meant)]
      }),
      ...texts(rule, `${kind}.arches`).flatMap(([node, word]) =>
        CONDITION_ARCHITECTURES.some((known) => known === word)
          ? []
          : [dead(node, word, CONDITION_ARCHITECTURES, suggest)],
      ),
    ]),
  )
}
const CAPABILITY_WORDS: readonly string[] = CAPABILITIES.map((name) => `CAP_${name}`)
/** `like`: the word as it would be written if it were right so far. */
const dead = (node: Node, word: string, words: readonly string[], suggest: Suggest, like = word): Notice => ({
  id: 'seccomp-condition-dead',
  place: node.place,
  message: `No engine knows ${quoted(word)}, so this condition of the seccomp profile never matches${suggest(like, words) || '.'} Correct it.`,
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
