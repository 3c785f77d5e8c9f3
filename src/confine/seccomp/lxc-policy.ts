/**
 * LXC's own form of seccomp policies -> the nodes of a profile in the engines' form, so that one reader judges both.
 * lxc.container.conf(5), "Seccomp configuration"; LXC's src/lxc/seccomp.c (parse_config_v1, parse_config_v2).
 */
import type { Locate, Node } from '../../document/node.ts'
import type { Notice, Read } from '../../model/notice.ts'
import type { Place } from '../../model/place.ts'
import { nameOf } from '../syscalls.ts'

/** The first line is a version, the second what the policy is. */
const HEAD = /^\s*[12][ \t]*\r?\n[ \t]*(?:allow|deny|white|black)list\b/
export const isLxcPolicy = (text: string): boolean => HEAD.test(text)

/** Sections of which architecture -> the word of conditions in profiles. `all` has none. */
const SECTIONS: { readonly [section: string]: string } = {
  x86: 'x86',
  x86_64: 'amd64',
  x32: 'x32',
  arm: 'arm',
  arm64: 'arm64',
  ppc64le: 'ppc64le',
  ppc64: 'ppc64',
  ppc: 'ppc',
  mips: 'mips',
  mips64: 'mips64',
  mips64n32: 'mips64n32',
  mipsel: 'mipsel',
  mipsel64: 'mipsel64',
  mipsel64n32: 'mipsel64n32',
  s390x: 's390x',
  s390: 's390',
  loongarch64: 'loong64',
}
const OPERATORS: { readonly [sign: string]: string } = {
  '!=': 'SCMP_CMP_NE',
  '<': 'SCMP_CMP_LT',
  '<=': 'SCMP_CMP_LE',
  '==': 'SCMP_CMP_EQ',
  '>=': 'SCMP_CMP_GE',
  '>': 'SCMP_CMP_GT',
  '&=': 'SCMP_CMP_MASKED_EQ',
}
/** umount2(2): MNT_FORCE, which LXC answers with EACCES. */
const FORCE = '2'
const EACCES = '13'

interface Action {
  readonly action: string
  readonly errno?: string
}
/** `errno 1`, `kill`, `allow`, `trap`, `notify`; undefined for what is none. */
function actionOf(words: string): Action | undefined {
  const [word = '', number] = words.trim().split(/[ \t]+/)
  if (word === 'errno')
    return number !== undefined && /^\d{1,5}$/.test(number) ? { action: 'SCMP_ACT_ERRNO', errno: number } : undefined
  return ['kill', 'allow', 'trap', 'notify'].includes(word) ? { action: `SCMP_ACT_${word.toUpperCase()}` } : undefined
}

type Data = string | Whole | readonly Data[] | { readonly [key: string]: Data }
/** A number as it is written, which may have 64 bits. */
interface Whole {
  readonly digits: string
}
const whole = (digits: string): Whole => ({ digits: String(BigInt(digits)) })
const isWhole = (data: Data): data is Whole => typeof data === 'object' && !Array.isArray(data) && 'digits' in data
const isItems = (data: Data): data is readonly Data[] => Array.isArray(data)
function nodeOf(data: Data, place: Place, path: readonly (string | number)[] = []): Node {
  if (typeof data === 'string') return { place, path, value: data }
  if (isWhole(data)) return { place, path, value: Number(data.digits), source: data.digits }
  if (isItems(data)) return { place, path, value: data.map((one, index) => nodeOf(one, place, [...path, index])) }
  return {
    place,
    path,
    value: new Map(Object.entries(data).map(([key, one]) => [key, nodeOf(one, place, [...path, key])])),
  }
}

/** `[1,0x9400,SCMP_CMP_MASKED_EQ,0xff00]`: index, value, operator, and the mask where one belongs to it. */
function argumentsOf(text: string): readonly Data[] | undefined {
  const found: Data[] = []
  for (const [, inner = ''] of text.matchAll(/\[([^\]]*)\]/g)) {
    const [index = '', value = '', sign = '', mask] = inner.split(',').map((part) => part.trim())
    const op = Object.hasOwn(OPERATORS, sign) ? OPERATORS[sign] : /^SCMP_CMP_[A-Z_]{2,9}$/.test(sign) ? sign : undefined
    const isNumber = (part: string): boolean => /^(?:\d{1,20}|0[xX][\da-fA-F]{1,16})$/.test(part)
    if (op === undefined || !isNumber(index) || !isNumber(value) || (mask !== undefined && !isNumber(mask)))
      return undefined
    found.push(
      op === 'SCMP_CMP_MASKED_EQ'
        ? { index: whole(index), value: whole(mask ?? value), valueTwo: whole(value), op }
        : { index: whole(index), value: whole(value), op },
    )
  }
  return found
}

/** The policy as a profile's nodes; undefined where LXC would not take it, which a notice then tells. */
export function lxcPolicy(file: string, text: string, locate?: Locate): Read<Node | undefined> {
  const at: Locate = locate ?? ((line, column) => ({ file, line, column }))
  const notices: Notice[] = []
  const refused = (place: Place, what: string): Read<undefined> => ({
    value: undefined,
    notices: [
      ...notices,
      {
        id: 'seccomp-profile-invalid',
        place,
        message: `${what}, so that LXC starts no container with this policy, and what it allows was not worked out. Correct it.`,
        lost: true,
      },
    ],
  })
  const lines = text.split(/\r?\n/)
  const head = lines.findIndex((line) => line.trim() !== '')
  const version = lines[head]?.trim() ?? ''
  const [kind = '', ...policy] = (lines[head + 1] ?? '').trim().split(/[ \t]+/)
  const isDeny = /^(?:deny|black)list$/.test(kind)
  const byPolicy =
    policy.length > 0 ? actionOf(policy.join(' ')) : { action: isDeny ? 'SCMP_ACT_ALLOW' : 'SCMP_ACT_KILL' }
  if (!byPolicy) return refused(at(head + 2, 1), `"${policy.join(' ').slice(0, 40)}" is no action`)
  const usual: Action = { action: isDeny ? 'SCMP_ACT_KILL' : 'SCMP_ACT_ALLOW' }
  const rules: Node[] = []
  let section = 'all'
  const rule = (place: Place, name: string, { action, errno }: Action, args: readonly Data[]): void => {
    const arches = SECTIONS[section]
    rules.push(
      nodeOf(
        {
          names: [name],
          action,
          ...(errno !== undefined && { errnoRet: whole(errno) }),
          ...(args.length > 0 && { args }),
          ...(arches !== undefined && { includes: { arches: [arches] } }),
        },
        place,
        ['syscalls', rules.length],
      ),
    )
  }
  for (const [index, raw] of lines.entries()) {
    const line = raw.replace(/#.*$/, '').trim()
    if (index <= head + 1 || line === '') continue
    const place = at(index + 1, raw.length - raw.trimStart().length + 1)
    if (version === '1') {
      const name = /^\d{1,6}$/.test(line) ? nameOf('amd64', Number(line)) : undefined
      if (name === undefined)
        return refused(place, `"${line.slice(0, 40)}" is not the number of a system call (of amd64)`)
      rule(place, name, usual, [])
      continue
    }
    if (line.startsWith('[')) {
      section = line.replace(/^\[|\]$/g, '').toLowerCase()
      if (section !== 'all' && !Object.hasOwn(SECTIONS, section))
        return refused(place, `${line.slice(0, 40)} is no architecture that LXC knows`)
      continue
    }
    const [, name = '', words = ''] = /^(\S+)(.*)$/.exec(line) ?? []
    if (name === 'reject_force_umount') {
      const args = [{ index: whole('1'), value: whole(FORCE), valueTwo: whole(FORCE), op: 'SCMP_CMP_MASKED_EQ' }]
      rule(place, 'umount2', { action: 'SCMP_ACT_ERRNO', errno: EACCES }, args)
      continue
    }
    const bare = words.replace(/\[[^\]]*\]/g, '').trim()
    const action = bare === '' ? usual : actionOf(bare)
    const args = argumentsOf(words)
    if (!action) return refused(place, `"${bare.slice(0, 40)}" is no action`)
    if (!args) return refused(place, 'The arguments of this rule cannot be read')
    rule(place, name, action, args)
  }
  const top = at(head + 2, 1)
  const settings = nodeOf(
    {
      defaultAction: byPolicy.action,
      ...(byPolicy.errno !== undefined && { defaultErrnoRet: whole(byPolicy.errno) }),
      // The calls of 32-bit programs are filtered alike.
      archMap: [
        { architecture: 'SCMP_ARCH_X86_64', subArchitectures: ['SCMP_ARCH_X86', 'SCMP_ARCH_X32'] },
        { architecture: 'SCMP_ARCH_AARCH64', subArchitectures: ['SCMP_ARCH_ARM'] },
      ],
    },
    top,
  )
  const keys: ReadonlyMap<string, Node> = settings.value instanceof Map ? settings.value : new Map()
  const syscalls: Node = { place: top, path: ['syscalls'], value: rules }
  return { value: { place: at(1, 1), path: [], value: new Map([...keys, ['syscalls', syscalls]]) }, notices }
}
