import type { Cataloger } from '../model/tree.ts'
import { isRegular } from './entry.ts'
import { listOf } from './format/finds.ts'

/** Where LuaRocks installs: `lib/luarocks/rocks-5.4/NAME/VERSION/rock_manifest`; before version 3 `rocks` alone. */
const INSTALLED = /(?:^|\/)rocks(?:-[\d.]+)?\/([^/]+)\/([^/]+)\/(?:rock_manifest|([^/]+)\.rockspec)$/

/**
 * Packages of Lua that LuaRocks installed, by the file that it writes last into a rock's folder (`luarocks.manif`). Versions are those of the
 * rock, with the revision of its rockspec: `3.1.0-1`. The rockspec beside it says the licence.
 */
export const lua: Cataloger = {
  name: 'lua',
  version: 1,
  body: true,
  packages: true,
  names: ['rock_manifest', '*.rockspec'],
  wants: (path, entry) =>
    (path.endsWith('/rock_manifest') || path.endsWith('.rockspec')) && isRegular(entry) && INSTALLED.test(path),
  parse(file) {
    const list = listOf(file, 'luarocks')
    const [, name, version, rockspec] = INSTALLED.exec(file.path) ?? []
    if (name === undefined || version === undefined) return list.read
    if (rockspec === undefined) {
      list.add(name, version, 1)
      return list.read
    }
    const licence = /^\s*license\s*=\s*(["'])([^"'\\\n]{1,200})\1/m.exec(file.body.toString('utf8', 0, MAX_HEAD))?.[2]
    if (rockspec !== `${name}-${version}` || licence === undefined) return list.read
    return { value: { parts: [{ type: 'luarocks', name, licences: [licence] }] }, notices: [] }
  },
}

/** Bytes of a rockspec in which its description stands. */
const MAX_HEAD = 65_536
