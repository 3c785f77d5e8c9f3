import type { Cataloger, SudoerFind } from '../model/tree.ts'
import { complaintsAbout, MAX_FINDS, tooMany } from './complaints.ts'
import { isRegular } from './entry.ts'
import { linesOf } from './format/lines.ts'

const FOLDER = 'etc/sudoers.d/'
/** Characters of a line with its continuations. */
const MAX_STATEMENT = 65_536

const ALIAS = /^(?:User|Runas|Host|Cmnd|Cmd)_Alias\b/
const INCLUDE = /^@include(?:dir)?\b/
const DEFAULTS = /^Defaults(?=[\s@:!>])/
const OPTION =
  /(?:CWD|CHROOT|ROLE|TYPE|PRIVS|LIMITPRIVS|TIMEOUT|NOTBEFORE|NOTAFTER|APPARMOR_PROFILE)\s*=\s*(?:"[^"]*"|[^\s,]+)\s*/y
const TAG = /(NOPASSWD|PASSWD|(?:NO)?(?:EXEC|SETENV|LOG_INPUT|LOG_OUTPUT|MAIL|FOLLOW|INTERCEPT))\s*:\s*/y
const DIGESTS = /(?:sha(?:224|256|384|512)\s*:\s*[A-Za-z0-9+/=]+[\s,]*)+/y

/**
 * Who may run what as somebody else: the user specifications of sudoers(5), one find for each user and run of commands with the same tag.
 * Aliases keep their names. `Defaults !authenticate` is a find, too: whoever it names needs no password for all that is granted elsewhere.
 * Files that sudo leaves out of sudoers.d (a dot in the name, a `~` at its end) are left out.
 */
export const sudoers: Cataloger = {
  name: 'sudoers',
  version: 1,
  body: true,
  wants(path, entry) {
    if (!isRegular(entry)) return false
    if (path === 'etc/sudoers') return true
    const name = path.startsWith(FOLDER) ? path.slice(FOLDER.length) : ''
    return name !== '' && !/[./]/.test(name) && !name.endsWith('~')
  },
  parse(file) {
    const complaints = complaintsAbout(file)
    const found: SudoerFind[] = []
    for (const statement of statementsOf(file.body)) {
      if (found.length >= MAX_FINDS) {
        tooMany(complaints, statement.lineAt(0), 'rules')
        break
      }
      const { text } = statement
      if (ALIAS.test(text) || INCLUDE.test(text)) continue
      const granted = DEFAULTS.test(text) ? defaultsOf(text) : specificationOf(text)
      if (!granted || statement.cut) {
        complaints.add(
          'sudoers-line-malformed',
          statement.lineAt(0),
          'The line is no rule of sudoers(5) that we can read, so what it grants is not known. Check it with visudo -c.',
          true,
        )
      }
      for (const { who, at, commands, passwordless } of granted ?? []) {
        if (found.length < MAX_FINDS) found.push({ who, commands, passwordless, line: statement.lineAt(at) })
      }
    }
    return { value: { sudoers: found }, notices: complaints.notices }
  },
}

/** A line with those that continue it, without comments. */
interface Statement {
  readonly text: string
  readonly cut: boolean
  /** The 1-based line in the file of the character at this index. */
  lineAt(index: number): number
}

function* statementsOf(body: Buffer): Generator<Statement> {
  let text = ''
  let starts: { index: number; line: number }[] = []
  let cut = false
  const statement = (): Statement => {
    const at = starts
    return { text, cut, lineAt: (index) => at.findLast((start) => start.index <= index)?.line ?? 1 }
  }
  for (const line of linesOf(body)) {
    const comment = commentIn(line.text)
    const shown = (comment < 0 ? line.text : line.text.slice(0, comment)).trim()
    // A comment swallows the backslash at its end.
    const continued = comment < 0 && shown.endsWith('\\') && !shown.endsWith('\\\\')
    cut ||= line.cut || text.length + shown.length > MAX_STATEMENT
    if (text.length + shown.length <= MAX_STATEMENT) {
      starts.push({ index: text.length, line: line.number })
      text += continued ? `${shown.slice(0, -1)} ` : shown
    }
    if (continued) continue
    if (text.trim() !== '') yield statement()
    text = ''
    starts = []
    cut = false
  }
  // The file ends with a backslash: sudo takes that for an error.
  cut = true
  if (text.trim() !== '') yield statement()
}

/** Where a comment begins; -1 where there is none. `#` before a digit is a user or group id where a name may stand. */
function commentIn(text: string): number {
  let quoted = false
  for (let i = 0; i < text.length; i++) {
    const c = text.charAt(i)
    if (c === '\\') i++
    else if (c === '"') quoted = !quoted
    else if (c === '#' && !quoted) {
      const isId = /[-0-9]/.test(text.charAt(i + 1)) && (i === 0 || ' \t,%(:!+'.includes(text.charAt(i - 1)))
      if (!isId) return i
    }
  }
  return -1
}

interface Grant {
  readonly who: string
  /** Index of the name in the statement. */
  readonly at: number
  readonly commands: string
  readonly passwordless: boolean
}
interface Word {
  readonly text: string
  readonly at: number
  readonly negated: boolean
}

/** Names, separated by commas; undefined where none stands there. `next` is where the list ends. */
function namesAt(text: string, from: number): { words: readonly Word[]; next: number } | undefined {
  const words: Word[] = []
  let i = from
  for (;;) {
    let negated = false
    for (; i < text.length && /[\s!]/.test(text.charAt(i)); i++) if (text.charAt(i) === '!') negated = !negated
    const at = i
    let word = ''
    let quoted = false
    for (; i < text.length; i++) {
      const c = text.charAt(i)
      if (c === '\\') word += text.charAt(++i)
      else if (c === '"') quoted = !quoted
      else if (!quoted && /[\s,=]/.test(c)) break
      else word += c
    }
    if (word === '' || quoted) return undefined
    words.push({ text: word, at, negated })
    i = afterBlanks(text, i)
    if (text.charAt(i) !== ',') return { words, next: i }
    i++
  }
}

function afterBlanks(text: string, from: number): number {
  let i = from
  while (i < text.length && /\s/.test(text.charAt(i))) i++
  return i
}

/** The end of the match of a sticky pattern, or `from` where it does not match. */
function past(pattern: RegExp, text: string, from: number): number {
  pattern.lastIndex = from
  return pattern.test(text) ? pattern.lastIndex : from
}

/** `users hosts = (runas) TAG: command, command : hosts = ...`; undefined where it is not that. */
function specificationOf(text: string): readonly Grant[] | undefined {
  const users = namesAt(text, 0)
  if (!users) return undefined
  const runs: { commands: string[]; passwordless: boolean }[] = []
  let i = users.next
  for (;;) {
    const hosts = namesAt(text, i)
    if (!hosts || text.charAt(hosts.next) !== '=') return undefined
    i = hosts.next + 1
    let passwordless = false
    let last: (typeof runs)[number] | undefined
    for (;;) {
      i = afterBlanks(text, i)
      if (text.charAt(i) === '(') {
        const close = text.indexOf(')', i)
        if (close < 0) return undefined
        i = afterBlanks(text, close + 1)
      }
      for (let next = past(OPTION, text, i); next > i; next = past(OPTION, text, i)) i = next
      for (TAG.lastIndex = i; ; TAG.lastIndex = i) {
        const tag = TAG.exec(text)
        if (!tag) break
        if (tag[1] === 'NOPASSWD') passwordless = true
        if (tag[1] === 'PASSWD') passwordless = false
        i += tag[0].length
      }
      i = past(DIGESTS, text, i)
      const start = i
      i = commandEnd(text, start)
      const command = text.slice(start, i).trim()
      if (command === '') return undefined
      // Tags hold for the commands after them until another one says otherwise.
      if (last?.passwordless === passwordless) last.commands.push(command)
      else {
        last = { commands: [command], passwordless }
        runs.push(last)
      }
      if (text.charAt(i) !== ',') break
      i++
    }
    if (i >= text.length) break
    i++
  }
  return users.words
    .filter((user) => !user.negated)
    .flatMap((user) =>
      runs.map((run) => ({
        who: user.text,
        at: user.at,
        commands: run.commands.join(', '),
        passwordless: run.passwordless,
      })),
    )
}

/** Where a command and its arguments end: at a comma or colon that is neither escaped nor in a regular expression (`^...$`). */
function commandEnd(text: string, from: number): number {
  let i = from
  for (; i < text.length; i++) {
    const c = text.charAt(i)
    if (c === ',' || c === ':') break
    if (c === '\\') i++
    if (c === '^' && (i === from || /\s/.test(text.charAt(i - 1)))) {
      const close = text.indexOf('$', i)
      if (close > 0 && /^[\s,:]?$/.test(text.charAt(close + 1))) i = close
    }
  }
  return i
}

/** `Defaults !authenticate`, for all or (`Defaults:users`) for some; none of the other settings says who may do what. */
function defaultsOf(text: string): readonly Grant[] | undefined {
  const scope = text.charAt('Defaults'.length)
  const scoped = '@:!>'.includes(scope) ? namesAt(text, 'Defaults'.length + 1) : undefined
  if ('@:!>'.includes(scope) && !scoped) return undefined
  const settings = text.slice(scoped ? scoped.next : 'Defaults'.length).replace(/"[^"]*"/g, '')
  if (settings.trim() === '') return undefined
  if (!settings.split(',').some((setting) => /^!\s*authenticate$/.test(setting.trim()))) return []
  const names = (scoped?.words ?? []).filter((word) => !word.negated)
  const all = 'all that it is granted'
  if (scope === ':') return names.map(({ text: who, at }) => ({ who, at, commands: all, passwordless: true }))
  const commands = scope === '!' ? names.map((word) => word.text).join(', ') : all
  return [{ who: 'ALL', at: 0, commands, passwordless: true }]
}
