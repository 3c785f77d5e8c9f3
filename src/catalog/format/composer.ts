/** Packages as Composer writes them, in its lock file and its list of what is installed (getcomposer.org/doc/04-schema.md). */
import type { PackageFind } from '../../model/package.ts'
import { MAX_FINDS, MAX_WORD, tooMany, type Complaints } from '../complaints.ts'
import { isObject, linesOfKeys, pathKey, textAt, type JsonPath } from './json.ts'

/** A list of packages, and where it is in the text. */
export interface ComposerList {
  readonly list: readonly unknown[]
  readonly path: JsonPath
}

export function composerPackagesOf(
  text: string,
  lists: readonly ComposerList[],
  complaints: Complaints,
): readonly PackageFind[] {
  const depth = Math.max(...lists.map(({ path }) => path.length)) + 2
  const lines = linesOfKeys(text, depth, (path) => path.at(-1) === 'name' && typeof path.at(-2) === 'number')
  const packages: PackageFind[] = []
  for (const { list, path } of lists)
    for (const [index, one] of list.entries()) {
      const line = lines.get(pathKey([...path, index, 'name'])) ?? 1
      if (packages.length >= MAX_FINDS) {
        tooMany(complaints, line, 'packages')
        return packages
      }
      const name = isObject(one) ? textAt(one, 'name') : ''
      const version = isObject(one) ? textAt(one, 'version') : ''
      if (!isObject(one) || name === '' || version === '' || name.length > MAX_WORD || version.length > MAX_WORD) {
        complaints.add(
          'composer-package-malformed',
          line,
          `Entry ${index + 1} of the packages has no usable name or version, so the package is not known. Run composer install anew.`,
          true,
        )
        continue
      }
      const licences = licencesOf(one['license'])
      packages.push({
        type: 'composer',
        name,
        version,
        architecture: '',
        source: '',
        ...(licences.length > 0 && { licences }),
        line,
      })
    }
  return packages
}

/** A text or a list of alternatives. */
function licencesOf(stated: unknown): readonly string[] {
  const list: readonly unknown[] = Array.isArray(stated) ? stated : [stated]
  return list.flatMap((one) => (typeof one === 'string' && one !== '' && one.length <= MAX_WORD ? [one] : []))
}
