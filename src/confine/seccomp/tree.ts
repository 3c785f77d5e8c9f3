/**
 * All rules of one system call in one tree, merged and ordered as libseccomp does it. Which of several rules that fit wins
 * is a matter of this order, not of the order in the profile.
 */
import { blocksOf, run, type Block, type Words } from './blocks.ts'
import { isLeaf, lower, same, unanimous, type Journal } from './order.ts'
import { prune } from './prune.ts'
import type { Branch, Level, Test, Verdict } from './chain.ts'

/** What a filter does with one call. */
export interface Tree {
  /** Whatever the arguments. */
  always: Verdict | undefined
  /** As `next` of a branch. */
  tests: Test | undefined
  /** How many rules with comparisons were added. */
  size: number
}

export const emptyTree = (): Tree => ({ always: undefined, tests: undefined, size: 0 })

/** A filter cannot have more instructions, and a rule needs at least one (linux/filter.h, BPF_MAXINSNS). */
const MOST_RULES = 4096

/**
 * Why a rule is not in the filter. `conflict`: libseccomp refuses it, because another rule says something else of the same
 * arguments (EEXIST). `endless`: libseccomp never comes back from it (seen in 2.5.4). `too-large`: more comparisons than a filter
 * can have, or than are worth the time to look at.
 */
export type Refused = 'conflict' | 'endless' | 'too-large'

/** Adds a rule without comparisons. */
export function settle(tree: Tree, verdict: Verdict): void {
  if (tree.always) return
  tree.always = verdict
  tree.tests = undefined
  tree.size = 0
}

/**
 * Adds a rule. The first rule without comparisons stays, whatever comes after it, and all with comparisons give way to it.
 *
 * @param chain the rule's tests (chain.ts); undefined where it has none.
 * @returns why not; then the journal must be taken back.
 */
export function add(tree: Tree, chain: Test | undefined, verdict: Verdict, journal: Journal): Refused | undefined {
  if (tree.always) return undefined
  const { tests, size } = tree
  journal.push(() => Object.assign(tree, { always: undefined, tests, size }))
  if (!chain) {
    settle(tree, verdict)
    return undefined
  }
  tree.size++
  if (tree.size > MOST_RULES) return 'too-large'
  const root: Branch = { verdict: undefined, next: tests }
  const needless = tests !== undefined && prune(root, chain, verdict.value, journal)
  if (needless) return undefined
  const refused = root.next ? merge(root, chain, journal) : change(root, undefined, chain, journal)
  tree.tests = root.next
  return refused
}

/** Puts a test and all below it on the level that a branch leads to. The search starts where the branch points. */
function merge(branch: Branch, added: Test, journal: Journal): Refused | undefined {
  const entry = branch.next
  if (!entry) return undefined
  const { level } = entry
  for (let at = level.indexOf(entry); at < level.length; at++) {
    const there = level[at]
    if (!there || there === added) return undefined
    if (same(there, added)) return join(there, added, journal)
    if (!lower(there, added)) continue
    if (added.level === level) return 'endless'
    insert(level, at, added, journal)
    if (there === entry) change(branch, branch.verdict, added, journal)
    return undefined
  }
  if (added.level === level) return 'endless'
  insert(level, level.length, added, journal)
  return undefined
}

function insert(level: Level, at: number, added: Test, journal: Journal): void {
  const { level: own } = added
  level.splice(at, 0, added)
  added.level = level
  journal.push(() => {
    level.splice(level.indexOf(added), 1)
    added.level = own
  })
}

function join(there: Test, added: Test, journal: Journal): Refused | undefined {
  for (const side of ['yes', 'no'] as const) {
    const [ours, theirs] = [there[side], added[side]]
    if (!theirs.verdict) continue
    if (!ours.verdict) {
      if (!unanimous(ours.next, theirs.verdict.value)) return 'conflict'
      change(ours, theirs.verdict, undefined, journal)
    } else if (ours.verdict.value !== theirs.verdict.value) {
      if (side === 'yes' && added.high && added.whole > there.whole) change(ours, theirs.verdict, ours.next, journal)
      if (isLeaf(there) || isLeaf(added)) return 'conflict'
    }
  }
  for (const side of ['yes', 'no'] as const) {
    const [ours, theirs] = [there[side], added[side]]
    if (!theirs.next) continue
    if (ours.next) {
      const refused = merge(ours, theirs.next, journal)
      if (refused) return refused
    } else if (ours.verdict) return undefined
    else change(ours, undefined, theirs.next, journal)
  }
  return undefined
}

function change(branch: Branch, verdict: Verdict | undefined, next: Test | undefined, journal: Journal): undefined {
  const before = { ...branch }
  journal.push(() => Object.assign(branch, before))
  Object.assign(branch, { verdict, next })
}

/** How many tests there are in a tree. */
export function testsIn({ tests }: Tree): number {
  const seen = new Set<Test>()
  const walk = (test: Test | undefined): void => {
    for (const one of test?.level ?? []) {
      if (seen.has(one)) continue
      seen.add(one)
      walk(one.yes.next)
      walk(one.no.next)
    }
  }
  walk(tests)
  return seen.size
}

const programs = new WeakMap<Tree, Block>()

/** The verdict for these arguments, or undefined where no rule fits. To be asked only when all rules are in. */
export function verdictOf(tree: Tree, words: Words): Verdict | undefined {
  if (tree.always || !tree.tests) return tree.always
  let start = programs.get(tree)
  if (!start) {
    start = blocksOf(tree.tests)
    if (start) programs.set(tree, start)
  }
  return run(start, words)
}
