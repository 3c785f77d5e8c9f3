/**
 * What libseccomp (2.5, 2.6) does before it merges a rule into a call's tree: rules that the new one makes needless are removed,
 * and a new one that is needless itself is dropped. It goes by the last comparisons of a chain, and takes a rule for needless
 * that is not, where comparisons before the last ones are NE, LT or LE: such rules have no effect.
 */
import type { Branch, Test } from './chain.ts'
import { isLeaf, leads, lower, same, unanimous, type Journal } from './order.ts'

/** How far the old and the new chain were found alike: bits of a number. */
const MATCH = 1
const ONCE = 2
const OLD_DONE = 4
const NEW_DONE = 8
/** Tests of the old, or of the new chain were passed over before the first that is in both. */
const SKIPPED_OLD = 16
const SKIPPED_NEW = 32
/** The search on this level ends here. */
const STOP = 64

/**
 * Removes what the new chain makes needless; true where the new chain is needless itself.
 *
 * @param root leads to the tree; to nothing, where nothing is left of it.
 */
export function prune(root: Branch, chain: Test, value: number, journal: Journal): boolean {
  const pruning = { root, value, journal, removed: false }
  const mark = compare(root.next, chain, 0, pruning)
  return !pruning.removed && (mark & NEEDLESS) === NEEDLESS
}
const NEEDLESS = MATCH | OLD_DONE | SKIPPED_NEW

interface Pruning {
  readonly root: Branch
  readonly value: number
  readonly journal: Journal
  removed: boolean
}

/** The mark after the search: what was found where something matched, else the old one without its match. */
function compare(old: Test | undefined, added: Test | undefined, mark: number, pruning: Pruning): number {
  const seen = old && added && !(mark & ONCE && !(mark & MATCH)) ? search(old, added, mark, pruning) : mark
  return seen & MATCH ? (mark | seen) & ~STOP : mark & ~MATCH
}

function search(old: Test, added: Test, mark: number, pruning: Pruning): number {
  let seen = mark
  // Passing over the new test gives the same for every old one: once is enough.
  let passed = false
  for (const there of old.level.slice()) {
    if (same(there, added)) {
      seen = alike(there, added, mark, seen, pruning)
      if (seen & STOP) return seen
    } else if (lower(there, added)) {
      if (mark & SKIPPED_NEW) return seen
      for (const { next } of sides(there)) {
        const below = next ? compare(next, added, (mark & ~MATCH) | SKIPPED_OLD, pruning) : 0
        if (below & MATCH) return seen | below
      }
    } else if (!passed) {
      passed = true
      if (mark & SKIPPED_OLD) return seen
      for (const { next } of sides(added)) {
        const below = next ? compare(there, next, (mark & ~MATCH) | SKIPPED_NEW, pruning) : 0
        if (below & MATCH) return seen | below
      }
    }
  }
  return seen & ~MATCH
}

/** Two tests that are the same. */
function alike(there: Test, added: Test, mark: number, before: number, pruning: Pruning): number {
  let seen = before | MATCH | ONCE
  if (isLeaf(added)) seen |= NEW_DONE
  if (isLeaf(there)) seen |= OLD_DONE
  if (leads(there.yes) && !leads(added.yes)) return seen | STOP
  if (leads(there.no) && !leads(added.no)) return seen | STOP
  if (seen & NEW_DONE && seen & OLD_DONE) {
    if (there.yes.verdict?.value !== added.yes.verdict?.value) return seen | STOP
    if (there.no.verdict?.value !== added.no.verdict?.value) return seen | STOP
  }
  for (const side of ['yes', 'no'] as const) {
    const { next } = added[side]
    if (!next) continue
    const below = compare(there[side].next, next, mark | MATCH | ONCE, pruning)
    if (below & MATCH) seen |= below
    if (!there.level.includes(there)) return seen
  }
  if (!(seen & MATCH) || !(seen & (NEW_DONE | OLD_DONE)) || !unanimous(there, pruning.value)) return seen
  if (seen & NEW_DONE && seen & SKIPPED_OLD) {
    remove(pruning.root, there, pruning)
    return pruning.root.next ? seen : seen | STOP
  }
  return seen & OLD_DONE && seen & SKIPPED_NEW ? seen | STOP : seen
}

/** Takes the test out of the tree, and the tests above it that then lead nowhere. */
function remove(branch: Branch, wanted: Test, pruning: Pruning): boolean {
  const level = branch.next?.level ?? []
  for (const [at, test] of level.entries()) {
    if (test !== wanted) {
      if (!sides(test).some((side) => remove(side, wanted, pruning))) continue
      if (sides(test).some(leads)) return true
    }
    const { next } = branch
    level.splice(at, 1)
    test.level = []
    if (next === test) branch.next = level[at - 1] ?? level[at]
    pruning.removed = true
    pruning.journal.push(() => {
      level.splice(at, 0, test)
      test.level = level
      branch.next = next
    })
    return true
  }
  return false
}

const sides = ({ yes, no }: Test): readonly Branch[] => [yes, no]
