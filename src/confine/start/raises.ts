/** How a program is to come to more rights than the user has who starts it. */
import { derived, type Fact } from '../../model/fact.ts'
import type { ContainerFacts } from '../../model/fields.ts'
import type { Subject } from '../../model/subject.ts'
import { passedOn } from '../capabilities/lists.ts'
import { baseOf } from '../capabilities/image-files.ts'
import type { Started } from './program.ts'

type Raises = ContainerFacts['start']['raises']

/** Programs that do nothing without their setuid bit. gosu, su-exec, setpriv and runuser only give rights up: root alone starts them. */
const RAISERS: ReadonlySet<string> = new Set(['sudo', 'su', 'doas', 'pkexec', 'sudoedit', 'newgrp', 'sg'])
const SHELLS: ReadonlySet<string> = new Set(['sh', 'bash', 'dash', 'ash', 'zsh', 'ksh', 'busybox'])
const IN_SHELL = /^\s*(?:exec\s+)?(?:\/(?:usr\/)?(?:s?bin\/))?(sudo|su|doas|pkexec)\s/

export function raisesOf({ container }: Subject, { program, node }: Started): Raises {
  const words = wordsOf(container)
  const [first] = words
  if (first && first.how !== 'unknown') {
    const name = raiserIn(first.value, words)
    if (name !== undefined) return derived(first.place, 'sudo', `${name} is what is started`, [first])
  }
  if (program.how === 'unknown') return passedOn(program)
  const { uid } = container.user
  if (program.value !== 'starts' || !node || (node.mode & 0o4000) === 0)
    return derived(program.place, 'nothing', 'its program has no setuid bit', [program])
  if (uid.how === 'unknown') return passedOn(uid)
  return uid.value === node.uid
    ? derived(program.place, 'nothing', 'its user owns the program', [program, uid])
    : derived(program.place, 'setuid', `/${node.path} belongs to uid ${node.uid} and has the setuid bit`, [
        program,
        uid,
        node.item.facts.mode,
      ])
}

function raiserIn(first: string, words: readonly Fact<string>[]): string | undefined {
  const base = baseOf(first)
  if (RAISERS.has(base)) return base
  if (!SHELLS.has(base)) return undefined
  const texts = words.map((word) => (word.how === 'unknown' ? '' : word.value))
  const at = texts.findIndex((word) => /^-\w*c$/.test(word))
  return at < 0 ? undefined : IN_SHELL.exec(`${(texts[at + 1] ?? '').slice(0, 4096)} `)?.[1]
}

/** All words of what is run, entrypoint first. */
export function wordsOf({ entrypoint, command }: ContainerFacts): readonly Fact<string>[] {
  const of = (list: ContainerFacts['entrypoint']): readonly Fact<string>[] => (list.how === 'unknown' ? [] : list.value)
  return [...of(entrypoint), ...of(command)]
}
