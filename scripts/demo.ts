/** `npm run demo`: scans the stack in demo/ and ends 0, whatever it finds; says what a pipeline would have seen. */
import { existsSync } from 'node:fs'
import { main } from '../src/cli/main.ts'

const targets = ['demo/compose.yaml', 'demo/k8s', 'demo/inspect.json', 'demo/oci/config.json', 'demo/web.tar']
const words = ['scan', ...targets, '--engine', 'demo/daemon.json']
process.chdir(new URL('..', import.meta.url).pathname)
if (!targets.every((target) => existsSync(target))) throw new Error('the demo is not complete; see demo/README.md')
process.stdout.write(`$ plimsoll ${words.join(' ')}\n\n`)
const code = await main(words, {
  stdin: process.stdin,
  write: (text) => process.stdout.write(text),
  warn: (text) => process.stderr.write(text),
  colour: process.stdout.isTTY === true && !process.env.NO_COLOR,
  progress: false,
  width: process.stdout.columns ?? 120,
  unicode: true,
  cache: {},
  today: new Date().toISOString().slice(0, 10),
})
const meaning = [
  'pass: nothing blocks',
  'block: a finding is at or above the threshold',
  'wrong usage',
  'incomplete: input was lost',
][code]
process.stdout.write(`\nA pipeline would have seen exit code ${code} (${meaning ?? ''}). The demo itself ends 0.\n`)
