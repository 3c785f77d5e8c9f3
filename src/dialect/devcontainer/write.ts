/** How options are written into a devcontainer.json: its own key where it has one, else a word of runArgs. */
import { addItem, removeItem, setKey } from '../../document/change.ts'
import { child, elements, textOf, type Node } from '../../document/node.ts'
import { DOCKER_DEFAULTS } from '../docker/security-option.ts'
import { addWord, removeWord, type OptionWriter } from '../docker/run-write.ts'

const isSame = (a: Node, b: Node): boolean => a.place.line === b.place.line && a.place.column === b.place.column

export const inDevcontainer: OptionWriter = {
  defaults: () => DOCKER_DEFAULTS,
  add({ root }, name, value) {
    if (!root) return undefined
    return name === 'security-opt' && value !== undefined
      ? [addItem(root, ['securityOpt'], value)]
      : addWord(root, ['runArgs'], name, value)
  },
  remove({ root }, name, value) {
    if (!root) return undefined
    if (name === 'privileged' && isSame(child(root, name), value)) return [setKey(root, [name], false)]
    const option = elements(child(root, 'securityOpt')).find((each) => isSame(each, value))
    if (option) return [removeItem(root, ['securityOpt'], textOf(option) ?? '')]
    const words = removeWord(elements(child(root, 'runArgs')), name, value)
    return words?.map((word) => removeItem(root, ['runArgs'], word))
  },
}
