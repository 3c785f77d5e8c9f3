/** What every command needs of the world outside: the terminal, the targets, texts that are named. */
import { existsSync } from 'node:fs'
import { basename, dirname, join, relative, resolve } from 'node:path'
import { codeOf, decode, readBounded, reasonOf } from '../file.ts'
import type { InputOptions } from '../scan.ts'
import { UsageError } from '../usage.ts'
import { cacheOf } from './cache.ts'
import { limitsOf } from '../limits.ts'
import { spareMemory } from './memory.ts'
import type { Arguments } from './options.ts'

/** The world outside, handed in: tests hand in their own. */
export interface Terminal {
  readonly stdin: AsyncIterable<Uint8Array>
  readonly write: (text: string) => void
  readonly warn: (text: string) => void
  readonly colour: boolean
  /** A person waits at the other end of stderr. */
  readonly progress: boolean
  readonly width: number
  readonly unicode: boolean
  /** YYYY-MM-DD */
  readonly today: string
  /** Folders of what is kept from run to run: the one that the environment names, and the usual one. */
  readonly cache: { readonly asked?: string | undefined; readonly usual?: string | undefined }
  /** SOURCE_DATE_EPOCH (reproducible-builds.org): when documents say that they were made. */
  readonly sourceDateEpoch?: string | undefined
}

export async function inputOf(given: Arguments, terminal: Terminal): Promise<InputOptions> {
  if (given.positionals.length === 0)
    throw new UsageError([`What is to be looked at? For example: plimsoll ${given.command.name} compose.yaml`])
  const images = new Map(
    (given.values.image ?? []).map((pair) => {
      const at = pair.lastIndexOf('=')
      if (at <= 0 || at === pair.length - 1)
        throw new UsageError([`--image is NAME=PATH, such as --image web=web.tar; "${pair}" is not.`])
      return [pair.slice(0, at), pair.slice(at + 1)] as const
    }),
  )
  const stage = given.one('target')
  const platform = given.one('platform')
  const seccompRoot = given.one('seccomp-root')
  const apparmorRoot = given.one('apparmor-root')
  return {
    targets: given.positionals,
    stdin: terminal.stdin,
    images,
    engines: given.values.engine ?? [],
    ...(platform !== undefined && { platform }),
    ...(seccompRoot !== undefined && { seccompRoot }),
    ...(apparmorRoot !== undefined && { apparmorRoot }),
    ...(given.has('verify') && { verify: true }),
    ...(given.values.limit && { limits: limitsOf(given.values.limit) }),
    clock: () => performance.now(),
    large: spareMemory,
    ...(await cacheOf(given, terminal)),
    ...(given.has('no-ignore') && { noIgnore: true }),
    ...(given.has('explain-inputs') && { listing: true }),
    read: {
      ...(given.values['env-file'] && { envFiles: given.values['env-file'] }),
      ...(given.has('markdown') && { markdown: true }),
      ...(stage !== undefined && { stage }),
    },
  }
}

/** Paths from the root of the git repository that the working directory is in: what code hosts know files by. */
export function repositoryPath(): (file: string) => string {
  let root = resolve('.')
  while (!existsSync(join(root, '.git')) && dirname(root) !== root) root = dirname(root)
  const base = existsSync(join(root, '.git')) ? root : resolve('.')
  return (file) => {
    const path = relative(base, resolve(file))
    return path.startsWith('..') ? basename(file) : path
  }
}

export const wrongFormat = (what: string, format: string): UsageError =>
  new UsageError([`${what} are told as text or json, not as "${format}".`])

/** A profile has a few kilobytes. */
const MAX_PROFILE = 4 * 2 ** 20
/** The text of a file, or of standard input for `-`; undefined where it cannot be read. */
export async function textOf(name: string, terminal: Terminal): Promise<string | undefined> {
  try {
    if (name !== '-') return decode(readBounded(name, MAX_PROFILE))
  } catch (error) {
    if (codeOf(error) === 'ENOENT') return undefined
    throw new UsageError([`${name} cannot be read: ${reasonOf(error)}.`])
  }
  const pieces: Uint8Array[] = []
  let size = 0
  for await (const piece of terminal.stdin) {
    size += piece.length
    if (size > MAX_PROFILE) throw new UsageError([`Standard input holds more than ${MAX_PROFILE / 2 ** 20} MB.`])
    pieces.push(piece)
  }
  return decode(Buffer.concat(pieces))
}
