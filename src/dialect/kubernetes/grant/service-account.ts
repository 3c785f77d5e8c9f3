/** ServiceAccount: whether pods that run as it get its token. */
import { child } from '../../../document/node.ts'
import { set } from '../../../model/fact.ts'
import { ask, bool } from '../../ask.ts'
import { is } from '../../dialect.ts'
import { GIVES_NOTHING, NAME_ALONE, type GrantFormat } from './format.ts'

export const serviceAccount: GrantFormat = {
  kind: 'ServiceAccount',
  namespaced: true,
  is: (apiVersion) => apiVersion === 'v1',
  asks: {
    ...NAME_ALONE,
    kind: ask((scope) => set(child(scope.self, 'kind').place, 'ServiceAccount')),
    token: bool('automountServiceAccountToken'),
  },
  silence: {
    ...GIVES_NOTHING,
    kind: is('ServiceAccount', 'its kind'),
    token: is(true, 'mounted unless automountServiceAccountToken is false'),
  },
}
