/** What every format of engine settings says of itself: one file in this folder each. */
import type { Node } from '../../document/node.ts'
import type { Syntax } from '../../document/syntax.ts'
import { engine } from '../../model/fields.ts'
import type { Notice } from '../../model/notice.ts'
import type { Rows } from '../../model/row.ts'
import { silent, type Scope } from '../ask.ts'
import type { Asks, Runtime, Silence } from '../dialect.ts'

export interface EngineFormat {
  /** Name of its file in this folder. */
  readonly name: string
  /** What it is called where it stands, and in examples of rules: `daemon.json`. */
  readonly file: string
  /** Two of one seat speak of the same program; only one of them is taken. */
  readonly seat: string
  readonly syntax: Syntax
  /** Every text of it holds this: a text without it is not even parsed while walking. */
  readonly mention: RegExp
  is(root: Node): boolean
  /** Runtimes whose containers it runs. */
  runtimes(root: Node): readonly Runtime[]
  scope(root: Node): Scope
  /** What is wrong with it, or lies in files that it names. */
  notices?(root: Node): readonly Notice[]
  readonly asks: Asks<typeof engine>
  readonly silence: Silence<typeof engine>
}

const everywhere = (rows: Rows): object =>
  Object.fromEntries(
    Object.entries(rows).map(([key, row]) => [key, row.kind === 'group' ? everywhere(row.rows) : silent]),
  )
/** A format that says nothing, for what it has no key for. One cast: a walk over rows cannot be typed row by row. */
export const SAYS_NOTHING = everywhere(engine) as Asks<typeof engine>
