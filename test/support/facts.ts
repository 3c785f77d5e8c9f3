/** Text + dialect -> containers and their facts, by the path that rules use. */
import { read } from '../../src/dialect/index.ts'
import type { Dialect, Files } from '../../src/dialect/dialect.ts'
import { readText } from '../../src/document/read.ts'
import { isFact, type AnyFact, type AnyFacts } from '../../src/model/row.ts'
import type { Notice, Read } from '../../src/model/notice.ts'
import type { Container } from '../../src/model/subject.ts'

/** Every container of every document of the text. A text that is not YAML or JSON is a fault of the test. */
export function containersOf(
  dialect: Dialect,
  text: string,
  file = 'test.yaml',
  files?: Files,
): Read<readonly Container[]> {
  const document = readText(file, text)
  if (document.value.documents.length === 0) throw new Error(document.notices[0]?.message ?? 'there is no document')
  const reads = document.value.documents.map((root) => read(dialect, root, files))
  return {
    value: reads.flatMap((each) => each.value),
    notices: [...document.notices, ...reads.flatMap((each): readonly Notice[] => each.notices)],
  }
}

/** The first container of the text, or the one of that id. */
export function containerOf(dialect: Dialect, text: string, id?: string, file?: string): Container {
  const { value, notices } = containersOf(dialect, text, file)
  const found = id === undefined ? value[0] : value.find((each) => each.id === id)
  if (!found)
    throw new Error(
      `no container ${id ?? ''} in [${value.map((each) => each.id).join(', ')}] ${notices.map((each) => each.message).join(' ')}`,
    )
  return found
}

/** The fact at `resources.memory`, `mounts[0].source`, `capabilities.add[1]`. Throws where the path leads nowhere. */
export function factAt(container: Container, path: string): AnyFact {
  let here: AnyFact | AnyFacts = container.facts
  for (const [, key, index] of path.matchAll(/([A-Za-z]+)|\[(\d+)\]/g)) {
    let next: unknown
    if (key !== undefined) next = isFact(here) ? undefined : here[key]
    else if (isFact(here) && here.how !== 'unknown' && Array.isArray(here.value)) {
      const element: unknown = here.value[Number(index)]
      next = isItem(element) ? element.facts : element
    }
    if (!isFactOrFacts(next)) throw new Error(`${path}: there is no ${key ?? `[${index}]`}`)
    here = next
  }
  if (!isFact(here)) throw new Error(`${path} is a group`)
  return here
}
const isItem = (x: unknown): x is { facts: AnyFacts } => typeof x === 'object' && x !== null && 'facts' in x
const isFactOrFacts = (x: unknown): x is AnyFact | AnyFacts => typeof x === 'object' && x !== null

/** The value, with the lists of facts in it as plain values; `unknown: because` where it is not known. */
export function valueAt(container: Container, path: string): unknown {
  return plain(factAt(container, path))
}
function plain(fact: AnyFact): unknown {
  if (fact.how === 'unknown') return `unknown: ${fact.because}`
  if (!Array.isArray(fact.value)) return fact.value
  return fact.value.map((element: unknown) =>
    isItem(element)
      ? Object.fromEntries(Object.entries(element.facts).map(([key, each]) => [key, isFact(each) ? plain(each) : each]))
      : isFactOrFacts(element) && isFact(element)
        ? plain(element)
        : element,
  )
}

/** Every fact of the table by its path, elements of lists included. */
export function allFacts(facts: AnyFacts, prefix = ''): readonly (readonly [string, AnyFact])[] {
  return Object.entries(facts).flatMap(([key, fact]): readonly (readonly [string, AnyFact])[] => {
    const path = prefix === '' ? key : `${prefix}.${key}`
    if (!isFact(fact)) return allFacts(fact, path)
    const elements: readonly unknown[] = fact.how !== 'unknown' && Array.isArray(fact.value) ? fact.value : []
    return [
      [path, fact],
      ...elements.flatMap((element, index) =>
        isItem(element)
          ? allFacts(element.facts, `${path}[${index}]`)
          : isFactOrFacts(element) && isFact(element)
            ? [[`${path}[${index}]`, element] as const]
            : [],
      ),
    ]
  })
}
