/** The GitHub Action: its inputs are the options of `plimsoll scan`, by the same names. No second table. */
import { appendFileSync } from 'node:fs'
import { main } from './cli/main.ts'
import { commands } from './cli/options.ts'

/** GitHub gives an input as INPUT_<NAME>, in capitals, with its dashes. */
const input = (name: string): string => (process.env[`INPUT_${name.toUpperCase()}`] ?? '').trim()
const lines = (text: string): readonly string[] =>
  text
    .split('\n')
    .map((line) => line.trim())
    .filter((line) => line !== '')

const words = ['scan']
for (const option of commands.find(({ name }) => name === 'scan')?.options ?? []) {
  const value = input(option.name)
  if (value === '' || option.name === 'help') continue
  // The words that GitHub's own inputs take as booleans (YAML 1.2). Anything else is refused with the option's name.
  if (option.value !== undefined)
    for (const one of option.many ? lines(value) : [value]) words.push(`--${option.name}=${one}`)
  else if (/^(true|True|TRUE)$/.test(value)) words.push(`--${option.name}`)
  else if (!/^(false|False|FALSE)$/.test(value)) words.push(`--${option.name}=${value}`)
}
const summary = process.env.GITHUB_STEP_SUMMARY
if (summary !== undefined && summary !== '') words.push(`--output=markdown=${summary}`)
const targets = lines(input('targets'))
// After `--` nothing is an option, whatever a target is called.
words.push('--', ...(targets.length > 0 ? targets : ['.']))

/**
 * The runner reads lines of the log that begin with `::`, and `##[` anywhere, as commands (actions/runner, ActionCommand.cs).
 * What comes from input must not give any.
 */
const plain = (text: string): string => text.replace(/^((?:[^\S\n]|\u0085)*):(?=:)/gm, '$1: ').replaceAll('##[', '## [')

void main(words, {
  stdin: (async function* () {})(),
  write: (text) => process.stdout.write(plain(text)),
  warn: (text) => process.stderr.write(plain(text)),
  colour: true,
  progress: false,
  width: 120,
  unicode: true,
  today: new Date().toISOString().slice(0, 10),
  sourceDateEpoch: process.env.SOURCE_DATE_EPOCH,
  // A runner is new each time: nothing is kept unless a workflow names a folder that it restores.
  cache: { asked: process.env.PLIMSOLL_CACHE },
}).then((code) => {
  const verdict = ['pass', 'block', 'usage', 'incomplete'][code] ?? 'incomplete'
  const outputs = process.env.GITHUB_OUTPUT
  if (outputs !== undefined && outputs !== '') appendFileSync(outputs, `verdict=${verdict}\nexit-code=${code}\n`)
  process.exitCode = code
})
