/** Files of variables -> what they set: `.env` beside a Compose file, what `--env-file` names, and `env_file` of services. */
import { elements, entries, textOf, type Node } from '../../document/node.ts'
import { isVoid } from '../docker/piece.ts'
import { substituted, type Lookup, type Setting } from './interpolate.ts'

/**
 * The settings of a file (document/dotenv.ts), added to those that are known. A value may use what `first` knows, then what
 * was set before it. A name without a value is what the shell says, which is not known here.
 */
export function addSettings(file: Node, settings: Map<string, Setting>, first: Lookup): void {
  const lookup: Lookup = (name) => first(name) ?? settings.get(name)
  for (const item of elements(file))
    for (const [name, node] of entries(item)) {
      if (isVoid(node)) continue
      const { value, unknown } = substituted(node, textOf(node) ?? '', lookup)
      settings.set(name, {
        value: typeof value === 'string' ? value : '',
        place: node.place,
        ...(unknown !== undefined && { unknown }),
      })
    }
}
