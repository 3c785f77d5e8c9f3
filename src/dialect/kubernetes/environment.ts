/** Environment of a container: `envFrom` first, then `env`, which has the last word, with the references to other variables filled in. */
import { child, elements, get, isList, isMap, textOf, type Node } from '../../document/node.ts'
import { byDefault, derived, set, unknown, type Fact } from '../../model/fact.ts'
import type { container } from '../../model/fields.ts'
import type { Element } from '../../model/row.ts'
import type { VariableSource } from '../../model/subject.ts'
import { ask, asMap, field, items, parse, scalarFact, type Answer, type Ask } from '../ask.ts'

export type Variable = Element<(typeof container.environment)['of']>

const isThere = (node: Node): boolean => node.unknown !== undefined || (node.missing !== true && node.value !== null)
export const FROM_SECRET = 'taken from a secret when the container starts'

const one = (element: Node, template: Node): Variable => {
  const node = asMap(element)
  const { place } = node
  const from = child(node, 'valueFrom')
  const secret = child(from, 'secretKeyRef')
  const value = scalarFact(child(node, 'value'), 'a text', parse.text)
  return {
    place,
    facts: {
      name: field(node, 'name', 'a text', parse.text, '', 'the variable has no name'),
      value:
        value.how !== 'silent'
          ? value
          : from.unknown !== undefined
            ? unknown(from.place, from.unknown, 'user')
            : isThere(secret)
              ? byDefault(secret.place, '', FROM_SECRET)
              : isThere(from)
                ? elsewhere(from, template)
                : byDefault(place, '', 'empty unless a value is set'),
      fromSecret:
        from.unknown !== undefined
          ? unknown(from.place, from.unknown, 'user')
          : isThere(secret)
            ? set(secret.place, true)
            : byDefault(place, false, 'not taken from a secret'),
    },
  }
}
const OF_METADATA = /^metadata\.(labels|annotations)\['([^']+)'\]$/
function elsewhere(from: Node, template: Node): Fact<string> {
  const name = textOf(get(from, 'configMapKeyRef.name'))
  const key = textOf(get(from, 'configMapKeyRef.key'))
  if (name !== undefined && key !== undefined)
    return unknown(from.place, `the key "${key}" of the ConfigMap "${name}", which is not in the input`, 'file')
  const field = textOf(get(from, 'fieldRef.fieldPath')) ?? textOf(get(from, 'resourceFieldRef.resource'))
  if (field === undefined)
    return unknown(from.place, `taken from ${isMap(from) ? [...from.value.keys()].join(', ') : 'elsewhere'}`, 'file')
  const [, list, entry] = OF_METADATA.exec(field) ?? []
  if (list !== undefined && entry !== undefined) {
    const written = scalarFact(child(get(template, `metadata.${list}`), entry), 'a text', parse.text)
    if (written.how === 'unknown') return written
    if (written.how !== 'silent') return { ...written, how: 'inherited' }
  }
  // Its name, its address, its limits: what the kubelet fills in is no text that somebody wrote.
  return byDefault(from.place, '', `${field} of the running pod`)
}

/** All keys of a ConfigMap or a Secret: how many and which is not written here. */
function all(element: Node): Variable {
  const node = asMap(element)
  const [map, secret] = [child(node, 'configMapRef'), child(node, 'secretRef')]
  const from = isThere(secret) ? secret : map
  const { place } = isThere(from) ? from : node
  const name = textOf(child(from, 'name'))
  const because =
    from.unknown ??
    (isThere(from) && name !== undefined
      ? `the keys of the ${isThere(secret) ? 'Secret' : 'ConfigMap'} "${name}", which is not in the input`
      : 'envFrom names neither a ConfigMap nor a Secret')
  const isSecret = isThere(secret) && secret.unknown === undefined
  return {
    place,
    facts: {
      name: unknown(place, because, 'file'),
      value: isSecret ? byDefault(place, '', FROM_SECRET) : unknown(place, because, 'file'),
      fromSecret: isSecret
        ? set(place, true)
        : from.unknown === undefined
          ? byDefault(place, false, 'not taken from a secret')
          : unknown(place, from.unknown, 'user'),
    },
  }
}

export const environment: Ask<readonly Variable[]> = ask((scope): Answer<readonly Variable[]> => {
  const from = items('envFrom', all).read(scope)
  const own = items('env', (node) => one(node, scope['template'] ?? scope.self)).read(scope)
  if (from.how === 'unknown') return from
  if (own.how === 'unknown' || from.how === 'silent')
    return own.how === 'silent' || own.how === 'unknown' ? own : { ...own, value: expanded(own.value) }
  return own.how === 'silent' ? from : { ...own, value: expanded([...from.value, ...own.value]) }
})

/** `$(NAME)` of a value is a variable before it; what is not known to be one stays as it is written. `$$` is a dollar sign. */
const REFERENCE = /\$\$|\$\(([^()\s]+)\)/g
/** Values that refer to one another can double with each: nothing longer than this is filled in. */
const MAX_VALUE = 65_536

export function expanded(list: readonly Variable[]): readonly Variable[] {
  const values = new Map<string, Fact<string>>()
  return list.map((variable): Variable => {
    const { name, value } = variable.facts
    let made = value
    if (value.how !== 'unknown' && value.value.includes('$(')) {
      const used: Fact<string>[] = []
      const text = value.value.replace(REFERENCE, (whole, key: string | undefined) => {
        const found = key === undefined ? undefined : values.get(key)
        if (found === undefined || found.how === 'unknown') return whole === '$$' ? '$' : whole
        used.push(found)
        return found.value
      })
      if (used.length > 0 && text.length <= MAX_VALUE)
        made = derived(value.place, text, 'with the variables before it filled in', [value, ...used])
    }
    if (name.how !== 'unknown') {
      const { fromSecret } = variable.facts
      if (fromSecret.how !== 'unknown' && !fromSecret.value) values.set(name.value, made)
      else values.delete(name.value)
    }
    return made === value ? variable : { ...variable, facts: { ...variable.facts, value: made } }
  })
}

/** The elements of the list above that a ConfigMap or a Secret of the input can fill. */
export function references(container: Node): readonly VariableSource[] {
  const from = child(container, 'envFrom')
  if (isMap(from)) return []
  const own = child(container, 'env')
  const first = elements(from).flatMap((node, at): readonly VariableSource[] => {
    const prefix = textOf(child(node, 'prefix')) ?? ''
    const secret = textOf(get(node, 'secretRef.name'))
    const name = secret ?? textOf(get(node, 'configMapRef.name'))
    if (name === undefined) return []
    return [{ at, kind: secret === undefined ? 'ConfigMap' : 'Secret', name, prefix }]
  })
  if (!isList(own)) return first
  const before = elements(from).length
  return [
    ...first,
    ...own.value.flatMap((node, index): readonly VariableSource[] => {
      if (isThere(child(node, 'value'))) return []
      const key = textOf(get(node, 'valueFrom.configMapKeyRef.key'))
      const name = textOf(get(node, 'valueFrom.configMapKeyRef.name'))
      return key === undefined || name === undefined
        ? []
        : [{ at: before + index, kind: 'ConfigMap', name, key, prefix: '' }]
    }),
  ]
}
