/** What else is known of an inspected container: the command line that made it, and who ran it. */
import { elements, get, textOf, type Node } from '../../document/node.ts'
import type { container } from '../../model/fields.ts'
import { refuse } from '../ask.ts'
import { is, type Silence } from '../dialect.ts'
import { runAsks } from '../docker/run-asks.ts'
import { runFlags } from '../docker/run-flags.ts'
import { GLOBAL_VALUES } from '../docker/run-options.ts'
import { podman, rootfulPodman, rootlessPodman } from '../silence/podman.ts'

type Table = Silence<typeof container>

/** The command that made it, asked: the scope `command`. */
export const made = runAsks('command')

/**
 * The options of the `podman run` or `podman create` that made it (`Config.CreateCommand`), as run-flags.ts gives them; undefined
 * where it was made otherwise: by the API, by `podman kube play`, or out of a checkpoint.
 */
export function commandOf(self: Node): Node | undefined {
  const words = elements(get(self, 'Config.CreateCommand'))
  const [program] = words
  if (!program || !/(?:^|\/)podman[\w.-]*$/.test(textOf(program) ?? '')) return undefined
  let at = 1
  for (
    let word = textOf(words[at] ?? program) ?? '';
    word.startsWith('-') && at < words.length;
    word = textOf(words[at] ?? program) ?? ''
  )
    at += GLOBAL_VALUES.podman.has(word) ? 2 : 1
  if (textOf(words[at] ?? program) === 'container') at += 1
  const verb = words[at]
  if (!verb || !/^(?:run|create)$/.test(textOf(verb) ?? '')) return undefined
  return runFlags(words.slice(at + 1), 'podman', verb.place).flags
}

/** Podman keeps what it needs of a container under /run/user/UID and the home directory where it does not run as root. */
export function ranBy(self: Node): 'root' | 'user' | undefined {
  const paths = ['ConmonPidFile', 'StaticDir', 'PidFile'].map((key) => textOf(get(self, key)) ?? '')
  if (
    paths.some(
      (path) =>
        /^\/(?:run|tmp)\/(?:user\/|containers-user-|podman-run-)\d+/.test(path) ||
        /\/\.local\/share\/containers\//.test(path),
    )
  )
    return 'user'
  return paths.some((path) => /^\/(?:run|var\/run|var\/lib)\/containers\//.test(path)) ? 'root' : undefined
}

/** Podman 4 prints less than 5: the entry point is one text there, and the signal a number. */
export const isOld = (self: Node): boolean => {
  const [entrypoint, signal] = ['Config.Entrypoint', 'Config.StopSignal'].map((path) => get(self, path).value)
  return typeof entrypoint === 'string' || typeof signal === 'number'
}

const notPrinted = (what: string): ReturnType<typeof refuse> =>
  refuse(`podman inspect does not print ${what}, and not the command that made the container either`, 'user')

/** A container that exists holds what its image gave it: what it does not say, nobody says. */
const existing = (table: Table): Table => ({
  ...table,
  os: is('linux', 'Podman runs Linux containers'),
  entrypoint: is([], 'neither the container nor its image has an ENTRYPOINT'),
  command: is([], 'neither the container nor its image has a command'),
  workingDirectory: is('/', 'neither the container nor its image names a directory'),
  user: {
    ...table.user,
    name: is('0', 'neither the container nor its image names a user'),
    group: is('', 'neither the container nor its image names a group'),
  },
  health: { ...table.health, check: is(false, 'neither the container nor its image has a health check') },
})
/** Without the command that made it. */
const bare = (table: Table): Table => ({
  ...existing(table),
  masked: notPrinted('which paths are hidden'),
  readOnlyPaths: notPrinted('which paths are read-only'),
  procMount: notPrinted('which paths are hidden'),
  sysctls: notPrinted('kernel parameters'),
  deviceRules: notPrinted('rules of the device cgroup'),
  image: { ...table.image, pull: notPrinted('when the image is pulled') },
})

const TABLES = {
  root: { whole: existing(rootfulPodman), bare: bare(rootfulPodman) },
  user: { whole: existing(rootlessPodman), bare: bare(rootlessPodman) },
  nobody: { whole: existing(podman), bare: bare(podman) },
} as const

/** What is so where an inspection is silent. */
export const silenceFor = (self: Node, hasCommand: boolean): Table =>
  TABLES[ranBy(self) ?? 'nobody'][hasCommand ? 'whole' : 'bare']
/** Where nothing is known of it. */
export const silenceOfAll: Table = TABLES.nobody.whole
