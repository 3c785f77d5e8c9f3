/**
 * The flags of gVisor in a file that containerd hands its shim (options.ConfigPath): /etc/containerd/runsc.toml.
 * https://gvisor.dev/docs/user_guide/containerd/configuration/
 */
import { child, entries, isMap, textOf } from '../../document/node.ts'
import { ask, asMap, refuse, type Answer } from '../ask.ts'
import { is } from '../dialect.ts'
import { undecided } from '../silence/engine/undecided.ts'
import { SAYS_NOTHING, type EngineFormat } from './format.ts'
import { engineRuntime, type EngineRuntime } from './runtime.ts'

const TABLE = 'runsc_config'

export const runsc: EngineFormat = {
  name: 'runsc',
  file: 'runsc.toml',
  seat: 'runsc.toml',
  syntax: 'toml',
  mention: /^\s*\[runsc_config\]/m,
  is: (root) => isMap(root) && isMap(child(root, TABLE)),
  // Which of the runtimes of containerd it is of, is written there.
  runtimes: () => [],
  scope: (root) => ({ self: asMap(root) }),
  silence: {
    ...undecided(refuse('runsc.toml says how gVisor is started, and nothing else', 'engine')),
    kind: is('runsc', 'runsc.toml is gVisor’s'),
  },
  asks: {
    ...SAYS_NOTHING,
    runtimes: ask((scope): Answer<readonly EngineRuntime[]> => {
      const table = child(scope.self, TABLE)
      const flags = entries(table).map(([name, node]) => ({ ...node, value: `${name}=${textOf(node) ?? ''}` }))
      const runtime = engineRuntime(table, { name: 'runsc', paths: [], flags })
      return { how: 'set', place: table.place, value: [runtime] }
    }),
  },
}
