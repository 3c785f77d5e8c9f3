/** How the rows that fixes set are written into a .nspawn file. Command lines of units, and variables of theirs, are left alone. */
import { setKey } from '../../document/change.ts'
import type { container } from '../../model/fields.ts'
import type { Changes, Scope } from '../ask.ts'
import type { Asks } from '../dialect.ts'
import { writing } from '../write.ts'
import { every } from './setting.ts'

const set = (scope: Scope, section: string, key: string, value: string): Changes => {
  const { nspawn } = scope
  return nspawn && [setKey(nspawn, [section, key], value)]
}
/** Lines that add calls to the filter go. */
function seccomp(scope: Scope): Changes {
  const { nspawn } = scope
  const adding = every(scope, 'SystemCallFilter').filter(({ text }) => text !== '' && !text.startsWith('~'))
  if (!nspawn || adding.length === 0 || adding.some(({ place }) => place.file !== nspawn.place.file)) return undefined
  const texts = [...new Set(adding.map(({ text }) => text))]
  return texts.map((text) => ({ in: nspawn, path: ['Exec', 'SystemCallFilter'], item: { remove: text } }))
}

type Table = Asks<typeof container>
export const writable = (asks: Table): Table => ({
  ...asks,
  readOnlyRootFilesystem: writing(asks.readOnlyRootFilesystem, (on, scope) =>
    set(scope, 'Files', 'ReadOnly', on ? 'yes' : 'no'),
  ),
  noNewPrivileges: writing(asks.noNewPrivileges, (on, scope) =>
    set(scope, 'Exec', 'NoNewPrivileges', on ? 'yes' : 'no'),
  ),
  seccomp: {
    ...asks.seccomp,
    kind: writing(asks.seccomp.kind, (kind, scope) => (kind === 'runtime-default' ? seccomp(scope) : undefined)),
  },
  namespaces: {
    ...asks.namespaces,
    network: writing(asks.namespaces.network, (owner, scope) =>
      owner === 'own' ? set(scope, 'Network', 'Private', 'yes') : undefined,
    ),
  },
})
