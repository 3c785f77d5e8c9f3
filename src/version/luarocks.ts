/** LuaRocks' order (luarocks' src/luarocks/core/vers.lua): `version-revision`; `scm` and its like are after every number. */
import { compareDigits, compareLists, compareText, inOrder, isNumber } from './order.ts'
import { MAX_VERSION, type Scheme } from './scheme.ts'

/** Words before the release and after it, as they are added to a version. */
const WORDS = ['alpha', 'beta', 'pre', 'rc', '', 'cvs', 'scm', 'dev']

function parse(text: string): { readonly parts: readonly string[]; readonly revision: string } | undefined {
  const written = text.trim().toLowerCase()
  if (written.length > MAX_VERSION || !/^[a-z0-9][a-z0-9._+-]*$/.test(written)) return undefined
  const [, version = written, revision = ''] = /^(.*)-(\d+)$/.exec(written) ?? []
  return { parts: version.match(/\d+|[a-z]+/g) ?? [], revision }
}

function compareParts(a: string, b: string): number {
  if (isNumber(a) && isNumber(b)) return compareDigits(a, b)
  const place = (part: string): number => (isNumber(part) ? WORDS.indexOf('') : WORDS.indexOf(part))
  // A word that says nothing is a letter of a release.
  const known = (part: string): number => (place(part) < 0 ? WORDS.indexOf('') : place(part))
  return known(a) - known(b) || Number(isNumber(a)) - Number(isNumber(b)) || compareText(a, b)
}

export const luarocks: Scheme = {
  compare: inOrder(
    parse,
    (a, b) =>
      compareLists(a.parts, b.parts, compareParts, '') ||
      // A version without a revision is every one of it.
      (a.revision === '' || b.revision === '' ? 0 : compareDigits(a.revision, b.revision)),
  ),
}
