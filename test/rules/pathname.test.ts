/** Paths that go round about are those that they lead to: no rule is got past by `/srv/../etc`. */
import fc from 'fast-check'
import { posix } from 'node:path'
import { describe, expect, it } from 'vitest'
import { cleanPath, isBelow, withRun } from '../../src/model/pathname.ts'
import { within } from '../../src/rule/text.ts'

describe('paths', () => {
  it.each([
    ['/srv/../etc/cron.d', '/etc', true],
    ['/srv/..', '/', true],
    ['/etc/../srv', '/etc', false],
    ['//etc//shadow/', '/etc', true],
    ['/etc/./shadow', '/etc', true],
    ['/../../etc', '/etc', true],
    ['/etcetera', '/etc', false],
    ['/etc', '/etc/', true],
    ['/x', '/', true],
    ['./etc', '/etc', false],
    ['/srv/...', '/srv', true],
    ['', '/', false],
  ])('%s within %s: %s', (path, folder, expected) => {
    expect(within(path, folder)).toBe(expected)
  })
  it('are clean as the library has them', () => {
    const piece = fc.constantFrom('a', '.', '..', '', '...', '.a', 'b..')
    fc.assert(
      fc.property(fc.array(piece, { maxLength: 8 }), (pieces) => {
        const path = `/${pieces.join('/')}`
        const clean = cleanPath(path)
        expect(clean).toBe(posix.resolve(path))
        expect(cleanPath(clean)).toBe(clean)
        expect(isBelow(clean, '/')).toBe(true)
      }),
    )
  })
  it('know that /var/run is /run', () => {
    expect(['/var/run', '/var/run/docker.sock', '/var/runner'].map(withRun)).toEqual([
      '/run',
      '/run/docker.sock',
      '/var/runner',
    ])
  })
})
