/** Ranges that need no syntax of an ecosystem: comparisons, and VERS (github.com/package-url/vers-spec). */
import { MAX_RANGE } from './scheme.ts'

/** A version in question against one that a range names: its order, or undefined where the text is no version. */
export type Against = (text: string) => number | undefined

const OPERATORS: Readonly<Record<string, (order: number) => boolean>> = {
  '<': (order) => order < 0,
  '<<': (order) => order < 0,
  '<=': (order) => order <= 0,
  '=': (order) => order === 0,
  '==': (order) => order === 0,
  '!=': (order) => order !== 0,
  '>': (order) => order > 0,
  '>>': (order) => order > 0,
  '>=': (order) => order >= 0,
}
const COMPARISON = /\s*(<<|>>|<=|>=|==|!=|[<>=])?\s*((?:[^\s,<>=!|]|!(?!=))+)(?:\s*,|\s|$)/y

/** `> 1.0, < 2.0 || = 3.0`: a comma or a blank is "and". Nothing, or `*`, is every version. Undefined where it is none of this. */
export function readPlain(range: string, against: Against): boolean | undefined {
  if (range.length > MAX_RANGE) return undefined
  let result: boolean | undefined = false
  for (const alternative of range.split('||')) {
    const all = comparisons(alternative)
    if (!all) return undefined
    let holds: boolean | undefined = true
    for (const { operator, version } of all) {
      const order = version === '*' ? 0 : against(version)
      if (order === undefined) return undefined
      if (version === '*' ? operator === '!=' : OPERATORS[operator]?.(order) !== true) holds = false
    }
    if (holds) result = true
  }
  return result
}

function comparisons(text: string): { readonly operator: string; readonly version: string }[] | undefined {
  const found = []
  const end = text.trimEnd()
  COMPARISON.lastIndex = 0
  while (COMPARISON.lastIndex < end.length) {
    const [, operator = '=', version = ''] = COMPARISON.exec(end) ?? []
    if (version === '') return undefined
    found.push({ operator, version })
  }
  return found
}

/** `vers:npm/>=1.0.0|<2.0.0`. `compare` orders the versions that it names. */
export function readVers(
  range: string,
  against: Against,
  compare: (a: string, b: string) => number | undefined,
): boolean | undefined {
  if (range.length > MAX_RANGE) return undefined
  const text = /^vers:[a-z0-9.+-]+\/(.+)$/s.exec(range.trim())?.[1]?.replaceAll(/\s/g, '')
  if (text === undefined) return undefined
  if (text === '*') return true
  const bounds: { readonly operator: string; readonly version: string; readonly order: number }[] = []
  let named: boolean | undefined
  for (const constraint of text.split('|')) {
    const [, operator = '=', encoded = ''] = /^(<=|>=|!=|[<>=])?([^<>=!*]+)$/.exec(constraint) ?? []
    const version = decode(encoded)
    const order = version === undefined ? undefined : against(version)
    if (version === undefined || order === undefined) return undefined
    if (operator === '=' || operator === '!=') {
      if (order === 0) named = operator === '='
    } else bounds.push({ operator, version, order })
  }
  if (named !== undefined) return named
  bounds.sort((a, b) => compare(a.version, b.version) ?? 0)
  // What is above a lower bound, and below the upper bound that follows it, where one does.
  const isIn = ({ operator, order }: (typeof bounds)[number]): boolean => OPERATORS[operator]?.(order) === true
  return bounds.some((bound, i) => {
    const next = bounds[i + 1]
    if (bound.operator.startsWith('<')) return i === 0 && isIn(bound)
    return isIn(bound) && (next === undefined || !next.operator.startsWith('<') || isIn(next))
  })
}

function decode(text: string): string | undefined {
  try {
    return text === '' ? undefined : decodeURIComponent(text)
  } catch {
    return undefined
  }
}
