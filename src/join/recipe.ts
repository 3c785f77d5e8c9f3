/** What an image that is there tells of how it was made: by its history, and by its labels. */
import { byDefault, derived, set, unknown, type Fact } from '../model/fact.ts'
import type { image, ImageFacts } from '../model/fields.ts'
import type { Item } from '../model/row.ts'
import { referenceParts } from './reference.ts'

export type RecipeRows = 'built' | 'leaves' | 'base' | 'bases' | 'buildArguments' | 'adds' | 'runs'
type Argument = Item<(typeof image)['buildArguments']['of']['rows']>

const MAX_ARGUMENTS = 1000
const UNTOLD = 'the history of an image does not tell it exactly'

/** The rows that a Dockerfile answers, for an image of which there is none. */
export function recipeOf(facts: Omit<ImageFacts, RecipeRows>): Pick<ImageFacts, RecipeRows> {
  const { place } = facts.history
  return {
    built: byDefault(place, true, 'the image itself was read'),
    leaves: byDefault(place, [], 'the image itself was read'),
    base: baseOf(facts),
    bases: unknown(place, UNTOLD, 'user'),
    buildArguments: argumentsOf(facts.history),
    adds: unknown(place, UNTOLD, 'user'),
    runs: unknown(place, UNTOLD, 'user'),
  }
}

/** Labels of the OCI image specification (annotations.md) that builders write. */
function baseOf({ labels }: Omit<ImageFacts, RecipeRows>): ImageFacts['base'] {
  const { place } = labels
  const found =
    labels.how === 'unknown'
      ? undefined
      : labels.value.find(
          ({ facts: { name } }) => name.how !== 'unknown' && name.value === 'org.opencontainers.image.base.name',
        )?.facts.value
  const reference: Fact<string> = found ? { ...found } : unknown(place, 'no label names the base image', 'user')
  return {
    reference,
    ...referenceParts(reference),
    scratch: found ? derived(place, false, 'a label names a base image', [found]) : unknown(place, UNTOLD, 'user'),
    stage: byDefault(place, '', 'the stages of the build are not known'),
    final: byDefault(place, true, 'it is the base of this image'),
  }
}

/** `ARG NAME=value`, and the values that a RUN was run with: `|2 NAME=value OTHER=value /bin/sh -c ...`. */
function argumentsOf(history: ImageFacts['history']): ImageFacts['buildArguments'] {
  if (history.how === 'unknown') return unknown(history.place, history.because, history.ask, [history])
  const found = new Map<string, Argument>()
  for (const { facts } of history.value) {
    const { instruction } = facts
    if (instruction.how === 'unknown' || found.size > MAX_ARGUMENTS) continue
    for (const [name, value] of toldBy(instruction.value)) {
      // A later RUN repeats what an earlier one was run with; what it was run with is more than a default.
      const { place } = instruction
      const known = found.get(name)?.facts.value
      if (known && known.how !== 'unknown' && (known.value !== '' || value === '')) continue
      found.set(name, {
        place,
        facts: {
          name: set(place, name),
          value: set(place, value),
          stage: byDefault(place, '', 'the stages of the build are not known'),
          final: byDefault(place, true, 'it is in the history of the image'),
        },
      })
    }
  }
  const list = [...found.values()]
  return list[0]
    ? derived(list[0].place, list, 'the history of the image', [history])
    : byDefault(history.place, [], 'the history of the image names none')
}

function toldBy(step: string): readonly (readonly [string, string])[] {
  const declared = /^(?:\/bin\/sh -c #\(nop\)\s+)?ARG\s+(\w+)(?:=(\S*))?/.exec(step)
  if (declared) return [[declared[1] ?? '', declared[2] ?? '']]
  const run = /^(?:RUN )?\|(\d{1,3}) (.*)$/s.exec(step)
  if (!run) return []
  // Values are not quoted: one ends where the next name or the shell begins.
  const text = (run[2] ?? '').slice(0, 65_536)
  const starts = [...text.matchAll(/(?:^| )([A-Za-z_]\w*)=/g)].slice(0, Number(run[1]))
  return starts.map((start, index) => {
    const from = start.index + start[0].length
    const next = starts[index + 1]?.index
    const value = next === undefined ? text.slice(from).split(/ (?=\/)/)[0] : text.slice(from, next)
    return [start[1] ?? '', value ?? ''] as const
  })
}
