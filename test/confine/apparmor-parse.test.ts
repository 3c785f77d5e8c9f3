/** Places, mistakes and bounds of the AppArmor parser. What is accepted as a whole: apparmor-differential.test.ts. */
import fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import { lintAppArmor } from '../../src/confine/apparmor/lint.ts'
import { parseText } from '../../src/confine/apparmor/parse.ts'
import { parseAppArmor, type AppArmorOptions } from '../../src/confine/apparmor/read.ts'

const mistakesOf = (text: string, options?: AppArmorOptions): string[] =>
  parseAppArmor('t', text, options).notices.map(
    ({ id, place, lost }) => `${id}${lost ? '!' : ''} ${place.file}:${place.line}:${place.column}`,
  )

describe('the tree', () => {
  it('keeps places, qualifiers and words', () => {
    const { items, mistakes } = parseText(
      'f',
      'profile t /bin/t flags=(complain) {\n  audit deny owner "/a b" w,\n  /x Pix -> child,\n  mount fstype=ext4 options in (ro, nosuid) /dev/x -> /y,\n}\n',
    )
    expect(mistakes).toEqual([])
    expect(items).toMatchObject([
      {
        kind: 'profile',
        form: 'profile',
        name: 't',
        attachment: '/bin/t',
        place: { file: 'f', line: 1, column: 1 },
        flags: [{ name: 'complain', place: { line: 1, column: 25 } }],
        items: [
          {
            kind: 'file',
            path: '/a b',
            permissions: 'w',
            qualifiers: { audit: true, deny: true, owner: 'owner' },
            place: { line: 2, column: 3 },
          },
          { kind: 'file', path: '/x', exec: 'Pix', target: 'child', place: { line: 3, column: 3 } },
          {
            kind: 'mount',
            source: '/dev/x',
            target: '/y',
            conditions: [
              { name: 'fstype', operator: '=', values: ['ext4'] },
              { name: 'options', operator: 'in', values: ['ro', 'nosuid'] },
            ],
          },
        ],
      },
    ])
  })
  it('knows what is newer than AppArmor 3.0', () => {
    const text = 'profile t {\n userns,\n io_uring sqpoll,\n mqueue r /q,\n all,\n priority=3 /a r,\n}\n'
    const { value, notices } = parseAppArmor('t', text)
    expect(notices).toEqual([])
    expect(value.newer.map(({ place }) => place.line)).toEqual([2, 3, 4, 5, 6])
  })
})

describe('mistakes', () => {
  it.each([
    ['profile t {\n /a r\n}\n', ['apparmor-invalid! t:3:1']],
    ['profile t {\n /a r,\n', ['apparmor-invalid! t:3:1']],
    ['profile t {\n /a zz,\n /b r,\n capability CHOWN,\n}\n', ['apparmor-invalid! t:2:5', 'apparmor-invalid! t:4:13']],
    ['profile t {\n @{GONE}/a r,\n}\n', ['apparmor-invalid! t:2:2']],
    ['@{A} = @{B}\n@{B} = @{A}\nprofile t {\n @{A} r,\n}\n', ['apparmor-invalid! t:4:2']],
    ['profile t {\n /a* ix,\n /{ab,ac}* px,\n}\n', ['apparmor-invalid! t:3:2']],
    ['profile t {\n /a[ r,\n}\n', ['apparmor-invalid! t:2:2']],
    ['profile t {\n}\nprofile t {\n}\n', ['apparmor-invalid! t:3:1']],
    ['profile t {\n include <gone>\n include if exists <gone2>\n}\n', ['apparmor-include-missing! t:2:2']],
    ['', []],
  ])('%j', (text, expected) => expect(mistakesOf(text, { include: () => undefined })).toEqual(expected))
  it('stand in the included file', () => {
    const include = (name: string): string | undefined => (name === 'in' ? '/ok r,\n/bad\n' : undefined)
    expect(mistakesOf('profile t {\n include <in>\n}\n', { include })).toEqual(['apparmor-invalid! in:3:1'])
  })
  it('a file of another kind is refused', () =>
    expect(parseAppArmor('t', '{"defaultAction": "SCMP_ACT_ALLOW"}\n').value.refused).toBe(true))
})

describe('bounds', () => {
  it('an include of itself ends', () => {
    expect(mistakesOf('profile t {\n include <self>\n}\n', { include: () => 'include <self>\n/a r,\n' })).toEqual([])
    const { value, notices } = parseAppArmor('t', 'profile t {\n include <self>\n}\n', {
      include: () => '^h {\n include <self>\n}\n',
    })
    expect(value.refused).toBe(true)
    expect(notices[0]?.message).toContain('deep')
  })
  it('includes of includes end', () => {
    const include = (name: string): string =>
      Array.from({ length: 50 }, (_, index) => `include <${name}${index}>\n`).join('')
    expect(parseAppArmor('t', 'profile t {\n include <x>\n}\n', { include }).value).toBeDefined()
  })
  it.each([
    ['a million rules', `profile t {\n${'/a r,\n'.repeat(1_000_000)}}\n`],
    ['deep blocks', `profile t {\n${'{'.repeat(100_000)}`],
    ['deep profiles', 'profile t {\n'.repeat(50_000)],
    ['deep conditions', `profile t {\n if ${'('.repeat(100_000)}`],
    ['not not not', `profile t {\n if ${'not '.repeat(100_000)}$X {\n}\n}\n`],
    ['a long chain', `$X = false\nprofile t {\n if $X {\n }${' else if $X {\n }'.repeat(50_000)}\n}\n`],
    ['open quotes', `profile t {\n${' "/a\n'.repeat(200_000)}`],
    ['backslashes and quotes', `profile t {\n "/${'\\"'.repeat(500_000)}`],
    ['a long word', `profile t {\n /${'a'.repeat(5_000_000)} r,\n}\n`],
    ['many alternatives', `profile t {\n /${'{a,b}'.repeat(12_000)} r,\n}\n`],
    [
      'variables of variables',
      `${'ABCDEFGHIJKLMNOP'
        .split('')
        .map(
          (name, index, all) =>
            `@{${name}} = ${index === 0 ? 'x y' : `@{${all[index - 1] ?? ''}}a @{${all[index - 1] ?? ''}}b`}\n`,
        )
        .join('')}profile t {\n /@{P} r,\n}\n`,
    ],
    [
      'programs in many ways',
      `profile t {\n${Array.from({ length: 3000 }, (_, index) => ` /*/${index}/* ${index % 2 === 0 ? 'ix' : 'px'},\n`).join('')}}\n`,
    ],
  ])('%s', (_, text) => {
    expect(() => lintAppArmor(parseAppArmor('t', text).value)).not.toThrow()
  })
  it('never throws, and every notice has a place in the text', () => {
    const token = fc.constantFrom(
      'profile',
      ' t ',
      '{',
      '}',
      '\n',
      ',',
      '/a',
      ' rw',
      '@{X}',
      '=',
      '+=',
      '$Y',
      'if ',
      'else',
      'include <a>',
      '#include',
      'mount',
      ' options=(',
      ')',
      'peer=',
      '"',
      '\\',
      '->',
      'audit ',
      'deny ',
      '^h',
      'flags=(',
      'set rlimit',
      '<=',
      '1',
      '\0',
      '[',
      '*',
      'dbus ',
      'abi <x>,',
      'ä',
      '\r\n',
      'capability ',
      'network ',
      'change_profile',
      ' ix',
      ':ns:',
      '&',
      'priority=',
    )
    fc.assert(
      fc.property(
        fc.oneof(
          fc.array(token, { maxLength: 60 }).map((parts) => parts.join('')),
          fc.string({ unit: 'binary', maxLength: 80 }),
        ),
        (text) => {
          const { value, notices } = parseAppArmor('t', text, {
            include: (name) => (name.length % 2 === 0 ? undefined : text),
          })
          lintAppArmor(value)
          const lines = text.split('\n')
          for (const { place } of notices) {
            expect(place.line).toBeGreaterThan(0)
            expect(place.line).toBeLessThanOrEqual(lines.length)
          }
        },
      ),
      { numRuns: 3000, seed: 4 },
    )
  })
})
