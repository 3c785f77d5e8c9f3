import { answer, type Asks, type Silence } from '../../src/dialect/dialect.ts'
import { byDefault, set, unknown, type Fact } from '../../src/model/fact.ts'
import { container, type ContainerFacts } from '../../src/model/fields.ts'
import type { Place } from '../../src/model/place.ts'

export const at = (line: number): Place => ({ file: 'compose.yaml', line, column: 5 })
export const names = (line: number, ...words: (string | undefined)[]): Fact<readonly Fact<string>[]> =>
  set(
    at(line),
    words.map((word, i) =>
      word === undefined ? unknown(at(line + i), 'X has no value', 'user') : set(at(line + i), word),
    ),
  )
export const none = (): Fact<readonly Fact<string>[]> => byDefault(at(1), [], 'none')

export interface Given {
  privileged?: Fact<boolean>
  uid?: Fact<number>
  given?: Fact<readonly Fact<string>[]>
  add?: Fact<readonly Fact<string>[]>
  drop?: Fact<readonly Fact<string>[]>
  ambient?: Fact<readonly Fact<string>[]>
  seccomp?: Partial<ContainerFacts['seccomp']>
}

/** Facts of a container of which only these rows are answered: everything else is unknown. */
export function facts(rows: Given): ContainerFacts {
  // With no asks at all every row is "not worked out", which is what the rows that nobody reads here may be.
  const nothing = {} as Asks<typeof container>
  const blank = answer(container, nothing, {} as Silence<typeof container>, {
    self: { place: at(1), path: [], value: new Map() },
  })
  return {
    ...blank,
    privileged: rows.privileged ?? byDefault(at(1), false, 'not privileged'),
    user: { ...blank.user, uid: rows.uid ?? byDefault(at(1), 0, 'root') },
    capabilities: {
      ...blank.capabilities,
      given: rows.given ?? none(),
      add: rows.add ?? none(),
      drop: rows.drop ?? none(),
      ambient: rows.ambient ?? none(),
    },
    seccomp: {
      ...blank.seccomp,
      kind: byDefault(at(1), 'runtime-default', 'the engine’s own'),
      name: byDefault(at(1), '', 'none'),
      text: byDefault(at(1), '', 'none'),
      ...rows.seccomp,
    },
  }
}

export const values = (list: Fact<readonly Fact<string>[]>): readonly string[] | string =>
  list.how === 'unknown'
    ? `unknown: ${list.because}`
    : list.value.map((one) => (one.how === 'unknown' ? '?' : one.value))
