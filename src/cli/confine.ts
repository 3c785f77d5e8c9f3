/** The commands about confinement: ways out, and profiles by themselves. What they need is loaded when they are called. */
import { hint } from '../policy/nearest.ts'
import { sentence } from '../report/escape.ts'
import { take } from '../scan.ts'
import { UsageError } from '../usage.ts'
import { inputOf, repositoryPath, textOf, wrongFormat, type Terminal } from './input.ts'
import type { Arguments } from './options.ts'

export async function pathsCommand(given: Arguments, terminal: Terminal): Promise<number> {
  const format = given.one('format') ?? 'text'
  if (format !== 'text' && format !== 'json') throw wrongFormat('paths', format)
  const [, wanted, ...more] = given.positionals
  if (more.length > 0) throw new UsageError(['paths takes one target, and the container whose ways out are asked for.'])
  const inventory = await take({ ...(await inputOf(given, terminal)), targets: given.positionals.slice(0, 1) })
  const { waysOut } = await import('../confine/escape/paths.ts')
  const { pathsJson, pathsText } = await import('./paths.ts')
  const names = inventory.subjects.filter(({ dialect }) => dialect !== undefined).map(({ id }) => id)
  const isWanted = (id: string): boolean => wanted === undefined || id === wanted || id.endsWith(`/${wanted}`)
  if (wanted !== undefined && !names.some(isWanted))
    throw new UsageError([sentence(`There is no container "${wanted}"${hint(wanted, names)}`)])
  const ways = waysOut(inventory.subjects.filter(({ id }) => isWanted(id)))
  const lost = inventory.notices.filter((notice) => notice.lost)
  if (!given.has('quiet'))
    terminal.write(
      format === 'json'
        ? pathsJson(ways, inventory.notices)
        : pathsText(ways, lost, {
            all: given.has('all'),
            colour: !given.has('no-color') && terminal.colour,
            width: terminal.width,
            unicode: terminal.unicode,
            repositoryPath: repositoryPath(),
          }),
    )
  return lost.length > 0 ? 3 : 0
}

export async function appArmorCommand(given: Arguments, terminal: Terminal): Promise<number> {
  const { apparmorCommand } = await import('./apparmor.ts')
  const { appArmorTexts } = await import('../apparmor-names.ts')
  const { includeFrom } = await import('../apparmor-folders.ts')
  const texts = await appArmorTexts()
  const named = new Map<string, string | undefined>()
  for (const name of given.positionals.slice(1)) named.set(name, (await textOf(name, terminal)) ?? texts.get(name))
  return apparmorCommand([...given.positionals, `--format=${given.one('format') ?? 'text'}`], {
    read: (name) => named.get(name) ?? texts.get(name),
    include: includeFrom(given.values.include ?? ['/etc/apparmor.d']),
    write: terminal.write,
    width: terminal.width,
  })
}

/** @param words what follows `plimsoll seccomp`. */
export const seccompWords = async (words: readonly string[], terminal: Terminal): Promise<number> =>
  (await import('./seccomp.ts')).seccompCommand(words, {
    read: (name) => textOf(name, terminal),
    write: terminal.write,
    warn: terminal.warn,
    width: terminal.width,
  })
