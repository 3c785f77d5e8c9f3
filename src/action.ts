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

const scan = commands.find(({ name }) => name === 'scan')
const words = ['scan', ...(lines(input('targets')).length > 0 ? lines(input('targets')) : ['.'])]
for (const option of scan?.options ?? []) {
  const value = input(option.name)
  if (value === '' || option.name === 'help') continue
  if (option.value === undefined) {
    if (value === 'true') words.push(`--${option.name}`)
  } else for (const one of option.many ? lines(value) : [value]) words.push(`--${option.name}=${one}`)
}
const summary = process.env.GITHUB_STEP_SUMMARY
if (summary !== undefined && summary !== '') words.push(`--output=markdown=${summary}`)

/** GitHub reads lines that begin with `::` as commands: what comes from input must not start one. */
const plain = (text: string): string => text.replace(/^(\s*)::/gm, '$1: :')

void main(words, {
  stdin: (async function* () {})(),
  write: (text) => process.stdout.write(plain(text)),
  warn: (text) => process.stderr.write(plain(text)),
  colour: true,
  progress: false,
  width: 120,
  unicode: true,
  today: new Date().toISOString().slice(0, 10),
}).then((code) => {
  const verdict = ['pass', 'block', 'usage', 'incomplete'][code] ?? 'incomplete'
  const outputs = process.env.GITHUB_OUTPUT
  if (outputs !== undefined && outputs !== '') appendFileSync(outputs, `verdict=${verdict}\nexit-code=${code}\n`)
  process.exitCode = code
})
