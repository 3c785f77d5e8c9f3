import type { Cataloger } from '../model/tree.ts'
import { isRegular } from './entry.ts'

/** Regular files with the set-user-ID or set-group-ID bit (inode(7)). On a directory the bit means something else. */
export const setuid: Cataloger = {
  name: 'setuid',
  version: 1,
  body: false,
  wants: (_path, entry) => isRegular(entry) && (entry.mode & 0o6000) !== 0,
  parse: () => ({ value: { setuid: true }, notices: [] }),
}
