/** Rules of one profile that execute the same program in two ways: parsers refuse such a profile. */
import { compileGlob, overlaps, type Glob } from './glob.ts'
import type { FileRule, Rule } from './syntax.ts'

/** Profiles that one profile may name behind `->` (apparmor_parser 3.0 and 4). */
export const MOST_TRANSITIONS = 12
/** Comparisons of two globs, after which the rest is taken to be fine. Real profiles need some hundred. */
const MOST_COMPARISONS = 50_000

/**
 * The first two that contradict each other. A program's own path goes before globs, so only two paths or two globs can;
 * `{a,b}` counts as a path.
 */
export function conflictingTransitions(rules: readonly Rule[]): { rule: FileRule; other: FileRule } | undefined {
  const byWay = new Map<string, { rule: FileRule; users: Set<string> }[]>()
  const seen = new Set<string>()
  for (const rule of rules) {
    if (rule.kind !== 'file' || rule.exec === undefined || rule.qualifiers.deny) continue
    const way = wayOf(rule)
    const owner = rule.qualifiers.owner ?? ''
    const key = `${way}\0${owner}\0${rule.path}`
    if (seen.has(key)) continue
    seen.add(key)
    const list = byWay.get(way)
    const one = { rule, users: new Set(owner === '' ? ['owner', 'other'] : [owner]) }
    if (list) list.push(one)
    else byWay.set(way, [one])
  }
  if (byWay.size < 2) return undefined
  const globs = new Map<FileRule, Glob>()
  const globOf = (rule: FileRule): Glob | undefined => {
    const known = globs.get(rule)
    if (known) return known
    const glob = compileGlob(rule.path)
    if (typeof glob === 'string') return undefined
    globs.set(rule, glob)
    return glob
  }
  let comparisons = 0
  const ways = [...byWay.values()]
  for (const [index, ones] of ways.entries())
    for (const others of ways.slice(index + 1))
      for (const { rule, users } of ones)
        for (const { rule: other, users: otherUsers } of others) {
          if (users.isDisjointFrom(otherUsers)) continue
          if (++comparisons > MOST_COMPARISONS) return undefined
          const a = globOf(rule)
          const b = globOf(other)
          if (a && b && a.exact === b.exact && overlaps(a, b)) return { rule: other, other: rule }
        }
  return undefined
}

/** What has to be the same: how, with which environment, and under which profile. */
function wayOf({ exec = 'x', scrub, target }: FileRule): string {
  const kind = exec.toLowerCase()
  const unsafe = kind === 'ix' || kind === 'x' ? scrub === false : scrub === undefined ? exec === kind : !scrub
  // A named profile takes the place of what the letters say, but for inheriting where it is missing.
  const base = target === undefined ? kind : `${kind.startsWith('c') ? 'c' : ''}${kind.slice(1, -1)}->${target}`
  return `${base}${unsafe ? ' unsafe' : ''}`
}
