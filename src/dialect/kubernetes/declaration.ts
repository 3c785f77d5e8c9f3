/**
 * What a manifest writes of confinement, word for word, in the pod and in the container. Pod Security admission judges every such
 * word, also one of the pod that each container overrides: a container that is added later would have it.
 * https://kubernetes.io/docs/concepts/security/pod-security-standards/
 */
import { child, get, type Node } from '../../document/node.ts'
import { set } from '../../model/fact.ts'
import type { container } from '../../model/fields.ts'
import type { Element } from '../../model/row.ts'
import { ask, at, parse, scalarFact, type Answer, type Ask, type Scope } from '../ask.ts'
import { appArmorKey, seccompKey, SECCOMP_POD_KEY } from './profile.ts'

type Declaration = Element<(typeof container.declarations)['of']>
type Of = NonNullable<(typeof container.declarations)['of']['rows']['of']['type']>

const textOfBool = (node: Node): string | undefined => {
  const value = parse.bool(node)
  return value === undefined ? undefined : String(value)
}
const textOfInt = (node: Node): string | undefined => {
  const value = parse.int(node)
  return value === undefined ? undefined : String(value)
}

/** Fields of a security context, of the pod's as of a container's. */
const FIELDS: readonly (readonly [Of, string, string, (node: Node) => string | undefined])[] = [
  ['apparmor.kind', 'appArmorProfile.type', 'a text', parse.text],
  ['seccomp.kind', 'seccompProfile.type', 'a text', parse.text],
  ['selinux.user', 'seLinuxOptions.user', 'a text', parse.text],
  ['selinux.role', 'seLinuxOptions.role', 'a text', parse.text],
  ['selinux.type', 'seLinuxOptions.type', 'a text', parse.text],
  ['user.name', 'runAsUser', 'a whole number', textOfInt],
  ['user.mustBeNonRoot', 'runAsNonRoot', 'true or false', textOfBool],
]
const ANNOTATIONS: readonly (readonly [Of, (scope: Scope) => string])[] = [
  ['apparmor.kind', appArmorKey],
  ['seccomp.kind', seccompKey],
  ['seccomp.kind', () => SECCOMP_POD_KEY],
]

export const declarations: Ask<readonly Declaration[]> = ask((scope): Answer<readonly Declaration[]> => {
  const found: Declaration[] = []
  const add = (of: Of, form: 'field' | 'annotation', text: Answer<string>): void => {
    if (text.how === 'silent') return
    const { place } = text
    found.push({ place, facts: { of: set<Of>(place, of), text, form: set(place, form) } })
  }
  for (const where of ['self', 'pod'])
    for (const [of, path, what, parser] of FIELDS)
      add(of, 'field', scalarFact(at(scope, where, `securityContext.${path}`), what, parser))
  const written = get(scope['template'] ?? scope.self, 'metadata.annotations')
  for (const [of, key] of ANNOTATIONS)
    add(of, 'annotation', scalarFact(child(written, key(scope)), 'a text', parse.text))
  const [first] = found
  return first ? set(first.place, found) : { how: 'silent', place: scope.self.place }
})
