/** Folders of AppArmor profiles on this machine, where includes are looked for. */
import { readdirSync, realpathSync, statSync } from 'node:fs'
import { isAbsolute, join } from 'node:path'
import { decode, readBounded } from './file.ts'
import { isInside } from './walk.ts'

/** The largest of Debian's abstractions has 20 kilobytes. */
const MAX_INCLUDE = 4 * 2 ** 20

/**
 * The text of an include, such as `abstractions/base` or `/etc/apparmor.d/local/x`; for a folder, the names to ask with for the files in it.
 * Undefined where there is none, and for what lies outside the folders.
 */
export const includeFrom =
  (folders: readonly string[]) =>
  (name: string): string | readonly string[] | undefined => {
    for (const folder of folders)
      try {
        const path = realpathSync(isAbsolute(name) ? name : join(folder, name))
        if (!isInside(realpathSync(folder), path)) continue
        if (statSync(path).isDirectory())
          return readdirSync(path)
            .sort()
            .map((file) => `${name.replace(/\/$/, '')}/${file}`)
        return decode(readBounded(path, MAX_INCLUDE))
      } catch {
        // Not in this one. What is in none is told by the parser, with the place that asks for it.
      }
    return undefined
  }
