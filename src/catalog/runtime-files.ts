import type { Cataloger } from '../model/tree.ts'
import { isRegular } from './entry.ts'
import { listOf, textOfFile } from './format/finds.ts'
import { runtimes, type Runtime } from './binary/runtimes.ts'

/** Bytes of a file that says its version: the largest have some ten thousand. */
const MAX_SIZE = 2 ** 18

const byName: ReadonlyMap<string, readonly Runtime[]> = Map.groupBy(runtimes, ({ path }) =>
  path.slice(path.lastIndexOf('/') + 1),
)

const runtimesAt = (path: string): readonly Runtime[] => {
  const known = byName.get(path.slice(path.lastIndexOf('/') + 1))
  return known ? known.filter((one) => path === one.path || path.endsWith(`/${one.path}`)) : []
}

/**
 * Languages and applications that are unpacked into an image without a package, by the text file in which they say their version
 * (`binary/runtimes.ts`; docs/classifiers.md is the list): the JDK's `release`, Go's `VERSION`, WordPress's `version.php`.
 */
export const runtimeFiles: Cataloger = {
  name: 'runtime-files',
  version: 1,
  body: true,
  packages: true,
  unowned: true,
  names: [...byName.keys()],
  wants: (path, entry) => runtimesAt(path).length > 0 && isRegular(entry) && entry.size <= MAX_SIZE,
  parse(file) {
    const list = listOf(file, 'generic')
    if (file.body.length > MAX_SIZE) return list.read
    const text = textOfFile(file)
    for (const { name, pattern, shown, requires } of runtimesAt(file.path)) {
      const found = pattern.exec(text)
      if (!found || (requires && !requires.test(text))) continue
      const line = text.slice(0, found.index).split('\n').length
      list.add(name, shown ? shown(found) : (found[1] ?? ''), line)
      break
    }
    return list.read
  },
}
