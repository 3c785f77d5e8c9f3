import type { Cataloger } from '../model/tree.ts'
import { complaintsAbout } from './complaints.ts'
import { composerPackagesOf } from './format/composer.ts'
import { isRegular } from './entry.ts'
import { isObject, parsed, withoutMark } from './format/json.ts'
import { MAX_LOCK } from './format/lock.ts'

/**
 * PHP's packages that Composer installed: `vendor/composer/installed.json`, a list (Composer 1) or an object with the list as `packages`
 * (2). `installed.php` beside it says the same of version 2, and the project itself, for programs.
 */
export const composer: Cataloger = {
  name: 'composer',
  version: 1,
  body: true,
  packages: true,
  names: ['installed.json'],
  wants: (path, entry) =>
    path.endsWith('composer/installed.json') &&
    (path.length === 23 || path.endsWith('/composer/installed.json')) &&
    isRegular(entry),
  parse(file) {
    const complaints = complaintsAbout(file)
    const lost = (why: string) => {
      complaints.add(
        'composer-installed-unreadable',
        1,
        `Composer's list of installed packages ${why}, so they are not known. Run composer install anew.`,
        true,
      )
      return { value: {}, notices: complaints.notices }
    }
    if (file.body.length > MAX_LOCK) return lost(`is larger than ${MAX_LOCK} bytes`)
    const text = withoutMark(file.body)
    const json = parsed(text)
    const list = isObject(json) ? json['packages'] : json
    if (!Array.isArray(list)) return lost('is neither a list nor an object with one')
    const path = Array.isArray(json) ? [] : ['packages']
    const packages = composerPackagesOf(text, [{ list, path }], complaints)
    return { value: packages.length > 0 ? { packages } : {}, notices: complaints.notices }
  },
}
