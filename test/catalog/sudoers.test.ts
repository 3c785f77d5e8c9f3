import { expect, test } from 'vitest'
import { sudoers } from '../../src/catalog/sudoers.ts'
import { parse, told } from './file.ts'

/** Each rule as `line who: commands`, with `!` behind those that need no password. */
const rules = (text: string) => {
  const { value, notices } = parse(sudoers, 'etc/sudoers', text)
  return {
    rules: value.sudoers?.map((one) => `${one.line} ${one.who}: ${one.commands}${one.passwordless ? ' !' : ''}`),
    told: told(notices),
  }
}
const clean = (...expected: readonly string[]) => ({ rules: expected, told: [] })

test.each([
  ['plain', 'root ALL=(ALL:ALL) ALL\n', clean('1 root: ALL')],
  ['no runas', 'bob ALL = /bin/ls -l', clean('1 bob: /bin/ls -l')],
  ['passwordless', '%wheel\tALL=(ALL)\tNOPASSWD: ALL', clean('1 %wheel: ALL !')],
  ['blanks around the tag', 'bob ALL=NOPASSWD :ALL', clean('1 bob: ALL !')],
  ['several tags', 'bob ALL=(ALL) SETENV: NOPASSWD:NOEXEC: ALL', clean('1 bob: ALL !')],
  [
    'a tag holds for what follows',
    'bob ALL=/a, NOPASSWD: /b, /c, PASSWD: /d',
    clean('1 bob: /a', '1 bob: /b, /c !', '1 bob: /d'),
  ],
  ['a tag ends with its host', 'bob h1=NOPASSWD: /a : h2, h3 = /b', clean('1 bob: /a !', '1 bob: /b')],
  ['several users', 'bob, eve , %adm ALL=ALL', clean('1 bob: ALL', '1 eve: ALL', '1 %adm: ALL')],
  ['an excepted user gains nothing', 'ALL, !bob ALL=ALL', clean('1 ALL: ALL')],
  ['ids are no comments', '#1000, %#27 ALL=(#0) NOPASSWD: ALL # comment', clean('1 #1000: ALL !', '1 %#27: ALL !')],
  [
    'quotes and backslashes in names',
    '"b o b", a\\ b, "%dom\\\\g" ALL=ALL',
    clean('1 b o b: ALL', '1 a b: ALL', '1 %dom\\g: ALL'),
  ],
  ['escapes in commands', 'bob ALL=/bin/x a\\,b\\:c', clean('1 bob: /bin/x a\\,b\\:c')],
  ['an excepted command', 'bob ALL=ALL, !/bin/sh', clean('1 bob: ALL, !/bin/sh')],
  ['options', 'bob ALL=(root) CWD=/tmp TIMEOUT=10m NOPASSWD: /a', clean('1 bob: /a !')],
  [
    'digests',
    'bob ALL=NOPASSWD: sha224:0GomF8mNN3wlDt1HD9XldjJ3SNgpFdbjO1+NsQ==, sha512:ab12 /a, /b',
    clean('1 bob: /a, /b !'),
  ],
  [
    'aliases keep their names',
    'User_Alias ADMINS = bob\nCmnd_Alias C = /a\nADMINS ALL = NOPASSWD: C',
    clean('3 ADMINS: C !'),
  ],
  ['a name may begin like a word', 'Defaultsbob ALL=ALL', clean('1 Defaultsbob: ALL')],
  [
    'continuation',
    'bob, \\\n  eve ALL = \\\n NOPASSWD: ALL\nroot ALL=ALL',
    clean('1 bob: ALL !', '2 eve: ALL !', '4 root: ALL'),
  ],
  ['a comment is not continued', '# x \\\nbob ALL=ALL', clean('2 bob: ALL')],
  ['regular expressions', 'bob ALL=^/bin/(a|b):x{1,2}$ ^-x,y$, /c', clean('1 bob: ^/bin/(a|b):x{1,2}$ ^-x,y$, /c')],
  ['hosts of any kind', 'bob 10.0.0.0/8, fe80::1=/a x=y', clean('1 bob: /a x=y')],
  ['includes', '#include /etc/x\n#includedir /etc/sudoers.d\n@include /x\n@includedir /etc/sudoers.d\n', clean()],
  ['other defaults', 'Defaults env_reset, secure_path="/a:/b, !authenticate"\nDefaults:bob !lecture\n', clean()],
  ['!authenticate', 'Defaults env_reset, !authenticate', clean('1 ALL: all that it is granted !')],
  [
    '!authenticate of some',
    'Defaults:bob, %adm  !authenticate',
    clean('1 bob: all that it is granted !', '1 %adm: all that it is granted !'),
  ],
  [
    '!authenticate on hosts or as users',
    'Defaults@h !authenticate\nDefaults>www !authenticate',
    clean('1 ALL: all that it is granted !', '2 ALL: all that it is granted !'),
  ],
  ['!authenticate of commands', 'Defaults!/bin/a,/bin/b !authenticate', clean('1 ALL: /bin/a, /bin/b !')],
])('%s', (_, text, expected) => {
  expect(rules(text)).toEqual(expected)
})

test.each([
  'bob',
  'bob ALL',
  'bob ALL=',
  'bob ALL=(root ALL',
  'bob ALL=NOPASSWD:',
  'bob ALL=/a,',
  '= x',
  'bob ALL=/a : h',
  '"bob ALL=ALL',
  'Defaults: !authenticate',
])('is told: %s', (text) => {
  expect(rules(`${text}\nroot ALL=ALL\n`)).toEqual({ rules: ['2 root: ALL'], told: ['sudoers-line-malformed 1 lost'] })
})

test('a statement without an end is bounded', () => {
  const { rules: found, told: notices } = rules('bob ALL=/a, \\\n'.repeat(200_000))
  expect(found?.length).toBeLessThan(3)
  expect(notices).toEqual(['sudoers-line-malformed 1 lost'])
})

test('a file that ends in a continuation is told', () => {
  expect(rules('bob ALL=/a \\')).toEqual({ rules: ['1 bob: /a'], told: ['sudoers-line-malformed 1 lost'] })
})
