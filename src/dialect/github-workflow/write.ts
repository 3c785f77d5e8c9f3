/** How options are written into a workflow: into the text `options` of a container or service, or into the command of a step. */
import { removeKey, setKey } from '../../document/change.ts'
import { isMap, textOf, type Node } from '../../document/node.ts'
import type { Scope } from '../ask.ts'
import { DOCKER_DEFAULTS } from '../docker/security-option.ts'
import { inWords, plainWords, withoutOption, type OptionWriter } from '../docker/run-write.ts'

/** The container as it is written; undefined where it is a command of a step, or an image alone. */
function written({ self, root }: Scope): Node | undefined {
  let here: Node | undefined = root
  for (const key of self.path) here = here && isMap(here) ? here.value.get(String(key)) : undefined
  return here && isMap(here) && self.path.length > 0 ? here : undefined
}
const isStep = ({ self }: Scope): boolean => self.path.length === 0
/** The words of `options`, where they are plain; none where it is not written. */
const optionsOf = (node: Node): readonly string[] | undefined => {
  const options = node.value instanceof Map ? node.value.get('options') : undefined
  const text = options && textOf(options)
  return text === undefined ? (options ? undefined : []) : plainWords(text)
}

export const inOptions: OptionWriter = {
  defaults: (scope) => (isStep(scope) ? inWords.defaults(scope) : DOCKER_DEFAULTS),
  add(scope, name, value) {
    if (isStep(scope)) return inWords.add(scope, name, value)
    const node = written(scope)
    const words = node && optionsOf(node)
    const word = value === undefined ? `--${name}` : `--${name}=${value}`
    return node && words && [setKey(node, ['options'], [...words, word].join(' '))]
  },
  remove(scope, name, value) {
    if (isStep(scope)) return inWords.remove(scope, name, value)
    const node = written(scope)
    const words = node && optionsOf(node)
    const left = words && withoutOption(words, name, value)
    if (!node || !left) return undefined
    return [left.length === 0 ? removeKey(node, ['options']) : setKey(node, ['options'], left.join(' '))]
  },
}
