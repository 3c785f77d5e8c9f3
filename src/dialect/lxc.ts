/** Container configurations of LXC: lxc.container.conf(5), https://linuxcontainers.org/lxc/manpages/man5/lxc.container.conf.5.html */
import { posix } from 'node:path'
import { elements, entries, isList, type Node } from '../document/node.ts'
import type { Read } from '../model/notice.ts'
import type { About, Dialect, Files, Found } from './dialect.ts'
import { asks } from './lxc/asks.ts'
import { OF_SYSTEM } from './lxc/known.ts'
import { expand, included, nodeOf, type Line } from './lxc/line.ts'
import { told } from './lxc/notices.ts'
import { writable } from './lxc/write.ts'
import { lxc as silence } from './silence/lxc.ts'

/** Entries that are looked at to know the document: any of LXC's keys is enough. */
const MAX_LOOKED = 200
const keysOf = (root: Node): readonly string[] =>
  elements(root)
    .slice(0, MAX_LOOKED)
    .flatMap((entry) => entries(entry).map(([key]) => key))

/** What a container has and a file that others include has not. */
const OF_CONTAINER: ReadonlySet<string> = new Set([
  'lxc.rootfs.path',
  'lxc.uts.name',
  'lxc.init.cmd',
  'lxc.execute.cmd',
])
const isContainer = (lines: readonly Line[]): boolean =>
  lines.some(({ key, origin, text }) => origin === 'own' && OF_CONTAINER.has(key) && text !== '')

/** LXC names a container by its folder: /var/lib/lxc/NAME/config. Elsewhere it is named by its file. */
function nameOf(file: string): string {
  const name = posix.basename(file)
  const folder = posix.basename(posix.dirname(file))
  return name === 'config' ? (folder === '.' ? '' : folder) : name.replace(/\.(?:conf|config|lxc)$/, '')
}

function containers(root: Node, files: Files, about: About): Read<readonly Found[]> {
  const lines = expand(root, files, about.file)
  if (!isContainer(lines))
    return {
      value: [],
      notices: [
        {
          id: 'lxc-no-container',
          place: root.place,
          message:
            'This file names neither a root file system nor a host name: it holds settings that containers of LXC include, and is checked where one includes it.',
          lost: false,
        },
      ],
    }
  // Comments at the head of the file are not the container.
  const place = elements(root)[0]?.place ?? root.place
  const name = nameOf(about.file)
  const host = lines.findLast(({ key }) => key === 'lxc.uts.name')?.text
  const named: Node = { place: root.place, path: [], value: name }
  const id = name !== '' ? name : host === undefined || host === '' ? 'container' : host
  return {
    value: [{ id, scope: { self: nodeOf(lines, place), ...(name !== '' && { name: named }) } }],
    notices: told(lines),
  }
}

export const lxc: Dialect = {
  name: 'lxc',
  says: 'Container configurations of LXC (/var/lib/lxc/NAME/config)',
  runtime: 'lxc',
  syntaxes: ['keyvalue'],
  mention: /^[ \t]*lxc\.[a-z]/m,
  sign: 'keys that begin with `lxc.`',
  certain: true,
  is: (root) => isList(root) && keysOf(root).some((key) => /^lxc\.[a-z0-9_.]+$/.test(key) && !OF_SYSTEM.test(key)),
  wants: (root, { file }) => included(root, file),
  containers,
  asks: writable(asks),
  silence,
}
