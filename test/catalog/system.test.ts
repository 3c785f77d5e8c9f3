import { describe, expect, test } from 'vitest'
import { accounts } from '../../src/catalog/accounts.ts'
import { fileCapabilities } from '../../src/catalog/file-capabilities.ts'
import { osRelease } from '../../src/catalog/os-release.ts'
import { setuid } from '../../src/catalog/setuid.ts'
import { worldWritable } from '../../src/catalog/world-writable.ts'
import { parse, told } from './file.ts'

describe('os-release', () => {
  test('values are quoted as in a shell, the last assignment counts', () => {
    const text =
      '# ID=no\n\nNAME=Gentoo\nPRETTY_NAME="A \\"quoted\\" \\$name \\x"\nVERSION_ID=\'1 2\'\r\nID=old\nID=my\\ "os" # rest\n'
    expect(parse(osRelease, 'etc/os-release', text)).toEqual({
      value: { distribution: { id: 'my os', version: '1 2', name: 'A "quoted" $name \\x', line: 7 } },
      notices: [],
    })
  })
  test('defaults of os-release(5), and no version of a rolling distribution', () => {
    expect(parse(osRelease, 'etc/os-release', 'NAME=Arch\n').value.distribution).toEqual({
      id: 'linux',
      version: '',
      name: 'Arch',
      line: 1,
    })
  })
  test('malformed lines are told, an empty file says nothing', () => {
    const { value, notices } = parse(osRelease, 'etc/os-release', 'ID=a\nnonsense\nNAME="open\n')
    expect(value.distribution?.id).toBe('a')
    expect(told(notices)).toEqual(['os-release-malformed 2', 'os-release-malformed 3'])
    expect(parse(osRelease, 'etc/os-release', '')).toEqual({ value: {}, notices: [] })
  })
})

describe('accounts', () => {
  test('passwd(5)', () => {
    const text =
      '# comment\nroot:x:0:0:root:/root:/bin/bash\n\n+::::::\n-bob\nnobody:*:65534:65534::/:/usr/sbin/nologin\nopen::1000:1000:::\n'
    const { value, notices } = parse(accounts, 'etc/passwd', text)
    expect(value.accounts).toEqual([
      { name: 'root', uid: 0, gid: 0, home: '/root', shell: '/bin/bash', password: 'shadowed', line: 2 },
      { name: 'nobody', uid: 65534, gid: 65534, home: '/', shell: '/usr/sbin/nologin', password: 'locked', line: 6 },
      { name: 'open', uid: 1000, gid: 1000, home: '', shell: '', password: 'empty', line: 7 },
    ])
    expect(notices).toEqual([])
  })
  test('short records are kept where they name somebody, and told; bad ids are lost', () => {
    const { value, notices } = parse(
      accounts,
      'etc/passwd',
      'a:x:1:1\nb:x:one:1:::\nc:x\n:x:1:1:::\nd:x:4294967296:0:::\ne:x:4294967295:0:::\nf:x:-1:0:::\n',
    )
    expect(value.accounts?.map((account) => account.name)).toEqual(['a', 'e'])
    expect(told(notices)).toEqual([
      'account-record-malformed 1',
      'account-record-malformed 2 lost',
      'account-record-malformed 3 lost',
      'account-record-malformed 4 lost',
      'account-record-malformed 5 lost',
      'account-record-malformed 7 lost',
    ])
  })
  test.each([
    ['', 'empty'],
    ['!', 'locked'],
    ['!!', 'locked'],
    ['*', 'locked'],
    ['!*', 'locked'],
    ['*LK*', 'locked'],
    ['x', 'locked'],
    ['!$6$salt$hash', 'locked'],
    ['$6$salt$hash', 'hashed'],
    ['$y$j9T$salt$hash', 'hashed'],
    ['$2b$12$abcdefghijklmnopqrstuv', 'hashed'],
    ['rl.3StKT.4T8M', 'hashed'],
    ['_J9..rasmBYk8r9AiWNc', 'hashed'],
  ])('shadow(5): %j is %s', (field, password) => {
    const { value, notices } = parse(accounts, 'etc/shadow', `root:${field}:19000:0:99999:7:::\n`)
    expect(value.passwords).toEqual([{ name: 'root', password, line: 1 }])
    expect(notices).toEqual([])
  })
  test('no hash of a password is in the finds or the notices', () => {
    const read = parse(accounts, 'etc/shadow', 'root:$6$verysecret$hash\nverysecretname\n')
    expect(told(read.notices)).toEqual(['account-record-malformed 1', 'account-record-malformed 2 lost'])
    expect(JSON.stringify(read)).not.toContain('verysecret')
  })
  test('group(5)', () => {
    const { value, notices } = parse(
      accounts,
      'etc/group',
      'root:x:0:\nsudo:x:27:bob, eve,\n+:::\ndocker:x:many:\nshort:x:5\n',
    )
    expect(value.groups).toEqual([
      { name: 'root', gid: 0, members: [], line: 1 },
      { name: 'sudo', gid: 27, members: ['bob', 'eve'], line: 2 },
      { name: 'short', gid: 5, members: [], line: 5 },
    ])
    expect(told(notices)).toEqual(['account-record-malformed 4 lost', 'account-record-malformed 5'])
  })
})

describe('metadata', () => {
  test('setuid and world-writable say no more than that', () => {
    expect(parse(setuid, 'bin/su', '', { mode: 0o4755 })).toEqual({ value: { setuid: true }, notices: [] })
    expect(parse(worldWritable, 'tmp', '')).toEqual({ value: { worldWritable: true }, notices: [] })
  })

  const capability = (hex: string) =>
    parse(fileCapabilities, 'bin/ping', '', {
      xattrs: new Map([['security.capability', Uint8Array.from(Buffer.from(hex, 'hex'))]]),
    })
  test.each([
    ['revision 1', '00000001 00200000 00000000', ['NET_RAW'], false],
    [
      'revision 2, what setcap cap_net_raw+ep writes',
      '01000002 00200000 00000000 00000000 00000000',
      ['NET_RAW'],
      true,
    ],
    [
      'revision 3 with a root id',
      '01000003 01000000 00000000 00010000 00000000 e8030000',
      ['CHOWN', 'CHECKPOINT_RESTORE'],
      true,
    ],
    ['inheritable only', '00000002 00000000 00200000 00000000 00000000', [], false],
    ['bit 31', '00000002 00000080 00000000 00000000 00000000', ['SETFCAP'], false],
  ])('%s', (_, hex, permitted, effective) => {
    expect(capability(hex.replaceAll(' ', ''))).toEqual({
      value: { fileCapabilities: { permitted, effective } },
      notices: [],
    })
  })
  test('all 41 capabilities of Linux, and bits beyond are told', () => {
    const { value, notices } = capability('01000002ffffffff00000000ffffffff00000000')
    expect(value.fileCapabilities?.permitted).toHaveLength(41)
    expect(told(notices)).toEqual(['file-capabilities-unknown 1'])
  })
  test.each(['', '01', '00000001', '01000002002000000000000000000000', '01000009002000000000000000000000000000000'])(
    'is told: %s',
    (hex) => {
      const { value, notices } = capability(hex)
      expect(value).toEqual({})
      expect(told(notices)).toEqual(['file-capabilities-malformed 1 lost'])
    },
  )
})
