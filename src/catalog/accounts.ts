import type { AccountFind, Cataloger, Finds, GroupFind, ImageFile } from '../model/tree.ts'
import type { Read } from '../model/notice.ts'
import { complaintsAbout, MAX_FINDS, tooMany, type Complaints } from './complaints.ts'
import { isRegular } from './entry.ts'
import { linesOf } from './format/lines.ts'

const PASSWD = 'etc/passwd'
const SHADOW = 'etc/shadow'
const GROUP = 'etc/group'

/** Accounts, their passwords' states and groups: passwd(5), shadow(5), group(5). No password's text leaves this file. */
export const accounts: Cataloger = {
  name: 'accounts',
  version: 1,
  body: true,
  names: ['passwd', 'shadow', 'group'],
  wants: (path, entry) => isRegular(entry) && (path === PASSWD || path === SHADOW || path === GROUP),
  parse(file): Read<Finds> {
    const complaints = complaintsAbout(file)
    const value =
      file.path === PASSWD
        ? { accounts: [...records(file, complaints, accountOf)] }
        : file.path === SHADOW
          ? { passwords: [...records(file, complaints, passwordOf)] }
          : { groups: [...records(file, complaints, groupOf)] }
    return { value, notices: complaints.notices }
  },
}

type Complain = (what: string, lost: boolean) => void

/** The records of a file, one a line, fields separated by colons. Blank lines, comments and NIS lines (`+`, `-`) are none. */
function* records<T>(
  file: ImageFile,
  complaints: Complaints,
  read: (fields: readonly string[], line: number, complain: Complain) => T | undefined,
): Generator<T> {
  let count = 0
  for (const { text, number, cut } of linesOf(file.body)) {
    const line = text.trimStart()
    if (line === '' || line.startsWith('#') || line.startsWith('+') || line.startsWith('-')) continue
    if (++count > MAX_FINDS) {
      tooMany(complaints, number, 'records')
      return
    }
    const complain: Complain = (what, lost) =>
      complaints.add(
        'account-record-malformed',
        number,
        `The record ${what}. Programs disagree on what such a line means; write it with vipw(8) or usermod(8).`,
        lost,
      )
    if (cut) complain('is longer than 65536 characters and was cut there', true)
    const found = read(line.split(':'), number, complain)
    if (found) yield found
  }
}

function accountOf(fields: readonly string[], line: number, complain: Complain): AccountFind | undefined {
  const [name = '', password = '', uidText = '', gidText = '', , home = '', shell = ''] = fields
  const uid = idOf(uidText)
  const gid = idOf(gidText)
  if (name === '' || uid === undefined || gid === undefined) {
    complain(
      'has no name, or no number as user or group id, and was left out; container engines read such an id as 0, which is root',
      true,
    )
    return undefined
  }
  if (fields.length !== 7)
    complain(`has ${fields.length} fields where passwd(5) has 7; missing ones count as empty`, false)
  return {
    name,
    uid,
    gid,
    home,
    shell: shell.trimEnd(),
    password: password === 'x' ? 'shadowed' : stateOf(password),
    line,
  }
}

function passwordOf(fields: readonly string[], line: number, complain: Complain) {
  const [name = '', password] = fields
  if (name === '' || password === undefined) {
    complain('has no name or no password field, and was left out', true)
    return undefined
  }
  if (fields.length !== 9) complain(`has ${fields.length} fields where shadow(5) has 9`, false)
  return { name, password: stateOf(password), line }
}

function groupOf(fields: readonly string[], line: number, complain: Complain): GroupFind | undefined {
  const [name = '', , gidText = '', members = ''] = fields
  const gid = idOf(gidText)
  if (name === '' || gid === undefined) {
    complain(
      'has no name, or no number as group id, and was left out; container engines read such an id as 0, which is root',
      true,
    )
    return undefined
  }
  if (fields.length !== 4)
    complain(`has ${fields.length} fields where group(5) has 4; missing ones count as empty`, false)
  return { name, gid, line, members: members.split(',').flatMap((member) => member.trim() || []) }
}

/** A decimal id that fits 32 bits. */
function idOf(text: string): number | undefined {
  const id = /^\d{1,10}$/.test(text.trim()) ? Number(text) : Number.NaN
  return id <= 0xffffffff ? id : undefined
}

/**
 * shadow(5): an empty field needs no password; a field that is no result of crypt(3), such as `!`, `*` or `!` before a hash, lets nobody in.
 * crypt(5): `$id$...`, `_` and 19 characters (BSDi), 13 or more of DES and bigcrypt.
 */
function stateOf(password: string): 'locked' | 'empty' | 'hashed' {
  if (password === '') return 'empty'
  return /^(?:\$[^$]+\$.+|_[./0-9A-Za-z]{19}|[./0-9A-Za-z]{13,})$/.test(password) ? 'hashed' : 'locked'
}
