import type { Cataloger } from '../model/tree.ts'
import { isRegular } from './entry.ts'
import { isBrought } from './format/brought.ts'
import { linesOf } from './format/lines.ts'
import { LockFile } from './format/lock.ts'
import { requirementOf } from './format/requirement.ts'

/** `requirements.txt`, `requirements-dev.txt`, `test_requirements.txt`, `requirements/base.txt` */
const NAME = /(?:requirements[^/]*|(?:^|\/)requirements\/[^/]+)\.txt$/i

/**
 * Requirements files of pip (pip.pypa.io/en/stable/reference/requirements-file-format). A version only where one is pinned (`==`, `===`,
 * no wildcard); what it names otherwise has an empty one. Other files that it includes (`-r`) are read where they are called so.
 */
export const requirements: Cataloger = {
  name: 'requirements',
  version: 1,
  body: true,
  packages: true,
  names: ['*.txt'],
  wants: (path, entry) => path.endsWith('.txt') && NAME.test(path) && isRegular(entry) && !isBrought(path),
  parse(file) {
    const lock = new LockFile(file, 'pypi', 'pip freeze')
    if (lock.tooLarge(file.body.length)) return lock.read()
    let begun: { text: string; line: number } | undefined
    const take = (): boolean => {
      const found = begun && requirementOf(begun.text)
      const more = !begun || !found || lock.add(found.name, found.version, begun.line)
      begun = undefined
      return more
    }
    for (const { text, number } of linesOf(file.body)) {
      begun ??= { text: '', line: number }
      const goesOn = text.endsWith('\\') && !/^\s*#/.test(text)
      // One requirement with its hashes may go on for hundreds of lines, of which the first says all.
      if (begun.text.length < MAX_REQUIREMENT) begun.text += goesOn ? text.slice(0, -1) : text.replace(/^\s*#/, ' #')
      if (!goesOn && !take()) return lock.read()
    }
    take()
    return lock.read()
  },
}
/** Characters of a requirement that are looked at. */
const MAX_REQUIREMENT = 65_536
