/**
 * What becomes of a container's program in its image: runc looks for it as the user of the container (libcontainer/standard_init_linux.go,
 * exec.LookPath), then execve(2) looks for what it is run by.
 */
import { derived, type Fact, type Unsettled } from '../../model/fact.ts'
import type { ContainerFacts } from '../../model/fields.ts'
import { NO_RUNTIME, type Subject } from '../../model/subject.ts'
import { unsettled, passedOn } from '../capabilities/lists.ts'
import { DEFAULT_PATH, firstWord } from '../capabilities/program.ts'
import { canonical, follow, treeOf, type Node, type Tree } from './look-up.ts'
import { whoIs, type Who } from './who.ts'

type Rows = Pick<ContainerFacts['start'], 'program' | 'path' | 'interpreter'>
type Outcome = 'starts' | 'missing' | 'interpreter-missing' | 'not-executable' | 'elsewhere'

/** A program that was looked for. */
export interface Started extends Rows {
  /** The file of the image, where it is one. */
  readonly node?: Node
}

/** What was found out, before it is told as facts. */
interface Verdict {
  readonly outcome: Outcome | Unsettled
  readonly path: string
  readonly interpreter?: string
  readonly because: string
  readonly node?: Node
}

export function startedOf(subject: Subject): Started {
  const { container, image } = subject
  const word = firstWord(subject)
  const place = word?.place ?? container.image.reference.place
  const from: Fact<unknown>[] = [word ?? container.entrypoint, image.programs]
  const open = (fact: Unsettled): Started => ({
    program: passedOn(fact),
    path: passedOn(fact),
    interpreter: passedOn(fact),
  })
  const tell = ({ outcome, path, interpreter = '', because, node }: Verdict): Started =>
    typeof outcome === 'string'
      ? {
          program: derived(place, outcome, because, from),
          path: derived(place, path, because, from),
          interpreter: derived(place, interpreter, because, from),
          ...(node && { node }),
        }
      : { ...open(outcome), ...(node && { node }) }
  const elsewhere = (because: string): Started => tell({ outcome: 'elsewhere', path: '', because })

  const { os, role } = container
  if (os.how !== 'unknown' && os.value === 'windows') return elsewhere('Windows looks for programs in its own way')
  if (role.how !== 'unknown' && role.value === 'system') return elsewhere('it boots an init of its own')
  if (image.programs.how === 'unknown') return open(image.programs)
  if (!word)
    return subject.dialect === undefined
      ? elsewhere('the image is made to be built on, or to be told what to run')
      : tell({ outcome: 'missing', path: '', because: 'neither it nor its image says what to run' })
  if (word.how === 'unknown') return open(word)
  const { mounts } = container
  if (mounts.how === 'unknown' && mounts.because !== NO_RUNTIME) return open(mounts)
  // The kubelet fills $(NAME) from the environment.
  if (subject.runtime === 'kubernetes' && word.value.includes('$('))
    return open(unsettled(place, 'variables in the command are not filled in here', 'user', [word]))
  return tell(verdictOn(word.value, subject))
}

/** What is asked while a word is looked for. */
interface Looking {
  readonly tree: Tree
  /** Canonical targets of mounts. */
  readonly mounts: ReadonlySet<string>
  readonly who: Who
  readonly from: string
  readonly folders: readonly string[] | Unsettled
}

function verdictOn(word: string, subject: Subject): Verdict {
  const { container, image } = subject
  const { mounts, workingDirectory } = container
  const tree = treeOf(image.programs)
  const over = mounts.how === 'unknown' ? [] : mounts.value
  const targets = over.flatMap(({ facts: { target } }) =>
    target.how === 'unknown' || target.value === '' ? [] : [canonical(tree, target.value)],
  )
  const looking: Looking = {
    tree,
    mounts: new Set(targets),
    who: whoIs(subject),
    from: workingDirectory.how === 'unknown' ? '' : workingDirectory.value,
    folders: pathOf(subject),
  }
  const found = lookFor(word, looking)
  const hole = over.find(({ facts }) => facts.target.how === 'unknown')?.facts.target
  const verdict = found.node && found.outcome === 'starts' ? interpreted(found.node, looking) : found
  // A mount of which nobody knows where may bring what is missing; that it hides what is there, nobody means.
  return hole?.how === 'unknown' && verdict.outcome !== 'starts' ? { ...verdict, outcome: hole } : verdict
}

/** The folders of PATH, as the process sees it. */
function pathOf({ container: { environment }, runtime }: Subject): readonly string[] | Unsettled {
  // Nobody gives a process of a config.json a PATH that it does not write; the engines all do.
  const usual = runtime === 'oci' ? '' : DEFAULT_PATH
  if (environment.how === 'unknown') return environment.because === NO_RUNTIME ? usual.split(':') : environment
  const set = environment.value.find(({ facts: { name } }) => name.how !== 'unknown' && name.value === 'PATH')?.facts
    .value
  if (set?.how === 'unknown') return set
  return (set?.value ?? usual).split(':')
}

function lookFor(word: string, looking: Looking): Verdict {
  if (word.includes('/')) return lookAt(word, looking)
  const { folders } = looking
  if (!Array.isArray(folders)) return { outcome: folders as Unsettled, path: word, because: '' }
  let denied: Verdict | undefined
  for (const folder of folders) {
    if (!folder.startsWith('/')) continue
    const found = lookAt(`${folder}/${word}`, looking)
    if (found.outcome !== 'missing' && found.outcome !== 'not-executable') return found
    if (found.outcome === 'not-executable') denied ??= found
  }
  return (
    denied ?? {
      outcome: 'missing',
      path: word,
      because: `no folder of PATH has a program ${word} (${folders.join(':')})`,
    }
  )
}

function lookAt(path: string, { tree, mounts, who, from }: Looking): Verdict {
  const found = follow(tree, path, from, mounts)
  if (found.kind === 'mounted')
    return { outcome: 'elsewhere', path, because: `/${found.at} is mounted, and hides what the image has there` }
  if (found.kind === 'absent' && /^(?:dev|proc|sys)(?:\/|$)/.test(found.at))
    return { outcome: 'elsewhere', path, because: `/${found.at} is made by the runtime` }
  if (found.kind === 'absent')
    return { outcome: 'missing', path, because: `the image has no /${found.at}, or nobody may execute it` }
  const { node, folders } = found
  for (const each of [...folders, node]) {
    const may = who(each)
    if (may === true) continue
    const outcome = may === false ? 'not-executable' : may
    const mode = each.mode.toString(8).padStart(4, '0')
    return {
      outcome,
      path: `/${node.path}`,
      because: `/${each.path} has mode ${mode} and belongs to ${each.uid}:${each.gid}`,
      node,
    }
  }
  return { outcome: 'starts', path: `/${node.path}`, because: `/${node.path} may be executed`, node }
}

/** A script may be run by a script (execve(2)); deeper is refused by the kernel. */
const MAX_DEPTH = 4

/** Is there what the program is run by? Where that is `env`, what env runs. */
function interpreted(node: Node, looking: Looking, depth = 0): Verdict {
  const starts: Verdict = {
    outcome: 'starts',
    path: `/${node.path}`,
    interpreter: node.interpreter,
    because: `/${node.path} is there and may be executed`,
    node,
  }
  const [first, ...rest] = node.interpreter.split(/[ \t]+/)
  if (first === undefined || first === '' || depth >= MAX_DEPTH) return starts
  const missing = (what: string): Verdict => ({
    ...starts,
    outcome: 'interpreter-missing',
    interpreter: what,
    because: `/${node.path} is run by ${what}, and the image has no such program`,
  })
  // The kernel takes the name as it stands: without a slash it is relative to the working directory.
  const found = lookAt(first, looking)
  if (found.outcome === 'missing') return missing(first)
  if (found.outcome === 'not-executable')
    return { ...found, path: `/${node.path}`, because: `${first}, which runs it: ${found.because}`, node }
  if (found.outcome !== 'starts' || !found.node) return starts
  const argument = envArgument(first, rest)
  if (argument !== undefined) {
    const run = lookFor(argument, looking)
    if (run.outcome === 'missing') return missing(argument)
    return starts
  }
  const inner = interpreted(found.node, looking, depth + 1)
  return inner.outcome === 'interpreter-missing' ? { ...inner, path: `/${node.path}`, node } : starts
}

/** `#!/usr/bin/env bash` runs bash; the kernel gives all that follows as one word, which -S takes apart (env(1)). */
function envArgument(program: string, rest: readonly string[]): string | undefined {
  if (!program.endsWith('/env')) return undefined
  const words = rest[0] === '-S' ? rest.slice(1) : rest.length === 1 ? rest : []
  const name = words.find((word) => !word.includes('='))
  return name === undefined || name.startsWith('-') ? undefined : name
}
