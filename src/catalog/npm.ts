import type { Cataloger } from '../model/tree.ts'
import { complaintsAbout } from './complaints.ts'
import { isRegular } from './entry.ts'
import { isInstalled } from './format/node-modules.ts'
import { packageOf } from './format/package-json.ts'

/**
 * Packages of Node.js that are installed, one package.json each: those that `npm ls --all` lists, and the modules that Debian's
 * packages install (`usr/share/nodejs`), which Node.js resolves like those of node_modules, though npm does not look there.
 * The name is the one the package gives itself: the directory of an alias (`npm:`) has another.
 * A package.json outside of such folders is a project's own, which nobody installed: `npm ls` does not list it either, nor do we list
 * what a link in node_modules leads to there (workspaces, `npm link`).
 */
export const npm: Cataloger = {
  name: 'npm',
  version: 2,
  body: true,
  packages: true,
  byContent: true,
  names: ['package.json'],
  wants: (path, entry) => path.endsWith('/package.json') && isRegular(entry) && isInstalled(path),
  parse(file) {
    const found = packageOf(file.body)
    if (found === undefined) return { value: {}, notices: [] }
    if (typeof found !== 'string') return { value: { packages: [found] }, notices: [] }
    const complaints = complaintsAbout(file)
    complaints.add(
      'package-json-unreadable',
      1,
      `The package.json of an installed package ${found}, so the package is not known. Install it anew, or remove its directory.`,
      true,
    )
    return { value: {}, notices: complaints.notices }
  },
}
