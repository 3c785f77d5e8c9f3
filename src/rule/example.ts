/** A rule's examples are its tests: marked lines carry exactly one finding, unmarked lines none. */
import type { Finding } from '../model/finding.ts'
import type { Notice } from '../model/notice.ts'
import type { Locate } from '../document/node.ts'
import type { World } from '../model/subject.ts'
import { compile } from './compile.ts'
import { judge } from './judge.ts'
import type { Example, Part, RuleError, RuleFile } from './rule.ts'

/** A part without its marks, with the way from its lines to those of the rule's file. */
export interface CleanPart {
  readonly dialect: string
  readonly text: string
  readonly locate: Locate
}
/** Reads the parts of one example and joins them. Handed in, so that rules import no dialect. */
export type Setting = (
  file: string,
  parts: readonly CleanPart[],
) => Promise<{
  readonly world: World
  readonly notices: readonly Notice[]
}>

/** The day on which examples are judged. */
export const EXAMPLE_DAY = '2026-01-31'
const MARK = /[ \t]*(?:#|\/\/|--|;)[ \t]*<-(?:[ \t]*(open))?[ \t]*$/

/** Everything that is wrong with a rule's examples; none when they hold. */
export async function checkExamples(file: RuleFile, read: Setting): Promise<readonly RuleError[]> {
  const { compiled } = compile(file.rule)
  if (!compiled) return [{ place: { file: file.rule.id, line: 1, column: 1 }, message: 'the rule does not compile' }]
  const parameters = Object.fromEntries(
    Object.entries(file.rule.parameters).map(([name, parameter]) => [name, parameter.default]),
  )
  const errors: RuleError[] = []
  for (const example of file.examples) {
    const name = example.place.file
    const marks = new Map<number, string>()
    const setting = await read(
      name,
      example.parts.map((part) => clean(name, part, marks)),
    )
    for (const notice of setting.notices)
      if (notice.lost) errors.push({ place: notice.place, message: `the example cannot be read: ${notice.message}` })
    const { findings, notices } = judge([{ compiled, parameters }], setting.world, { today: EXAMPLE_DAY })
    for (const notice of notices) errors.push({ place: example.place, message: notice.message })
    errors.push(...compareMarks(example, marks, findings))
  }
  return errors
}

/** Marks are cut before parsing, so that JSON and Dockerfile can carry them. */
function clean(file: string, part: Part, marks: Map<number, string>): CleanPart {
  const text = part.text
    .split('\n')
    .map((line, index) => {
      const mark = MARK.exec(line)
      if (!mark) return line
      marks.set(part.line + index, mark[1] ?? 'fail')
      return line.slice(0, mark.index)
    })
    .join('\n')
  return {
    dialect: part.dialect,
    text,
    locate: (line, column) => ({ file, line: part.line + line - 1, column: column + part.indent }),
  }
}

function compareMarks(
  example: Example,
  marks: ReadonlyMap<number, string>,
  findings: readonly Finding[],
): readonly RuleError[] {
  const errors: RuleError[] = []
  for (const { place, outcome, message, because } of findings)
    if (marks.get(place.line) !== outcome)
      errors.push({
        place: place.file === example.place.file ? place : example.place,
        message: `${outcome} not marked: ${message} (at ${place.in ?? ''}${place.file}:${place.line}; ${because.map(({ field, fact }) => `${field} ${fact.how}`).join(', ')})`,
      })
  for (const [line, mark] of marks) {
    const count = findings.filter(({ place, outcome }) => place.line === line && outcome === mark).length
    if (count !== 1)
      errors.push({ place: { ...example.place, line, column: 1 }, message: `marked ${mark}, ${count} findings` })
  }
  return errors
}
