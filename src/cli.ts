/** The command line: the only file that touches `process`. Everything else is `scan` and a report. */
import { main } from './cli/main.ts'

/** Opened where it is written to: a gate that says nothing need not load what writes to terminals. */
function stdout(): NodeJS.WriteStream {
  if (process.stdout.listenerCount('error') === 0)
    process.stdout.on('error', (error: NodeJS.ErrnoException) => {
      // `plimsoll rules | head`: the reader has gone, and that is all right.
      if (error.code === 'EPIPE') process.exit(0)
      throw error
    })
  return process.stdout
}
/** XDG Base Directory Specification. */
function caches(): string | undefined {
  const { XDG_CACHE_HOME: told, HOME: home } = process.env
  if (told?.startsWith('/')) return `${told}/plimsoll`
  return home ? `${home}/.cache/plimsoll` : undefined
}
void main(process.argv.slice(2), {
  // Opened where it is read: opening it loads what reads terminals and sockets.
  stdin: { [Symbol.asyncIterator]: () => process.stdin[Symbol.asyncIterator]() },
  write: (text) => stdout().write(text),
  warn: (text) => process.stderr.write(text),
  get colour() {
    return (process.env.NO_COLOR ?? '') === '' && stdout().isTTY === true
  },
  get progress() {
    return process.stderr.isTTY === true
  },
  get width() {
    return stdout().columns ?? 100
  },
  unicode: !/^(C|POSIX)$/.test(process.env.LC_ALL ?? process.env.LC_CTYPE ?? process.env.LANG ?? ''),
  today: new Date().toISOString().slice(0, 10),
  sourceDateEpoch: process.env.SOURCE_DATE_EPOCH,
  cache: { asked: process.env.PLIMSOLL_CACHE, usual: caches() },
}).then((code) => {
  process.exitCode = code
})
