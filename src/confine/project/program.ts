/** What a container runs, or is told by, from one of its mounts: whoever may write that says what the container does. */
import { posix } from 'node:path'
import type { Fact } from '../../model/fact.ts'
import { cleanPath, isBelow } from '../../model/pathname.ts'
import { known } from '../escape/answer.ts'
import type { Use } from './volume.ts'

/** Folders of programs, libraries, and of what is run or loaded at every start. A folder below /etc is too often certificates. */
const PROGRAMS = [
  '/bin',
  '/sbin',
  '/lib',
  '/lib64',
  '/usr/bin',
  '/usr/sbin',
  '/usr/lib',
  '/usr/local/bin',
  '/usr/local/sbin',
  '/usr/local/lib',
  '/etc/ld.so.preload',
  '/etc/profile.d',
  '/etc/crontab',
  '/etc/cron.d',
  '/etc/cron.hourly',
  '/etc/cron.daily',
  '/etc/init.d',
  '/etc/systemd',
  '/docker-entrypoint.d',
  '/docker-entrypoint-initdb.d',
]
const SHELL = /^(?:ba|da|a|z|k)?sh$/
/** Programs whose first argument is the program that they run. */
const INTERPRETER =
  /^(?:(?:ba|da|a|z|k)?sh|python\d?(?:\.\d+)?|node|ruby|perl|php|lua|java|deno|bun|tini|dumb-init|exec|env|su-exec|gosu)$/
/** `--config=/etc/app.yaml`, `--config /etc/app.yaml`, `-c /etc/app.yaml`: of what programs do, that is told by a file. */
const TOLD = /^--?(?:conf|config|cfg|config[-_.]?file|configFile|rcfile|rules?|policy|script|plugin[-_]?dir)(?:=(.+))?$/
const WORDS = 200

/** The fact that says so: the word of the command, or the mount's own target. */
export function runsFrom({ person, mount }: Use): Fact<unknown> | undefined {
  const written = known(mount.facts.target)
  if (written === undefined || !written.startsWith('/')) return undefined
  const target = cleanPath(written)
  if (target === '/') return mount.facts.target
  if (PROGRAMS.some((folder) => isBelow(target, folder))) return mount.facts.target
  const { entrypoint, command, workingDirectory } = person.subject.container
  const all = [...(known(entrypoint) ?? []), ...(known(command) ?? [])].slice(0, WORDS)
  const directory = known(workingDirectory) ?? '/'
  const isIn = (word: string): boolean =>
    word.startsWith('/')
      ? isBelow(cleanPath(word), target)
      : (word.startsWith('./') || /^[\w.-]+\/[\w./-]+$|^[\w-]+\.(?:sh|py|js|mjs|rb|pl|php|lua|jar)$/.test(word)) &&
        isBelow(posix.resolve('/', directory, word), target)
  // The program itself, past what only starts another.
  let at = 0
  for (; at < all.length; at += 1) {
    const word = textOf(all[at])
    if (word === undefined) return undefined
    if (isIn(word)) return all[at]
    const name = posix.basename(word)
    if (SHELL.test(name) && /^-\w*c$/.test(textOf(all[at + 1]) ?? '')) return inScript(all[at + 2], isIn)
    if (!INTERPRETER.test(name)) break
    while (textOf(all[at + 1])?.startsWith('-') === true) at += 1
  }
  for (const [index, one] of all.entries()) {
    const told = TOLD.exec(textOf(one) ?? '')
    if (!told) continue
    const path = told[1] ?? textOf(all[index + 1]) ?? ''
    if (path.startsWith('/') && isIn(path)) return told[1] === undefined ? all[index + 1] : one
  }
  return undefined
}

const textOf = (fact: Fact<string> | undefined): string | undefined => fact && known(fact)

/** `sh -c "/scripts/run.sh && exec app"`: the first word of a command in it. */
function inScript(script: Fact<string> | undefined, isIn: (word: string) => boolean): Fact<string> | undefined {
  const text = (textOf(script) ?? '').slice(0, 10_000)
  const commands = text.split(/&&|\|\||[;|\n]/)
  const runs = commands.some((one) => {
    const words = one.trim().split(/\s+/)
    const first = words.findIndex(
      (word) => !INTERPRETER.test(posix.basename(word)) && !/^(?:-\w+|[A-Z_]+=\S*|\.|source|nohup)$/.test(word),
    )
    const word = words[first]
    return word !== undefined && isIn(word)
  })
  return runs ? script : undefined
}
