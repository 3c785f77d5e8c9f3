/** Rules about ids, as PodSecurityPolicy and SecurityContextConstraints write them: a word, and ranges of ids. */
import { child, elements, get, type Node } from '../../../document/node.ts'
import { set, unknown, type Fact } from '../../../model/fact.ts'
import { ask, asMap, parse, refuse, scalarFact, type Answer, type Ask, type Refusal } from '../../ask.ts'

/** May the id be 0? `word` is the key that holds the rule's word. */
export const mayBeRoot = (path: string, word: string): Ask<boolean> =>
  ask((scope): Answer<boolean> => {
    const node = get(scope.self, path)
    if (node.missing === true) return { how: 'silent', place: node.place }
    const rule = asMap(node)
    const said = scalarFact(child(rule, word), 'a text', parse.text)
    if (said.how === 'silent' || said.how === 'unknown') return said
    const value = admitsRoot(said.value, rule)
    return typeof value === 'boolean' ? { ...said, value } : unknown(said.place, value.because, value.ask)
  })

function admitsRoot(word: string, rule: Node): boolean | Refusal {
  if (word === 'RunAsAny') return true
  if (word === 'MustRunAsNonRoot') return false
  const single = scalarFact(child(rule, 'uid'), 'a whole number', parse.int)
  if (word === 'MustRunAs' && single.how !== 'silent')
    return single.how === 'unknown' ? refuse(single.because, single.ask) : single.value === 0
  if (word === 'MustRunAsRange') {
    // Without a range of its own the namespace's annotation gives one, which begins far above 0.
    const least = scalarFact(child(rule, 'uidRangeMin'), 'a whole number', parse.int)
    if (least.how === 'silent') return false
    return least.how === 'unknown' ? refuse(least.because, least.ask) : least.value <= 0
  }
  if (word !== 'MustRunAs' && word !== 'MayRunAs')
    return refuse(`"${word}" is not one of RunAsAny, MustRunAs, MayRunAs, MustRunAsRange, MustRunAsNonRoot`, 'user')
  const minima = elements(child(rule, 'ranges')).map((range) =>
    scalarFact(child(asMap(range), 'min'), 'a whole number', parse.int),
  )
  const open = minima.find((min) => min.how === 'unknown')
  if (minima.some((min) => min.how !== 'unknown' && min.how !== 'silent' && min.value <= 0)) return true
  return open?.how === 'unknown' ? refuse(open.because, open.ask) : false
}

/** The fields of groups whose rules admit 0, each as an element at its rule. */
export const rootGroups = (fields: { readonly [name: string]: string }, word: string): Ask<readonly Fact<string>[]> =>
  ask((scope): Answer<readonly Fact<string>[]> => {
    const found = Object.entries(fields).flatMap(([name, path]): readonly Fact<string>[] => {
      const said = mayBeRoot(path, word).read(scope)
      if (said.how === 'silent') return []
      if (said.how === 'unknown') return [said]
      return said.value ? [set(said.place, name)] : []
    })
    return found.length > 0 ? set(scope.self.place, found) : { how: 'silent', place: scope.self.place }
  })
