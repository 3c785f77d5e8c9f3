/** Which program a container's first process runs, and what its file brings. */
import type { Fact, Unsettled } from '../../model/fact.ts'
import type { Subject } from '../../model/subject.ts'
import { unsettled } from './lists.ts'
import { canonical, executed, treeOf } from '../start/look-up.ts'
import { baseOf, filesOf, stemOf, type FileProgram, type ImageFiles } from './image-files.ts'

/** One program that it may be. */
export interface Candidate {
  /** Absent: a program whose file brings nothing. `any`: a file of which nothing is known. */
  readonly file?: FileProgram | 'any'
}
export interface Candidates {
  readonly alternatives: readonly Candidate[]
  /** Why it is not known which. */
  readonly open?: Unsettled
}

const PLAIN: Candidate = {}
const only = (candidate: Candidate): Candidates => ({ alternatives: [candidate] })
/** Distinct files that are looked at one by one; beyond, any file. */
const MAX_CANDIDATES = 4
const MAX_NEAR = 64
/** Where the engine looks where the image sets no PATH (moby daemon/pkg/oci/defaults.go, DefaultPathEnv). */
export const DEFAULT_PATH = '/usr/local/sbin:/usr/local/bin:/usr/sbin:/usr/bin:/sbin:/bin'

/**
 * The first word of what is run, as a file of the image. Only files with capabilities or with a setuid or setgid bit are facts: a word that
 * is none of them by its name runs a file that brings nothing. A link or a script may lead to one of them, so that where a name comes close,
 * or an interpreter is among them, it is not known.
 */
export function programOf(subject: Subject): Candidates {
  const { container, image } = subject
  const files = filesOf(image)
  if (!files.open && files.byPath.size === 0) return only(PLAIN)
  // The init process of Docker and Podman is a program of the engine's, which runs the container's own as a child; that of a pod is another container's.
  if (
    (subject.runtime === 'docker' || subject.runtime === 'podman') &&
    container.init.how !== 'unknown' &&
    container.init.value
  )
    return only(PLAIN)
  if (files.open) return { alternatives: [PLAIN, { file: 'any' }], open: files.open }
  const word = firstWord(subject)
  if (word === undefined) return only(PLAIN)
  if (word.how === 'unknown') return { alternatives: [PLAIN, { file: 'any' }], open: word }
  if (image.programs.how !== 'unknown') return foundIn(word, subject, files)
  const path = pathOf(word.value, container.workingDirectory)
  if (path === undefined) return searched(word, subject, files)
  const covering = mountOver(path, subject)
  if (covering)
    return {
      alternatives: [PLAIN, { file: 'any' }],
      open: unsettled(covering.place, `/${path} comes from a mount, and what its file brings is not known`, 'user', [
        word,
      ]),
    }
  const exact = files.byPath.get(path)
  if (exact) return only({ file: exact })
  return close(word, path, files, `/${path} may be a link to it, or a script that it runs`)
}

/** The programs of the image are known: which of them the word is, is so too. */
function foundIn(word: Fact<string> & { readonly value: string }, subject: Subject, files: ImageFiles): Candidates {
  const { container, image } = subject
  const tree = treeOf(image.programs)
  const mounts = container.mounts.how === 'unknown' ? [] : container.mounts.value
  const targets = mounts.flatMap(({ facts: { target } }) =>
    target.how === 'unknown' || target.value === '' ? [] : [canonical(tree, target.value)],
  )
  const path = pathVariable(subject)
  if (path?.how === 'unknown') return { alternatives: [PLAIN, { file: 'any' }], open: path }
  const folders = (path?.value ?? DEFAULT_PATH).split(':')
  const { workingDirectory } = container
  const from = workingDirectory.how === 'unknown' ? '' : workingDirectory.value
  const found = executed(tree, word.value, folders, from, new Set(targets))
  if (found?.kind === 'mounted') {
    const open = unsettled(
      word.place,
      `/${found.at} comes from a mount, and what its file brings is not known`,
      'user',
      [word],
    )
    return { alternatives: [PLAIN, { file: 'any' }], open }
  }
  const file = found && files.byPath.get(found.node.path)
  return only(file ? { file } : PLAIN)
}

function pathVariable({ container: { environment } }: Subject): Fact<string> | undefined {
  return environment.how === 'unknown'
    ? undefined
    : environment.value.find(({ facts: { name } }) => name.how !== 'unknown' && name.value === 'PATH')?.facts.value
}

/** The first word of ENTRYPOINT, or of the command where that is empty; `undefined` where nothing is run. */
export function firstWord({ container }: Pick<Subject, 'container'>): Fact<string> | undefined {
  const { entrypoint, command } = container
  if (entrypoint.how === 'unknown') return entrypoint
  const [first] = entrypoint.value
  if (first) return first
  return command.how === 'unknown' ? command : command.value[0]
}

/** Without a leading slash, `.` and `..` resolved; `undefined` for a bare name, which is looked for in PATH. */
function pathOf(word: string, directory: Fact<string>): string | undefined {
  if (!word.includes('/')) return undefined
  const from = word.startsWith('/') || directory.how === 'unknown' ? '' : directory.value
  const parts: string[] = []
  for (const part of `${from}/${word}`.split('/'))
    if (part === '..') parts.pop()
    else if (part !== '' && part !== '.') parts.push(part)
  return parts.join('/')
}

/** A bare name: the first of the folders of PATH that has it, and what the others have is not known. */
function searched(
  word: Fact<string> & { readonly value: string },
  { container }: Subject,
  files: ImageFiles,
): Candidates {
  const { environment } = container
  const set =
    environment.how === 'unknown'
      ? undefined
      : environment.value.find(({ facts }) => facts.name.how !== 'unknown' && facts.name.value === 'PATH')?.facts.value
  const path = set && set.how !== 'unknown' ? set.value : DEFAULT_PATH
  const [first] = path.split(':')
  const exact = files.byPath.get(`${(first ?? '').replaceAll(/^\/+|\/+$/g, '')}/${word.value}`)
  if (exact && set?.how !== 'unknown') return only({ file: exact })
  return close(word, word.value, files, `${word.value} is looked for in PATH, and may be it`)
}

function close(word: Fact<unknown>, path: string, files: ImageFiles, because: string): Candidates {
  const near = [...(files.byStem.get(stemOf(baseOf(path))) ?? []).slice(0, MAX_NEAR + 1), ...files.interpreters]
  const [first] = near
  if (!first) return only(PLAIN)
  const distinct = new Map(near.slice(0, MAX_NEAR).map((file) => [signature(file), file]))
  const open = unsettled(
    word.place,
    `/${first.path} of the image gives capabilities to who runs it: ${because}`,
    'user',
    [word, ...first.from],
  )
  const alternatives: Candidate[] =
    near.length > MAX_NEAR || distinct.size > MAX_CANDIDATES
      ? [{ file: 'any' }]
      : [...distinct.values()].map((file) => ({ file }))
  return { alternatives: [PLAIN, ...alternatives], open }
}
const signature = ({ capabilities, setuid, setgid }: FileProgram): string =>
  `${capabilities ? `${capabilities.effective} ${[...capabilities.permitted].join()}` : ''} ${setuid ?? ''} ${setgid ?? ''}`

/** The mount that hides the path of the image. */
function mountOver(path: string, { container }: Subject) {
  if (container.mounts.how === 'unknown') return undefined
  return container.mounts.value.find(({ facts }) => {
    if (facts.target.how === 'unknown') return false
    const target = facts.target.value.replaceAll(/^\/+|\/+$/g, '')
    return target !== '' && (path === target || path.startsWith(`${target}/`))
  })
}
