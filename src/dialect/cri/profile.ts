/** Security profiles of a CRI container: a structure, or the path that was before it. */
import { child, isMap, textOf } from '../../document/node.ts'
import { unknown } from '../../model/fact.ts'
import { ask, at, refuse, text, type Answer, type Ask } from '../ask.ts'
import { word } from './word.ts'

type Kind = 'runtime-default' | 'unconfined' | 'profile'
const WORDS = { RuntimeDefault: 0, Unconfined: 1, Localhost: 2 } as const
const MEANT = ['runtime-default', 'unconfined', 'profile'] as const

/** `{}` is RuntimeDefault: 0 is what is not written. */
const structure = (key: string): Ask<Kind> =>
  ask((scope): Answer<Kind> => {
    const node = at(scope, 'self', `linux.security_context.${key}`)
    if (node.unknown !== undefined) return unknown(node.place, node.unknown, 'user')
    if (node.missing === true || node.value === null) return { how: 'silent', place: node.place }
    if (!isMap(node)) return unknown(node.place, `${key} is not a map`, 'user')
    const type = child(node, 'profile_type')
    if (type.missing === true || type.value === null) return { how: 'set', place: node.place, value: 'runtime-default' }
    return word(type, WORDS, (value) => MEANT[value], { value: 'runtime-default', because: '' })
  })

const path = (key: string): Ask<string> => text(`linux.security_context.${key}`)
const kindOfPath = (key: string): Ask<Kind> =>
  path(key).to((value) =>
    value === ''
      ? undefined
      : value === 'runtime/default' || value === 'docker/default'
        ? ('runtime-default' as const)
        : value === 'unconfined'
          ? ('unconfined' as const)
          : value.startsWith('localhost/')
            ? ('profile' as const)
            : refuse(`"${value}" is not one of runtime/default, unconfined, localhost/<profile>`, 'user'),
  )

export function profile(key: string, old: string): { readonly kind: Ask<Kind>; readonly name: Ask<string> } {
  const own = structure(key)
  return {
    kind: own.else(kindOfPath(old)),
    name: ask((scope): Answer<string> => {
      const kind = own.read(scope)
      if (kind.how === 'silent')
        return path(old)
          .to((value) => (value.startsWith('localhost/') ? value.slice('localhost/'.length) : undefined))
          .read(scope)
      if (kind.how === 'unknown' || kind.value !== 'profile') return { how: 'silent', place: kind.place }
      const node = at(scope, 'self', `linux.security_context.${key}.localhost_ref`)
      const name = textOf(node)
      return name === undefined || name === ''
        ? unknown(kind.place, 'a profile of type Localhost needs localhost_ref, and there is none', 'user')
        : { how: 'set', place: node.place, value: name.replace(/^localhost\//, '') }
    }),
  }
}
