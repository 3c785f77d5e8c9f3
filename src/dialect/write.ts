/** How dialects write what no combinator of ask.ts can: a key that goes, an option among others in a list of texts. */
import { addItem, removeItem, removeKey } from '../document/change.ts'
import { isList, textOf, type Node } from '../document/node.ts'
import { ask, at, setAt, type Ask, type Changes, type Scope } from './ask.ts'

/** The Ask with a way to write it. */
export const writing = <T>(own: Ask<T>, write: (value: T, scope: Scope) => Changes): Ask<T> => ask(own.read, { write })

/** Nothing to do is nothing that helps: what was read stands elsewhere then. */
const some = (changes: Changes): Changes => (changes && changes.length > 0 ? changes : undefined)

/** A key goes, where it is written here. What is inherited from elsewhere would come back. */
export function removeAt(scope: Scope, where: string, path: string): Changes {
  const spot = scope[where]
  const node = at(scope, where, path)
  if (!spot || node.missing === true || node.inherited === true || node.place.file !== spot.place.file) return undefined
  return [removeKey(spot, path.split('.'))]
}

/** The Ask whose key goes for this value: the runtime does so where nobody says anything. Other values are written as they are. */
export const goneFor = <T>(value: T, path: string, own: Ask<T>, where = 'self'): Ask<T> =>
  writing(own, (wanted, scope) => (wanted === value ? removeAt(scope, where, path) : own.write?.(wanted, scope)))

/** Sets keys together. */
export const setAll = (scope: Scope, where: string, values: { readonly [path: string]: unknown }): Changes => {
  const all = Object.entries(values).map(([path, value]) => setAt(scope, where, path, value))
  return all.some((each) => each === undefined) ? undefined : all.flatMap((each) => each ?? [])
}

/**
 * Options in the list of texts at `path`: those that `is` picks go, and `add` comes in. Undefined where one of them stands
 * elsewhere, or a variable may be one, unless the one that comes in has the last word (`isLast`).
 */
export function optionAt(
  scope: Scope,
  path: string,
  is: (text: string) => boolean,
  { add, isLast = false }: { readonly add?: string; readonly isLast?: boolean },
): Changes {
  const list = at(scope, 'self', path)
  const { self } = scope
  const keys = path.split('.')
  const added = add === undefined ? [] : [addItem(self, keys, add)]
  if (list.missing === true || (list.value === null && list.unknown === undefined)) return some(added)
  if (!isList(list) || list.unknown !== undefined) return undefined
  const isOwn = (node: Node): boolean => node.inherited !== true && node.place.file === self.place.file
  const theirs = list.value.filter((node) => node.unknown !== undefined || is(textOf(node) ?? ''))
  const gone = theirs.filter((node) => isOwn(node) && node.unknown === undefined)
  if (gone.length < theirs.length && !(isLast && add !== undefined)) return undefined
  const texts = [...new Set(gone.map((node) => textOf(node) ?? ''))]
  return some([...texts.map((text) => removeItem(self, keys, text)), ...added])
}
