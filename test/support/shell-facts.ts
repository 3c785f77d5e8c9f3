/** Reads a script, a Makefile, a Markdown text or a unit with the dialect docker-run, for tests. */
import { dockerRun } from '../../src/dialect/docker-run.ts'
import type { Dialect } from '../../src/dialect/dialect.ts'
import { read } from '../../src/dialect/index.ts'
import { readAs, type Syntax } from '../../src/document/syntax.ts'
import type { Notice, Read } from '../../src/model/notice.ts'
import type { Container } from '../../src/model/subject.ts'

/** The containers of a text, answered; none where the dialect does not take it for its own. */
export async function runsIn(
  text: string,
  syntax: Syntax = 'shell',
  dialect: Dialect = dockerRun,
): Promise<Read<readonly Container[]>> {
  const { value, notices } = await readAs(syntax, 'file', text)
  const all: Notice[] = [...notices]
  const containers: Container[] = []
  for (const root of value.documents) {
    if (!dialect.is(root)) continue
    const found = read(dialect, root)
    containers.push(...found.value)
    all.push(...found.notices)
  }
  return { value: containers, notices: all }
}

/** A word as it is written in a script, so that it stays one word whatever is in it. */
export const quoted = (word: string): string => `'${word.replaceAll("'", `'\\''`)}'`
