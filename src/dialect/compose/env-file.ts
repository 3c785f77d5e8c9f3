/** `env_file` of a service: variables of other files, which `environment` goes before. */
import { child, elements, entries, isList, isMap, textOf, type Node } from '../../document/node.ts'
import { parse, scalarFact } from '../ask.ts'
import { HOLE, isVoid, rawText } from '../docker/piece.ts'
import { substituted, type Lookup, type Setting } from './interpolate.ts'
import type { Project } from './project.ts'
import { dotenv } from './source.ts'
import { addSettings } from './variables.ts'

/** A map of name -> value for all that the files set and `environment` does not; what is not known has a `HOLE` in its name. */
export function variablesOfFiles(service: Node, { sources, lookup }: Project): Node {
  const node = child(service, 'env_file')
  const { place, path } = node
  if (isVoid(node)) return { place, path, value: null }
  const own = ownVariables(service)
  const first: Lookup = (name) => lookup(name) ?? own.get(name)
  const variables = new Map<string, Node>()
  const settings = new Map<string, Setting>()
  const stranger = (at: Node, because: string): void => {
    variables.set(`${HOLE}${variables.size}`, { place: at.place, path, value: HOLE, unknown: at.unknown ?? because })
  }
  const listed = isList(node) ? elements(node) : [node]
  for (const one of listed) {
    const named = isMap(one) ? child(one, 'path') : one
    const name = named.unknown === undefined ? rawText(named) : undefined
    if (name === undefined || name === '') {
      stranger(named, 'the file of variables is not a text')
      continue
    }
    const required = scalarFact(child(one, 'required'), 'true or false', parse.bool)
    const isOptional = required.how !== 'silent' && required.how !== 'unknown' && !required.value
    const file = sources.read(name, { ...dotenv(named.place), ...(isOptional && { optional: true as const }) })
    if (file) add(file, rawText(child(one, 'format')) === 'raw', variables, settings, first)
    else if (!isOptional) stranger(named, `the file ${name} was not read`)
  }
  for (const name of own.keys()) variables.delete(name)
  return { place, path, value: variables, ...(node.inherited && { inherited: true }) }
}

/** What a file says, over what files before it say. */
function add(
  file: Node,
  isRaw: boolean,
  variables: Map<string, Node>,
  settings: Map<string, Setting>,
  first: Lookup,
): void {
  for (const item of elements(file)) {
    for (const [name, node] of entries(item)) {
      variables.delete(name)
      if (isVoid(node)) {
        const known = first(name)
        variables.set(name, known ? { ...node, value: known.value } : node)
      } else if (isRaw) variables.set(name, { ...node, value: node.source ?? textOf(node) ?? '' })
      else
        variables.set(
          name,
          substituted(node, textOf(node) ?? '', (each) => first(each) ?? settings.get(each)),
        )
    }
    if (!isRaw) addSettings({ ...file, value: [item] }, settings, first)
  }
}

/** What `environment` sets: values that are known may stand in the files. */
function ownVariables(service: Node): ReadonlyMap<string, Setting> {
  const node = child(service, 'environment')
  const own = new Map<string, Setting>()
  const set = (name: string, at: Node, value: string): void => {
    if (!name.includes(HOLE))
      own.set(name, { value, place: at.place, ...(at.unknown !== undefined && { unknown: at.unknown }) })
  }
  for (const [name, each] of entries(node)) set(name, each, rawText(each) ?? '')
  for (const each of elements(node)) {
    const text = rawText(each) ?? ''
    const sign = text.indexOf('=')
    if (text !== '') set(sign < 0 ? text : text.slice(0, sign), each, sign < 0 ? '' : text.slice(sign + 1))
  }
  return own
}
