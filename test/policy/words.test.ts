import fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import { glob } from '../../src/policy/glob.ts'
import { hint, nearest } from '../../src/policy/nearest.ts'

describe('nearest', () => {
  const words = ['privileged', 'root-user', 'threshold', 'high', 'info', 'off']
  it.each([
    ['priviledged', 'privileged'],
    ['privilegd', 'privileged'],
    ['treshold', 'threshold'],
    ['hihg', 'high'],
    ['HIGH', 'high'],
    ['of', 'off'],
    ['rootuser', 'root-user'],
    ['something-else', undefined],
    ['', undefined],
    ['x'.repeat(100_000), undefined],
  ])('%s -> %s', (word, wanted) => {
    expect(nearest(word, words)).toBe(wanted)
  })
  it('lists the words where none is near and they are few', () => {
    expect(hint('zzz', ['a-word', 'b-word'])).toBe('; known are a-word, b-word')
    expect(hint('zzz', [])).toBe('')
  })
})

describe('glob', () => {
  it.each([
    ['web', 'web', true],
    ['web', 'web2', false],
    ['web', 'We', false],
    ['*', 'web', true],
    ['*', '', true],
    ['', '', true],
    ['', 'a', false],
    ['*', 'a/b', false],
    ['**', 'a/b/c', true],
    ['deployment/*/web/*', 'deployment/shop/web/nginx', true],
    ['deployment/*/web/*', 'deployment/shop/web', false],
    ['deployment/**', 'deployment/shop/web/nginx', true],
    ['**/compose.yaml', 'compose.yaml', true],
    ['**/compose.yaml', 'a/b/compose.yaml', true],
    ['**/compose.yaml', '/abs/compose.yaml', true],
    ['**/compose.yaml', 'a/b-compose.yaml', false],
    ['a/**/b', 'a/b', true],
    ['a/**/b', 'a/x/y/b', true],
    ['a/**/b', 'ab', false],
    ['a/**/b', 'a/xb', false],
    ['a/**', 'a/', true],
    ['a**/b', 'axx/yy/b', true],
    ['a**/b', 'ab', false],
    ['**/**/b', 'b', true],
    ['we?', 'web', true],
    ['we?', 'we', false],
    ['a?b', 'a/b', false],
    ['?', '\u{1F6A2}', true],
    ['[ab].(c|d)+', '[ab].(c|d)+', true],
    ['[ab]', 'a', false],
    ['./k8s/*.yaml', 'k8s/web.yaml', true],
    ['k8s/*.yaml', './k8s/web.yaml', true],
  ])('%s on %s: %s', (pattern, text, wanted) => {
    expect(glob(pattern)(text)).toBe(wanted)
  })

  it('is what the same regular expression says, on any pattern', () => {
    const part = fc.constantFrom('a', 'b', '/', '*', '**', '?', '**/')
    const text = fc.array(fc.constantFrom('a', 'b', '/'), { maxLength: 10 }).map((parts) => parts.join(''))
    // `./` at the front says nothing, and is tested above: no dots here.
    fc.assert(
      fc.property(fc.array(part, { maxLength: 7 }), text, (parts, given) => {
        const pattern = parts.join('')
        const source = pattern.replace(/\*{2,}\/|\*{2,}|\*|\?/g, (wild, at: number) => {
          const folders = at === 0 || pattern[at - 1] === '/'
          if (wild.startsWith('**')) return wild.endsWith('/') ? (folders ? '(?:.*/)?' : '.*/') : '.*'
          return wild === '*' ? '[^/]*' : '[^/]'
        })
        return glob(pattern)(given) === new RegExp(`^${source}$`, 's').test(given)
      }),
      { numRuns: 2000 },
    )
  })

  it('is not hung by a pattern that hangs backtracking', () => {
    expect(glob(`${'*a'.repeat(300)}b`)('a'.repeat(3000))).toBe(false)
    expect(glob(`${'**/'.repeat(300)}b`)('a/'.repeat(1500))).toBe(false)
  })
})
