import { child, elements, isMap, textOf } from '../document/node.ts'
import { readEvents } from '../document/yaml-events.ts'
import type { Cataloger } from '../model/tree.ts'
import { isRegular } from './entry.ts'
import { isBrought } from './format/brought.ts'
import { withoutMark } from './format/json.ts'
import { LockFile } from './format/lock.ts'
import { requirementOf } from './format/requirement.ts'

const NAME = /(?:^|\/)environment\.ya?ml$/

/**
 * What an environment of conda is to have: `dependencies` of environment.yml, and below `pip` what pip is to install. A version only
 * where one is pinned.
 */
export const condaEnvironment: Cataloger = {
  name: 'conda-environment',
  version: 1,
  body: true,
  packages: true,
  names: ['environment.yml', 'environment.yaml'],
  wants: (path, entry) =>
    (path.endsWith('ment.yml') || path.endsWith('ment.yaml')) &&
    NAME.test(path) &&
    isRegular(entry) &&
    !isBrought(path),
  parse(file) {
    const lock = new LockFile(file, 'conda', 'conda env export')
    if (lock.tooLarge(file.body.length)) return lock.read()
    // Of this reader alone: the other one, for what is rare, takes minutes over what is hostile.
    const read = readEvents(withoutMark(file.body), (line, column) => ({ file: file.path, line, column }))
    if (!read) return lock.unreadable('is not YAML as conda writes it')
    const [document] = read.documents
    if (!document) return lock.read()
    for (const one of elements(child(document, 'dependencies'))) {
      const words = textOf(one)
      if (words !== undefined) {
        const { name, version, build } = specOf(words)
        const qualifiers = build === '' ? {} : { qualifiers: { build } }
        if (name !== '' && !lock.add(name, version, one.place.line, qualifiers)) break
      } else if (isMap(one))
        for (const each of elements(child(one, 'pip'))) {
          const found = requirementOf(textOf(each) ?? '')
          if (found && !lock.add(found.name, found.version, each.place.line, { type: 'pypi' })) break
        }
    }
    return lock.read()
  },
}

/** `conda-forge::numpy=1.21.2=py39_0`: channel, name, version, build. `=1.21` is taken as it is exported, for the version itself. */
function specOf(words: string): { readonly name: string; readonly version: string; readonly build: string } {
  const [, name = '', rest = ''] = /^\s*(?:[^\s:]+::)?([\w.-]+)\s*(.*)$/.exec(words) ?? []
  const [, version = '', build = ''] = /^(?:==?)?\s*([\w.+!-]+)(?:[=\s]([\w.+-]+))?$/.exec(rest.trim()) ?? []
  return { name, version, build }
}
