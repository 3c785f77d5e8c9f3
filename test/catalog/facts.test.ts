import { describe, expect, test } from 'vitest'
import { imageContent } from '../../src/catalog/facts.ts'
import { packagesOf as joined } from '../../src/catalog/packages.ts'
import { catalogers } from '../../src/catalog/index.ts'
import type { Fact } from '../../src/model/fact.ts'
import type { Catalogued, ImageFile } from '../../src/model/tree.ts'
import { fileOf } from './file.ts'

/** What the core does, in short: every cataloger is given the files that it wants. */
function catalogue(files: readonly ImageFile[]): Catalogued {
  const finds: Catalogued['finds'][number][] = []
  const notices: Catalogued['notices'][number][] = []
  for (const file of files) {
    for (const cataloger of catalogers) {
      if (!cataloger.wants(file.path, file.entry)) continue
      const read = cataloger.parse(file)
      const { body: _, ...rest } = file
      finds.push({ file: rest, cataloger: cataloger.name, finds: read.value })
      notices.push(...read.notices)
    }
  }
  return { finds, notices }
}
const LAYERS = [0, 1, 2].map((index) => ({ index, digest: '', diffId: `sha256:${index}`, size: 0, instruction: '' }))
const contentOf = (...files: readonly ImageFile[]) => {
  const catalogued = catalogue(files)
  return imageContent({ id: 'web', layers: LAYERS, catalogued, packages: joined(catalogued) })
}
const inLayer = (layer: number, file: ImageFile): ImageFile => ({ ...file, layer })

/** Facts as their values; `?` where not known. */
function plain(fact: unknown): unknown {
  if (Array.isArray(fact)) return fact.map(plain)
  if (typeof fact !== 'object' || fact === null) return fact
  if ('how' in fact) return fact.how === 'unknown' ? '?' : plain('value' in fact ? fact.value : undefined)
  if ('facts' in fact) return plain(fact.facts)
  return Object.fromEntries(Object.entries(fact).map(([name, one]) => [name, plain(one)]))
}
const valueOf = <T>(fact: Fact<T>): T => {
  if (fact.how === 'unknown') throw new Error(fact.because)
  return fact.value
}

const passwd = fileOf(
  'etc/passwd',
  'root:x:0:0:root:/root:/bin/ash\napp:x:100:101::/app:/sbin/nologin\ntoor:x:0:0:::\nroot::5:5:::/bin/sync\ngone:x:7:7:::/usr/bin/bash\n',
)
const shadow = fileOf(
  'etc/shadow',
  'app:!:::::::\nroot:::::::\nroot:!:::::::\ntoor:$6$a$b:::::::\n'.replaceAll('::::::\n', ':::::::\n'),
)

describe('image content', () => {
  test('an empty image has nothing, and says why', () => {
    const content = contentOf()
    expect(plain(content)).toEqual({
      distribution: { id: '', version: '', name: '', family: '', kind: 'scratch', supportEnds: '' },
      packages: [],
      declaredPackages: [],
      removedPackages: [],
      accounts: [],
      groups: [],
      setuid: [],
      fileCapabilities: [],
      programs: [],
      worldWritable: [],
      sudoers: [],
    })
    expect(content.distribution.id).toEqual({
      how: 'default',
      place: { file: 'etc/os-release', line: 1, column: 1, in: 'web', layer: 2 },
      value: '',
      because: 'the image has no os-release',
    })
    expect(content.accounts).toMatchObject({ how: 'default', place: { file: 'etc/passwd', in: 'web' } })
  })

  test('etc/os-release goes before usr/lib/os-release', () => {
    const content = contentOf(
      fileOf('usr/lib/os-release', 'ID=debian\n'),
      inLayer(1, fileOf('etc/os-release', 'NAME=x\nID=mine\nVERSION_ID=2\nPRETTY_NAME="Mine 2"\n')),
    )
    expect(plain(content.distribution)).toMatchObject({ id: 'mine', version: '2', name: 'Mine 2', family: 'mine' })
    expect(content.distribution.id).toMatchObject({
      how: 'set',
      place: { file: 'etc/os-release', line: 2, column: 1, in: 'web', layer: 1 },
    })
  })

  test('accounts keep the order of the file, with the passwords of shadow and what their shells let in', () => {
    const { accounts } = contentOf(shadow, passwd)
    const rows = valueOf(accounts).map(({ facts }) => [facts.name, facts.uid, facts.password, facts.login].map(plain))
    expect(rows).toEqual([
      ['root', 0, 'empty', true],
      ['app', 100, 'locked', false],
      ['toor', 0, 'hashed', true],
      ['root', 5, 'empty', false],
      ['gone', 7, 'shadowed', true],
    ])
    expect(valueOf(accounts)[1]?.facts.password).toMatchObject({ how: 'set', place: { file: 'etc/shadow', line: 1 } })
    expect(valueOf(accounts)[1]?.facts.login).toMatchObject({
      how: 'derived',
      because: '/sbin/nologin is not a shell',
      from: [{ value: '/sbin/nologin' }],
    })
  })

  test('groups and sudoers', () => {
    const content = contentOf(
      fileOf('etc/sudoers.d/z', 'bob ALL=NOPASSWD: ALL\n'),
      fileOf('etc/sudoers', '# x\nroot ALL=ALL\n'),
      fileOf('etc/group', 'sudo:x:27:bob,eve\n'),
    )
    expect(plain(content.groups)).toEqual([
      { name: 'sudo', gid: 27, members: ['bob', 'eve'], path: 'etc/group', layer: 0 },
    ])
    expect(plain(content.sudoers)).toEqual([
      { who: 'root', commands: 'ALL', passwordless: false, path: 'etc/sudoers', layer: 0 },
      { who: 'bob', commands: 'ALL', passwordless: true, path: 'etc/sudoers.d/z', layer: 0 },
    ])
    expect(valueOf(content.sudoers)[0]?.place).toMatchObject({ file: 'etc/sudoers', line: 2, in: 'web' })
  })

  test('files, by path', () => {
    const capability = Uint8Array.from(Buffer.from('0100000200200000000000000000000000000000', 'hex'))
    const content = contentOf(
      inLayer(2, fileOf('usr/bin/su', '', { mode: 0o4755 })),
      inLayer(1, fileOf('bin/wall', '', { mode: 0o2755, gid: 5 })),
      fileOf('bin/ping', '', { mode: 0o755, xattrs: new Map([['security.capability', capability]]) }),
      fileOf('tmp', '', { type: 'directory', mode: 0o1777 }),
      fileOf('srv/x', '', { mode: 0o666 }),
    )
    expect(plain(content.setuid)).toEqual([
      { path: 'bin/wall', layer: 1, mode: '2755', uid: 0, gid: 5, setuid: false, setgid: true },
      { path: 'usr/bin/su', layer: 2, mode: '4755', uid: 0, gid: 0, setuid: true, setgid: false },
    ])
    expect(plain(content.fileCapabilities)).toEqual([
      { path: 'bin/ping', layer: 0, permitted: ['NET_RAW'], effective: true },
    ])
    expect(plain(content.worldWritable)).toEqual([
      { path: 'srv/x', layer: 0, kind: 'file', sticky: false },
      { path: 'tmp', layer: 0, kind: 'directory', sticky: true },
    ])
  })

  test('packages by type, name, version and path; an unread database is one of which nothing is known', () => {
    const json = (name: string, version: string) => JSON.stringify({ name, version })
    const content = contentOf(
      fileOf('var/lib/rpm/rpmdb.sqlite', 'x'),
      fileOf('z/node_modules/a/package.json', json('a', '1')),
      fileOf('b/node_modules/a/package.json', json('a', '1')),
      fileOf('b/node_modules/c/package.json', json('a', '0')),
      fileOf('lib/apk/db/installed', 'P:zlib\nV:1\nA:x86_64\no:z\n'),
    )
    expect(
      valueOf(content.packages).map(({ facts }) => [facts.type, facts.name, facts.version, facts.path].map(plain)),
    ).toEqual([
      ['apk', 'zlib', '1', 'lib/apk/db/installed'],
      ['npm', 'a', '0', 'b/node_modules/c/package.json'],
      ['npm', 'a', '1', 'b/node_modules/a/package.json'],
      ['?', '?', '?', 'var/lib/rpm/rpmdb.sqlite'],
    ])
    expect(valueOf(content.packages)[0]?.facts.source).toMatchObject({
      value: 'z',
      place: { line: 1, in: 'web', layer: 0 },
    })
  })

  test('no two rows share a fact', () => {
    const seen = new Set<object>()
    const visit = (node: unknown): void => {
      if (typeof node !== 'object' || node === null) return
      if ('how' in node) {
        expect(seen.has(node)).toBe(false)
        seen.add(node)
        if ('value' in node) visit(node.value)
      } else if (Array.isArray(node)) node.forEach(visit)
      else if ('facts' in node) visit(node.facts)
      else Object.values(node).forEach(visit)
    }
    visit(contentOf(passwd, shadow, fileOf('var/lib/rpm/Packages', 'x'), fileOf('etc/group', 'a:x:1:b,c\n')))
    expect(seen.size).toBeGreaterThan(60)
  })
})
