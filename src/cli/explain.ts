/** `plimsoll explain`: the page of a rule or of a field. */
import { roots } from '../model/fields.ts'
import type { Row } from '../model/row.ts'
import { hint } from '../policy/nearest.ts'
import { sentence } from '../report/escape.ts'
import { wrap } from '../report/wrap.ts'
import type { RuleExample } from '../model/rule.ts'
import type { BuiltinRule, Rule } from '../rule/rule.ts'
import { UsageError } from '../usage.ts'

/** @param examples those of the rule that is asked for, where it is one. */
export function explainText(
  word: string,
  rules: readonly BuiltinRule[],
  examples: readonly RuleExample[],
  width: number,
): string {
  const rule = rules.find((one) => one.rule.id === word)?.rule
  if (rule) return rulePage(rule, examples, width)
  const field = word in roots ? word : findField(word)
  if (field !== undefined) return fieldPage(field, rules, width)
  throw new UsageError([
    `${sentence(`There is no rule or field "${word}"${hint(word, [...rules.map((one) => one.rule.id), ...allFields()])}`)} See: plimsoll rules`,
  ])
}

function rulePage(rule: Rule, examples: readonly RuleExample[], width: number): string {
  const standards = Object.entries(rule.standards).map(([name, values]) => `  ${name}: ${values.join(', ')}`)
  const parameters = Object.entries(rule.parameters).map(
    ([name, { default: value, says }]) =>
      `  ${name} (${Array.isArray(value) ? value.join(', ') : String(value)}): ${says}`,
  )
  const expression = [
    ...(rule.each ? [`each ${rule.each.name} in ${rule.each.list}`] : []),
    ...(rule.when === undefined ? [] : [`when ${rule.when}`]),
    `deny ${rule.deny}`,
  ].map((line) => line.trimEnd().replaceAll('\n', '\n  '))
  return `${[
    `${rule.id} (${rule.severity})\n${rule.title}`,
    `Why\n${page(rule.why, width)}`,
    `Fix\n${page(rule.fix, width)}`,
    `What it says\n  ${expression.join('\n  ')}`,
    ...(rule.covers.length > 0 ? [`Makes superfluous\n  ${rule.covers.join(', ')}`] : []),
    ...(rule.sameCause.length > 0 ? [`Speaks of the same causes as\n  ${rule.sameCause.join(', ')}`] : []),
    ...(parameters.length > 0 ? [`Parameters (plimsoll.yaml: rules.${rule.id}.params)\n${parameters.join('\n')}`] : []),
    ...(standards.length > 0 ? [`Standards\n${standards.join('\n')}`] : []),
    `Fields\n  ${rule.fields.join('\n  ')}`,
    ...examples.map(
      ({ dialect, text }) => `Example (${dialect}; <- marks the finding)\n${text.trimEnd().replace(/^/gm, '  ')}`,
    ),
    `Waive it on the line: # plimsoll: allow ${rule.id} REASON`,
  ].join('\n\n')}\n`
}

function fieldPage(field: string, rules: readonly BuiltinRule[], width: number): string {
  const row = rowAt(field)
  if (!row) throw new UsageError([`There is no field ${field}.`])
  const readers = rules.filter(({ rule }) => rule.fields.some((one) => one === field || one.startsWith(`${field}.`)))
  const inner = rowsOf(row)
  return `${[
    `${field} (${typeOf(row)})\n${page(row.says, width)}`,
    ...(row.kind === 'leaf' && row.words ? [`One of: ${row.words.join(', ')}`] : []),
    ...(row.kind === 'group' ? [] : [`Answered by: ${ANSWERED[row.by]}`]),
    ...(inner
      ? [
          Object.entries(inner)
            .map(([name, one]) => `  ${name.padEnd(26)}${typeOf(one).padEnd(18)}${one.says}`)
            .join('\n'),
        ]
      : []),
    `Rules that read it\n  ${readers.map(({ rule }) => rule.id).join('\n  ') || 'none'}`,
  ].join('\n\n')}\n`
}
const ANSWERED = {
  dialect: 'the text that is read, or the silence of its runtime',
  join: 'the image and its files, joined with what the text says',
  derive: 'computed from the other facts',
} as const
const typeOf = (row: Row): string =>
  row.kind === 'leaf'
    ? row.cel
    : row.kind === 'group'
      ? row.cel
      : `list of ${row.of.kind === 'leaf' ? row.of.cel : row.of.cel}`
const rowsOf = (row: Row) =>
  row.kind === 'group' ? row.rows : row.kind === 'list' && row.of.kind === 'group' ? row.of.rows : undefined

function rowAt(field: string): Row | undefined {
  const [root = '', ...keys] = field.split('.')
  let row: Row | undefined = Object.entries(roots).find(([name]) => name === root)?.[1]
  for (const key of keys) row = row && rowsOf(row)?.[key]
  return row
}
/** `privileged` is short for `container.privileged`. */
const findField = (word: string): string | undefined =>
  [word, ...Object.keys(roots).map((root) => `${root}.${word}`)].find((field) => rowAt(field) !== undefined)

function allFields(): readonly string[] {
  const walk = (row: Row, path: string): readonly string[] => [
    path,
    ...Object.entries(rowsOf(row) ?? {}).flatMap(([key, inner]) => walk(inner, `${path}.${key}`)),
  ]
  return Object.entries(roots).flatMap(([name, row]) => walk(row, name))
}

/** Paragraphs, indented and wrapped. */
const page = (text: string, width: number): string =>
  text
    .trim()
    .split(/\n{2,}/)
    .map((paragraph) =>
      wrap(paragraph.replace(/\s+/g, ' '), Math.max(40, Math.min(width, 100) - 2))
        .map((line) => `  ${line}`)
        .join('\n'),
    )
    .join('\n\n')
