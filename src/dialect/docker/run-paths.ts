/**
 * podman's `--security-opt mask=/a:/b`, `unmask=ALL` and `unmask=/proc/acpi:/sys/*` (podman-run(1)): what stays hidden and read-only
 * of its default paths.
 */
import { child, isList, type Node } from '../../document/node.ts'
import { unknown, type Fact } from '../../model/fact.ts'
import { ask, type Answer, type Ask, type Scope } from '../ask.ts'
import { PODMAN_MASKED_PATHS, PODMAN_READ_ONLY_PATHS } from '../silence/podman.ts'
import { HOLE, rawText, said } from './piece.ts'

interface Path {
  readonly node: Node
  readonly text: string
}
/** The paths of every `NAME=/a:/b` option. */
const listed = (scope: Scope, name: 'mask' | 'unmask'): readonly Path[] => {
  const options = child(scope.self, 'security-opt')
  return (isList(options) ? options.value : []).flatMap((node) => {
    const [, own, value = ''] = /^(mask|unmask)[=:](.*)$/s.exec(rawText(node) ?? '') ?? []
    return own === name ? value.split(':').map((text) => ({ node, text })) : []
  })
}

/** filepath.Match of Go, for `*` and `?` alone: neither crosses a slash. */
function matches(pattern: string, path: string): boolean {
  let [inPattern, inPath, star, mark] = [0, 0, -1, 0]
  while (inPath < path.length) {
    const sign = pattern[inPattern]
    if (sign === '*') {
      star = inPattern
      mark = inPath
      inPattern += 1
    } else if (sign !== undefined && (sign === path[inPath] || (sign === '?' && path[inPath] !== '/'))) {
      inPattern += 1
      inPath += 1
    } else if (star >= 0 && path[mark] !== '/') {
      mark += 1
      inPath = mark
      inPattern = star + 1
    } else return false
  }
  return /^\**$/.test(pattern.slice(inPattern))
}
const isAll = ({ text }: Path): boolean => text.toUpperCase() === 'ALL'

/** True where everything is shown; silent where nothing is said of it. */
export const unmasksAll: Ask<boolean> = ask((scope): Answer<boolean> => {
  const all = listed(scope, 'unmask').find(isAll)
  return all ? said(all.node, true) : { how: 'silent', place: scope.self.place }
})

/** The paths that are left, where any option speaks of them. */
export const pathsOf = (which: 'masked' | 'readOnly'): Ask<readonly Fact<string>[]> =>
  ask((scope): Answer<readonly Fact<string>[]> => {
    const shown = listed(scope, 'unmask')
    const hidden = which === 'masked' ? listed(scope, 'mask') : []
    const [first] = [...shown, ...hidden]
    if (!first) return { how: 'silent', place: scope.self.place }
    const strange = [...shown, ...hidden].find(({ node, text }) => node.unknown !== undefined && text.includes(HOLE))
    if (strange) return unknown(strange.node.place, strange.node.unknown ?? '', 'user')
    const left = (which === 'masked' ? PODMAN_MASKED_PATHS : PODMAN_READ_ONLY_PATHS).filter(
      (path) => !shown.some((each) => isAll(each) || matches(each.text, path)),
    )
    return said(first.node, [
      ...left.map((path) => said(first.node, path)),
      ...hidden.map(({ node, text }) => said(node, text)),
    ])
  })
