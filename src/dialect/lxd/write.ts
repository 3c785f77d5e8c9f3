/** How the rows that fixes set are written into an instance of LXD or Incus. What raw.lxc says already is left alone. */
import { removeKey, setKey } from '../../document/change.ts'
import { child, textOf } from '../../document/node.ts'
import type { container } from '../../model/fields.ts'
import { ask, type Ask, type Changes, type Scope } from '../ask.ts'
import type { Asks } from '../dialect.ts'
import { writing } from '../write.ts'
import { instanceOf } from './setting.ts'

type Table = Asks<typeof container>

/** A key of the instance's own configuration, of which LXD takes texts alone. */
const set = (scope: Scope, key: string, value: string): Changes => {
  const instance = instanceOf(scope)
  return instance && child(instance.node, 'config').missing !== true
    ? [setKey(instance.node, ['config', key], value)]
    : undefined
}
/** The root disk, where it is the instance's own. */
function readOnlyRoot(scope: Scope): Changes {
  const instance = instanceOf(scope)
  const [name, disk] = [...(instance?.devices ?? [])].find(([, each]) => textOf(child(each, 'path')) === '/') ?? []
  return instance && name !== undefined && disk && disk.inherited !== true
    ? [setKey(instance.node, ['devices', name, 'readonly'], 'true')]
    : undefined
}
/** What raw.seccomp, an allow list or the like say in the place of LXD's own policy. */
function seccomp(scope: Scope): Changes {
  const instance = instanceOf(scope)
  const keys = ['raw.seccomp', 'security.syscalls.allow', 'security.syscalls.whitelist']
  const written = keys.filter((key) => instance?.config.has(key))
  const [only, more] = written
  return instance && only !== undefined && more === undefined && instance.config.get(only)?.inherited !== true
    ? [removeKey(instance.node, ['config', only])]
    : undefined
}

/** What LXC's lines say is written by LXD: their own ways to be written are not those of this file. */
const read = <T>(own: Ask<T>): Ask<T> => ask(own.read)
export const writable = (asks: Table): Table => ({
  ...asks,
  readOnlyRootFilesystem: writing(asks.readOnlyRootFilesystem, (on, scope) => (on ? readOnlyRoot(scope) : undefined)),
  noNewPrivileges: writing(asks.noNewPrivileges, (on, scope) =>
    on && !instanceOf(scope)?.config.has('raw.lxc') ? set(scope, 'raw.lxc', 'lxc.no_new_privs = 1') : undefined,
  ),
  seccomp: {
    ...asks.seccomp,
    kind: writing(asks.seccomp.kind, (kind, scope) => (kind === 'runtime-default' ? seccomp(scope) : undefined)),
  },
  apparmor: { ...asks.apparmor, kind: read(asks.apparmor.kind) },
  procMount: read(asks.procMount),
  namespaces: {
    ...asks.namespaces,
    pid: read(asks.namespaces.pid),
    ipc: read(asks.namespaces.ipc),
    uts: read(asks.namespaces.uts),
    cgroup: read(asks.namespaces.cgroup),
  },
})
