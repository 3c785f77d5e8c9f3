/** A dialect is one way to write containers down: the table of fields with an Ask in every row that a dialect answers. */
import type { Node } from '../document/node.ts'
import type { Syntax } from '../document/syntax.ts'
import { byDefault, unknown, type Fact } from '../model/fact.ts'
import type { container } from '../model/fields.ts'
import type { Read } from '../model/notice.ts'
import type { Place } from '../model/place.ts'
import type { Build, Container, Grant, Together, Waits } from '../model/subject.ts'
import type { Element, Facts, Group, Leaf, List, Rows } from '../model/row.ts'
import { Refusal, type Ask, type Scope } from './ask.ts'

/** What `answer` needs for one row: the type of its value. */
type ValueOf<R> = R extends Leaf<infer T> ? T : R extends List<infer E> ? readonly Element<E>[] : never
/** Keys of the rows, or of the groups that hold rows, which a dialect answers. */
type Answered<R extends Rows> = {
  [K in keyof R]: R[K] extends Group<infer G>
    ? Answered<G> extends never
      ? never
      : K
    : R[K] extends { by: 'dialect' }
      ? K
      : never
}[keyof R]
/** The table with something for every row that a dialect answers. */
type ForEach<R extends Rows, Kind extends 'ask' | 'silence'> = {
  readonly [K in Answered<R>]: R[K] extends Group<infer G>
    ? ForEach<G, Kind>
    : Kind extends 'ask'
      ? Ask<ValueOf<R[K]>>
      : Default<ValueOf<R[K]>>
}
export type Asks<R extends Rows> = ForEach<R, 'ask'>
/** What a runtime does where nobody says anything: one table a runtime, shared by its dialects. */
export type Silence<R extends Rows> = ForEach<R, 'silence'>
/** A value with the reason that users read, or why it is not known and who could tell. */
export type Default<T> = { readonly is: (place: Place) => T; readonly because: string } | Refusal
export const is = <T>(value: T, because: string): Default<T> => ({ is: () => value, because })
/** A list of texts: its elements are facts of their own for every container. */
export const isList = (values: readonly string[], because: string): Default<readonly Fact<string>[]> => ({
  is: (place) => values.map((value) => byDefault(place, value, because)),
  because,
})

/** One container (or image, or engine) found in a document, to be asked. */
export interface Found {
  /** `kind/namespace/name/container`, service or container name. */
  readonly id: string
  readonly scope: Scope
  /** Where documents of one dialect start containers of several runtimes (docker run, podman run): this one's. */
  readonly runtime?: { readonly name: Runtime; readonly silence: Silence<typeof container> }
  /** Its image is built from a file of the project. */
  readonly build?: Build
  /** What other objects of the same input may still say of it: `settle` of its dialect. */
  readonly waits?: Waits
  /** The containers that it runs with. */
  readonly together?: Together
}

/** Another document that the dialect asked for by path, read. Those that may be absent and are absent are not in it. */
export type Files = ReadonlyMap<string, Node>
/** Another file that a dialect needs, by its path relative to the document's own. */
export interface Want {
  readonly path: string
  /** It may be absent: nothing is lost then. */
  readonly optional?: true
  /** What it says is known where it is absent or lies outside of what is scanned: it comes with the runtime. */
  readonly known?: true
  /** How it is written; `data` where nothing is said. */
  readonly syntax?: Syntax
  /** It is a folder: all of its `*.conf` are wanted, as systemd takes drop-ins (systemd.unit(5)). */
  readonly dropIns?: true
  /** Where it is named; where absent, the node that holds the path. */
  readonly place?: Place
  /** An option of the user names it, not the input: it may lie anywhere. */
  readonly given?: true
}
/** What is known of a document besides its text. */
export interface About {
  /** Path of its file, as it is shown. */
  readonly file: string
  /** Named by the user, not met in a folder that is scanned. */
  readonly named: boolean
  /** What the user said of how files are read. */
  readonly options: ReadOptions
}
/** Options that dialects read by: the CLI's of the same names. */
export interface ReadOptions {
  /** `--env-file`: files of variables that Compose interpolates, instead of `.env`. */
  readonly envFiles?: readonly string[]
  /** `compose:a.yaml,b.yaml`: files that are merged after the first, relative to the working directory. */
  readonly composeFiles?: readonly string[]
  /** `--markdown`: fenced code blocks of Markdown are read too. */
  readonly markdown?: boolean
  /** `--target`: the stage of a Dockerfile. */
  readonly stage?: string
}
export const SILENT_ABOUT: About = { file: '', named: true, options: {} }
/** Whose silence applies, and whose settings (engine) are asked. */
export type Runtime = 'docker' | 'podman' | 'kubernetes' | 'oci' | 'lxc' | 'nspawn' | 'ecs' | 'nomad'

export interface Dialect {
  /** Name of its file, and the prefix that selects it (`compose:FILE`). */
  readonly name: string
  /** What it reads, in one sentence for the help. */
  readonly says: string
  readonly runtime: Runtime
  /** The syntaxes that its documents are written in; `data` (YAML, JSON) where nothing is said. */
  readonly syntaxes?: readonly Syntax[]
  /** Every document of it holds this: a text without it is not even parsed while walking. */
  readonly mention?: RegExp
  /** By what a document is known, for people: "`apiVersion` and `kind`". */
  readonly sign: string
  /** Nothing else has that sign; else it is likely. */
  readonly certain?: true
  /**
   * A program printed this document (`docker inspect`): it says how a container is, and what is changed in it changes nothing.
   * Absent: every document is a configuration, and may be written.
   */
  isPrinted?(root: Node): boolean
  /** Is this document one of ours? Asked in the order of the list. */
  is(root: Node): boolean
  /**
   * Other files that it needs; asked of those again, with their own path, until nothing new is wanted. `files` is what has
   * been read, and given for the document itself only, which is asked again then: what it needs may hang on what they say.
   */
  wants?(root: Node, about: About, files?: Files): readonly Want[]
  /** Every container of the document. Never throws: what cannot be read is a notice. */
  containers(root: Node, files: Files, about: About): Read<readonly Found[]>
  /** What a document says of containers of other documents (a Namespace, a ServiceAccount): kept until everything is read. */
  gather?(root: Node, about: About): readonly Bystander[]
  /** What a document says that pods may be, or gives them (a PodSecurityPolicy, a Namespace): judged by itself. */
  grants?(root: Node): readonly Grant[]
  /** Everything is read: its containers, with what such objects say of them. */
  settle?(containers: readonly Container[], bystanders: readonly Bystander[]): Read<readonly Container[]>
  readonly asks: Asks<typeof container>
  readonly silence: Silence<typeof container>
}
/** An object that holds no container and says something of others. */
export interface Bystander {
  readonly dialect: string
  readonly root: Node
  /** Path of its file, as it is shown. */
  readonly file: string
  /** The user named that file: it was not met in a folder. */
  readonly named: boolean
}

/** Untyped views of asks and silence, for the walk below: the types above guarantee that they have the shape of the rows. */
export interface AnyAsks {
  readonly [key: string]: Ask<unknown> | AnyAsks
}
interface AnySilence {
  readonly [key: string]: Default<unknown> | AnySilence
}
export const isAsk = (x: Ask<unknown> | AnyAsks | undefined): x is Ask<unknown> =>
  x !== undefined && typeof (x as { read?: unknown }).read === 'function'
const isDefault = (x: Default<unknown> | AnySilence | undefined): x is Default<unknown> =>
  x instanceof Refusal || (x !== undefined && 'is' in x && 'because' in x && typeof x.because === 'string')

/**
 * The table, answered for one scope. Rows that the join or the derivation answers are unknown until they do.
 */
export function answer<R extends Rows>(rows: R, asks: Asks<R>, silence: Silence<R>, scope: Scope): Facts<R> {
  let bySilence = plans.get(asks)
  if (!bySilence) plans.set(asks, (bySilence = new WeakMap()))
  let plan = bySilence.get(silence)
  if (!plan) bySilence.set(silence, (plan = planOf(rows, asks as AnyAsks, silence as AnySilence)))
  // One cast for the whole table: a loop over rows cannot be typed row by row.
  return fill(plan, scope) as Facts<R>
}

/** Rows beside their Ask and their default; a row without is answered later. Worked out once for every table of asks with every silence. */
type Plan = readonly {
  readonly key: string
  readonly inner?: Plan
  readonly ask?: Ask<unknown>
  readonly otherwise?: Default<unknown>
}[]
const plans = new WeakMap<object, WeakMap<object, Plan>>()

const planOf = (rows: Rows, asks: AnyAsks | undefined, silence: AnySilence | undefined): Plan =>
  Object.entries(rows).map(([key, row]) => {
    const ask = asks?.[key]
    const otherwise = silence?.[key]
    if (row.kind === 'group') {
      const [below, silent] = [isAsk(ask) ? undefined : ask, isDefault(otherwise) ? undefined : otherwise]
      return { key, inner: planOf(row.rows, below, silent) }
    }
    return isAsk(ask) && isDefault(otherwise) ? { key, ask, otherwise } : { key }
  })

function fill(plan: Plan, scope: Scope): object {
  const facts: Record<string, object> = {}
  for (const { key, inner, ask, otherwise } of plan)
    facts[key] = inner ? fill(inner, scope) : ask && otherwise ? one(ask, otherwise, scope) : later(scope)
  return facts
}
const later = (scope: Scope): Fact<never> => unknown(scope.self.place, 'not worked out')
function one(ask: Ask<unknown>, otherwise: Default<unknown>, scope: Scope): Fact<unknown> {
  const answer = ask.read(scope)
  if (answer.how !== 'silent') return answer
  const { place, unsayable } = answer
  const more = unsayable && { unsayable }
  if (otherwise instanceof Refusal) {
    const { because, ask: teller } = otherwise
    return { how: 'unknown', place, because, ...(teller && { ask: teller }), ...more }
  }
  return { how: 'default', place, value: otherwise.is(place), because: otherwise.because, ...more }
}
