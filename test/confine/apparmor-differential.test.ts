/** What we accept, apparmor_parser accepts, and what we refuse it refuses: over Debian's profiles, drawn and broken ones. */
import { existsSync, readdirSync, readFileSync } from 'node:fs'
import { join } from 'node:path'
import fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import { IncludeCache } from '../../src/confine/apparmor/includes.ts'
import { parseAppArmor } from '../../src/confine/apparmor/read.ts'
import { askParser, debianProfiles, eachOf, FOLDERS, hasParser, includeFrom } from './apparmor-oracle.ts'

const include = includeFrom(FOLDERS)
const cache = new IncludeCache()

interface Outcome {
  readonly kind: 'agree' | 'left out' | 'differ'
  readonly because: string
}
async function compare(file: string, text: string, folders = FOLDERS, cwd = '/'): Promise<Outcome> {
  const { value, notices } = parseAppArmor(
    file,
    text,
    folders === FOLDERS ? { include, cache } : { include: includeFrom(folders, cwd) },
  )
  if (value.newer.length > 0) return { kind: 'left out', because: `newer: ${value.newer[0]?.what ?? ''}` }
  if (notices.some(({ id }) => id === 'apparmor-include-missing'))
    return { kind: 'left out', because: 'a missing include' }
  const theirs = await askParser(text, folders, cwd)
  if (theirs === undefined) return { kind: 'left out', because: 'apparmor_parser took longer than 10 s or crashed' }
  if (
    typeof theirs === 'string' &&
    /Could not open '[^']*'|failed to find features abi/.test(theirs) &&
    /\babi\b/.test(text) &&
    !value.refused
  )
    return { kind: 'left out', because: 'an abi that is not there' }
  const [first] = notices
  return !value.refused === (theirs === true)
    ? { kind: 'agree', because: value.refused ? 'refused' : 'accepted' }
    : {
        kind: 'differ',
        because: `${first ? `we refuse: line ${first.place.line} ${first.message}` : 'we accept'}; the parser: ${theirs === true ? 'accepts' : theirs.trim()}`,
      }
}
function tell(name: string, outcomes: readonly Outcome[]): void {
  const counts = new Map<string, number>()
  for (const { kind, because } of outcomes) {
    const key = kind === 'left out' ? `left out (${because})` : `${kind} (${kind === 'agree' ? because : ''})`
    counts.set(key, (counts.get(key) ?? 0) + 1)
  }
  console.log(`${name}: ${[...counts].map(([key, count]) => `${count} ${key}`).join(', ')}`)
}

/** Ours and a text, in words that a failure prints. */
const differing = (texts: readonly string[], outcomes: readonly Outcome[]): string[] =>
  outcomes.flatMap(({ kind, because }, index) => (kind === 'differ' ? [`${because}\n${texts[index] ?? ''}`] : []))

const word = fc.constantFrom(
  'a',
  'bin',
  'lib',
  'foo.so',
  'x-1',
  '@{HOME}',
  '@{ONE}',
  '*',
  '**',
  '?',
  '[a-z]',
  '[^/]',
  '{a,b}',
  '{,.d}',
  'a*',
  '*.so{,.*}',
  '\\*',
  'ä',
)
const path = fc.array(word, { minLength: 1, maxLength: 4 }).map((parts) => `/${parts.join('/')}`)
const quotable = fc.oneof({ weight: 5, arbitrary: path }, { weight: 1, arbitrary: path.map((one) => `"${one} b"`) })
const letters = fc.constantFrom(
  'r',
  'w',
  'rw',
  'a',
  'rk',
  'l',
  'm',
  'mr',
  'rwlkm',
  'ix',
  'rix',
  'px',
  'Px',
  'pix',
  'PUx',
  'cx',
  'Cix',
  'ux',
  'rmix',
  'R',
)
const list = (words: readonly string[]): fc.Arbitrary<string> =>
  fc
    .subarray([...words], { minLength: 1, maxLength: 3 })
    .chain((some) => fc.constantFrom(some[0] ?? '', `(${some.join(', ')})`, `(${some.join(' ')})`))
const option = (name: string, value: fc.Arbitrary<string>): fc.Arbitrary<string> =>
  fc.option(value, { nil: undefined }).map((one) => (one === undefined ? '' : ` ${name}=${one}`))
const name = fc.constantFrom('unconfined', 'foo', '/usr/bin/foo', '@{profile_name}', '/{a,b}//c', '*', ':ns:x')
const net = [
  'create',
  'bind',
  'listen',
  'accept',
  'connect',
  'shutdown',
  'getattr',
  'setattr',
  'getopt',
  'setopt',
  'send',
  'receive',
  'rw',
]
const qualifiers = fc.constantFrom(
  '',
  '',
  '',
  'audit ',
  'deny ',
  'audit deny ',
  'allow ',
  'owner ',
  'audit owner ',
  'deny owner ',
)
const plain = fc.oneof(
  {
    weight: 6,
    arbitrary: fc
      .tuple(quotable, letters, fc.constantFrom('', '', '', ' -> foo', ' -> /b/*'))
      .map(([p, l, t]) => `${p} ${l}${t}`),
  },
  { weight: 2, arbitrary: fc.tuple(letters, quotable).map(([l, p]) => `${l} ${p}`) },
  fc
    .tuple(fc.constantFrom('file ', 'unsafe ', 'safe ', 'file unsafe '), quotable, letters)
    .map(([k, p, l]) => `${k}${p} ${l}`),
  fc.constantFrom(
    'file',
    'capability',
    'network',
    'mount',
    'remount',
    'umount',
    'signal',
    'ptrace',
    'unix',
    'dbus',
    'change_profile',
    'pivot_root',
  ),
  fc.tuple(fc.constantFrom('', 'subset '), path, path).map(([s, a, b]) => `link ${s}${a} -> ${b}`),
  fc.subarray(['chown', 'kill', 'sys_admin', 'bpf'], { minLength: 1 }).map((caps) => `capability ${caps.join(' ')}`),
  fc
    .tuple(fc.constantFrom('inet', 'inet6', 'unix', 'netlink'), fc.constantFrom('', ' stream', ' tcp', ' udp', ' raw'))
    .map(([f, t]) => `network ${f}${t}`),
  fc
    .tuple(
      option('fstype', list(['ext4', 'tmpfs', 'pr*'])),
      fc.constantFrom('=', ' in '),
      fc.option(list(['ro', 'rw', 'bind', 'nosuid', 'remount', 'rslave', 'move']), { nil: undefined }),
      fc.option(path, { nil: undefined }),
      fc.option(path, { nil: undefined }),
    )
    .map(
      ([type, is, options, from, to]) =>
        `mount${type}${options === undefined ? '' : ` options${is}${is === '=' || options.startsWith('(') ? options : `(${options})`}`}${from === undefined ? '' : ` ${from}`}${to === undefined ? '' : ` -> ${to}`}`,
    ),
  fc.tuple(fc.constantFrom('umount', 'remount', 'unmount'), path).map(([k, p]) => `${k} ${p}`),
  fc
    .tuple(fc.constantFrom('', ' oldroot=/old/'), fc.constantFrom('', ' /new/'), fc.constantFrom('', ' -> foo'))
    .map((parts) => `pivot_root${parts.join('')}`),
  fc
    .tuple(
      fc.constantFrom('', ' send', ' (send, receive)', ' r', ' trace'),
      option('set', list(['hup', 'kill', 'term', 'rtmin+3'])),
      option('peer', name),
    )
    .map((parts) => `signal${parts.join('')}`),
  fc
    .tuple(fc.constantFrom('', ' read', ' (read, trace)', ' rw', ' tracedby'), option('peer', name))
    .map((parts) => `ptrace${parts.join('')}`),
  fc
    .tuple(
      fc.option(list(net), { nil: undefined }),
      option('type', fc.constantFrom('stream', 'dgram')),
      option('addr', fc.constantFrom('none', '@a*', '"@b c"')),
      option('peer', fc.constantFrom('(label=foo)', '(addr=none)', '(label=foo addr=@x)', '(type=stream)')),
    )
    .map(([access, ...rest]) => `unix${access === undefined ? '' : ` ${access}`}${rest.join('')}`),
  fc
    .tuple(
      fc.constantFrom('', ' send', ' (send, receive)', ' bind', ' eavesdrop'),
      option('bus', fc.constantFrom('system', 'session', '{a,b}')),
      option('path', path),
      option('interface', fc.constantFrom('org.x.Y', '"a.b"')),
      option('member', fc.constantFrom('Get*', '{A,B}')),
      option('name', fc.constantFrom('org.x')),
      option('peer', fc.constantFrom('(name=org.x)', '(label=unconfined)', '(name=a, label=b)')),
    )
    .map((parts) => `dbus${parts.join('')}`),
  fc
    .tuple(
      fc.constantFrom('', ' safe', ' unsafe'),
      fc.constantFrom('', ' /bin/a'),
      fc.constantFrom('', ' -> foo', ' -> /b', ' -> *'),
    )
    .map((parts) => `change_profile${parts.join('')}`),
  fc
    .tuple(
      fc.constantFrom('nofile', 'cpu', 'nice', 'data', 'rttime', 'foo'),
      fc.constantFrom('1', '-5', '30', 'infinity', '100'),
      fc.constantFrom('', 'K', 'MB', ' seconds', ' ms', 'min'),
    )
    .map(([l, v, u]) => `set rlimit ${l} <= ${v}${u}`),
)
const odd = fc.constantFrom(
  '/a x',
  '/a wa',
  '/a ixpx',
  'capability CHOWN',
  'capability cap_chown',
  'network foo',
  'network inet bar',
  'mount options=(what)',
  'signal set=(nope)',
  'signal set=(rtmin+40)',
  'unix type=odd',
  'unix addr=/x',
  'change_profile b',
  'ptrace send',
  '@{NONE}/a r',
  '/a[ r',
  '/a{b r',
  '/a{b} r',
  '/a]b r',
  '/a[] r',
  '/a[z-] r',
  '/a\\ r',
  'foo',
  'r',
  '/a',
  '/a r /b',
  'owner /a r,,',
  'link /a',
  'set rlimit foo <= 1',
  'set rlimit cpu <= 1 ms',
  'dbus bind path=/a',
  'pivot_root foo=/x /y',
)
const rule = fc
  .tuple(qualifiers, fc.oneof({ weight: 25, arbitrary: plain }, { weight: 1, arbitrary: odd }))
  .map(([q, p]) => `  ${p.startsWith('set ') ? '' : /^[/"]/.test(p) ? q : q.replace('owner ', '')}${p},\n`)
const block = fc.array(rule, { maxLength: 4 }).map((rules) => rules.join(''))
/** In a condition, 3.0.8 forgets rules of the kinds that came last (its merge_policy), mistakes in them too. */
const settled = block.map((rules) =>
  rules
    .split('\n')
    .filter((line) => !/^ *(?:audit |deny |allow )*(?:u?n?mount|remount|pivot_root|signal|ptrace|unix|dbus)/.test(line))
    .join('\n'),
)
const item = fc.oneof(
  { weight: 12, arbitrary: rule },
  settled.map((rules) => `  if $YES {\n${rules}  } else {\n  }\n`),
  settled.map((rules) => `  if not defined @{NONE} {\n${rules}  }\n`),
  block.map((rules) => `  ^hat {\n${rules}  }\n`),
  block.map((rules) => `  profile child /bin/c flags=(complain) {\n${rules}  }\n`),
  fc.constantFrom(
    '  include <abstractions/base>\n',
    '  #include <abstractions/consoles>\n',
    '  include if exists <local/none>\n',
    '  # a comment\n',
    '  abi <abi/3.0>,\n',
  ),
)
const preamble = fc
  .subarray([
    'include <tunables/global>\n',
    '@{ONE} = one two\n',
    '@{ONE} += /three\n',
    '$YES = true\n',
    'alias /a -> /b,\n',
    'abi <abi/3.0>,\n',
  ])
  .map((lines) => lines.join(''))
const head = fc.constantFrom(
  '/bin/t ',
  'profile t ',
  'profile t /bin/t ',
  'profile "t u" /bin/{a,b} ',
  'profile t flags=(complain, audit) ',
  'profile t (attach_disconnected,mediate_deleted) ',
  '/bin/t xattrs=(a=b) flags=(enforce) ',
  'profile t flags=(kill) ',
  ':ns:t ',
)
const profile = fc
  .tuple(preamble, head, fc.array(item, { maxLength: 6 }))
  .map(([before, start, items]) => `${before}${start}{\n${items.join('')}}\n`)

/** One character away, twice, or moved. */
const broken = fc
  .tuple(
    profile,
    fc.nat(),
    fc.nat(),
    fc.constantFrom('remove', 'double', 'insert', 'line'),
    fc.constantFrom(',', '{', '}', '(', ')', '"', '=', '-> ', '[', ']', ' r ', '\n', '\\', '@', ':', 'x'),
  )
  .map(([text, at, length, how, sign]) => {
    const from = at % text.length
    if (how === 'remove') return text.slice(0, from) + text.slice(from + 1 + (length % 3))
    if (how === 'double') return text.slice(0, from + 1) + text.slice(from)
    if (how === 'insert') return text.slice(0, from) + sign + text.slice(from)
    const lines = text.split('\n')
    lines.splice(from % lines.length, 1)
    return lines.join('\n')
  })

describe.skipIf(!hasParser)('apparmor_parser', () => {
  it("and this parser agree over Debian's profiles", async () => {
    const profiles = debianProfiles()
    const outcomes = await eachOf(profiles, ([file, text]) => compare(file, text))
    tell("Debian's profiles", outcomes)
    expect(
      differing(
        profiles.map(([file]) => file),
        outcomes,
      ),
    ).toEqual([])
    expect(outcomes.filter(({ kind }) => kind === 'agree').length).toBeGreaterThan(0)
  })
  it('agree over drawn profiles', async () => {
    const texts = fc.sample(profile, { numRuns: RUNS, seed: SEED })
    const outcomes = await eachOf(texts, (text) => compare('t', text))
    tell('drawn', outcomes)
    expect(differing(texts, outcomes)).toEqual([])
    expect(new Set(outcomes.map(({ because }) => because))).toContain('accepted')
    expect(new Set(outcomes.map(({ because }) => because))).toContain('refused')
  })
  it('agree over broken profiles', async () => {
    const texts = fc.sample(broken, { numRuns: RUNS, seed: SEED })
    const outcomes = await eachOf(texts, (text) => compare('t', text))
    tell('broken', outcomes)
    expect(differing(texts, outcomes)).toEqual([])
  })
})
const RUNS = Number(process.env.PLIMSOLL_APPARMOR_RUNS ?? 200)
const SEED = Number(process.env.PLIMSOLL_APPARMOR_SEED ?? 4)

const upstream = process.env.PLIMSOLL_APPARMOR_TESTS
describe.skipIf(!hasParser || upstream === undefined || !existsSync(upstream))(
  "AppArmor's own parser tests (PLIMSOLL_APPARMOR_TESTS: parser/tst/simple_tests)",
  () => {
    it('agree with apparmor_parser', { timeout: 300_000 }, async () => {
      const root = upstream ?? ''
      const files = readdirSync(root, { recursive: true, encoding: 'utf8' })
        .filter((file) => file.endsWith('.sd'))
        .sort()
      const outcomes = await eachOf(files, (file) =>
        compare(file, readFileSync(join(root, file), 'utf8').replaceAll(/^#=.*\n/gm, ''), [root], join(root, '..')),
      )
      tell('upstream', outcomes)
      // Which names of abis there are is the parser's to know; a link of old form counts as a change of profile in 3.0 only.
      expect(
        differing(files, outcomes)
          .map((text) => text.split('\n').at(-1))
          .filter((file) => !/^(?:abi\/|link\/ok_link_4)/.test(file ?? '')),
      ).toEqual([])
    })
  },
)
