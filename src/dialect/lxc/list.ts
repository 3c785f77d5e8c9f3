/** Environment, kernel parameters and process limits of an LXC container, and what its first process runs. */
import { byDefault, unknown, type Fact } from '../../model/fact.ts'
import type { container } from '../../model/fields.ts'
import type { Element } from '../../model/row.ts'
import { ask, type Answer, type Ask } from '../ask.ts'
import { splitWords } from '../docker/command-line.ts'
import { hidden, said, strange, type Line } from './line.ts'
import { every, last } from './setting.ts'

type Variable = Element<(typeof container.environment)['of']>
type Sysctl = Element<(typeof container.sysctls)['of']>
type Ulimit = Element<(typeof container.ulimits)['of']>

/** `NAME=value`; a name alone is taken from whoever starts the container. */
function variable(line: Line): Variable {
  const sign = line.text.indexOf('=')
  const name = sign < 0 ? line.text : line.text.slice(0, sign)
  return {
    place: line.place,
    facts: {
      name: said(line, name),
      value:
        sign < 0
          ? unknown(line.place, `${name.slice(0, 80)} is taken from the environment of whoever starts it`, 'user')
          : said(line, line.text.slice(sign + 1)),
      fromSecret: sign < 0 ? said(line, true) : byDefault(line.place, false, 'the value is written here'),
    },
  }
}
export const environment: Ask<readonly Variable[]> = every(
  (key) => /^lxc\.environment(?:\.runtime)?$/.test(key),
  (line) => [variable(line)],
  (line) => ({ place: line.place, facts: { name: hidden(line), value: hidden(line), fromSecret: hidden(line) } }),
)

export const sysctls: Ask<readonly Sysctl[]> = every(
  (key) => key.startsWith('lxc.sysctl.'),
  (line) => [
    {
      place: line.place,
      facts: { name: said(line, line.key.slice('lxc.sysctl.'.length)), value: said(line, line.text) },
    },
  ],
  (line) => ({ place: line.place, facts: { name: hidden(line), value: hidden(line) } }),
)

/** `soft:hard`, or one number for both. */
function ulimit(line: Line): Ulimit {
  const [soft = '', hard = soft] = line.text.split(':').map((text) => text.trim())
  const limit = (text: string): Fact<number> =>
    text === 'unlimited'
      ? said(line, -1)
      : /^\d{1,15}$/.test(text)
        ? said(line, Number(text))
        : strange(line, `"${text.slice(0, 40)}" is neither a number nor unlimited`)
  return {
    place: line.place,
    facts: { name: said(line, line.key.slice('lxc.prlimit.'.length)), soft: limit(soft), hard: limit(hard) },
  }
}
export const ulimits: Ask<readonly Ulimit[]> = every(
  (key) => key.startsWith('lxc.prlimit.'),
  (line) => [ulimit(line)],
  (line) => ({ place: line.place, facts: { name: hidden(line), soft: hidden(line), hard: hidden(line) } }),
)

/** What lxc-start runs, or lxc-execute: the whole line is the program and its arguments. */
const program: Ask<Line> = ask((scope) => last(scope, 'lxc.init.cmd')).else(
  ask((scope) => last(scope, 'lxc.execute.cmd')),
)
export const entrypoint: Ask<readonly Fact<string>[]> = ask((scope): Answer<readonly Fact<string>[]> => {
  const line = program.read(scope)
  if (line.how === 'silent' || line.how === 'unknown') return line
  const words = splitWords(line.value.text)
  return words
    ? { ...line, value: words.map((word) => said(line.value, word)) }
    : unknown(line.place, 'a quote of the command is not closed', 'user')
})
const INIT = /(?:^|\/)(?:init|systemd|openrc-init|runit(?:-init)?|s6-svscan|tini|dumb-init)$/
const isInit = (text: string): boolean => INIT.test(text.split(/[ \t]/)[0] ?? '')
export const init: Ask<boolean> = program.to(({ text }) => isInit(text))
/** A container that runs one program is no system. */
export const role: Ask<'main' | 'system'> = program.to(({ text }) => (isInit(text) ? 'system' : 'main'))
