/** Where answers about images are kept from run to run. */
import type { Cache } from '../cache.ts'
import { build } from '../version.ts'
import type { Terminal } from './input.ts'
import type { Arguments } from './options.ts'

/**
 * The folder that `--cache` or PLIMSOLL_CACHE names, else `plimsoll` in the user's folder of caches (XDG Base Directory Specification);
 * `off` is none. What runs from its sources changes without a new name, and keeps nothing unless it is told to.
 */
export async function cacheOf(
  given: Arguments,
  terminal: Pick<Terminal, 'cache'>,
): Promise<{ readonly cache?: Cache }> {
  const made = await build()
  const folder = given.one('cache') ?? terminal.cache.asked ?? (made === undefined ? undefined : terminal.cache.usual)
  if (folder === undefined || folder === 'off') return {}
  const { cacheIn } = await import('../cache.ts')
  return { cache: cacheIn(folder, { build: `${made ?? 'source'}-` }) }
}
