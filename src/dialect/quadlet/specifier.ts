/**
 * What systemd puts in where a command of a unit has `%` or `$`: systemd.unit(5), "Specifiers", and systemd.service(5), "Command lines".
 * Quadlet writes what it finds into such a command, so that it happens in nearly all of its keys.
 */
import type { Node } from '../../document/node.ts'
import { HOLE } from '../docker/piece.ts'

/** What the name of the unit says: `web@blue.container`. */
export interface UnitName {
  /** `web@blue` */
  readonly whole: string
  /** `web` */
  readonly prefix: string
  /** `blue`; empty where there is none, undefined in a template, whose instances each have their own. */
  readonly instance: string | undefined
  /** Name of the service that Quadlet makes of it, without `.service`. */
  readonly service: string
}

export function unitName(file: string, service?: string): UnitName {
  const whole = baseOf(file)
  const at = whole.indexOf('@')
  const named = service !== undefined && service !== '' ? service : whole
  return {
    whole,
    prefix: at < 0 ? whole : whole.slice(0, at),
    instance: at < 0 ? '' : at === whole.length - 1 ? undefined : whole.slice(at + 1),
    service: named,
  }
}
/** `/etc/containers/systemd/web.container` -> `web` */
const baseOf = (file: string): string => {
  const name = file.slice(file.lastIndexOf('/') + 1)
  const dot = name.lastIndexOf('.')
  return dot > 0 ? name.slice(0, dot) : name
}

const MEANINGS: { readonly [letter: string]: string } = {
  a: 'the architecture',
  A: 'the version of the OS image',
  b: 'the boot ID',
  B: 'the build ID of the OS',
  C: 'the folder of caches',
  d: 'the folder of credentials',
  D: 'the folder of shared data',
  E: 'the folder of configurations',
  f: 'a path made of the name of the unit',
  g: 'the group of whose systemd runs it',
  G: 'the group id of whose systemd runs it',
  h: 'the home directory of the user whose systemd runs it',
  H: 'the name of the host',
  i: 'the instance of this template',
  I: 'the instance of this template',
  j: 'the last part of the name of the unit',
  J: 'the last part of the name of the unit',
  l: 'the short name of the host',
  L: 'the folder of logs',
  m: 'the machine ID',
  M: 'the ID of the OS image',
  n: 'the name of the unit',
  o: 'the ID of the OS',
  P: 'the first part of the name of the unit',
  q: 'the pretty name of the host',
  s: 'the shell of the user whose systemd runs it',
  S: 'the folder of states',
  t: 'the folder of what is running',
  T: 'the folder of temporary files',
  u: 'the user whose systemd runs it',
  U: 'the id of the user whose systemd runs it',
  v: 'the release of the kernel',
  V: 'the folder of large temporary files',
  w: 'the version of the OS',
  W: 'the variant of the OS',
  y: 'the path of the unit',
  Y: 'the folder of the unit',
}

/** Those that the name of the unit tells. */
function known(letter: string, { prefix, instance, service }: UnitName): string | undefined {
  switch (letter) {
    case '%':
      return '%'
    case 'n':
      return `${service}.service`
    case 'N':
      return service
    case 'p':
      return prefix
    case 'i':
      return instance
    case 'j':
      return prefix.slice(prefix.lastIndexOf('-') + 1)
    default:
      return undefined
  }
}

/**
 * A word of a command as systemd runs it. What is not known here becomes a HOLE, and the node unknown, with the name of it.
 *
 * @param text the word, after it was split off
 */
export function expanded(node: Node, text: string, name: UnitName): Node {
  const open: string[] = []
  // `$NAME` stands for a variable where it is the whole word, `${NAME}` anywhere; `$$` is a sign.
  const whole = /^\$([A-Za-z_]\w*)$/.exec(text)
  const value = whole
    ? hole(open, `$${whole[1] ?? ''}, a variable of the service, is not known here`)
    : text.replace(/%(.)|\$\$|\$\{([A-Za-z_]\w*)\}/gsu, (written: string, letter?: string, variable?: string) => {
        if (written === '$$') return '$'
        if (variable !== undefined) return hole(open, `\${${variable}}, a variable of the service, is not known here`)
        const told = known(letter ?? '', name)
        if (told !== undefined) return told
        const meaning = letter !== undefined && Object.hasOwn(MEANINGS, letter) ? MEANINGS[letter] : undefined
        return meaning === undefined ? written : hole(open, `%${letter ?? ''} (${meaning}) is not known here`)
      })
  const [because] = open
  return { place: node.place, path: node.path, value, ...(because !== undefined && { unknown: because, source: text }) }
}
const hole = (open: string[], because: string): string => {
  open.push(because)
  return HOLE
}
