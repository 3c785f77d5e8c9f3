/** What the files of containerd, CRI-O and Podman share: lists of texts in which a whole element is said. */
import { child, elements, isList, isMap, textOf, type Node } from '../../document/node.ts'
import { unknown, type Fact } from '../../model/fact.ts'
import { ask, at, scalarFact, parse, type Answer, type Ask } from '../ask.ts'
import { isVoid, said, unknownBy, why, type Sysctl, type Ulimit } from '../docker/piece.ts'
import { strangeSysctl, strangeUlimit } from '../docker/variable.ts'

/**
 * A list of texts. `{append=true}` (containers.conf(5)) is no element: then what other files say stands there too,
 * and `stranger` is what is not known.
 */
export const listAt = <E>(
  path: string,
  where: string,
  each: (node: Node) => E,
  stranger: (node: Node) => E,
): Ask<readonly E[]> =>
  ask((scope): Answer<readonly E[]> => {
    const node = at(scope, where, path)
    if (isVoid(node)) return { how: 'silent', place: node.place }
    if (!isList(node)) return unknown(node.place, node.unknown ?? `${path} is not a list`, 'user')
    const appends = elements(node).find((one) => isMap(one) && child(one, 'append').value === true)
    return said(node, [
      ...elements(node)
        .filter((one) => !isMap(one) || child(one, 'append').missing === true)
        .map(each),
      ...(appends ? [stranger(appends)] : []),
    ])
  })

const APPENDS = 'the list of other files is kept (append=true), and they were not given'
export const textsAt = (
  path: string,
  where: string,
  normalise: (text: string) => string = (text) => text,
): Ask<readonly Fact<string>[]> =>
  listAt<Fact<string>>(
    path,
    where,
    (node) => {
      const answer = scalarFact(node, 'a text', parse.text)
      return answer.how === 'silent'
        ? said(node, '')
        : answer.how === 'unknown'
          ? answer
          : { ...answer, value: normalise(answer.value) }
    },
    (node) => unknownBy(why(node, APPENDS, 'engine')),
  )

/** Capabilities as the table has them. */
export const capabilitiesAt = (path: string, where: string): Ask<readonly Fact<string>[]> =>
  textsAt(path, where, (name) => name.trim().toUpperCase().replace(/^CAP_/, ''))

/** `name=value`, with blanks around the sign. */
export const sysctlsAt = (path: string, where: string): Ask<readonly Sysctl[]> =>
  listAt<Sysctl>(
    path,
    where,
    (node) => {
      const text = textOf(node) ?? ''
      const sign = text.indexOf('=')
      return sign < 0
        ? strangeSysctl(why(node, 'the kernel parameter is not name=value'))
        : {
            place: node.place,
            facts: { name: said(node, text.slice(0, sign).trim()), value: said(node, text.slice(sign + 1).trim()) },
          }
    },
    (node) => strangeSysctl(why(node, APPENDS, 'engine')),
  )

/** `nofile=1024:2048`, or one number for both; -1 is unlimited. */
export const ulimitsAt = (path: string, where: string): Ask<readonly Ulimit[]> =>
  listAt<Ulimit>(
    path,
    where,
    (node) => {
      const [, name = '', soft = '', hard = soft] =
        /^\s*([a-z]+)=(-?\d{1,15})(?::(-?\d{1,15}))?\s*$/.exec(textOf(node) ?? '') ?? []
      return name === ''
        ? strangeUlimit(why(node, 'the limit is not name=soft:hard'))
        : {
            place: node.place,
            facts: { name: said(node, name), soft: said(node, Number(soft)), hard: said(node, Number(hard)) },
          }
    },
    (node) => strangeUlimit(why(node, APPENDS, 'engine')),
  )
