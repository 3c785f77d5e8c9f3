/** The command line: the only file that touches `process`. Everything else is `scan` and a report. */
import { main } from './cli/main.ts'

process.stdout.on('error', (error: NodeJS.ErrnoException) => {
  // `plimsoll rules | head`: the reader has gone, and that is all right.
  if (error.code === 'EPIPE') process.exit(0)
  throw error
})
const colour = process.env.NO_COLOR === undefined || process.env.NO_COLOR === '' ? process.stdout.isTTY === true : false
void main(process.argv.slice(2), {
  // Opened where it is read: opening it loads what reads terminals and sockets.
  stdin: { [Symbol.asyncIterator]: () => process.stdin[Symbol.asyncIterator]() },
  write: (text) => process.stdout.write(text),
  warn: (text) => process.stderr.write(text),
  colour,
  progress: process.stderr.isTTY === true,
  width: process.stdout.columns ?? 100,
  unicode: !/^(C|POSIX)$/.test(process.env.LC_ALL ?? process.env.LC_CTYPE ?? process.env.LANG ?? ''),
  today: new Date().toISOString().slice(0, 10),
}).then((code) => {
  process.exitCode = code
})
