/** A file of several names, in a layer that can be read only as it passes. */
import { describe, expect, it } from 'vitest'
import { openImage } from '../../src/image/open.ts'
import type { Cataloger } from '../../src/model/tree.ts'
import { memoryBlob } from '../../src/source/blob.ts'
import { compress, dockerArchive } from '../support/archive.ts'

/** Larger than what is inflated at once, so that its body comes in several pieces. */
const body = Buffer.alloc(900_000, 'program ')
const archive = compress(
  dockerArchive({
    tags: ['names:1'],
    layers: [
      [
        { path: 'bin/one', body, mode: 0o755 },
        { path: 'etc/after', body: 'after' },
        { path: 'bin/two', flag: '1', link: 'bin/one' },
      ],
    ],
  }),
  'gzip',
)

/** Says how long the body is, and counts the bodies that it was given. */
function lengths(byContent: boolean) {
  let parsed = 0
  const cataloger: Cataloger = {
    name: 'lengths',
    version: 1,
    body: true,
    ...(byContent && { byContent: true }),
    wants: (path) => path.startsWith('bin/'),
    parse: (file) => {
      parsed += 1
      const found = {
        type: 'deb',
        name: 'body',
        version: `${file.body.length}`,
        architecture: '',
        source: '',
        line: 1,
      } as const
      const place = { file: file.path, line: 1, column: 1 }
      return {
        value: { packages: [found] },
        notices: [{ id: 'seen', place, message: file.path, lost: false }],
      }
    },
  }
  return { cataloger, parsed: () => parsed }
}

describe('a hard link in a compressed layer', () => {
  it.each([
    { byContent: false, bodies: 2 },
    { byContent: true, bodies: 1 },
  ])('has the whole body of its target, byContent $byContent: $bodies parsed', async ({ byContent, bodies }) => {
    const { cataloger, parsed } = lengths(byContent)
    const { value, notices } = await openImage(
      { kind: 'docker-archive', name: 'names.tar.gz', blob: memoryBlob(archive) },
      [cataloger],
    )
    expect(notices).toEqual([])
    const catalogued = value[0]?.catalogued
    expect(catalogued?.finds.map(({ file, finds }) => [file.path, finds.packages?.[0]?.version])).toEqual([
      ['bin/one', '900000'],
      ['bin/two', '900000'],
    ])
    expect(parsed()).toBe(bodies)
    // What is said of a file is said of the name that it is found by.
    expect(catalogued?.notices.map(({ id, place }) => [id, place.file])).toEqual([
      ['seen', 'bin/one'],
      ['seen', 'bin/two'],
    ])
  })
})
