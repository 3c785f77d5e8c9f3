import type { Cataloger } from '../model/tree.ts'

const STORE = 'nix/store/'
const HASH = 32

/**
 * Packages of a Nix store, by the names of its paths: `HASH-NAME-VERSION`, and `-OUTPUT` where a package has several. What has no version
 * is no package but a file of configuration, a script, an environment. That a path is in the image's store is all that "installed" means
 * there (nix.dev/manual, "Store path").
 */
export const nix: Cataloger = {
  name: 'nix',
  version: 1,
  body: false,
  packages: true,
  wants: (path, { type }) =>
    path.startsWith(STORE) &&
    path.charAt(STORE.length + HASH) === '-' &&
    type === 'directory' &&
    !path.includes('/', STORE.length),
  parse({ path }) {
    const { name, version } = split(path.slice(STORE.length + HASH + 1))
    if (version === '' || NO_PACKAGE.test(path)) return { value: {}, notices: [] }
    return { value: { packages: [{ type: 'nix', name, version, architecture: '', source: '', line: 1 }] }, notices: [] }
  },
}

/** Recipes, and sources that were only unpacked. */
const NO_PACKAGE = /\.(?:drv|patch|tar|tgz|zip|lock)$|-source$/

/** Outputs of a package (nixpkgs, "Multiple-output packages"); the main one has no suffix. */
const OUTPUT = /-(?:bin|dev|lib|man|doc|devdoc|info|debug|static|dist|data|out|libgcc|getent|locale|terminfo)$/

/** The version begins at the first hyphen that no letter follows (`nix-env`'s parseDrvName). */
function split(text: string): { readonly name: string; readonly version: string } {
  const at = /-(?![A-Za-z])./.exec(text)?.index
  return at === undefined
    ? { name: text, version: '' }
    : { name: text.slice(0, at), version: text.slice(at + 1).replace(OUTPUT, '') }
}
