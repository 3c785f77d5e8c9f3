/** Namespace: the level of the Pod Security Standards that its pods are held to. */
import { child, get } from '../../../document/node.ts'
import { set } from '../../../model/fact.ts'
import { ask, parse, scalarFact } from '../../ask.ts'
import { is } from '../../dialect.ts'
import { GIVES_NOTHING, NAME_ALONE, type GrantFormat } from './format.ts'

const ENFORCE = 'pod-security.kubernetes.io/enforce'
const level = ask((scope) => scalarFact(child(get(scope.self, 'metadata.labels'), ENFORCE), 'a text', parse.text))

export const namespace: GrantFormat = {
  kind: 'Namespace',
  namespaced: false,
  is: (apiVersion) => apiVersion === 'v1',
  asks: {
    ...NAME_ALONE,
    kind: ask((scope) => set(child(scope.self, 'kind').place, 'Namespace')),
    podSecurity: {
      enforce: level.by({ privileged: 'privileged', baseline: 'baseline', restricted: 'restricted' }),
    },
  },
  silence: {
    ...GIVES_NOTHING,
    kind: is('Namespace', 'its kind'),
    podSecurity: {
      enforce: is('none', 'nothing is enforced without the label, unless the API server has a default of its own'),
    },
  },
}
