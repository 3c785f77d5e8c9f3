/** Which word of a command is the program that runs, after those that only run another: `sudo -E`, `env A=b`, `exec`, `nohup`. */

/** Programs that run the rest of their line, and their options that take a value. */
const WRAPPERS: { readonly [program: string]: ReadonlySet<string> } = {
  sudo: new Set(
    `-A -a -C -c -D -g -h -p -R -r -T -t -U -u --close-from --chdir --group --host --prompt --chroot --role --command-timeout --type
     --other-user --user`.split(/\s+/),
  ),
  doas: new Set(['-C', '-u']),
  exec: new Set(['-a']),
  env: new Set(['-u', '--unset', '-C', '--chdir']),
  nohup: new Set(),
  setsid: new Set(),
  time: new Set(['-f', '-o']),
  command: new Set(),
  builtin: new Set(),
  nice: new Set(['-n', '--adjustment']),
  ionice: new Set(['-c', '-n', '-p']),
  chrt: new Set(),
  stdbuf: new Set(['-i', '-o', '-e']),
  timeout: new Set(['-s', '--signal', '-k', '--kill-after']),
  'systemd-cat': new Set(['-t', '-p']),
  unbuffer: new Set(),
  winpty: new Set(),
  'dbus-run-session': new Set(),
}
/** Of these a first word without a dash is no program: how long, which priority. */
const LEADING = new Set(['timeout', 'chrt'])
const SHELLS = new Set(['sh', 'bash', 'dash', 'ash', 'ksh', 'zsh'])

const MAX_WRAPPERS = 10

/** `/usr/bin/docker` -> `docker` */
export const nameOfProgram = (word: string): string => (word.split('/').at(-1) ?? '').replace(/\.exe$/, '')

/** The index of the program; the number of words where there is none. */
export function programOf(words: readonly string[]): number {
  let at = 0
  for (let count = 0; count < MAX_WRAPPERS; count += 1) {
    const name = nameOfProgram(words[at] ?? '')
    const valued = Object.hasOwn(WRAPPERS, name) ? WRAPPERS[name] : undefined
    if (!valued) return at
    at += 1
    while (at < words.length) {
      const word = words[at] ?? ''
      if (word === '--') {
        at += 1
        break
      }
      // `command -v docker` asks where it is.
      if (name === 'command' && /^-\w*[vV]/.test(word)) return words.length
      if (word.startsWith('-') && word !== '-') at += valued.has(word) ? 2 : 1
      else if ((name === 'env' || name === 'sudo' || name === 'doas') && /^[A-Za-z_]\w*=/.test(word)) at += 1
      else break
    }
    if (LEADING.has(name)) at += 1
  }
  return at
}

/** The index of the text that `sh -c`, `bash -lc`, `su -c`, `eval` run, for words that begin with the program; undefined where there is none. */
export function scriptOf(words: readonly string[]): number | undefined {
  const name = nameOfProgram(words[0] ?? '')
  if (name === 'eval') return words.length === 2 ? 1 : undefined
  if (!SHELLS.has(name) && name !== 'su') return undefined
  const flag = words.findIndex((word, index) => index > 0 && /^-[a-z]*c$/.test(word))
  return flag > 0 && flag + 1 < words.length ? flag + 1 : undefined
}
