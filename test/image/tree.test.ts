import fc from 'fast-check'
import { describe, expect, test } from 'vitest'
import { mergeLayers, type MergeOptions } from '../../src/image/merge.ts'
import { lookUp, nodesOf } from '../../src/image/tree.ts'
import type { Entry } from '../../src/model/tree.ts'

const options: MergeOptions = { hops: 40, path: 4096, whiteouts: true }

type Line = string | Entry
/** `a/b` is a file, `a/` a directory, `a -> b` a symlink, `a = b` a hard link. */
function entry(line: Line): Entry {
  if (typeof line !== 'string') return line
  const base = { size: 0, mode: 0o644, uid: 0, gid: 0 }
  const [path = '', link = ''] = line.split(/ (?:->|=) /)
  if (line.includes(' -> ')) return { ...base, path, type: 'symlink', link }
  if (line.includes(' = ')) return { ...base, path, type: 'hardlink', link }
  return line.endsWith('/') ? { ...base, path: line.slice(0, -1), type: 'directory' } : { ...base, path, type: 'file' }
}
const merge = (...layers: Line[][]) =>
  mergeLayers(
    layers.map((lines) => ({ entries: lines.map(entry) })),
    options,
  )

/** Paths with the layer that holds the body: `a/b@1`; directories that nobody names end in `/?`, others in `/`. */
function show(...layers: Line[][]): string[] {
  return [...nodesOf(merge(...layers).root)]
    .map(({ path, entry: { type, link }, bodyLayer, implied }) => {
      const end = type === 'directory' ? (implied ? '/?' : '/') : type === 'symlink' ? ` -> ${link ?? ''}` : ''
      return `${path}${end}@${bodyLayer}`
    })
    .toSorted()
}

describe('union of layers', () => {
  test('a later layer overwrites a file', () => expect(show(['a', 'b'], ['a'])).toEqual(['a@1', 'b@0']))
  test('a whiteout hides a file', () => expect(show(['a', 'b'], ['.wh.a'])).toEqual(['b@0']))
  test('a whiteout hides a directory with all in it', () =>
    expect(show(['d/', 'd/a', 'd/e/b', 'f'], ['.wh.d'])).toEqual(['f@0']))
  test('a whiteout hides nothing of its own layer, before or after it', () => {
    expect(show(['a'], ['.wh.a', 'a'])).toEqual(['a@1'])
    expect(show(['a'], ['a', '.wh.a'])).toEqual(['a@1'])
    expect(show(['d/', 'd/a'], ['d/b', '.wh.d'])).toEqual(['d/?@1', 'd/b@1'])
  })
  test('an opaque directory hides what lower layers brought, also when it comes after its siblings', () => {
    expect(show(['d/', 'd/a', 'd/e/b'], ['d/', 'd/new', 'd/.wh..wh..opq'])).toEqual(['d/@1', 'd/new@1'])
    expect(show(['d/', 'd/a'], ['d/.wh..wh..opq', 'd/', 'd/new'])).toEqual(['d/@1', 'd/new@1'])
    expect(show(['d/', 'd/e/a'], ['d/e/b', 'd/.wh..wh..opq'])).toEqual(['d/@0', 'd/e/?@1', 'd/e/b@1'])
  })
  test('an opaque root hides every lower layer', () =>
    expect(show(['a', 'd/b'], ['.wh..wh..opq', 'c'])).toEqual(['c@1']))
  test('a file in a layer after the whiteout is there again', () =>
    expect(show(['a'], ['.wh.a'], ['a'])).toEqual(['a@2']))
  test('a whiteout of what is not there is nothing', () => expect(show(['a'], ['.wh.b', 'x/.wh.y'])).toEqual(['a@0']))
  test('a directory that comes again keeps what is in it', () =>
    expect(show(['d/', 'd/a'], ['d/'])).toEqual(['d/@1', 'd/a@0']))
  test('a file in the place of a directory removes what was in it', () =>
    expect(show(['d/', 'd/a', 'd/e/b'], ['d'])).toEqual(['d@1']))
  test('a directory in the place of a file', () => expect(show(['d'], ['d/', 'd/a'])).toEqual(['d/@1', 'd/a@1']))
  test('a file below a lower file makes that one a directory', () =>
    expect(show(['d'], ['d/a'])).toEqual(['d/?@1', 'd/a@1']))
  test('of two members of one name in one layer the last counts', () => {
    const tree = merge([
      { ...entry('a'), uid: 1 },
      { ...entry('a'), uid: 2 },
    ])
    expect(lookUp(tree, 'a', 40)?.entry.uid).toBe(2)
    expect(tree.shadowed).toMatchObject([{ path: 'a', layer: 0, by: 0, index: 0 }])
  })
  test('the root of a layer is the root', () =>
    expect(merge([{ ...entry('d/'), path: '', mode: 0o700 }]).root.entry.mode).toBe(0o700))
  test('in a root file system a name that begins like a whiteout is a name', () => {
    const tree = mergeLayers([{ entries: ['a', '.wh.a'].map(entry) }], { ...options, whiteouts: false })
    expect([...nodesOf(tree.root)].map(({ path }) => path)).toEqual(['a', '.wh.a'])
  })
  test('a whiteout of no name, of . and of .. is told and hides nothing', () => {
    const tree = merge(['d/a', 'b'], ['d/.wh.', 'd/.wh..', 'd/.wh...'])
    expect(tree.problems.map(({ id }) => id)).toEqual(['whiteout-invalid', 'whiteout-invalid', 'whiteout-invalid'])
    expect([...nodesOf(tree.root)].map(({ path }) => path)).toEqual(['d', 'd/a', 'b'])
  })
})

describe('links', () => {
  test('a later layer writes through a linked directory (usr-merge)', () =>
    expect(show(['usr/lib/', 'lib -> usr/lib'], ['lib/a'])).toEqual([
      'lib -> usr/lib@0',
      'usr/?@0',
      'usr/lib/@0',
      'usr/lib/a@1',
    ]))
  test('a whiteout through a linked directory', () =>
    expect(show(['usr/lib/', 'usr/lib/a', 'lib -> usr/lib'], ['lib/.wh.a'])).toEqual([
      'lib -> usr/lib@0',
      'usr/?@0',
      'usr/lib/@0',
    ]))
  test('a directory in the place of a link leaves what the link led to', () =>
    expect(show(['usr/lib/', 'usr/lib/a', 'lib -> usr/lib'], ['lib/', 'lib/b', 'lib/.wh..wh..opq'])).toEqual([
      'lib/@1',
      'lib/b@1',
      'usr/?@0',
      'usr/lib/@0',
      'usr/lib/a@0',
    ]))
  test('a link in the place of a directory removes what was in it', () =>
    expect(show(['lib/', 'lib/a', 'usr/lib/'], ['lib -> usr/lib', 'lib/b'])).toEqual([
      'lib -> usr/lib@1',
      'usr/?@0',
      'usr/lib/@0',
      'usr/lib/b@1',
    ]))
  test('absolute links and those that climb over the root stay inside', () => {
    expect(show(['l -> /d', 'd/'], ['l/a'])).toContain('d/a@1')
    expect(show(['d/l -> ../../../../e', 'e/'], ['d/l/a'])).toContain('e/a@1')
  })
  test('a link to a directory that is not there makes it, as the runtimes do', () =>
    expect(show(['l -> d/e', 'l/a'])).toEqual(['d/?@0', 'd/e/?@0', 'd/e/a@0', 'l -> d/e@0']))
  test('a circle of links is told, and nothing else is lost', () => {
    const tree = merge(['a -> b', 'b -> a', 'a/x', 'c'])
    expect(tree.problems).toMatchObject([{ id: 'link-loop', path: 'a/x', layer: 0 }])
    expect(lookUp(tree, 'c', 40)).toBeDefined()
    expect(lookUp(tree, 'a/x', 40)).toBeUndefined()
  })
  test('forty links are followed, forty-one are not', () => {
    const chain = (length: number): string[] => [
      'd/',
      ...Array.from({ length }, (_, i) => `l${i} -> ${i === 0 ? 'd' : `l${i - 1}`}`),
    ]
    expect(merge([...chain(40), 'l39/a']).problems).toEqual([])
    expect(merge([...chain(41), 'l40/a']).problems).toMatchObject([{ id: 'link-loop' }])
  })
  test('a link to a file where a directory is needed is told, and the file stays', () => {
    const tree = merge(['etc/passwd', 'l -> etc/passwd'], ['l/a'])
    expect(tree.problems).toMatchObject([{ id: 'link-to-file' }])
    expect(lookUp(tree, 'etc/passwd', 40)?.entry.type).toBe('file')
  })
  test('links cannot make a path longer than a path may be', () => {
    const long = Array.from({ length: 40 }, () => 'x'.repeat(100)).join('/')
    const tree = merge([`${long}/`, `l -> ${long}`], [`l/${long}`])
    expect(tree.problems).toMatchObject([{ id: 'path-limit' }])
  })
  test('a hard link has body, mode, owner and attributes of its target', () => {
    const xattrs = new Map([['security.capability', Buffer.from('x')]])
    const tree = merge(['z', { ...entry('a'), size: 7, mode: 0o4755, uid: 3, xattrs }], ['b = a'])
    expect(lookUp(tree, 'b', 40)).toMatchObject({
      layer: 1,
      bodyLayer: 0,
      bodyIndex: 1,
      entry: { path: 'b', type: 'hardlink', size: 7, mode: 0o4755, uid: 3, xattrs },
    })
  })
  test('a hard link to a hard link, and through a linked directory', () => {
    const tree = merge(['d/a', 'l -> d', 'b = d/a', 'c = b', 'e = l/a'])
    for (const path of ['b', 'c', 'e']) expect(lookUp(tree, path, 40)).toMatchObject({ bodyIndex: 0 })
  })
  test('a hard link keeps what its target was when the target is overwritten or deleted', () => {
    expect(lookUp(merge(['a', 'b = a'], ['a']), 'b', 40)).toMatchObject({ bodyLayer: 0, bodyIndex: 0 })
    expect(lookUp(merge(['a', 'b = a'], ['.wh.a']), 'b', 40)).toMatchObject({ bodyLayer: 0, bodyIndex: 0 })
  })
  test('a hard link to nothing, and to a directory, is told', () => {
    const tree = merge(['d/', 'a = nowhere', 'b = d'])
    expect(tree.problems.map(({ id, path }) => [id, path])).toEqual([
      ['hard-link-dangling', 'a'],
      ['hard-link-dangling', 'b'],
    ])
    expect(lookUp(tree, 'a', 40)).toMatchObject({ bodyIndex: -1 })
  })
  test('a hard link to itself changes nothing', () => {
    expect(merge(['a', 'a = a']).problems).toEqual([])
    expect(show(['a'], ['a = a'])).toEqual(['a@0'])
  })
  test('a hard link to a link is a link', () =>
    expect(lookUp(merge(['l -> etc', 'h = l']), 'h', 40, false)?.entry).toMatchObject({ type: 'symlink', link: 'etc' }))
})

describe('hostile layers take no more than their size', () => {
  const many = Array.from({ length: 50_000 }, (_, at) => at)
  test('a layer of nothing but files and opaque marks', () => {
    expect(
      show(['d/x'], [...many.map((at) => `d/${at}`), ...many.map(() => 'd/.wh..wh..opq'), ...many.map(() => '.wh.d')]),
    ).toHaveLength(50_001)
  })
  test('links of two thousand parts that lead to links', () => {
    const long = 'a/../'.repeat(800)
    const links = Array.from({ length: 39 }, (_, at) => `l${at} -> ${long}${at === 0 ? 'd' : `l${at - 1}`}`)
    const tree = merge(['a/', 'd/', 'e/', ...links, ...many.flatMap((at) => [`l38/${at}`, `e/${at}`])])
    expect(tree.problems[0]).toMatchObject({ id: 'link-loop' })
  })
})

describe('what is no longer shown can still be found', () => {
  test('deleted, overwritten and replaced files are kept with their layer and the one that hid them', () => {
    const { shadowed } = merge(['a', 'b', 'd/c', 'd/l -> x'], ['.wh.a', 'b', 'd'])
    expect(shadowed.map(({ path, layer, by, how }) => ({ path, layer, by, how }))).toEqual([
      { path: 'a', layer: 0, by: 1, how: 'deleted' },
      { path: 'b', layer: 0, by: 1, how: 'overwritten' },
      { path: 'd/c', layer: 0, by: 1, how: 'overwritten' },
      { path: 'd/l', layer: 0, by: 1, how: 'overwritten' },
    ])
  })
})

/** The same union, written as simply as can be: one flat list of paths, searched again and again. */
function naive(layers: readonly (readonly Entry[])[]): Map<string, string> {
  interface Held {
    readonly type: string
    readonly link: string
    readonly layer: number
    readonly id: string
  }
  let files = new Map<string, Held>()
  const resolve = (path: string, hops = 40): string | undefined => {
    let at = ''
    const parts = path.split('/').filter((part) => part !== '' && part !== '.')
    for (const [index, part] of parts.entries()) {
      if (part === '..') {
        at = at.slice(0, Math.max(0, at.lastIndexOf('/')))
        continue
      }
      const next = at === '' ? part : `${at}/${part}`
      const held = files.get(next)
      if (held?.type === 'symlink') {
        const start = held.link.startsWith('/') ? '' : at
        return hops === 0 ? undefined : resolve([start, held.link, ...parts.slice(index + 1)].join('/'), hops - 1)
      }
      at = next
    }
    return at
  }
  const split = (path: string): [string, string] => [
    path.slice(0, Math.max(0, path.lastIndexOf('/'))),
    path.slice(path.lastIndexOf('/') + 1),
  ]
  const place = (path: string): string | undefined => {
    const [parent, name] = split(path)
    const at = resolve(parent)
    return at === undefined ? undefined : at === '' ? name : `${at}/${name}`
  }
  const remove = (path: string, self: boolean): void => {
    files = new Map(
      [...files].filter(([held]) => !(self && held === path) && !held.startsWith(path === '' ? '' : `${path}/`)),
    )
  }
  const put = (path: string, held: Held): void => {
    const old = files.get(path)
    if (old && !(old.type === 'directory' && held.type === 'directory')) remove(path, true)
    files.set(path, held)
  }
  layers.forEach((entries, layer) => {
    for (const { path } of entries) {
      const [parent, name] = split(path)
      if (!name.startsWith('.wh.')) continue
      if (name === '.wh..wh..opq') {
        const at = resolve(parent)
        if (at !== undefined) remove(at, false)
      } else {
        const at = place(parent === '' ? name.slice(4) : `${parent}/${name.slice(4)}`)
        if (at !== undefined) remove(at, true)
      }
    }
    entries.forEach(({ path, type, link = '' }, index) => {
      if (split(path)[1].startsWith('.wh.')) return
      const at = place(path)
      if (at === undefined) return
      const plain = at === path
      const parents = at
        .split('/')
        .slice(0, -1)
        .map((_, depth, all) => all.slice(0, depth + 1).join('/'))
      const isFile = (parent: string): boolean => files.has(parent) && files.get(parent)?.type !== 'directory'
      if (!plain && parents.some(isFile)) return
      for (const parent of parents)
        if (files.get(parent)?.type !== 'directory') put(parent, { type: 'directory', link: '', layer, id: 'implied' })
      if (type === 'hardlink') {
        const target = files.get(place(link) ?? '')
        if (target && target.type !== 'directory' && place(link) === at) return
        put(
          at,
          target && target.type !== 'directory' ? { ...target } : { type: 'hardlink', link: '', layer, id: 'dangling' },
        )
      } else put(at, { type, link, layer, id: `${layer}.${index}` })
    })
  })
  return new Map(
    [...files].map(([path, { type, id }]) => [path, type === 'directory' && id !== 'implied' ? `${id}/` : id]),
  )
}

function real(layers: readonly (readonly Entry[])[]): Map<string, string> {
  const tree = mergeLayers(
    layers.map((entries) => ({ entries })),
    options,
  )
  return new Map(
    [...nodesOf(tree.root)].map((node) => {
      const id = node.implied ? 'implied' : node.bodyIndex < 0 ? 'dangling' : `${node.bodyLayer}.${node.bodyIndex}`
      return [node.path, node.children && !node.implied ? `${id}/` : id]
    }),
  )
}

const part = fc.constantFrom('a', 'b', 'c')
const path = fc.array(part, { minLength: 1, maxLength: 3 }).map((parts) => parts.join('/'))
const whiteout = fc.oneof(
  path.map((at) => at.replace(/[^/]+$/, (name) => `.wh.${name}`)),
  path.map((at) => `${at}/.wh..wh..opq`),
)
const plain = fc.oneof({ weight: 4, arbitrary: path }, { weight: 2, arbitrary: path.map((at) => `${at}/`) })
const hard = fc.tuple(path, path).map(([at, to]) => `${at} = ${to}`)
const soft = fc
  .tuple(
    path,
    fc.oneof(
      path,
      path.map((to) => `/${to}`),
      path.map((to) => `../${to}`),
    ),
  )
  .map(([at, to]) => `${at} -> ${to}`)

describe('fold of layers, compared with a naive model', () => {
  const same = (layers: readonly (readonly string[])[]): void => {
    const entries = layers.map((lines) => lines.map(entry))
    expect(new Map([...real(entries)].toSorted())).toEqual(new Map([...naive(entries)].toSorted()))
  }
  test('files, directories and whiteouts in any order', () => {
    const layer = fc.array(fc.oneof({ weight: 2, arbitrary: plain }, { weight: 1, arbitrary: whiteout }), {
      maxLength: 7,
    })
    fc.assert(fc.property(fc.array(layer, { maxLength: 4 }), same), { numRuns: 3000 })
  })
  // What a link leads to depends on whether a whiteout of the same layer came before it: the runtimes go in order, and so do we.
  test('with links too, whiteouts first', () => {
    const layer = fc
      .tuple(fc.array(whiteout, { maxLength: 3 }), fc.array(fc.oneof(plain, soft, hard), { maxLength: 7 }))
      .map(([first, rest]) => [...first, ...rest])
    fc.assert(fc.property(fc.array(layer, { maxLength: 4 }), same), { numRuns: 3000 })
  })
})
