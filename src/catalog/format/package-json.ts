/** package.json of a package that is there (docs.npmjs.com/cli/configuring-npm/package-json). */
import type { PackageFind } from '../../model/package.ts'
import { MAX_WORD } from '../complaints.ts'
import { isObject, lineOfKey, listAt, objectOf, textAt, withoutMark, type JsonObject } from './json.ts'

/** Bytes of a package.json. The largest on the registry are below one megabyte. */
export const MAX_PACKAGE_JSON = 8 * 2 ** 20

/** The package; undefined where the file makes none; a text says why it cannot be known. */
export function packageOf(body: Buffer): PackageFind | string | undefined {
  if (body.length > MAX_PACKAGE_JSON) return `is larger than ${MAX_PACKAGE_JSON} bytes`
  const text = withoutMark(body)
  const json = objectOf(text)
  if (!json) return 'is not a JSON object'
  const name = textAt(json, 'name')
  const version = textAt(json, 'version')
  // Directories such as node_modules/x/package.json with only `"type": "module"` are no packages.
  if (name === '' || version === '') return undefined
  if (name.length > MAX_WORD || version.length > MAX_WORD)
    return `has a name or a version of over ${MAX_WORD} characters`
  const licences = licencesOf(json)
  return {
    type: 'npm',
    name,
    version,
    architecture: '',
    source: '',
    ...(licences.length > 0 && { licences }),
    line: lineOfKey(text, 'name', name),
  }
}

/**
 * `license` is an SPDX expression, in old packages an object with a `type`, or `licenses` a list of these.
 */
export function licencesOf(json: JsonObject): readonly string[] {
  const stated = [json['license'], ...listAt(json, 'licenses')]
  const names = stated.map((one) => (typeof one === 'string' ? one : isObject(one) ? textAt(one, 'type') : ''))
  return [...new Set(names.map((one) => one.trim()).filter((one) => one !== '' && one.length <= MAX_WORD))]
}
