/** Objects of a cluster that say what pods may be: what a document holds of them. */
import { child, get, textOf, type Node } from '../../document/node.ts'
import { grant } from '../../model/fields.ts'
import type { Grant } from '../../model/subject.ts'
import { answer } from '../dialect.ts'
import type { GrantFormat } from './grant/format.ts'
import { namespace } from './grant/namespace.ts'
import { persistentVolume } from './grant/persistent-volume.ts'
import { podSecurityPolicy } from './grant/pod-security-policy.ts'
import { securityContextConstraints } from './grant/security-context-constraints.ts'
import { serviceAccount } from './grant/service-account.ts'
import { objectsOf } from './context.ts'

export const grantFormats: readonly GrantFormat[] = [
  podSecurityPolicy,
  securityContextConstraints,
  serviceAccount,
  namespace,
  persistentVolume,
]
const byKind: ReadonlyMap<string, GrantFormat> = new Map(grantFormats.map((format) => [format.kind, format]))
const kinds: ReadonlySet<string> = new Set(byKind.keys())

/** The grants in a document of Kubernetes, those of lists included. */
export const grantsIn = (root: Node): readonly Grant[] =>
  objectsOf(root, kinds).flatMap((object) => {
    const format = byKind.get(textOf(child(object, 'kind')) ?? '')
    // Elements of a list need not repeat what the list says.
    const version = textOf(child(object, 'apiVersion'))
    return format && (version === undefined ? object !== root : format.is(version)) ? [grantOf(object, format)] : []
  })

function grantOf(object: Node, format: GrantFormat): Grant {
  const name = textOf(get(object, 'metadata.name')) ?? ''
  const where = textOf(get(object, 'metadata.namespace')) || 'default'
  const parts = [format.kind, ...(format.namespaced ? [where] : []), name]
  return {
    id: parts.join('/'),
    place: object.place,
    facts: answer(grant, format.asks, format.silence, { self: object }),
  }
}
