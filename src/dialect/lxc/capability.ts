/** `lxc.cap.drop` and `lxc.cap.keep` share one list, and a file that has both is refused (confile.c, add_cap_entry). */
import { unknown, type Fact } from '../../model/fact.ts'
import { ask, type Answer, type Ask, type Scope } from '../ask.ts'
import { hidden, linesOf, said, type Line } from './line.ts'
import { collected } from './setting.ts'

type Names = readonly Fact<string>[]
interface Held {
  readonly mode: 'drop' | 'keep' | 'both' | undefined
  readonly lines: readonly Line[]
  readonly names: Names
}

function held(scope: Scope): Held {
  let mode: Held['mode']
  let lines: Line[] = []
  let names: Fact<string>[] = []
  for (const line of linesOf(scope)) {
    if (line.hole !== undefined) {
      lines.push(line)
      names.push(hidden(line))
      continue
    }
    const own = line.key === 'lxc.cap.drop' ? 'drop' : line.key === 'lxc.cap.keep' ? 'keep' : undefined
    if (!own) continue
    if (line.text === '') {
      mode = undefined
      lines = []
      names = []
      continue
    }
    mode = mode === undefined || mode === own ? own : 'both'
    lines.push(line)
    for (const word of line.text.split(/[ \t]+/))
      if (own === 'keep' && word === 'none') names = []
      else if (word !== '') names.push(said(line, word.toUpperCase().replace(/^CAP_/, '')))
  }
  return { mode, lines, names }
}
const refused = ({ lines }: Held, scope: Scope): Fact<never> =>
  unknown(
    lines[0]?.place ?? scope.self.place,
    'lxc.cap.drop and lxc.cap.keep exclude each other: LXC refuses the file',
    'user',
  )

/** What is kept is all that it has. */
export const given: Ask<Names> = ask((scope): Answer<Names> => {
  const found = held(scope)
  const hole = found.lines.find((line) => line.hole !== undefined)
  if (found.mode === 'both') return refused(found, scope)
  if (found.mode === 'keep') return collected(found.lines, found.names, scope.self.place)
  return hole && found.mode === undefined ? hidden(hole) : { how: 'silent', place: scope.self.place }
})
export const drop: Ask<Names> = ask((scope): Answer<Names> => {
  const found = held(scope)
  if (found.mode === 'both') return refused(found, scope)
  if (found.mode === 'keep') return { how: 'silent', place: found.lines[0]?.place ?? scope.self.place }
  return collected(found.lines, found.names, scope.self.place)
})
