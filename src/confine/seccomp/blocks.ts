/**
 * A call's tree as the blocks of the BPF program that libseccomp (2.5, 2.6) writes for it.
 *
 * The tree alone does not say what the filter does: a block reuses the word that the block before it loaded, and libseccomp
 * makes sure of that word only for the first jump to the block that it lays out. Another jump may arrive with another argument
 * in the accumulator, which is then compared instead. This happens to calls with several rules of several comparisons, of which
 * one but the last is NE, LT or LE; what such a filter lets through is not what its rules say.
 */
import type { Branch, Level, Test, Verdict } from './chain.ts'

/** What is in the accumulator: a word of the arguments and what it was masked with. */
interface State {
  readonly word: number
  readonly mask: number
}

export interface Block {
  readonly test: Test
  /** Index of the word that is loaded, or undefined: the word that was there is used. */
  load: number | undefined
  /** What it is masked with right after that. */
  loadMask: number
  readonly mask: number
  /** What must be in the accumulator on arrival, as far as it matters. */
  expects: State | undefined
  readonly leaves: State
  yes: Jump
  no: Jump
}

/** Undefined is the default action. */
type Jump = Block | Verdict | undefined

const FULL = 0xffffffff
const wordOf = ({ argument, high }: Test): number => argument + (high ? 6 : 0)

/** The first block for the level of a test. */
export function blocksOf(test: Test): Block | undefined {
  const first = levelOf(test.level, undefined, undefined, new Map())
  settle(first, undefined, new Set())
  return first
}

/** Blocks that are alike in all are one. */
type Known = Map<string, Block>
const ids = new WeakMap<object, number>()
let last = 0
function idOf(jump: Jump): string {
  if (!jump) return '-'
  if (!('test' in jump)) return `=${jump.value}`
  let id = ids.get(jump)
  if (id === undefined) ids.set(jump, (id = ++last))
  return String(id)
}

function levelOf(level: Level, after: Block | undefined, arriving: State | undefined, known: Known): Block | undefined {
  const blocks: Block[] = []
  let state = arriving
  for (const test of level) {
    const word = wordOf(test)
    const reuses = state !== undefined && state.word === word && (test.mask & state.mask) >>> 0 === test.mask
    const leaves = { word, mask: test.mask }
    blocks.push({
      test,
      load: reuses ? undefined : word,
      loadMask: FULL,
      mask: test.mask,
      expects: reuses ? state : undefined,
      leaves,
      yes: undefined,
      no: undefined,
    })
    state = leaves
  }
  let next = after
  for (const block of blocks.toReversed()) {
    block.yes = jump(block.test.yes, next, block.leaves, known)
    block.no = jump(block.test.no, next, block.leaves, known)
    const { test, load, mask, expects, yes, no } = block
    const alike = [
      test.compare,
      test.word,
      wordOf(test),
      mask,
      load,
      expects?.word,
      expects?.mask,
      idOf(yes),
      idOf(no),
    ].join()
    next = known.get(alike) ?? block
    known.set(alike, next)
  }
  return next
}

function jump({ verdict, next }: Branch, after: Block | undefined, state: State, known: Known): Jump {
  return next ? levelOf(next.level, after, state, known) : (verdict ?? after)
}

/** In the order in which libseccomp lays them out: the first to jump to a block decides whether it loads anew. */
function settle(block: Block | undefined, state: State | undefined, done: Set<Block>): void {
  if (!block || done.has(block)) return
  done.add(block)
  const { expects } = block
  if (expects && (expects.word !== state?.word || expects.mask !== state.mask)) {
    block.load = expects.word
    block.loadMask = expects.mask
    block.expects = undefined
  }
  for (const target of [block.yes, block.no]) if (target && 'test' in target) settle(target, block.leaves, done)
}

/** The words of a call's arguments: low halves, then high halves. */
export type Words = readonly number[]

/** The verdict for these arguments, or undefined for the default action. */
export function run(start: Block | undefined, words: Words): Verdict | undefined {
  let accumulator = 0
  let at: Jump = start
  while (at && 'test' in at) {
    const { test, load, loadMask, mask, yes, no }: Block = at
    if (load !== undefined) accumulator = (words[load] ?? 0) & loadMask
    accumulator = (accumulator & mask) >>> 0
    at = holds(test, accumulator) ? yes : no
  }
  return at
}

function holds({ compare, word }: Test, given: number): boolean {
  switch (compare) {
    case 'greater':
      return given > word
    case 'atLeast':
      return given >= word
    default:
      return given === word
  }
}
