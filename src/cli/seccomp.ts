/** `plimsoll seccomp lint|show|compare|explain FILE [SYSCALL]`. Loaded when it is asked for: it brings zod. */
import { parseArgs } from 'node:util'
import { compareProfiles } from '../confine/seccomp/compare.ts'
import type { World } from '../confine/seccomp/decide.ts'
import { explainCall } from '../confine/seccomp/explain.ts'
import { capabilitySet, DEFAULT_CAPABILITIES, lint, lintNotices } from '../confine/seccomp/lint.ts'
import type { PlacedProfile } from '../confine/seccomp/places.ts'
import { namedCalls } from '../confine/seccomp/purpose.ts'
import { showProfile } from '../confine/seccomp/show.ts'
import { profileJson } from '../confine/seccomp/write.ts'
import { ARCHITECTURES, architectureOf, nameOf, numbersOf } from '../confine/syscalls.ts'
import type { Notice, Read } from '../model/notice.ts'
import { showPlace } from '../model/place.ts'
import { hint } from '../policy/nearest.ts'
import { prose, sentence, shown } from '../report/escape.ts'
import { builtinSeccompNames, builtinSeccompProfile, readProfiles } from '../seccomp.ts'
import { UsageError } from '../usage.ts'
import { compareJson, compareText } from './seccomp-compare.ts'
import { explainJson, explainText } from './seccomp-explain.ts'
import { lintJson, lintText } from './seccomp-lint.ts'
import { showJson, showText } from './seccomp-show.ts'

export { compareJson, compareText, explainJson, explainText, lintJson, lintText, showJson, showText }

/** The world outside, handed in. */
export interface SeccompTerminal {
  /** The text of a file, or of standard input for `-`; undefined where it cannot be read. */
  readonly read: (name: string) => string | undefined | Promise<string | undefined>
  readonly write: (text: string) => void
  /** Notices; left out: they are written with the rest. */
  readonly warn?: (text: string) => void
  readonly width: number
}

const ACTIONS = ['lint', 'show', 'compare', 'explain'] as const
type Action = (typeof ACTIONS)[number]
const USAGE: Readonly<Record<Action, string>> = {
  lint: 'plimsoll seccomp lint FILE...',
  show: 'plimsoll seccomp show FILE',
  compare: 'plimsoll seccomp compare A B',
  explain: 'plimsoll seccomp explain FILE SYSCALL',
}
const RELATIONS = ['tighter', 'equal'] as const

/**
 * @param words what follows `plimsoll seccomp`.
 * @returns exit code: 0 pass, 1 a finding is high or worse, or what is required is not so; 3 input was lost. Wrong usage is thrown.
 */
export async function seccompCommand(words: readonly string[], io: SeccompTerminal): Promise<number> {
  const { values, positionals } = argumentsOf(words)
  const [word, ...names] = positionals
  const action = ACTIONS.find((one) => one === word)
  if (!action)
    throw new UsageError([
      word === undefined
        ? `seccomp takes one of ${ACTIONS.join(', ')}. For example: ${USAGE.show}`
        : sentence(`${word} is no command of seccomp${hint(word, ACTIONS)}`),
    ])
  const formats = action === 'show' ? ['text', 'json', 'engine'] : ['text', 'json']
  const { format = 'text' } = values
  if (!formats.includes(format))
    throw new UsageError([sentence(`There is no format "${format}"${hint(format, formats)}`)])
  const count = action === 'compare' || action === 'explain' ? 2 : 1
  if (names.length < count || (action !== 'lint' && names.length > count))
    throw new UsageError([`The usage is: ${USAGE[action]}`])
  const world = worldOf(values)
  const isDefault = values.cap === undefined
  const page = { width: io.width, isDefault }
  const [first = '', second = ''] = names
  switch (action) {
    case 'lint':
      return lintCommand(names, values, format, io)
    case 'show': {
      const { placed, exit } = await profileOf(first, io)
      if (!placed) return exit
      const { profile } = placed
      if (format === 'engine') io.write(profileJson(profile))
      else {
        const data = showProfile(profile, world)
        io.write(
          format === 'json'
            ? showJson(data, first, world)
            : showText(data, first, world, { ...page, all: values.all ?? false }),
        )
      }
      return exit
    }
    case 'explain': {
      const { placed, exit } = await profileOf(first, io)
      if (!placed) return exit
      const known = new Set([
        ...namedCalls(),
        ...numbersOf(world.architecture).keys(),
        ...placed.profile.syscalls.flatMap((rule) => rule.names),
      ])
      const call = (/^\d{1,10}$/.test(second) ? nameOf(world.architecture, Number(second)) : undefined) ?? second
      if (!known.has(call))
        throw new UsageError([sentence(`There is no system call "${second}"${hint(second, known)}`)])
      const data = explainCall(placed, world, call)
      io.write(format === 'json' ? explainJson(data, first, world) : explainText(data, first, world, page))
      return exit
    }
    case 'compare': {
      const [a, b] = [await profileOf(first, io), await profileOf(second, io)]
      if (!a.placed || !b.placed) return 3
      const result = compareProfiles(a.placed.profile, b.placed.profile, world)
      const both = { a: first, b: second }
      io.write(format === 'json' ? compareJson(result, both, world) : compareText(result, both, world, page))
      const required = requiredOf(values.require)
      if (required !== undefined && result.relation !== 'equal' && result.relation !== required) return 1
      return Math.max(a.exit, b.exit)
    }
  }
}

interface Values {
  readonly format?: string
  readonly require?: string
  readonly arch?: string
  readonly cap?: readonly string[]
  readonly kernel?: string
  readonly all?: boolean
}

function argumentsOf(words: readonly string[]): { readonly values: Values; readonly positionals: readonly string[] } {
  try {
    return parseArgs({
      args: [...words],
      allowPositionals: true,
      strict: true,
      options: {
        format: { type: 'string', short: 'f' },
        require: { type: 'string' },
        arch: { type: 'string' },
        cap: { type: 'string', multiple: true },
        kernel: { type: 'string' },
        all: { type: 'boolean' },
      },
    })
  } catch (error) {
    const message = error instanceof Error ? error.message : String(error)
    throw new UsageError([`${sentence(message.split('. ')[0] ?? message)} See: plimsoll seccomp --help`])
  }
}

function worldOf({ arch, cap, kernel }: Values): World {
  const machine =
    arch === undefined ? 'amd64' : (architectureOf(MACHINES[arch] ?? arch) ?? ARCHITECTURES.find((one) => one === arch))
  if (machine === undefined)
    throw new UsageError([sentence(`There is no architecture "${arch}"${hint(arch ?? '', ARCHITECTURES)}`)])
  const words = (cap ?? []).flatMap((one) => one.split(',')).filter((one) => one !== '' && one.toLowerCase() !== 'none')
  const capabilities = cap === undefined ? DEFAULT_CAPABILITIES : capabilitySet(words)
  if (!capabilities) {
    const wrong = words.find((one) => !capabilitySet([one])) ?? ''
    const known = [...(capabilitySet(['ALL']) ?? [])]
    throw new UsageError([
      sentence(`There is no capability "${wrong}"${hint(wrong.toUpperCase().replace(/^CAP_/, ''), known)}`),
    ])
  }
  const [, major, minor] = /^(\d{1,3})\.(\d{1,3})(?:[.-].*)?$/.exec(kernel ?? '') ?? []
  if (kernel !== undefined && (major === undefined || minor === undefined))
    throw new UsageError([`--kernel is a version such as 6.1; "${kernel}" is not.`])
  return {
    architecture: machine,
    capabilities,
    ...(major !== undefined && minor !== undefined && { kernel: [Number(major), Number(minor)] as const }),
  }
}
/** What uname -m says. */
const MACHINES: Readonly<Record<string, string>> = { x86_64: 'amd64', aarch64: 'arm64', i386: '386', i686: '386' }

function requiredOf(word: string | undefined): (typeof RELATIONS)[number] | undefined {
  if (word === undefined) return undefined
  const found = RELATIONS.find((one) => one === word)
  if (!found) throw new UsageError([sentence(`--require is tighter or equal, not "${word}"${hint(word, RELATIONS)}`)])
  return found
}

/** The profiles of a built-in name or a file. A name that is neither is wrong usage. */
async function profilesOf(name: string, io: SeccompTerminal): Promise<Read<readonly PlacedProfile[]>> {
  const builtin = await builtinSeccompProfile(name)
  if (builtin) return { value: [builtin], notices: [] }
  const text = await io.read(name)
  if (text !== undefined) {
    const read = readProfiles(name, text)
    return read.value.length > 0 || read.notices.some(({ lost }) => lost)
      ? read
      : { ...read, notices: [...read.notices, nothing(name)] }
  }
  throw new UsageError([
    sentence(`${name} cannot be read, and no profile has that name${hint(name, await builtinSeccompNames())}`),
  ])
}
const nothing = (file: string): Notice => ({
  id: 'seccomp-profile-invalid',
  place: { file, line: 1, column: 1 },
  message:
    'There is no seccomp profile in this file, so nothing was checked. Give a profile, or a configuration that holds one.',
  lost: true,
})

/** One profile, its notices told, and the exit code that they are worth. */
async function profileOf(
  name: string,
  io: SeccompTerminal,
): Promise<{ readonly placed: PlacedProfile | undefined; readonly exit: number }> {
  const { value, notices } = await profilesOf(name, io)
  const [placed] = value
  const warn = io.warn ?? io.write
  for (const { place, message } of notices) warn(`${shown(showPlace(place))}: ${prose(message)}\n`)
  if (value.length > 1) warn(`${shown(name)}: it holds ${value.length} profiles; this is the first.\n`)
  const base = placed?.profile.baseProfileName
  if (base)
    warn(
      `${shown(name)}: it is joined with the profile ${shown(base)}, which was not read: what that one allows is not in this.\n`,
    )
  return { placed, exit: notices.some(({ lost }) => lost) || base ? 3 : 0 }
}

async function lintCommand(
  names: readonly string[],
  values: Values,
  format: string,
  io: SeccompTerminal,
): Promise<number> {
  let exit = 0
  for (const name of names) {
    const { value, notices } = await profilesOf(name, io)
    const { architecture, ...world } = worldOf(values)
    const options = { ...world, ...(values.arch !== undefined && architecture !== 'x32' && { architecture }) }
    const found = value.flatMap((placed) => lint(placed, options))
    const blocks = found.some(({ severity }) => severity === 'critical' || severity === 'high')
    const lost = notices.some((notice) => notice.lost)
    const all = [...lintNotices(notices), ...found]
    io.write(
      format === 'json'
        ? lintJson(all, name, blocks ? 'block' : lost ? 'incomplete' : 'pass')
        : lintText(all, name, io.width),
    )
    // A finding that blocks weighs more than lost input, as in a scan.
    exit = blocks || exit === 1 ? 1 : lost ? 3 : exit
  }
  return exit
}
