/** The commands that look things up: facts of containers, rules, fields. */
import { builtinExamples, builtinPolicies, builtinRules } from '../builtin.ts'
import { shown } from '../report/escape.ts'
import { take } from '../scan.ts'
import { readSettings } from '../settings.ts'
import { UsageError } from '../usage.ts'
import { explainText } from './explain.ts'
import { factsJson, factsText } from './facts.ts'
import { inputOf, wrongFormat, type Terminal } from './input.ts'
import type { Arguments } from './options.ts'

export async function factsCommand(given: Arguments, terminal: Terminal): Promise<number> {
  const format = given.one('format') ?? 'text'
  if (format !== 'text' && format !== 'json') throw wrongFormat('facts', format)
  const inventory = await take(await inputOf(given, terminal))
  if (!given.has('quiet'))
    terminal.write(format === 'json' ? factsJson(inventory) : factsText(inventory, given.has('all'), terminal))
  return inventory.notices.some(({ lost }) => lost) ? 3 : 0
}

export async function explainCommand(given: Arguments, terminal: Terminal): Promise<number> {
  const [word, ...more] = given.positionals
  if (word === undefined || more.length > 0)
    throw new UsageError(['explain takes one rule or field: plimsoll explain privileged'])
  terminal.write(explainText(word, await builtinRules(), await builtinExamples(word), terminal.width))
  return 0
}

export async function rulesCommand(given: Arguments, terminal: Terminal): Promise<number> {
  const [word] = given.positionals
  if (word !== undefined)
    throw new UsageError([`rules takes no word such as "${word}". One rule: plimsoll explain ${word}`])
  const format = given.one('format') ?? 'text'
  if (format !== 'text' && format !== 'json') throw wrongFormat('rules', format)
  const rules = await builtinRules()
  const policy = given.one('policy') ?? 'default'
  const { value: settings } = await readSettings({ policy }, rules)
  if (format === 'json') {
    const list = rules.map(({ rule: { id, title, severity, standards, subject } }) => ({
      id,
      title,
      severity: settings.rules.get(id)?.severity ?? severity,
      subject,
      standards,
      judged: settings.rules.has(id),
    }))
    terminal.write(`${JSON.stringify({ policy, rules: list }, null, 2)}\n`)
    return 0
  }
  const width = Math.max(...rules.map(({ rule }) => rule.id.length)) + 2
  for (const { rule } of rules) {
    const use = settings.rules.get(rule.id)
    terminal.write(
      `${rule.id.padEnd(width)}${(use ? (use.severity ?? rule.severity) : 'off').padEnd(10)}${rule.title}\n`,
    )
  }
  const names = [...(await builtinPolicies()).keys()].join(', ')
  terminal.write(
    `\n${rules.length} rules, ${settings.rules.size} judged by the policy ${shown(policy)} (policies: ${names}). plimsoll explain RULE tells more.\n`,
  )
  return 0
}
