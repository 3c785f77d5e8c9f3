/**
 * The version of a Go program's main module where the linker knew none (`(devel)`): by convention it is set when linking, by
 * `-ldflags "-X main.version=1.2.3"`, which build information keeps (cmd/link; not where it was built with -trimpath).
 */

/** Names of variables that hold a program's own version. */
const VERSION = /^(?:build|app|git|program|release|product)?_?(?:version|semver|tag)$/i
/** Packages outside of the module whose variable is set to the version of the program that uses them. */
const KEEPERS = new Set(['github.com/prometheus/common/version'])
/** `1.2`, `v1.2.3-rc.1`, `0.4.15-12`: what can be compared. */
const NUMBER = /^v?(\d+\.\d+(?:\.\d+)*(?:[-+.~][\w.+~-]*)?)$/
const MAX_FLAGS = 65_536

/** With the `v` that versions of modules have; undefined where nothing that was set is one. */
export function versionOfMain(module: string, settings: ReadonlyMap<string, string>): string | undefined {
  const words = wordsOf((settings.get('-ldflags') ?? '').slice(0, MAX_FLAGS))
  const found: { readonly rank: number; readonly version: string }[] = []
  for (const [index, word] of words.entries()) {
    const definition = /^--?X$/.test(word) ? words[index + 1] : /^--?X=(.*)$/s.exec(word)?.[1]
    const equals = definition?.indexOf('=') ?? -1
    if (definition === undefined || equals < 0) continue
    const key = definition.slice(0, equals)
    const dot = key.lastIndexOf('.')
    const rank = rankOf(key.slice(0, dot), module)
    const version = NUMBER.exec(definition.slice(equals + 1))?.[1]
    if (rank >= 0 && version !== undefined && VERSION.test(key.slice(dot + 1)))
      found.push({ rank, version: `v${version}` })
  }
  return found.toSorted((a, b) => a.rank - b.rank)[0]?.version
}

/** How near a package is to the program: the smaller the nearer, -1 where it is another's. */
function rankOf(path: string, module: string): number {
  if (path === 'main') return 0
  if (path === module || path.startsWith(`${module}/`)) return 1
  return KEEPERS.has(path) ? 2 : -1
}

/** Words as the go command splits flags (cmd/internal/quoted): at blanks; a word that begins with a quote ends with it. */
function wordsOf(text: string): readonly string[] {
  return Array.from(
    text.matchAll(/'([^']*)'|"([^"]*)"|(\S+)/g),
    ([, single, double, plain]) => single ?? double ?? plain ?? '',
  )
}
