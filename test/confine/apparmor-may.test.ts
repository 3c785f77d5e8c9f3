/** What globs match, and what a profile allows. */
import fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import { checkGlob, compileGlob, matchesGlob, overlaps } from '../../src/confine/apparmor/glob.ts'
import {
  may,
  mayCapability,
  mayChangeProfile,
  mayMount,
  mayNetwork,
  mayPtrace,
  maySignal,
  mayUserNamespace,
} from '../../src/confine/apparmor/may.ts'
import { parseAppArmor, type AppArmorOptions } from '../../src/confine/apparmor/read.ts'
import type { AppArmorProfile } from '../../src/confine/apparmor/resolve.ts'

function profileOf(rules: string, options: AppArmorOptions = {}, head = 'profile t'): AppArmorProfile {
  const [profile] = parseAppArmor('t', `${head} {\n${rules}\n}\n`, options).value.profiles
  if (!profile) throw new Error('no profile')
  return profile
}
const matches = (pattern: string, text: string): boolean => {
  const glob = compileGlob(pattern)
  if (typeof glob === 'string') throw new Error(glob)
  return matchesGlob(glob, text)
}

describe('globs', () => {
  it.each([
    ['/a/*', '/a/b', true],
    ['/a/*', '/a/', false],
    ['/a/*', '/a/b/c', false],
    ['/a/**', '/a/b/c', true],
    ['/a/**', '/a/', false],
    ['/a/*b', '/a/b', true],
    ['/a/?', '/a/b', true],
    ['/a/?', '/a//', false],
    ['/{**,}', '/', true],
    ['/{**,}', '/x/y', true],
    ['/a{,/**}', '/a', true],
    ['/a{,/**}', '/a/b', true],
    ['/[ab]x', '/bx', true],
    ['/[^/]x', '//x', false],
    ['/[a-c]x', '/dx', false],
    ['/{a,b{c,d}}e', '/bde', true],
    ['/{a,b{c,d}}e', '/be', false],
    ['/\\*', '/*', true],
    ['/\\*', '/a', false],
    ['/a,b', '/a,b', true],
    ['/**/x', '/x', false],
    ['/**/x', '/a/b/x', true],
    ['/proc/sys/kernel/{?,??,[^s][^h][^m]**}', '/proc/sys/kernel/core_pattern', true],
    ['/proc/sys/kernel/{?,??,[^s][^h][^m]**}', '/proc/sys/kernel/shmmax', false],
    ['/ä?', '/äb', true],
  ])('%s and %s: %s', (pattern, text, expected) => expect(matches(pattern, text)).toBe(expected))

  it.each(['/a[', '/a]', '/a{b', '/a}b', '/a{b}', '/a[]', '/a\\', '/a[z-]', '{'.repeat(60)])('%s is none', (pattern) =>
    expect(checkGlob(pattern)).toBeTypeOf('string'),
  )

  const piece = fc.constantFrom('a', 'b', '/', '*', '**', '?', '[ab]', '[^a]', '{a,b}', '{a,/b,}', '{*,b}')
  const pattern = fc.array(piece, { maxLength: 7 }).map((pieces) => pieces.join('').replaceAll(/\*{3,}/g, '**'))
  const text = fc.string({ unit: fc.constantFrom('a', 'b', '/', 'c'), maxLength: 8 })
  /** By backtracking, as the manual page tells it. */
  const naive = (source: string): RegExp =>
    new RegExp(
      `^${source.replaceAll(/(?<=(^|[^*])\/)(\*{1,2})(?=\/|$)|\*\*|\*|\?|\{|\}|,/g, (sign, _before, alone?: string) => {
        if (alone !== undefined) return alone === '**' ? '[^/][^]*' : '[^/]+'
        return { '**': '[^]*', '*': '[^/]*', '?': '[^/]', '{': '(?:', '}': ')', ',': '|' }[sign] ?? sign
      })}$`,
    )
  it('agree with a backtracking matcher', () => {
    fc.assert(
      fc.property(pattern, text, (source, subject) => {
        expect(matches(source, subject)).toBe(naive(source).test(subject))
      }),
      { numRuns: 3000, seed: 4 },
    )
  })
  it('overlap where one text is matched by both', () => {
    fc.assert(
      fc.property(pattern, pattern, text, (one, other, subject) => {
        const [a, b] = [compileGlob(one), compileGlob(other)]
        if (typeof a === 'string' || typeof b === 'string') return
        if (matchesGlob(a, subject) && matchesGlob(b, subject)) expect(overlaps(a, b)).toBe(true)
      }),
      { numRuns: 2000, seed: 4 },
    )
    const disjoint = ['/a*', '/b*', '/*/a', '/a/*/b/c/d', '[ab]', '{c,d}'].map(compileGlob)
    const [a, b, c, d, e, f] = disjoint
    for (const [one, other] of [
      [a, b],
      [c, d],
      [e, f],
    ] as const)
      if (one && other && typeof one !== 'string' && typeof other !== 'string') expect(overlaps(one, other)).toBe(false)
  })
  it('cannot blow up', () => {
    expect(matches(`/${'{a,a*,**a}'.repeat(40)}b`, `/${'a'.repeat(4000)}`)).toBe(false)
  })
})

describe('may', () => {
  it.each([
    ['/proc/** rw,', 'w', '/proc/sysrq-trigger', 'yes'],
    ['/proc/** rw,\ndeny /proc/sysrq-trigger w,', 'w', '/proc/sysrq-trigger', 'no'],
    ['deny /proc/sysrq-trigger w,\n/proc/** rw,', 'w', '/proc/sysrq-trigger', 'no'],
    ['/proc/** r,', 'w', '/proc/sysrq-trigger', 'no'],
    ['file,', 'w', '/proc/sysrq-trigger', 'yes'],
    ['owner /proc/** rw,', 'w', '/proc/sysrq-trigger', 'unknown'],
    ['/x w,', 'a', '/x', 'yes'],
    ['/x a,', 'w', '/x', 'no'],
    ['/x w,\ndeny /x a,', 'w', '/x', 'no'],
    ['/x ix,', 'm', '/x', 'yes'],
    ['/x px,', 'x', '/x', 'yes'],
    ['audit { /x r, }', 'r', '/x', 'yes'],
    ['priority=1 /x w,\ndeny /x w,', 'w', '/x', 'yes'],
    ['all,', 'w', '/x', 'yes'],
    ['@{NONE}/x w,', 'w', '/x', 'unknown'],
  ] as const)('%s: %s %s is %s', (rules, access, path, expected) =>
    expect(may(profileOf(rules), access, path)).toBe(expected),
  )
  it('asks who owns the file', () => {
    expect(may(profileOf('owner /x w,'), 'w', '/x', true)).toBe('yes')
    expect(may(profileOf('owner /x w,'), 'w', '/x', false)).toBe('no')
  })
  it('does not know what a missing include says, unless a deny is there', () => {
    const missing = profileOf('include <gone>\n/x w,\ndeny /y w,')
    expect(missing.unknown).toEqual(['the include gone was not found'])
    expect(may(missing, 'w', '/x')).toBe('unknown')
    expect(may(missing, 'w', '/z')).toBe('unknown')
    expect(may(missing, 'w', '/y')).toBe('no')
  })
  it('allows everything where nothing is enforced', () => {
    expect(may(profileOf('deny /x w,', {}, 'profile t flags=(complain)'), 'w', '/x')).toBe('yes')
    expect(may(profileOf('deny /x w,', {}, 'profile t flags=(default_allow)'), 'w', '/y')).toBe('yes')
    expect(may(profileOf('deny /x w,', {}, 'profile t flags=(default_allow)'), 'w', '/x')).toBe('no')
  })
  it('expands variables, aliases, includes and conditions', () => {
    const text =
      '$ON = true\n@{P} = /p/ /q\n@{P} += /r\nalias /p/ -> /s/,\nprofile t {\n include "in"\n if $ON {\n  /on r,\n } else {\n  /off r,\n }\n @{P}/x w,\n /@{profile_name} r,\n}\n'
    const [profile] = parseAppArmor('t', text, { include: (name) => (name === 'in' ? '/in r,\n' : undefined) }).value
      .profiles
    if (!profile) throw new Error('no profile')
    const yes = (access: 'r' | 'w', path: string): boolean => may(profile, access, path) === 'yes'
    expect([
      yes('r', '/in'),
      yes('r', '/on'),
      yes('r', '/off'),
      yes('w', '/q/x'),
      yes('w', '/r/x'),
      yes('r', '/t'),
    ]).toEqual([true, true, false, true, true, true])
  })
  it('answers for capabilities, networks, mounts, traces, signals, profiles and namespaces', () => {
    const profile = profileOf(
      'capability chown,\ncapability,\ndeny capability sys_admin,\nnetwork inet tcp,\nmount options=(ro, bind) /a/** -> /b/,\nptrace read peer=t,\nsignal send set=(term) peer=foo*,\nchange_profile -> web*,',
    )
    expect(mayCapability(profile, 'CAP_CHOWN').answer).toBe('yes')
    expect(mayCapability(profile, 'sys_admin').answer).toBe('no')
    expect(mayNetwork(profile, 'inet', 'stream').answer).toBe('yes')
    expect(mayNetwork(profile, 'inet', 'raw').answer).toBe('no')
    expect(mayNetwork(profile, 'inet6', 'stream').answer).toBe('no')
    expect(mayMount(profile, { source: '/a/x', target: '/b/', options: ['ro', 'bind'] }).answer).toBe('yes')
    expect(mayMount(profile, { source: '/a/x', target: '/b/', options: ['bind'] }).answer).toBe('no')
    expect(mayMount(profile, { options: ['ro', 'bind'] }).answer).toBe('unknown')
    expect(mayPtrace(profile, 'read', 't').answer).toBe('yes')
    expect(mayPtrace(profile, 'trace', 't').answer).toBe('no')
    expect(maySignal(profile, 'send', 'term', 'foobar').answer).toBe('yes')
    expect(maySignal(profile, 'send', 'kill', 'foobar').answer).toBe('no')
    expect(mayChangeProfile(profile, 'web1').answer).toBe('yes')
    expect(mayChangeProfile(profile, 'unconfined').answer).toBe('no')
    expect(mayUserNamespace(profile).answer).toBe('yes')
  })
})
