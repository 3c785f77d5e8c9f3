/**
 * A unit of Quadlet with its drop-ins, and how its keys are looked up: the last value counts or all do, as one text or as words
 * (podman, pkg/systemd/parser/unitfile.go). In every list an empty value takes away what came before it.
 */
import { child, elements, entries, textOf, type Node } from '../../document/node.ts'
import { splitUnitWords } from '../../document/systemd-words.ts'
import { expanded, unitName, type UnitName } from './specifier.ts'

export class Unit {
  /** The unit itself, without its drop-ins. */
  readonly root: Node
  readonly name: UnitName
  /** Section -> key -> values, the unit's and then those of its drop-ins. */
  readonly #sections = new Map<string, Map<string, Node[]>>()

  /**
   * @param file path of the unit, whose name the specifiers and the default names come from
   * @param dropIns in the order in which they are merged
   */
  constructor(root: Node, file: string, dropIns: readonly Node[] = []) {
    this.root = root
    for (const document of [root, ...dropIns])
      for (const [section, keys] of entries(document)) {
        const known = this.#sections.get(section) ?? new Map<string, Node[]>()
        this.#sections.set(section, known)
        for (const [key, values] of entries(keys)) {
          const list = known.get(key) ?? []
          known.set(key, list)
          for (const value of elements(values)) list.push(value)
        }
      }
    const section = ['Container', 'Pod', 'Kube'].find((each) => this.#sections.has(each)) ?? ''
    const named = this.last(section, 'ServiceName')
    this.name = unitName(file, named === undefined ? undefined : bare(textOf(named) ?? ''))
  }

  has(section: string): boolean {
    return this.#sections.has(section)
  }
  keys(section: string): readonly (readonly [key: string, first: Node])[] {
    return [...(this.#sections.get(section) ?? [])].flatMap(([key, [first]]) => (first ? [[key, first] as const] : []))
  }
  /** Where a section begins. */
  section(section: string): Node {
    return child(this.root, section)
  }

  /** The last value, as it is written. */
  last(section: string, key: string): Node | undefined {
    return this.#sections.get(section)?.get(key)?.at(-1)
  }
  /** The last value without the quotes around it; undefined where the key is not there. */
  text(section: string, key: string): Node | undefined {
    const node = this.last(section, key)
    return node && expanded(node, bare(textOf(node) ?? ''), this.name)
  }
  /** The last value as Quadlet itself takes it, without quotes and before anything is put in; empty where there is none. */
  written(section: string, key: string): string {
    const node = this.last(section, key)
    return node ? bare(textOf(node) ?? '') : ''
  }
  /** Whether the last value says yes; everything else says no. Undefined where the key is not there. */
  bool(section: string, key: string): boolean | undefined {
    const node = this.last(section, key)
    return node && /^(?:1|yes|true|on)$/i.test(bare(textOf(node) ?? ''))
  }
  /** All values since the last empty one, as they are written. */
  raw(section: string, key: string): readonly Node[] {
    const all = this.#sections.get(section)?.get(key) ?? []
    const cleared = all.findLastIndex((node) => textOf(node) === '')
    return all.slice(cleared + 1)
  }
  /** All values, each one text. */
  all(section: string, key: string): readonly Node[] {
    return this.raw(section, key).map((node) => expanded(node, textOf(node) ?? '', this.name))
  }
  /** All values, split into names: `AddCapability=CHOWN KILL`. */
  strings(section: string, key: string): readonly Node[] {
    return this.raw(section, key).flatMap((node) => this.#split(node, 'strings') ?? [])
  }
  /** All values, split as a command is: `PodmanArgs=--a "b c"`. What cannot be split is left out, as Quadlet does. */
  words(section: string, key: string): readonly Node[] {
    return this.raw(section, key).flatMap((node) => this.#split(node, 'arguments') ?? [])
  }
  /** The last value, split as a command is; undefined where it is not there or has an escape that is none. */
  command(section: string, key: string): readonly Node[] | undefined {
    const node = this.last(section, key)
    return node && this.#split(node, 'arguments')
  }

  #split(node: Node, splitting: 'arguments' | 'strings'): readonly Node[] | undefined {
    const words = splitUnitWords(textOf(node) ?? '', splitting)
    // Quadlet takes a word of nothing but quotes for the end.
    const end = words?.indexOf('') ?? -1
    return (end < 0 ? words : words?.slice(0, end))?.map((word) => expanded(node, word, this.name))
  }
}

/** Without the double quotes around the whole. */
const bare = (text: string): string => (text.length >= 2 && /^".*"$/s.test(text) ? text.slice(1, -1) : text)
