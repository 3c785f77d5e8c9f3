/** PersistentVolume: storage that pods get by a claim, without naming it. */
import { child } from '../../../document/node.ts'
import { set } from '../../../model/fact.ts'
import { ask, text } from '../../ask.ts'
import { is } from '../../dialect.ts'
import { GIVES_NOTHING, NAME_ALONE, type GrantFormat } from './format.ts'

export const persistentVolume: GrantFormat = {
  kind: 'PersistentVolume',
  namespaced: false,
  is: (apiVersion) => apiVersion === 'v1',
  asks: {
    ...NAME_ALONE,
    kind: ask((scope) => set(child(scope.self, 'kind').place, 'PersistentVolume')),
    hostPath: text('spec.hostPath.path'),
  },
  silence: {
    ...GIVES_NOTHING,
    kind: is('PersistentVolume', 'its kind'),
    hostPath: is('', 'no hostPath is written'),
  },
}
