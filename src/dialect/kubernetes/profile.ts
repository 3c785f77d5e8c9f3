/** Profiles and options of the security context, which the container overrides as a whole, and the annotations before them. */
import { child, get, textOf, type Node } from '../../document/node.ts'
import { derived, set, unknown, type Fact } from '../../model/fact.ts'
import { removeKey, setKey } from '../../document/change.ts'
import type { Place } from '../../model/place.ts'
import { ask, at, parse, refuse, scalarFact, type Answer, type Ask, type Changes, Refusal, type Scope } from '../ask.ts'
import { writing } from '../write.ts'

/** An empty map writes nothing, so what the pod writes still counts: Pod Security judges the pod's options beside the container's. */
const isThere = (node: Node): boolean =>
  node.unknown !== undefined ||
  (node.missing !== true && node.value !== null && !(node.value instanceof Map && node.value.size === 0))

/** `securityContext.<key>` of the container or else of the pod: never a mixture of the two (kubelet, DetermineEffectiveSecurityContext). */
function structure(scope: Scope, key: string): { readonly node: Node; readonly where: 'self' | 'pod' } {
  const own = at(scope, 'self', `securityContext.${key}`)
  if (isThere(own)) return { node: own, where: 'self' }
  const outer = at(scope, 'pod', `securityContext.${key}`)
  return isThere(outer) ? { node: outer, where: 'pod' } : { node: own, where: 'self' }
}
const inherit = <T>(answer: Answer<T>, where: 'self' | 'pod'): Answer<T> =>
  answer.how === 'set' && where === 'pod' ? { ...answer, how: 'inherited' } : answer

/** One text of such a structure: `option('seLinuxOptions', 'type')`. */
export const option = (key: string, name: string): Ask<string> =>
  ask((scope) => {
    const { node, where } = structure(scope, key)
    return inherit(scalarFact(child(node, name), 'a text', parse.text), where)
  })

type ProfileKind = 'runtime-default' | 'unconfined' | 'profile'
interface Profile {
  readonly kind: ProfileKind
  readonly name: string
}
/** What an annotation means, `undefined` where it says nothing; a text: why it is no word of Kubernetes. */
type Meaning = (value: string) => Profile | Refusal | string | undefined

/** A word that Kubernetes does not know names no profile: the API server refuses the pod, as Pod Security does. */
const noProfile = (place: Place, word: string, because: string): Fact<Profile> =>
  derived<Profile>(place, { kind: 'unconfined', name: '' }, `${because}: no profile is named`, [set(place, word)])

const KINDS: Readonly<Record<string, ProfileKind>> = {
  RuntimeDefault: 'runtime-default',
  Unconfined: 'unconfined',
  Localhost: 'profile',
}

/** An annotation of the pod. Its key has dots and slashes, so that it cannot be a path. */
const annotation = (key: (scope: Scope) => string, meaning: Meaning): Ask<Profile> =>
  ask<Profile>((scope) => {
    const node = child(get(scope['template'] ?? scope.self, 'metadata.annotations'), key(scope))
    const said = scalarFact(node, 'a text', parse.text)
    if (said.how === 'silent' || said.how === 'unknown') return said
    const meant = meaning(said.value)
    if (meant === undefined) return { how: 'silent', place: said.place }
    if (typeof meant === 'string') return noProfile(said.place, said.value, meant)
    return meant instanceof Refusal ? unknown(said.place, meant.because, meant.ask) : { ...said, value: meant }
  })

function field(key: string, where: 'self' | 'pod'): Ask<Profile> {
  return ask<Profile>((scope) => {
    const node = at(scope, where, `securityContext.${key}`)
    const type = scalarFact(child(node, 'type'), 'a text', parse.text)
    if (type.how === 'silent' || type.how === 'unknown') return type
    const kind = Object.hasOwn(KINDS, type.value) ? KINDS[type.value] : undefined
    if (kind === undefined)
      return noProfile(type.place, type.value, `"${type.value}" is not one of ${Object.keys(KINDS).join(', ')}`)
    if (kind !== 'profile') return { ...type, value: { kind, name: '' } }
    const name = scalarFact(child(node, 'localhostProfile'), 'a text', parse.text)
    return { ...type, value: { kind, name: name.how === 'silent' || name.how === 'unknown' ? '' : name.value } }
  })
}

/**
 * The default of the runtime, in the container's security context, or in the pod's where that is what counts: the pod's is then
 * right for all that take it over. An annotation that counts before both is set instead, where `word` is its word for the default.
 */
function writeDefault(scope: Scope, key: string, annotation: string | undefined, word: string): Changes {
  const [own, outer] = [at(scope, 'self', `securityContext.${key}`), at(scope, 'pod', `securityContext.${key}`)]
  const { self, pod, template } = scope
  const known = annotation !== undefined && template && child(get(template, 'metadata.annotations'), annotation)
  if (known && !isThere(own) && isThere(known) && template)
    return known.unknown === undefined ? [setKey(template, ['metadata', 'annotations', annotation], word)] : undefined
  const [spot, node] = !isThere(own) && isThere(outer) && pod ? [pod, outer] : [self, own]
  if (node.unknown !== undefined || child(node, 'type').unknown !== undefined) return undefined
  const path = ['securityContext', key]
  return [
    setKey(spot, [...path, 'type'], 'RuntimeDefault'),
    ...(child(node, 'localhostProfile').missing === true ? [] : [removeKey(spot, [...path, 'localhostProfile'])]),
  ]
}

function profile(
  choose: Ask<Profile>,
  key: string,
  annotated?: { readonly key: (scope: Scope) => string; readonly word: string },
): { readonly kind: Ask<ProfileKind>; readonly name: Ask<string> } {
  return {
    kind: writing(
      choose.to((chosen) => chosen.kind),
      (kind, scope) =>
        kind === 'runtime-default' ? writeDefault(scope, key, annotated?.key(scope), annotated?.word ?? '') : undefined,
    ),
    name: ask<string>((scope) => {
      const chosen = choose.read(scope)
      if (chosen.how === 'silent' || chosen.how === 'unknown') return { how: 'silent', place: chosen.place }
      if (chosen.value.kind !== 'profile') return { how: 'silent', place: chosen.place }
      if (chosen.value.name !== '') {
        const { node, where } = structure(scope, key)
        const written = child(node, 'localhostProfile')
        return textOf(written) === chosen.value.name
          ? inherit(scalarFact(written, 'a text', parse.text), where)
          : { ...chosen, value: chosen.value.name }
      }
      return unknown(chosen.place, 'a profile of type Localhost needs localhostProfile, and there is none', 'user')
    }),
  }
}

const containerName = (scope: Scope): string => textOf(child(scope.self, 'name')) ?? ''
/** Keys of the annotations that were there before the fields. */
export const SECCOMP_POD_KEY = 'seccomp.security.alpha.kubernetes.io/pod'
export const seccompKey = (scope: Scope): string =>
  `container.seccomp.security.alpha.kubernetes.io/${containerName(scope)}`
export const appArmorKey = (scope: Scope): string =>
  `container.apparmor.security.beta.kubernetes.io/${containerName(scope)}`

/** Dropped in Kubernetes 1.27: a profile named here is not applied by any newer version. `unconfined` says what was meant. */
const seccompAnnotation: Meaning = (value) =>
  value === ''
    ? undefined
    : value === 'unconfined'
      ? { kind: 'unconfined', name: '' }
      : refuse('since Kubernetes 1.27 seccomp annotations are ignored: write securityContext.seccompProfile', 'engine')

export const seccomp = profile(
  field('seccompProfile', 'self')
    .else(annotation(seccompKey, seccompAnnotation))
    .or(field('seccompProfile', 'pod'))
    .or(annotation(() => SECCOMP_POD_KEY, seccompAnnotation)),
  'seccompProfile',
)

/** The API server still copies it into the container's field (KEP-24), so that it wins over the pod's. */
export const apparmor = profile(
  field('appArmorProfile', 'self')
    .else(
      annotation(appArmorKey, (value) => {
        if (value === '') return undefined
        if (value === 'runtime/default') return { kind: 'runtime-default', name: '' }
        if (value === 'unconfined') return { kind: 'unconfined', name: '' }
        if (value.startsWith('localhost/')) return { kind: 'profile', name: value.slice('localhost/'.length) }
        return `"${value}" is not one of runtime/default, unconfined, localhost/<profile>`
      }),
    )
    .or(field('appArmorProfile', 'pod')),
  'appArmorProfile',
  { key: appArmorKey, word: 'runtime/default' },
)
