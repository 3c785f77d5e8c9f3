/** How options of a unit of Quadlet are written: by the keys of its own file, or words of PodmanArgs=. Drop-ins and pods are left alone. */
import { addItem, removeItem, removeKey, setKey } from '../../document/change.ts'
import { child, elements, entries, textOf, type Node } from '../../document/node.ts'
import type { Changes, Scope } from '../ask.ts'
import { plainWords, withoutOption, type OptionWriter } from '../docker/run-write.ts'

const SECTION = 'Container'
/** Keys of which a line is one value of a list. */
const LISTS = new Set(['Network', 'Unmask', 'Mask'])
/** Keys that are yes or no. */
const BOOLS = new Set(['SecurityLabelDisable', 'SecurityLabelNested', 'NoNewPrivileges', 'ReadOnly'])

/** The line that says it: its key and the whole of its value. */
function lineOf(root: Node, value: Node): readonly [key: string, line: Node] | undefined {
  const { place } = value
  if (place.file !== root.place.file) return undefined
  for (const [key, values] of entries(child(root, SECTION)))
    for (const line of elements(values)) if (line.place.line === place.line) return [key, line]
  return undefined
}

function remove(scope: Scope, name: string, value: Node): Changes {
  const { root } = scope
  const [key, line] = (root && lineOf(root, value)) ?? []
  if (!root || key === undefined || !line) return undefined
  const path = [SECTION, key]
  const text = textOf(line) ?? ''
  if (key === 'PodmanArgs') {
    const words = plainWords(text)
    const left = words && withoutOption(words, name, value)
    if (!left) return undefined
    return left.length === 0
      ? [removeItem(root, path, text)]
      : [{ in: root, path, item: { replace: text, by: left.join(' ') } }]
  }
  if (BOOLS.has(key)) return key === 'ReadOnly' || key === 'NoNewPrivileges' ? [] : [setKey(root, path, 'false')]
  return [LISTS.has(key) ? removeItem(root, path, text) : removeKey(root, path)]
}

/** Podman has no word for its own filter but the file that it takes where nobody names another (containers.conf(5)). */
const SECCOMP = '/usr/share/containers/seccomp.json'

export const inUnit: OptionWriter = {
  defaults: () => ({ seccomp: `seccomp=${SECCOMP}` }),
  add({ root }, name, value) {
    if (!root || child(root, SECTION).missing === true) return undefined
    if (name === 'read-only') return [setKey(root, [SECTION, 'ReadOnly'], 'true')]
    if (name === 'security-opt' && value === 'no-new-privileges')
      return [setKey(root, [SECTION, 'NoNewPrivileges'], 'true')]
    if (name === 'security-opt' && value === `seccomp=${SECCOMP}`)
      return [setKey(root, [SECTION, 'SeccompProfile'], SECCOMP)]
    return [addItem(root, [SECTION, 'PodmanArgs'], value === undefined ? `--${name}` : `--${name}=${value}`)]
  },
  remove,
}
