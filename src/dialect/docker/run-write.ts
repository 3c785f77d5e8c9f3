/**
 * How the options of a `docker run` line are written, for the rows that fixes set. Where they stand, and so how one comes in or goes,
 * is for the dialect to say: words of a script, a text of a workflow, keys of a unit.
 */
import { addItem, type Change } from '../../document/change.ts'
import { child, elements, textOf, type Node } from '../../document/node.ts'
import type { container } from '../../model/fields.ts'
import type { Changes, Scope } from '../ask.ts'
import type { Asks } from '../dialect.ts'
import { writing } from '../write.ts'
import { DOCKER_DEFAULTS, type DefaultWords } from './security-option.ts'
import { nameOfProgram } from '../../document/shell/program.ts'

export interface OptionWriter {
  /** The options that name the engine's own profiles; none where it has no word for them. */
  defaults(scope: Scope): DefaultWords
  /** `--name`, or `--name=value`. */
  add(scope: Scope, name: string, value?: string): Changes
  /** One value of an option, of those that are in the map of flags. */
  remove(scope: Scope, name: string, value: Node): Changes
}
type Table = Asks<typeof container>

/** Ways to write an option, by its name in the map of flags. */
const SPELLINGS: { readonly [name: string]: readonly string[] } = { network: ['--network', '--net'] }
export const spellings = (name: string): readonly string[] =>
  Object.hasOwn(SPELLINGS, name) ? (SPELLINGS[name] ?? []) : [`--${name}`]

/** All changes, or none. */
export function allOf(changes: readonly Changes[]): Changes {
  const all: Change[] = []
  for (const each of changes) {
    if (!each) return undefined
    all.push(...each)
  }
  return all.length > 0 ? all : undefined
}

/** The table with a way to write the rows that options decide. Lists of other tables than those of flags stay as they are. */
export function withOptions(asks: Table, writer: OptionWriter): Table {
  const values = (scope: Scope, name: string, is: (text: string) => boolean = () => true): readonly Node[] =>
    elements(child(scope.self, name)).filter((node) => node.unknown !== undefined || is(textOf(node) ?? ''))
  const gone = (scope: Scope, name: string, is?: (text: string) => boolean): readonly Changes[] =>
    values(scope, name, is).map((node) => (node.unknown === undefined ? writer.remove(scope, name, node) : undefined))
  /** What the engine does where nobody says anything. */
  const without =
    <T>(value: T, name: string, is?: (text: string) => boolean) =>
    (wanted: T, scope: Scope): Changes =>
      wanted === value ? allOf(gone(scope, name, is)) : undefined
  const named =
    (...names: readonly string[]) =>
    (text: string): boolean =>
      names.some((name) => text === name || text.startsWith(`${name}=`) || text.startsWith(`${name}:`))
  /** The profile that is written goes, and the default comes in where it has a word. */
  const profile =
    (name: 'seccomp' | 'apparmor') =>
    (kind: string, scope: Scope): Changes => {
      if (kind !== 'runtime-default') return undefined
      const word = writer.defaults(scope)[name]
      return allOf([
        ...gone(scope, 'security-opt', named(name)),
        ...(word === undefined ? [] : [writer.add(scope, 'security-opt', word)]),
      ])
    }
  const { namespaces, seccomp, apparmor, selinux } = asks
  return {
    ...asks,
    privileged: writing(asks.privileged, without(false, 'privileged')),
    readOnlyRootFilesystem: writing(asks.readOnlyRootFilesystem, (on, scope) =>
      on ? allOf([...gone(scope, 'read-only'), writer.add(scope, 'read-only')]) : undefined,
    ),
    noNewPrivileges: writing(asks.noNewPrivileges, (on, scope) =>
      on
        ? allOf([
            ...gone(scope, 'security-opt', named('no-new-privileges')),
            writer.add(scope, 'security-opt', 'no-new-privileges'),
          ])
        : undefined,
    ),
    seccomp: {
      ...seccomp,
      kind: writing(seccomp.kind, profile('seccomp')),
    },
    apparmor: {
      ...apparmor,
      kind: writing(apparmor.kind, profile('apparmor')),
    },
    selinux: {
      ...selinux,
      disabled: writing(
        selinux.disabled,
        without<boolean>(false, 'security-opt', (text) => /^(?:label[=:])?disable$/.test(text)),
      ),
    },
    procMount: writing(
      asks.procMount,
      without<string>('default', 'security-opt', (text) => /^(?:systempaths[=:]unconfined|unmask[=:]all)$/i.test(text)),
    ),
    namespaces: {
      ...namespaces,
      pid: writing(namespaces.pid, without<string>('own', 'pid')),
      // Podman's, and that of an engine with default-ipc-mode, is shareable.
      ipc: writing(namespaces.ipc, (owner, scope) =>
        owner === 'own' ? allOf([...gone(scope, 'ipc'), writer.add(scope, 'ipc', 'private')]) : undefined,
      ),
      network: writing(
        namespaces.network,
        without<string>('own', 'network', (text) => text === 'host'),
      ),
      uts: writing(namespaces.uts, without<string>('own', 'uts')),
      // Whose it is where nobody says anything hangs on the engine and its host.
      cgroup: writing(namespaces.cgroup, (owner, scope) =>
        owner === 'own' ? allOf([...gone(scope, 'cgroupns'), writer.add(scope, 'cgroupns', 'private')]) : undefined,
      ),
    },
  }
}

const wordOf = (name: string, value: string | undefined): string =>
  value === undefined ? `--${name}` : `--${name}=${value}`
/** What a command line begins with: the program, in a unit its key before it, and what the program is to do. */
const HEAD = [String.raw`(?:Exec\w+[ \t]*=[ \t]*[-:+!]*)?[\w./-]+`, String.raw`(?:container[ \t]+)?(?:run|create)`]

/** Options as the words of a command, where each has the place at which it stands. */
export const inWords: OptionWriter = {
  defaults: ({ program }) =>
    program && nameOfProgram(textOf(program) ?? '').startsWith('docker') ? DOCKER_DEFAULTS : {},
  add: ({ self }, name, value) => [{ in: self, word: { add: wordOf(name, value), after: HEAD } }],
  remove: (_, name, value) => [
    {
      in: value,
      word: { remove: spellings(name), ...(typeof value.value === 'string' && { value: value.value }) },
    },
  ],
}

/** Options as the items of a list of texts, each a word: `runArgs` of a devcontainer. The value of an option may be the next item. */
export function removeWord(list: readonly Node[], name: string, value: Node): readonly string[] | undefined {
  const at = list.findIndex(({ place }) => place.line === value.place.line && place.column === value.place.column)
  const word = textOf(list[at] ?? value)
  const text = typeof value.value === 'string' ? value.value : undefined
  if (at < 0 || word === undefined) return undefined
  for (const spelling of spellings(name)) {
    if (text === undefined ? word === spelling || word === `${spelling}=true` : word === `${spelling}=${text}`)
      return [word]
    const next = list[at + 1]
    if (text !== undefined && word === spelling && next && textOf(next) === text) return [word, text]
  }
  return undefined
}
export const addWord = (spot: Node, path: readonly string[], name: string, value?: string): readonly Change[] => [
  addItem(spot, path, wordOf(name, value)),
]
/** A text of plain words, without one of them or with one more; undefined where it is not that plain. */
export function plainWords(text: string): readonly string[] | undefined {
  return /^[\w=:.,/@ -]*$/.test(text) ? text.split(/ +/).filter((word) => word !== '') : undefined
}
export function withoutOption(words: readonly string[], name: string, value: Node): readonly string[] | undefined {
  const text = typeof value.value === 'string' ? value.value : undefined
  for (const [at, word] of words.entries())
    for (const spelling of spellings(name)) {
      if (text === undefined ? word === spelling || word === `${spelling}=true` : word === `${spelling}=${text}`)
        return words.toSpliced(at, 1)
      if (text !== undefined && word === spelling && words[at + 1] === text) return words.toSpliced(at, 2)
    }
  return undefined
}
