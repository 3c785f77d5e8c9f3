/** The largest heap that a program is told to use, in its command or its environment. */
import { derived, type Fact } from '../../model/fact.ts'
import type { ContainerFacts } from '../../model/fields.ts'
import { wordsOf } from './raises.ts'

const UNITS: Readonly<Record<string, number>> = { '': 1, k: 2 ** 10, m: 2 ** 20, g: 2 ** 30, t: 2 ** 40 }
/**
 * The launcher's (java(1), "JDK_JAVA_OPTIONS"), which goes before the virtual machine's own (JVM TI, "JAVA_TOOL_OPTIONS"), and that of
 * Node.js (nodejs.org/api/cli.html).
 */
const VARIABLES = [
  ['JDK_JAVA_OPTIONS', javaHeap],
  ['JAVA_TOOL_OPTIONS', javaHeap],
  ['NODE_OPTIONS', nodeHeap],
] as const
/** HotSpot reads it after the command line, and the last one counts (arguments.cpp of OpenJDK, Arguments::parse). */
const LAST = [['_JAVA_OPTIONS', javaHeap]] as const
const MAX_TEXT = 16_384

/** `-Xmx2g`, `-XX:MaxHeapSize=2g` (java(1)): the last one counts. */
function javaHeap(text: string): number | undefined {
  const all = [
    ...text.slice(0, MAX_TEXT).matchAll(/(?:^|[\s"'])-(?:Xmx|XX:MaxHeapSize=)(\d{1,15})([kKmMgGtT]?)(?=[\s"';&|]|$)/g),
  ]
  const last = all.at(-1)
  return last ? Number(last[1]) * (UNITS[(last[2] ?? '').toLowerCase()] ?? 1) : undefined
}
/** `--max-old-space-size=4096`, in MiB (V8; nodejs.org/api/cli.html); with underscores too. */
function nodeHeap(text: string): number | undefined {
  const all = [
    ...text.slice(0, MAX_TEXT).matchAll(/(?:^|[\s"'])--max[-_]old[-_]space[-_]size[= ](\d{1,9})(?=[\s"';&|]|$)/g),
  ]
  const last = all.at(-1)
  return last ? Number(last[1]) * 2 ** 20 : undefined
}

/** What the first of these variables that asks for a heap says. */
function ofVariables(
  { environment }: ContainerFacts,
  names: typeof VARIABLES | typeof LAST,
): ContainerFacts['start']['heap'] | undefined {
  const variables = environment.how === 'unknown' ? [] : environment.value
  for (const [wanted, read] of names)
    for (const { facts } of variables) {
      const { name, value } = facts
      if (name.how === 'unknown' || name.value !== wanted || value.how === 'unknown') continue
      const heap = read(value.value)
      if (heap !== undefined) return derived(value.place, heap, `${wanted} asks for it`, [value])
    }
  return undefined
}

/** 0 where none is asked for. What the command says goes before what the environment says, but for `_JAVA_OPTIONS`. */
export function heapOf(container: ContainerFacts): ContainerFacts['start']['heap'] {
  const last = ofVariables(container, LAST)
  if (last) return last
  for (const word of wordsOf(container).toReversed()) {
    const heap = word.how === 'unknown' ? undefined : (javaHeap(word.value) ?? nodeHeap(word.value))
    if (heap !== undefined) return derived(word.place, heap, 'the command asks for it', [word])
  }
  const first = ofVariables(container, VARIABLES)
  if (first) return first
  const from: readonly Fact<unknown>[] = [container.entrypoint, container.command, container.environment]
  return derived(container.command.place, 0, 'neither command nor environment asks for a heap', from)
}
