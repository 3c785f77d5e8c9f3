/** Settings of an engine, read as a scan would read them. */
import { engineFormat, engineFormats, readEngine } from '../../src/dialect/engine.ts'
import { readText } from '../../src/document/read.ts'
import type { Node } from '../../src/document/node.ts'
import { readToml } from '../../src/document/toml.ts'
import type { EngineFacts } from '../../src/model/fields.ts'
import type { Engine } from '../../src/model/subject.ts'

/** The settings in a document; of a daemon.json where nothing says what it is. */
export function engineOfNode(root: Node): Engine {
  const format = engineFormat(root) ?? engineFormats.find(({ name }) => name === 'daemon')
  if (!format) throw new Error('there is no format daemon')
  return readEngine(root, format).value
}
export const factsOfNode = (root: Node): EngineFacts => engineOfNode(root).facts

/** The settings in a text: TOML where the name says so, else YAML or JSON. */
export function engineOfText(text: string, file = 'x.json'): Engine {
  const { value, notices } = /\.(?:toml|conf)$/.test(file) ? readToml(file, text) : readText(file, text)
  const [root] = value.documents
  if (!root) throw new Error(`the fixture ${file} cannot be read: ${notices[0]?.message ?? ''}`)
  return engineOfNode(root)
}
