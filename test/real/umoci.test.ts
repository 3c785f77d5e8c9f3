/** Our union of layers against a real unpacker's: umoci (Debian's package), which is Go's archive/tar and the rules of the OCI image specification. */
import { execFileSync, spawnSync } from 'node:child_process'
import { lstatSync, mkdtempSync, readdirSync, readFileSync, readlinkSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import fc from 'fast-check'
import { afterAll, describe, expect, test } from 'vitest'
import { openImage } from '../../src/image/open.ts'
import type { Cataloger } from '../../src/model/tree.ts'
import { ociFiles, tar, writeFolder, type Member } from '../support/archive.ts'
import { works } from '../support/works.ts'

const reason = works('umoci', '--version') ? undefined : 'umoci is absent (Debian package umoci)'
if (reason) console.log(`${reason}: the union of layers is not compared with it`)

const folder = mkdtempSync(join(tmpdir(), 'plimsoll-umoci-'))
afterAll(() => {
  // Directories without permissions are unpacked so.
  spawnSync('chmod', ['-R', 'u+rwx', folder])
  rmSync(folder, { recursive: true, force: true })
})

/** What stands at each path: a directory, a link with its target, or a file with its text. */
type Listing = ReadonlyMap<string, string>

function unpacked(layout: string, bundle: string): Listing | undefined {
  const { status } = spawnSync('umoci', ['unpack', '--rootless', '--image', `${layout}:web`, bundle], {
    stdio: 'ignore',
  })
  if (status !== 0) return undefined
  const found = new Map<string, string>()
  const visit = (path: string): void => {
    for (const name of readdirSync(join(bundle, 'rootfs', path))) {
      const at = path === '' ? name : `${path}/${name}`
      const whole = join(bundle, 'rootfs', at)
      const stat = lstatSync(whole)
      if (stat.isDirectory()) {
        found.set(at, 'directory')
        visit(at)
      } else if (stat.isSymbolicLink()) found.set(at, `-> ${readlinkSync(whole)}`)
      else found.set(at, readFileSync(whole, 'utf8'))
    }
  }
  visit('')
  return found
}

async function ours(layout: string): Promise<Listing> {
  const found = new Map<string, string>()
  const lister: Cataloger = {
    name: 'lister',
    version: 1,
    body: true,
    wants: (_, { type }) => type === 'file' || type === 'hardlink',
    parse: ({ body }) => ({
      value: { distribution: { id: body.toString(), version: '', name: '', line: 1 } },
      notices: [],
    }),
  }
  const names: Cataloger = {
    name: 'names',
    version: 1,
    body: false,
    wants: (path, { type, link }) => {
      if (type === 'directory') found.set(path, 'directory')
      if (type === 'symlink') found.set(path, `-> ${link}`)
      return false
    },
    parse: () => ({ value: {}, notices: [] }),
  }
  const { value } = await openImage({ kind: 'oci-layout', name: 'web', path: layout }, [lister, names])
  for (const { file, finds } of value.flatMap(({ catalogued }) => catalogued.finds))
    found.set(file.path, finds.distribution?.id ?? '')
  // A directory that others imply is asked of nobody.
  for (const path of found.keys())
    for (let at = path.lastIndexOf('/'); at > 0; at = path.lastIndexOf('/', at - 1))
      if (!found.has(path.slice(0, at))) found.set(path.slice(0, at), 'directory')
  return found
}

let number = 0
/** Undefined where umoci refuses the layers. */
async function both(layers: readonly (readonly Member[] | Buffer)[]): Promise<readonly [Listing, Listing] | undefined> {
  const layout = join(folder, `${number++}`)
  const files = ociFiles([{ tags: ['web'], layers, compression: 'gzip' }], () => ({
    annotations: { 'org.opencontainers.image.ref.name': 'web' },
  }))
  writeFolder(files, layout)
  const theirs = unpacked(layout, `${layout}.bundle`)
  const mine = await ours(layout)
  spawnSync('chmod', ['-R', 'u+rwx', `${layout}.bundle`])
  rmSync(layout, { recursive: true, force: true })
  rmSync(`${layout}.bundle`, { recursive: true, force: true })
  return theirs && [sorted(mine), sorted(theirs)]
}
const holdsFile = (listing: Listing, path: string): boolean =>
  [...listing].some(([at, what]) => what !== 'directory' && at.startsWith(`${path}/`))
/** Without empty directories: those that a layer only implied, and another emptied, no cataloger is asked about. */
const sorted = (listing: Listing): Listing =>
  new Map(
    [...listing]
      .filter(([path, what]) => what !== 'directory' || holdsFile(listing, path))
      .toSorted(([a], [b]) => (a < b ? -1 : 1)),
  )

describe.skipIf(reason !== undefined)('umoci sees what we see', () => {
  const cases: readonly (readonly [string, readonly (readonly Member[] | Buffer)[]])[] = [
    ['a file, overwritten', [[{ path: 'a', body: '1' }], [{ path: 'a', body: '2' }]]],
    [
      'a whiteout',
      [
        [
          { path: 'd/a', body: '1' },
          { path: 'd/b', body: '1' },
        ],
        [{ path: 'd/.wh.a' }],
      ],
    ],
    ['a whiteout of a directory', [[{ path: 'd/a', body: '1' }], [{ path: '.wh.d' }]]],
    [
      'an opaque directory before its siblings',
      [[{ path: 'd/a', body: '1' }], [{ path: 'd/' }, { path: 'd/.wh..wh..opq' }, { path: 'd/b', body: '2' }]],
    ],
    [
      'an opaque directory after its siblings',
      [[{ path: 'd/a', body: '1' }], [{ path: 'd/' }, { path: 'd/b', body: '2' }, { path: 'd/.wh..wh..opq' }]],
    ],
    ['a directory in the place of a file', [[{ path: 'a', body: '1' }], [{ path: 'a/' }, { path: 'a/b', body: '2' }]]],
    ['a file in the place of a directory', [[{ path: 'a/b', body: '1' }], [{ path: 'a', body: '2' }]]],
    [
      'a link in the place of a directory',
      [
        [
          { path: 'a/b', body: '1' },
          { path: 'c/d', body: '2' },
        ],
        [{ path: 'a', link: 'c' }],
      ],
    ],
    [
      'written through a link of a lower layer',
      [[{ path: 'usr/' }, { path: 'lib', link: 'usr' }], [{ path: 'lib/a', body: '2' }]],
    ],
    [
      'a whiteout through a link of a lower layer',
      [
        [
          { path: 'usr/a', body: '1' },
          { path: 'lib', link: 'usr' },
        ],
        [{ path: 'lib/.wh.a' }],
      ],
    ],
    [
      'hard links inside a layer',
      [
        [
          { path: 'a', body: '1' },
          { path: 'b', flag: '1', link: 'a' },
        ],
      ],
    ],
    ['hard links across layers', [[{ path: 'a', body: '1' }], [{ path: 'b', flag: '1', link: 'a' }]]],
    [
      'a hard link whose target is overwritten later',
      [
        [
          { path: 'a', body: '1' },
          { path: 'b', flag: '1', link: 'a' },
        ],
        [{ path: 'a', body: '2' }],
      ],
    ],
    [
      'a name twice in one layer',
      [
        [
          { path: 'a', body: '1' },
          { path: 'a', body: '2' },
        ],
      ],
    ],
    [
      'an absolute name, and one with a dot',
      [
        [
          { path: '/a', body: '1' },
          { path: './b', body: '2' },
          { path: 'c/./d', body: '3' },
        ],
      ],
    ],
    ['a climb that stays inside', [[{ path: 'a/../b', body: '1' }]]],
    [
      'a link to the root, written through',
      [
        [
          { path: 'a', link: '/' },
          { path: 'a/b', body: '1' },
        ],
      ],
    ],
    [
      'a link over the root, written through',
      [
        [
          { path: 'a', link: '../../..' },
          { path: 'a/b', body: '1' },
        ],
      ],
    ],
    [
      'a hard link with a size before another file',
      [
        [
          { path: 'a', body: 'x' },
          { path: 'h', flag: '1', link: 'a', size: 600 },
          { path: 'hidden', body: 'seen' },
        ],
      ],
    ],
    [
      'a directory with a size before another file',
      [
        [
          { path: 'd/', size: 600 },
          { path: 'hidden', body: 'seen' },
        ],
      ],
    ],
    ['a long name', [[{ path: `${'long/'.repeat(40)}name`, body: '1' }]]],
    ['what stands behind the end', [Buffer.concat([tar([{ path: 'a', body: '1' }]), tar([{ path: 'b', body: '2' }])])]],
    [
      'names that differ in their case',
      [
        [
          { path: 'A', body: '1' },
          { path: 'a', body: '2' },
        ],
      ],
    ],
  ]
  test.each(cases)('%s', async (_, layers) => {
    const found = await both(layers)
    expect(found, 'umoci refuses it').toBeDefined()
    expect(found?.[0]).toEqual(found?.[1])
  })

  const part = fc.constantFrom('a', 'b', 'c')
  const path = fc.array(part, { minLength: 1, maxLength: 3 }).map((parts) => parts.join('/'))
  let body = 0
  const file = path.map((at): Member => ({ path: at, body: `body ${body++}` }))
  const directory = path.map((at): Member => ({ path: `${at}/` }))
  const whiteout = fc.oneof(
    path.map((at): Member => ({ path: at.replace(/[^/]+$/, (name) => `.wh.${name}`) })),
    path.map((at): Member => ({ path: `${at}/.wh..wh..opq` })),
  )
  const link = fc
    .tuple(
      path,
      fc.oneof(
        path,
        path.map((to) => `/${to}`),
      ),
    )
    .map(([at, to]): Member => ({ path: at, link: to }))
  const layer = fc.array(
    fc.oneof(
      { weight: 5, arbitrary: file },
      { weight: 2, arbitrary: directory },
      { weight: 2, arbitrary: whiteout },
      { weight: 1, arbitrary: link },
    ),
    { maxLength: 6 },
  )
  test('layers of any files, directories, links and whiteouts', async () => {
    let compared = 0
    await fc.assert(
      fc.asyncProperty(fc.array(layer, { minLength: 1, maxLength: 3 }), async (layers) => {
        const found = await both(layers)
        if (!found) return
        compared++
        expect(found[0]).toEqual(found[1])
      }),
      { numRuns: 150, seed: 7 },
    )
    expect(compared).toBeGreaterThan(50)
  }, 120_000)
})

describe.skipIf(reason !== undefined)('on a real layer', () => {
  test('of this machine: what GNU tar packs of /etc, umoci unpacks and we read', async () => {
    const bytes = execFileSync(
      'tar',
      [
        '--exclude=*shadow*',
        '--sort=name',
        '-C',
        '/',
        '-c',
        'etc/alternatives',
        'etc/default',
        'usr/share/zoneinfo/Europe',
      ],
      {
        maxBuffer: 2 ** 28,
      },
    )
    const found = await both([bytes, [{ path: 'etc/.wh.default' }, { path: 'usr/share/zoneinfo/Europe/.wh.Berlin' }]])
    expect(found?.[0].size).toBeGreaterThan(50)
    expect(found?.[0]).toEqual(found?.[1])
  })
})
