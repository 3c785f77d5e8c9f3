/** What is dangerous in a profile, how profiles stand to docker-default, the profiles that we ship, and the command. */
import { readdirSync, readFileSync } from 'node:fs'
import { join } from 'node:path'
import { describe, expect, it } from 'vitest'
import { apparmorCommand } from '../../src/cli/apparmor.ts'
import { compareAppArmor } from '../../src/confine/apparmor/compare.ts'
import { lintAppArmor } from '../../src/confine/apparmor/lint.ts'
import { parseAppArmor, type AppArmorFile } from '../../src/confine/apparmor/read.ts'
import type { AppArmorProfile } from '../../src/confine/apparmor/resolve.ts'
import { UsageError } from '../../src/usage.ts'
import { askParser, hasParser } from './apparmor-oracle.ts'

const folder = join(import.meta.dirname, '../../profiles/apparmor')
const textOf = (name: string): string => readFileSync(join(folder, name), 'utf8')
const first = (file: AppArmorFile): AppArmorProfile => {
  const [profile] = file.profiles
  if (!profile) throw new Error('no profile')
  return profile
}
const readText = (text: string): AppArmorFile => parseAppArmor('t', text).value
const baseline = first(readText(textOf('docker-default')))
const HARDENED = ['batch-offline', 'database', 'jvm-service', 'node-service', 'python-service', 'web-static']

/** id:severity:line of what is found. */
const found = (rules: string, head = 'profile t'): string[] =>
  lintAppArmor(readText(`${head} {\n${rules}\n}\n`)).map(
    ({ id, severity, place }) => `${id.replace('apparmor-', '')} ${severity} ${place.line}`,
  )

describe('lint', () => {
  it.each([
    ['/a r,', 'profile t flags=(complain)', ['complain-mode high 1']],
    ['/a r,', 'profile t flags=(unconfined)', ['unconfined-mode high 1']],
    ['/a ux,', undefined, ['unconfined-exec high 2']],
    ['/a Ux,', undefined, ['unconfined-exec high 2']],
    ['/a pux,', undefined, ['unconfined-exec medium 2']],
    ['/a px -> unconfined,', undefined, ['unconfined-exec high 2']],
    ['mount,', undefined, ['mount high 2']],
    ['mount,\ndeny mount,', undefined, []],
    ['mount fstype=ext4,', undefined, ['mount-some low 2']],
    ['mount options=(rw, rslave),', undefined, ['mount-some low 2']],
    ['capability,', undefined, ['all-capabilities medium 2']],
    ['capability sys_module,', undefined, ['strong-capability medium 2']],
    ['capability sys_module,\ndeny capability sys_module,', undefined, []],
    ['ptrace,', undefined, ['ptrace-others medium 2']],
    ['ptrace peer=t,', undefined, []],
    ['ptrace readby,', undefined, []],
    ['change_profile,', undefined, ['change-profile-unconfined high 2']],
    ['change_profile -> web,', undefined, []],
    ['/proc/sysrq-trigger w,', undefined, ['sysrq high 2']],
    ['owner /proc/sysrq-trigger w,', undefined, ['sysrq high 2']],
    ['/proc/sys/** rw,', undefined, ['proc-sys high 2']],
    ['/proc/sys/vm/* rw,', undefined, ['proc-sys medium 2']],
    ['/proc/sys/** r,', undefined, []],
    ['/sys/kernel/uevent_helper w,', undefined, ['sys high 2']],
    ['/sys/fs/cgroup/** w,', undefined, ['release-agent medium 2']],
    ['/{,var/}run/docker.sock rw,', undefined, ['engine-socket medium 2']],
    ['/** r,', undefined, ['all-files-read low 2']],
    ['profile child {\n/a ux,\n}', undefined, ['unconfined-exec high 3']],
  ])('%s (%s)', (rules, head, expected) => expect(found(rules, head)).toEqual(expected))
  it('finds that all files may be written', () =>
    expect(found('file,')).toEqual(
      expect.arrayContaining(['all-files medium 2', 'sysrq high 2', 'proc-sys high 2', 'sys high 2']),
    ))
})

describe('compare with docker-default', () => {
  it('is equal to itself', () =>
    expect(compareAppArmor(baseline, baseline)).toEqual({ relation: 'equal', looser: [], tighter: [] }))
  it('tells what a profile allows and docker-default does not, and where', () => {
    const profile = first(readText(textOf('docker-default').replace('  deny mount,\n', '  mount,\n')))
    const { relation, looser } = compareAppArmor(profile, baseline)
    expect(relation).toBe('looser')
    expect(looser.map(({ what }) => what)).toEqual(['mount a file system', 'mount proc', 'bind a folder'])
    expect(new Set(looser.map(({ place }) => place.line))).toEqual(
      new Set([textOf('docker-default').split('\n').indexOf('  deny mount,') + 1]),
    )
  })
  it.each(
    // But for two that only lead a pattern on, past folders that no kernel has.
    textOf('docker-default')
      .split('\n')
      .filter((line) => /^ {2}deny/.test(line) && !/f\[\^s\]|cg\[\^r\]/.test(line)),
  )('misses %s', (line) => {
    const profile = first(
      readText(textOf('docker-default').replace(`${line}\n`, line === '  deny mount,' ? '  mount,\n' : '\n')),
    )
    expect(compareAppArmor(profile, baseline).looser.length).toBeGreaterThan(0)
  })
  it('does not know where an include is missing', () => {
    const { relation, looser } = compareAppArmor(first(readText('profile t {\n include <gone>\n}\n')), baseline)
    expect(relation).toBe('unknown')
    expect(looser.every(({ answer }) => answer === 'unknown')).toBe(true)
  })
})

describe('the profiles that we ship', () => {
  it('are these', () => expect(readdirSync(folder).sort()).toEqual(['docker-default', ...HARDENED].sort()))
  it.each(['docker-default', ...HARDENED])('%s is read without a notice, and is no newer than AppArmor 3.0', (name) => {
    const { value, notices } = parseAppArmor(name, textOf(name))
    expect(notices).toEqual([])
    expect(value.newer).toEqual([])
    expect(first(value).name).toBe(name === 'docker-default' ? name : `plimsoll-${name}`)
  })
  it.each(HARDENED)(
    '%s has no finding of severity medium or worse, and allows nothing that docker-default denies',
    (name) => {
      const file = readText(textOf(name))
      expect(lintAppArmor(file).filter(({ severity }) => severity !== 'low' && severity !== 'info')).toEqual([])
      const { relation, looser } = compareAppArmor(first(file), baseline)
      expect(looser).toEqual([])
      expect(relation).toBe('tighter')
    },
  )
  it.skipIf(!hasParser).each(['docker-default', ...HARDENED])('apparmor_parser accepts %s', async (name) => {
    expect(await askParser(textOf(name))).toBe(true)
  })
})

describe('plimsoll apparmor', () => {
  async function run(
    words: readonly string[],
    files: Readonly<Record<string, string>>,
  ): Promise<{ code: number; text: string }> {
    let text = ''
    const code = await apparmorCommand(words, {
      read: (name) => files[name] ?? (name === 'docker-default' ? textOf(name) : undefined),
      include: (name) => files[`<${name}>`],
      write: (part) => {
        text += part
      },
      width: 80,
    })
    return { code, text }
  }
  it('lints: 0 where nothing is high, 1 where something is, 3 where input was lost', async () => {
    expect((await run(['lint', 'a'], { a: 'profile t {\n /a r,\n}\n' })).code).toBe(0)
    const bad = await run(['lint', 'a'], { a: 'profile t {\n /a ux,\n}\n' })
    expect(bad.code).toBe(1)
    expect(bad.text).toContain('high apparmor-unconfined-exec  a:2:2')
    expect((await run(['lint', 'a'], { a: 'profile t {\n include <gone>\n}\n' })).code).toBe(3)
    expect((await run(['lint', 'a'], { a: 'profile t {\n include <here>\n}\n', '<here>': '/a r,\n' })).code).toBe(0)
    expect((await run(['lint', 'a'], { a: 'what' })).code).toBe(3)
  })
  it('writes JSON', async () => {
    const { text } = await run(['lint', '--format', 'json', 'a'], { a: 'profile t {\n change_profile,\n}\n' })
    expect(JSON.parse(text)).toMatchObject({
      findings: [
        { id: 'apparmor-change-profile-unconfined', severity: 'high', profile: 't', place: { file: 'a', line: 2 } },
      ],
      notices: [],
    })
  })
  it('compares: 1 where docker-default forbids what this allows', async () => {
    expect((await run(['compare', 'a'], { a: 'profile t {\n /a r,\n}\n' })).code).toBe(0)
    const looser = await run(['compare', 'a', '--format=json'], { a: 'profile t {\n mount,\n}\n' })
    expect(looser.code).toBe(1)
    expect(JSON.parse(looser.text)).toMatchObject({
      baseline: 'docker-default',
      profiles: [{ profile: 't', relation: 'incomparable' }],
    })
  })
  it('refuses what is no command, option or file', async () => {
    for (const words of [
      [],
      ['lint'],
      ['show', 'a'],
      ['lint', '--what', 'a'],
      ['lint', '--format', 'xml', 'a'],
      ['lint', 'none'],
    ])
      await expect(run(words, { a: '' })).rejects.toThrow(UsageError)
  })
  it('lets no control character of a profile through', async () => {
    const { text } = await run(['lint', 'a'], { a: 'profile "t\x1b[2J" {\n "/\x1b]0;x\x07" ux,\n \x1b[31m\n}\n' })
    expect(text).not.toMatch(/[\x00-\x09\x0b-\x1f\x7f]/)
  })
})
