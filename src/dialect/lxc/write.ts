/** How the rows that fixes set are written into a configuration of LXC: lines of its own file. What it includes is left alone. */
import { setKey, type Change } from '../../document/change.ts'
import type { container } from '../../model/fields.ts'
import type { Changes, Scope } from '../ask.ts'
import type { Asks } from '../dialect.ts'
import { writing } from '../write.ts'
import { linesOf, type Line } from './line.ts'

/** The policy that comes with LXC. */
const SECCOMP = '/usr/share/lxc/config/common.seccomp'

const wordsOf = (text: string): readonly string[] => text.split(/[ \t]+/).filter((word) => word !== '')
const ofKey = (scope: Scope, key: string): readonly Line[] =>
  linesOf(scope).filter((line) => line.hole === undefined && line.key === key && line.text !== '')
/** Lines of that key, where all of them are the container's own. */
const ownOf = (scope: Scope, key: string): readonly Line[] | undefined => {
  const lines = ofKey(scope, key)
  return lines.every(({ origin }) => origin === 'own') ? lines : undefined
}

/** The last line of a key says this: it is the container's own, or a new one behind what is included. */
const set = (scope: Scope, key: string, value: string): Changes => [
  setKey(scope.self, [ownOf(scope, key)?.at(-1)?.written ?? key], value),
]
const replaced = (scope: Scope, line: Line, text: string): readonly Change[] => [
  text === ''
    ? { in: scope.self, path: [line.written], item: { remove: line.text } }
    : { in: scope.self, path: [line.written], item: { replace: line.text, by: text } },
]
/** Without a word, in the one line that has it. */
function withoutWord(scope: Scope, key: string, word: string, by?: string): Changes {
  const lines = ofKey(scope, key).filter(({ text }) => wordsOf(text).includes(word))
  const [only, more] = lines
  if (!only || more || only.origin !== 'own') return undefined
  const words = wordsOf(only.text).flatMap((each) => (each !== word ? [each] : by === undefined ? [] : [by]))
  return replaced(scope, only, words.join(' '))
}

/** A namespace of its own: it is shared with nobody, not kept, and among those that are made. */
function namespace(scope: Scope, type: string): Changes {
  const [share] = ofKey(scope, `lxc.namespace.share.${type}`)
  if (share) return share.origin === 'own' ? [{ in: scope.self, path: [share.written], remove: true }] : undefined
  const kept = withoutWord(scope, 'lxc.namespace.keep', type)
  if (kept) return kept
  const [clone, more] = ofKey(scope, 'lxc.namespace.clone')
  return clone && !more && clone.origin === 'own' && !wordsOf(clone.text).includes(type)
    ? replaced(scope, clone, `${clone.text} ${type}`)
    : undefined
}
function network(scope: Scope): Changes {
  const own = namespace(scope, 'net')
  if (own) return own
  const types = linesOf(scope).filter(({ key }) => /^lxc\.net\.\d+\.type$/.test(key))
  const [only, more] = types
  // A network of its own with nothing in it: whoever needs more says which.
  return only && !more && only.origin === 'own' && only.text === 'none' ? replaced(scope, only, 'empty') : undefined
}
function rootOptions(scope: Scope): Changes {
  const [line, more] = ofKey(scope, 'lxc.rootfs.options')
  if (!line) return set(scope, 'lxc.rootfs.options', 'ro')
  const rest = line.text.split(',').filter((option) => option !== 'ro' && option !== 'rw')
  return more || line.origin !== 'own' ? undefined : replaced(scope, line, ['ro', ...rest].join(','))
}

type Table = Asks<typeof container>
export function writable(asks: Table): Table {
  const own =
    (type: string) =>
    (owner: unknown, scope: Scope): Changes =>
      owner === 'own' ? namespace(scope, type) : undefined
  const { namespaces, seccomp, apparmor } = asks
  return {
    ...asks,
    readOnlyRootFilesystem: writing(asks.readOnlyRootFilesystem, (on, scope) => (on ? rootOptions(scope) : undefined)),
    noNewPrivileges: writing(asks.noNewPrivileges, (on, scope) => set(scope, 'lxc.no_new_privs', on ? '1' : '0')),
    seccomp: {
      ...seccomp,
      kind: writing(seccomp.kind, (kind, scope) =>
        kind === 'runtime-default' ? set(scope, 'lxc.seccomp.profile', SECCOMP) : undefined,
      ),
    },
    apparmor: {
      ...apparmor,
      // What a profile of its own would lose by lxc.apparmor.raw is not looked at: the result is read again.
      kind: writing(apparmor.kind, (kind, scope) =>
        kind === 'runtime-default' ? set(scope, 'lxc.apparmor.profile', 'generated') : undefined,
      ),
    },
    procMount: writing(asks.procMount, (value, scope) =>
      value === 'default' ? withoutWord(scope, 'lxc.mount.auto', 'proc:rw', 'proc:mixed') : undefined,
    ),
    namespaces: {
      ...namespaces,
      pid: writing(namespaces.pid, own('pid')),
      ipc: writing(namespaces.ipc, own('ipc')),
      uts: writing(namespaces.uts, own('uts')),
      cgroup: writing(namespaces.cgroup, own('cgroup')),
      network: writing(namespaces.network, (owner, scope) => (owner === 'own' ? network(scope) : undefined)),
    },
  }
}
