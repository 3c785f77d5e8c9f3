/** Single rules of the AppArmor profile language (apparmor.d(5), "RULES"). */
import type { Place } from '../../model/place.ts'
import type { Reader } from './lexer.ts'
import { checkMount, checkNetwork, checkPeerRule, checkRlimit } from './rule-checks.ts'
import { readPermissions } from './permissions.ts'
import type { Condition, FileRule, Item, PeerRule, Qualifiers } from './syntax.ts'
import { ACCESS, CAPABILITY_NAMES, KEYWORDS, READ_WRITE } from './words.ts'

/** Reads the rule whose first word (behind its qualifiers) was just read, with its comma. */
export function readRule(reader: Reader, qualifiers: Qualifiers, place: Place, items: Item[]): void {
  const { lexer } = reader
  const { kind, value } = lexer
  // Older parsers take the word for the permissions a and l.
  if (kind === 'permissions' && value === 'all' && /^\s*,/.test(lexer.text.slice(lexer.pos, lexer.pos + 40))) {
    if (qualifiers.owner !== undefined) throw reader.fault('owner may not stand before all')
    reader.isNew('the rule "all"', place)
    reader.endRule()
    items.push({ kind: 'all', place, qualifiers })
    return
  }
  if (kind === 'id' || kind === 'variable' || kind === 'permissions') return fileRule(reader, qualifiers, place, items)
  if (kind !== 'keyword') throw reader.fault(`A rule is expected, but here stands ${JSON.stringify(value || kind)}`)
  if (qualifiers.owner !== undefined && OWNERLESS.has(value)) throw reader.fault(`owner may not stand before ${value}`)
  switch (value) {
    case 'file': {
      const before = lexer.pos
      if (lexer.next() === ',') {
        // Parsers read it as a rule with ix, which may not be denied so.
        if (qualifiers.deny) throw reader.fault('"deny file," is refused: write "deny /** rwlkmx,"')
        items.push({ ...EVERYTHING, place, qualifiers })
        return
      }
      lexer.pos = before
      lexer.next()
      return fileRule(reader, qualifiers, place, items)
    }
    case 'safe':
    case 'unsafe':
      return fileRule(reader, qualifiers, place, items)
    case 'link':
      return linkRule(reader, qualifiers, place, items)
    case 'capability':
      return capabilityRule(reader, qualifiers, place, items)
    case 'network':
      return networkRule(reader, qualifiers, place, items)
    case 'mount':
    case 'remount':
    case 'umount':
    case 'unmount':
      return mountRule(reader, value === 'unmount' ? 'umount' : value, qualifiers, place, items)
    case 'pivot_root':
      return pivotRoot(reader, qualifiers, place, items)
    case 'change_profile':
      return changeProfile(reader, qualifiers, place, items)
    case 'set':
      return rlimit(reader, qualifiers, place, items)
    case 'signal':
    case 'ptrace':
    case 'unix':
    case 'dbus':
      return peerRule(reader, value, qualifiers, place, items)
    case 'userns':
    case 'mqueue':
    case 'io_uring':
      reader.isNew(`${value} rules`, place)
      return peerRule(reader, value, qualifiers, place, items)
    default:
      if (KEYWORDS.has(value)) throw reader.fault(`No rule begins with ${JSON.stringify(value)} here`)
      return fileRule(reader, qualifiers, place, items)
  }
}
const OWNERLESS = new Set(
  'capability network mount remount umount unmount pivot_root change_profile set signal ptrace unix dbus userns mqueue io_uring all'.split(
    ' ',
  ),
)
const EVERYTHING = {
  kind: 'file',
  path: '/{**,}',
  permissions: 'rwalkmx',
  exec: 'ix',
  subset: false,
  everything: true,
} as const

/** `/path rw,`, `rw /path,`, with `file`, `safe`, `unsafe` before and `-> target` behind. */
function fileRule(reader: Reader, qualifiers: Qualifiers, place: Place, items: Item[]): void {
  const { lexer } = reader
  let scrub: boolean | undefined
  if (lexer.is('safe') || lexer.is('unsafe')) {
    scrub = lexer.value === 'safe'
    lexer.next()
  }
  let path: string
  let written: string
  let subset = false
  let leading = false
  if (lexer.kind === 'permissions') {
    leading = true
    written = lexer.value
    lexer.next()
    if (lexer.is('subset')) {
      subset = true
      lexer.next()
    }
    path = pathWord(reader)
  } else {
    path = pathWord(reader)
    const at = lexer.pos
    if (lexer.next() !== 'permissions')
      throw reader.fault(
        lexer.kind === ','
          ? 'The permissions of a file are missing'
          : `Permissions such as "rw" are expected behind a file, but here stands ${JSON.stringify(lexer.text.slice(lexer.start, lexer.start + 40).split('\n')[0])}`,
        Math.max(at, lexer.start),
      )
    written = lexer.value
  }
  const permissionsAt = lexer.start
  const target = transition(reader)
  reader.endRule()
  const found = readPermissions(written)
  if (typeof found === 'string') throw reader.fault(found, permissionsAt)
  const { letters, exec } = found
  const links = letters.includes('l')
  if (subset && letters !== 'l') throw reader.fault('subset may only stand in a rule for links', permissionsAt)
  if (leading && target !== undefined && links) {
    if (exec !== undefined)
      throw reader.fault('A rule with -> is for links or for execution, not for both', permissionsAt)
    if (target.replace(/^&/, '').startsWith(':'))
      throw reader.fault('A link does not point to a profile in a namespace', permissionsAt)
  }
  if (scrub !== undefined && exec === undefined)
    throw reader.fault('safe and unsafe want a permission to execute', permissionsAt)
  const linkTo = links && target !== undefined && (leading || exec === undefined) ? target : undefined
  const rule: FileRule = {
    kind: 'file',
    place,
    qualifiers,
    path,
    permissions: letters,
    subset,
    everything: false,
    ...(exec !== undefined && { exec }),
    ...(scrub !== undefined && { scrub }),
    ...(target !== undefined && linkTo === undefined && { target }),
    ...(linkTo !== undefined && { linkTo }),
  }
  if (exec !== undefined) {
    if (qualifiers.deny && exec !== 'x')
      throw reader.fault(`A deny rule says plain "x", not ${JSON.stringify(exec)}`, permissionsAt)
    if (!qualifiers.deny && exec === 'x' && target === undefined)
      throw reader.fault(
        '"x" alone does not say under which profile a program runs: write ix, px, cx or ux',
        permissionsAt,
      )
  }
  items.push(rule)
}
function pathWord(reader: Reader): string {
  const { lexer } = reader
  if (lexer.kind === 'id') return lexer.value
  if (lexer.kind === 'variable') return `@{${lexer.value}}`
  if (lexer.kind === 'keyword' && !KEYWORDS.has(lexer.value)) return lexer.value
  throw reader.fault(`A file is expected, but here stands ${JSON.stringify(lexer.value || lexer.kind)}`)
}
/** `-> name`, where it stands. */
function transition(reader: Reader): string | undefined {
  const { lexer } = reader
  lexer.skipSpace()
  if (!lexer.take('->')) return undefined
  lexer.skipSpace()
  const target = lexer.anyWord()
  if (target === undefined)
    throw reader.fault(`A name is expected behind ->, but here stands ${lexer.here()}`, lexer.pos)
  return target
}

function linkRule(reader: Reader, qualifiers: Qualifiers, place: Place, items: Item[]): void {
  const { lexer } = reader
  lexer.next()
  let subset = false
  if (lexer.is('subset')) {
    subset = true
    lexer.next()
  }
  const path = pathWord(reader)
  const linkTo = transition(reader)
  if (linkTo === undefined) throw reader.fault('A link rule says with -> what the link may point to', lexer.pos)
  reader.endRule()
  items.push({ kind: 'file', place, qualifiers, path, permissions: 'l', subset, everything: false, linkTo })
}

function capabilityRule(reader: Reader, qualifiers: Qualifiers, place: Place, items: Item[]): void {
  const { lexer } = reader
  const names: string[] = []
  while (lexer.next() !== ',') {
    const name = lexer.value
    if ((lexer.kind !== 'keyword' && lexer.kind !== 'id') || !CAPABILITY_NAMES.has(name))
      throw reader.fault(
        `${JSON.stringify(name || lexer.kind)} is no capability (they are written in lower case without "cap_")`,
      )
    names.push(name)
  }
  items.push({ kind: 'capability', place, qualifiers, names })
}

function networkRule(reader: Reader, qualifiers: Qualifiers, place: Place, items: Item[]): void {
  const { lexer } = reader
  const at = lexer.start
  const access = readAccess(reader, 'network')
  const words: string[] = []
  for (;;) {
    lexer.skipSpace()
    if (lexer.text[lexer.pos] === ',' || words.length === 2) break
    const before = lexer.pos
    const word = lexer.match(/[^ \t\r\n"!,=()]+/y)
    if (word === undefined) break
    if (lexer.match(/[ \t]*:?=/y) !== undefined) {
      lexer.pos = before
      break
    }
    words.push(word)
  }
  const conditions = readConditions(reader)
  const peer = peerGroup(reader)
  if (access.length > 0 || conditions.length > 0 || peer.length > 0)
    reader.isNew('accesses and conditions of network rules', place)
  reader.endRule()
  const [family, type] = checkNetwork(words, conditions, peer, access, (message) => reader.fault(message, at))
  items.push({
    kind: 'network',
    place,
    qualifiers,
    access,
    conditions,
    peer,
    ...(family !== undefined && { family }),
    ...(type !== undefined && { type }),
  })
}

function mountRule(
  reader: Reader,
  kind: 'mount' | 'remount' | 'umount',
  qualifiers: Qualifiers,
  place: Place,
  items: Item[],
): void {
  const { lexer } = reader
  const at = lexer.start
  const conditions = readConditions(reader)
  let source = mountWord(reader)
  let target: string | undefined
  lexer.skipSpace()
  if (kind === 'mount') {
    if (/^->[^ \t\n"!,=)]/.test(lexer.text.slice(lexer.pos, lexer.pos + 3)) === false && lexer.take('->')) {
      if (readConditions(reader).length > 0)
        throw reader.fault('Conditions on the mount point are not supported', lexer.pos)
      target = mountWord(reader)
      if (target === undefined)
        throw reader.fault(`A mount point is expected behind ->, but here stands ${lexer.here()}`, lexer.pos)
    }
  } else {
    target = source
    source = undefined
  }
  reader.endRule()
  checkMount(reader, kind, { conditions, source, target }, place, at)
  items.push({
    kind,
    place,
    qualifiers,
    conditions,
    ...(source !== undefined && { source }),
    ...(target !== undefined && { target }),
  })
}
/** A path or word of a mount rule. */
function mountWord(reader: Reader): string | undefined {
  const { lexer } = reader
  lexer.skipSpace()
  const first = lexer.text[lexer.pos]
  if (first === undefined || first === ',' || (first === '-' && lexer.text[lexer.pos + 1] === '>')) return undefined
  if (first === '"' || first === '/' || first === '@' || first === ':' || first === '&') return lexer.anyWord()
  return lexer.match(/[^ \t\r\n"!,=()+&](?:[^ \t\r\n"!,=)]|,[^ \t\r\n"!,=)])*/y)
}

function pivotRoot(reader: Reader, qualifiers: Qualifiers, place: Place, items: Item[]): void {
  const { lexer } = reader
  const conditions = readConditions(reader)
  // Parsers look at the condition written last, and forget others.
  const last = conditions.at(-1)
  if (last && last.name !== 'oldroot') throw reader.fault(`${last.name} is no condition of pivot_root`)
  lexer.skipSpace()
  const first = lexer.text.charAt(lexer.pos)
  const newRoot = first === ',' || first === '-' ? undefined : lexer.anyWord()
  const target = transition(reader)
  reader.endRule()
  const oldRoot = last?.values[0]
  items.push({
    kind: 'pivot_root',
    place,
    qualifiers,
    ...(oldRoot !== undefined && { oldRoot }),
    ...(newRoot !== undefined && { newRoot }),
    ...(target !== undefined && { target }),
  })
}

function changeProfile(reader: Reader, qualifiers: Qualifiers, place: Place, items: Item[]): void {
  const { lexer } = reader
  lexer.skipSpace()
  const mode = lexer.match(/(?:unsafe|safe)(?=[\s,"!]|$)/y)
  lexer.skipSpace()
  let exec: string | undefined
  const arrow = /->(?![^ \t\r\n"!,])/y
  if (lexer.text[lexer.pos] !== ',' && lexer.match(arrow) === undefined) {
    exec = lexer.anyWord()
    if (exec === undefined)
      throw reader.fault(`A program or -> is expected, but here stands ${lexer.here()}`, lexer.pos)
    lexer.skipSpace()
    if (lexer.text[lexer.pos] !== ',' && lexer.match(arrow) === undefined)
      throw reader.fault(`-> or a comma is expected, but here stands ${lexer.here()}`, lexer.pos)
  }
  let target: string | undefined
  if (lexer.text[lexer.pos] !== ',') {
    lexer.skipSpace()
    target = lexer.anyWord()
    if (target === undefined)
      throw reader.fault(`A profile is expected behind ->, but here stands ${lexer.here()}`, lexer.pos)
  }
  reader.endRule()
  if (exec === undefined && mode !== undefined) throw reader.fault(`${mode} wants a program behind it`)
  if (exec !== undefined && !exec.startsWith('/') && !exec.startsWith('@{'))
    throw reader.fault('The program of a change_profile rule begins with /')
  items.push({
    kind: 'change_profile',
    place,
    qualifiers,
    target: target ?? '**',
    ...(mode !== undefined && { scrub: mode === 'safe' }),
    ...(exec !== undefined && { exec }),
  })
}

function rlimit(reader: Reader, qualifiers: Qualifiers, place: Place, items: Item[]): void {
  const { lexer } = reader
  lexer.next()
  if (!lexer.is('rlimit')) throw reader.fault('"set" goes on with "rlimit"')
  if (qualifiers.audit || qualifiers.deny || qualifiers.owner)
    throw reader.fault('No qualifier may stand before "set rlimit"')
  lexer.skipSpace()
  const name = lexer.match(/[A-Za-z_]+/y)
  lexer.skipSpace()
  if (name === undefined || !lexer.take('<='))
    throw reader.fault('A limit is written: set rlimit NAME <= VALUE,', lexer.pos)
  lexer.skipSpace()
  const number = lexer.match(/-?\d+|infinity(?![A-Za-z_])/y)
  if (number === undefined)
    throw reader.fault(`A number or "infinity" is expected, but here stands ${lexer.here()}`, lexer.pos)
  lexer.skipSpace()
  const unit = lexer.match(/[A-Za-z_]+/y)
  reader.endRule()
  const mistake = checkRlimit(name, number, unit)
  if (mistake !== undefined) throw reader.fault(mistake)
  items.push({ kind: 'rlimit', place, name, value: `${number}${unit === undefined ? '' : ` ${unit}`}` })
}

function peerRule(reader: Reader, kind: PeerRule['kind'], qualifiers: Qualifiers, place: Place, items: Item[]): void {
  const { lexer } = reader
  const at = lexer.start
  const access = readAccess(reader, kind)
  const conditions = readConditions(reader)
  const peer = kind === 'unix' || kind === 'dbus' || kind === 'io_uring' ? peerGroup(reader) : []
  lexer.skipSpace()
  const name = kind === 'mqueue' && lexer.text[lexer.pos] !== ',' ? lexer.anyWord() : undefined
  reader.endRule()
  const rule: PeerRule = { kind, place, qualifiers, access, conditions, peer, ...(name !== undefined && { name }) }
  const mistake = checkPeerRule(rule)
  if (mistake !== undefined) throw reader.fault(mistake, at)
  items.push(rule)
}

/** `send`, `rw`, `(send, receive)`: in the words of the kind of rule. */
function readAccess(reader: Reader, kind: string): string[] {
  const { lexer } = reader
  const found = new Set<string>()
  lexer.skipSpace()
  if (lexer.take('(')) {
    for (;;) {
      lexer.skipSpace()
      if (lexer.take(')')) break
      if (lexer.take(',')) continue
      const word = lexer.listValue()
      if (word === undefined) throw reader.fault(`A list ends with ), but here stands ${lexer.here()}`, lexer.pos)
      for (const one of accessWords(reader, kind, word)) found.add(one)
    }
    return [...found]
  }
  const before = lexer.pos
  const word = lexer.match(/[A-Za-z_]+(?=[\s,])/y)
  if (word === undefined || lexer.match(/[ \t]*:?=/y) !== undefined || lexer.match(/[ \t]+in[ \t]*\(/y) !== undefined) {
    lexer.pos = before
    return []
  }
  if (isAccess(kind, word)) return accessWords(reader, kind, word)
  lexer.pos = before
  return []
}
const isAccess = (kind: string, word: string): boolean =>
  (ACCESS[kind]?.has(word) ?? false) || (READ_WRITE[kind] !== undefined && /^(?:r|w|rw|wr|read|write)$/.test(word))
function accessWords(reader: Reader, kind: string, word: string): string[] {
  if (ACCESS[kind]?.has(word)) return [word]
  const letters = READ_WRITE[kind]
  if (letters && word === 'read') return [letters.read]
  if (letters && word === 'write') return [letters.write]
  if (letters && /^[rw]+$/i.test(word))
    return [...new Set([...word.toLowerCase()].map((one) => (one === 'r' ? letters.read : letters.write)))]
  throw reader.fault(`${JSON.stringify(word.slice(0, 60))} is no access of a ${kind} rule`)
}

/** `name=value`, `name=(a, b)`, `name in (a, b)`. */
export function readConditions(reader: Reader): Condition[] {
  const { lexer } = reader
  const found: Condition[] = []
  for (;;) {
    lexer.skipSpace()
    const before = lexer.pos
    const name = lexer.match(/[A-Za-z]\w*/y)
    if (name === undefined) return found
    const place = lexer.place()
    if (name === 'peer' && /^[ \t]*=[ \t]*\(/.test(lexer.text.slice(lexer.pos, lexer.pos + 40))) {
      lexer.pos = before
      return found
    }
    const operator = lexer.match(/[ \t]*:?=|[ \t]+in(?=[ \t]*\()/y)?.trim()
    if (operator !== '=' && operator !== ':=' && operator !== 'in') {
      lexer.pos = before
      return found
    }
    lexer.skipBlanks()
    if (lexer.take('(')) {
      const values: string[] = []
      for (;;) {
        lexer.skipSpace()
        if (lexer.take(')')) break
        if (lexer.take(',')) continue
        const value = lexer.listValue()
        if (value === undefined) throw reader.fault(`A list ends with ), but here stands ${lexer.here()}`, lexer.pos)
        values.push(value)
      }
      if (values.length === 0) throw reader.fault(`${name} is given an empty list`)
      found.push({ name, place, operator, values })
    } else {
      const value = lexer.anyWord()
      if (value === undefined)
        throw reader.fault(`A value of ${name} is expected, but here stands ${lexer.here()}`, lexer.pos)
      found.push({ name, place, operator, values: [value] })
    }
  }
}

/** `peer=( ... )`, where it stands. */
function peerGroup(reader: Reader): Condition[] {
  const { lexer } = reader
  lexer.skipSpace()
  const before = lexer.pos
  const name = lexer.match(/(?:peer|xattrs)(?=[ \t]*=[ \t]*\()/y)
  if (name === undefined) return []
  if (name !== 'peer') throw reader.fault(`${name}=( ) has no meaning here`, before)
  return readGroup(reader)
}
/** `=( name=value name )`, behind the name of the group. */
export function readGroup(reader: Reader): Condition[] {
  const { lexer } = reader
  if (lexer.match(/[ \t]*=[ \t]*\(/y) === undefined) throw reader.fault('=( is expected', lexer.pos)
  const found: Condition[] = []
  for (;;) {
    lexer.skipSpace()
    if (lexer.take(')')) return found
    if (lexer.take(',')) continue
    const name = lexer.match(/[^ \t\r\n"!,=:)]+/y)
    if (name === undefined) throw reader.fault(`A group ends with ), but here stands ${lexer.here()}`, lexer.pos)
    const place = lexer.place()
    lexer.skipSpace()
    const operator = lexer.match(/:?=/y)
    if (operator !== '=' && operator !== ':=') {
      found.push({ name, place, operator: '', values: [] })
      continue
    }
    lexer.skipBlanks()
    const listed = lexer.take('(')
    if (listed) lexer.skipSpace()
    else lexer.skipSpace()
    const value = lexer.listValue()
    if (value === undefined)
      throw reader.fault(`A value of ${name} is expected, but here stands ${lexer.here()}`, lexer.pos)
    if (listed) {
      lexer.skipSpace()
      if (!lexer.take(')')) throw reader.fault(`${name} takes one value in its parentheses`, lexer.pos)
    }
    found.push({ name, place, operator, values: [value] })
  }
}
