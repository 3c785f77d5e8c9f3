import type { Cataloger } from '../model/tree.ts'
import { isMountedOver, isRegular } from './entry.ts'

/**
 * Files and directories that everybody may write. Sticky directories are among them: their mode tells.
 * Not symbolic links, whose mode means nothing, and not below /proc, /sys and /dev, which are mounted over.
 */
export const worldWritable: Cataloger = {
  name: 'world-writable',
  version: 1,
  body: false,
  wants: (path, entry) =>
    (entry.mode & 0o002) !== 0 && (isRegular(entry) || entry.type === 'directory') && !isMountedOver(path),
  parse: () => ({ value: { worldWritable: true }, notices: [] }),
}
