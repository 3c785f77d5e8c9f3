import { Ajv2020 } from 'ajv/dist/2020.js'
import fc from 'fast-check'
import { existsSync, readdirSync, readFileSync } from 'node:fs'
import { describe, expect, it } from 'vitest'
import { jsonSchema, type SeccompProfile } from '../../src/confine/seccomp/profile.ts'
import { readProfile } from '../../src/confine/seccomp/read.ts'
import type { Node } from '../../src/document/node.ts'
import { readText } from '../../src/document/read.ts'
import type { Read } from '../../src/model/notice.ts'
import { showPlace } from '../../src/model/place.ts'

function read(text: string, file = 'seccomp.json'): Read<SeccompProfile | undefined> {
  const root = readText(file, text).value.documents[0]
  if (!root) throw new Error('no document')
  return readProfile(root)
}
const complaints = (text: string, file?: string): string[] =>
  read(text, file).notices.map((notice) => `${showPlace(notice.place)} ${notice.message}`)

const CORPUS = '../shared/corpora/seccomp'
if (!existsSync(CORPUS)) console.log(`${CORPUS} is absent: vendors' profiles are not read`)
describe.skipIf(!existsSync(CORPUS))('profiles of vendors', () => {
  const files = existsSync(CORPUS)
    ? readdirSync(`${CORPUS}/data`, { recursive: true, encoding: 'utf8' }).filter((file) => file.endsWith('.json'))
    : []
  it('there are some', () => expect(files.length).toBeGreaterThan(8))
  const validate = new Ajv2020().compile(jsonSchema())
  it.each(files)('%s is read without a notice, and valid for our JSON Schema', (file) => {
    const text = readFileSync(`${CORPUS}/data/${file}`, 'utf8')
    const { value, notices } = read(text, file)
    expect(notices).toEqual([])
    const written: unknown = JSON.parse(text)
    expect(value?.defaultAction).toBe((written as { defaultAction: string }).defaultAction)
    expect(validate(withoutNull(written)), JSON.stringify(validate.errors)).toBe(true)
  })
})
/** Go takes null for an absent key; JSON Schema does not. */
const withoutNull = (value: unknown): unknown =>
  Array.isArray(value)
    ? value.map(withoutNull)
    : typeof value === 'object' && value !== null
      ? Object.fromEntries(
          Object.entries(value).flatMap(([key, one]) => (one === null ? [] : [[key, withoutNull(one)]])),
        )
      : value

describe('forms', () => {
  const rule = { names: ['read'], action: 'SCMP_ACT_ALLOW' }
  const body = { defaultAction: 'SCMP_ACT_ERRNO', syscalls: [rule] }
  it('an OCI runtime configuration holds it in linux.seccomp', () => {
    const { value, notices } = read(JSON.stringify({ ociVersion: '1.2.0', linux: { seccomp: body } }))
    expect(notices).toEqual([])
    expect(value?.syscalls[0]).toMatchObject({ names: ['read'], args: [] })
    expect(read('{"ociVersion": "1.2.0", "linux": {}}')).toEqual({ value: undefined, notices: [] })
  })
  it('a custom resource holds it in spec, and may name a base profile', () => {
    const text = [
      'apiVersion: security-profiles-operator.x-k8s.io/v1',
      'kind: SeccompProfile',
      'metadata: { name: web }',
      'spec:',
      '  baseProfileName: runc-v1.2.0',
      '  defaultAction: SCMP_ACT_ERRNO',
      '  syscalls:',
      '    - { action: SCMP_ACT_ALLOW, names: [read], args: [{ index: 0, value: 0xffffffffffffffff, op: SCMP_CMP_EQ }] }',
    ].join('\n')
    const { value, notices } = read(text, 'profile.yaml')
    expect(notices).toEqual([])
    expect(value).toMatchObject({ baseProfileName: 'runc-v1.2.0', defaultAction: 'SCMP_ACT_ERRNO' })
    expect(value?.syscalls[0]?.args[0]?.value).toBe(2n ** 64n - 1n)
    expect(complaints(text.replace('  defaultAction', '  archmap: []\n  defaultAction'), 'p.yaml')[0]).toMatch(
      /^p\.yaml:6:3 "archmap" .*did you mean "archMap"\?/,
    )
  })
  it('the old form has one name a rule; null is an absent key', () => {
    const { value, notices } = read(
      '{"defaultAction":"SCMP_ACT_ERRNO","architectures":null,"syscalls":[{"name":"read","action":"SCMP_ACT_ALLOW","args":null}]}',
    )
    expect(notices).toEqual([])
    expect(value).toMatchObject({ architectures: [], syscalls: [{ names: ['read'], args: [] }] })
  })
  it('keys in another case are read, as Go reads them; an API server does not', () => {
    const { value, notices } = read(
      '{"DefaultAction":"SCMP_ACT_ERRNO","Syscalls":[{"NAMES":["read"],"Action":"SCMP_ACT_ALLOW","args":[{"Index":1,"OP":"SCMP_CMP_EQ"}]}]}',
    )
    expect(value).toMatchObject({
      defaultAction: 'SCMP_ACT_ERRNO',
      syscalls: [{ names: ['read'], args: [{ index: 1, op: 'SCMP_CMP_EQ' }] }],
    })
    expect(notices.map(({ id, lost }) => `${id} ${lost}`)).toEqual(
      Array.from({ length: 6 }, () => 'seccomp-key-case false'),
    )
    expect(complaints(`${RESOURCE}spec: { DefaultAction: SCMP_ACT_ERRNO, syscalls: [] }`, 'p.yaml')[0]).toMatch(
      /^p\.yaml:3:9 "DefaultAction" is no key .*did you mean "defaultAction"\?/,
    )
  })
  const RESOURCE = 'apiVersion: security-profiles-operator.x-k8s.io/v1\nkind: SeccompProfile\n'
  it('a custom resource of another kind, or with a misspelt key, is told', () => {
    const spec = 'spec: { defaultAction: SCMP_ACT_ERRNO }\n'
    expect(complaints(`${RESOURCE.replace('SeccompProfile', 'SeccompProfle')}${spec}`, 'p.yaml')).toEqual([
      expect.stringMatching(/^p\.yaml:2:1 kind is "SeccompProfle": did you mean "SeccompProfile"\?/),
    ])
    expect(complaints(`${RESOURCE}metdata: {}\n${spec}`, 'p.yaml')).toEqual([
      expect.stringMatching(/^p\.yaml:3:1 "metdata" .*did you mean "metadata"\?/),
    ])
  })
  it('a misspelt key is told even where nothing else is left', () => {
    expect(complaints('{"defaultActoin": "SCMP_ACT_ERRNO"}')).toEqual([
      expect.stringMatching(/:1:2 "defaultActoin" .*did you mean "defaultAction"\?/),
      expect.stringMatching(/counts as unconfined/),
    ])
  })
  it('an empty profile is no filter for Docker, and so for us', () => {
    for (const text of ['{}', '{"defaultAction": "", "syscalls": []}', '{"archMap": []}']) {
      const { value, notices } = read(text)
      expect(value?.defaultAction).toBe('SCMP_ACT_ALLOW')
      expect(notices.map((notice) => notice.id)).toEqual(['seccomp-profile-empty'])
    }
  })
})

describe('numbers are exact', () => {
  const value = (digits: string): bigint | undefined =>
    read(
      `{"defaultAction":"SCMP_ACT_ALLOW","syscalls":[{"names":["a"],"action":"SCMP_ACT_ERRNO","args":[{"index":0,"op":"SCMP_CMP_EQ","value":${digits}}]}]}`,
    ).value?.syscalls[0]?.args[0]?.value
  it.each(['0', '2114060288', '9007199254740993', '9223372036854775809', '18446744073709551615'])('%s', (digits) => {
    expect(value(digits)).toBe(BigInt(digits))
  })
  it.each(['18446744073709551616', '-1', '1.5', '1e3', '1e30', '"1"', 'true'])('%s is refused', (digits) => {
    expect(value(digits)).toBeUndefined()
  })
  it('any 64-bit number', () => {
    fc.assert(fc.property(fc.bigInt({ min: 0n, max: 2n ** 64n - 1n }), (n) => value(String(n)) === n))
  })
})

describe('what is wrong is told at its line', () => {
  const profile = (...lines: string[]): string => ['{', ...lines, '}'].join('\n')
  const rule = (text: string): string => profile('"defaultAction": "SCMP_ACT_ERRNO",', '"syscalls": [', text, ']')
  const RULE = '"names": ["read"], "action": "SCMP_ACT_ALLOW"'
  it.each([
    [
      'action',
      rule('{"names": ["read"],\n "action": "SCMP_ACT_ALOW"}'),
      /^seccomp\.json:5:2 action is "SCMP_ACT_ALOW".*did you mean "SCMP_ACT_ALLOW"\?/,
    ],
    ['default action', profile('"defaultAction": "SCMP_ACT_ERNO"'), /^seccomp\.json:2:1 .*"SCMP_ACT_ERRNO"\?/],
    [
      'operator',
      rule(`{${RULE},\n"args": [{"index": 0,\n "op": "SCMP_CMP_EG"}]}`),
      /^seccomp\.json:6:2 op is .*"SCMP_CMP_[EG][QE]"\?/,
    ],
    [
      'architecture',
      profile('"defaultAction": "SCMP_ACT_ERRNO",', '"architectures": ["SCMP_ARCH_X86_46"]'),
      /^seccomp\.json:3:19 .*"SCMP_ARCH_X86_64"\?/,
    ],
    ['flag', profile('"defaultAction": "SCMP_ACT_ERRNO",', '"flags": ["SECCOMP_FILTER_FLAG_LOGS"]'), /_LOG"\?/],
    ['missing action', rule('{"names": ["read"]}'), /^seccomp\.json:4:1 action is missing/],
    ['missing operator', rule(`{${RULE}, "args": [{"index": 1}]}`), /:4:58 op is missing/],
    ['index too high', rule(`{${RULE}, "args": [{"index": 6, "op": "SCMP_CMP_EQ"}]}`), /index "6" is more than 5/],
    ['wrong type', rule('{"names": "read", "action": "SCMP_ACT_ALLOW"}'), /:4:2 names "read" is not a list/],
    [
      'wrong element',
      rule('{"names": [7], "action": "SCMP_ACT_ALLOW"}'),
      /:4:12 an element of names "7" is not a text/,
    ],
    ['both name and names', rule(`{${RULE}, "name": "write"}`), /:4:49 name "write" may not stand beside "names"/],
    ['kernel version', rule(`{${RULE}, "includes": {"minKernel": "four"}}`), /minKernel "four" is no kernel version/],
    [
      'architectures twice',
      profile(
        '"defaultAction": "SCMP_ACT_LOG", "architectures": ["SCMP_ARCH_ARM"],',
        '"archMap": [{"architecture": "SCMP_ARCH_ARM"}]',
      ),
      /:2:34 architectures may not stand beside "archMap"/,
    ],
    ['no mapping', '[1]', /:1:1 This is no seccomp profile/],
  ])('%s', (_, text, expected) => {
    expect(complaints(text)).toEqual([expect.stringMatching(expected)])
    expect(read(text).value).toBeUndefined()
    expect(read(text).notices[0]?.lost).toBe(true)
  })

  it.each([
    [
      'at the top',
      profile('"defaultAction": "SCMP_ACT_ERRNO",', '"sycalls": []'),
      /:3:1 "sycalls" .*did you mean "syscalls"\?/,
    ],
    ['in a rule', rule(`{${RULE}, "arg": []}`), /:4:49 "arg" .*did you mean "args"\?/],
    [
      'in an argument',
      rule(`{${RULE}, "args": [{"index": 0, "op": "SCMP_CMP_EQ", "valueTow": 1}]}`),
      /"valueTow" .*"valueTwo"\?/,
    ],
    ['in a condition', rule(`{${RULE}, "includes": {"cap": []}}`), /"cap" .*"caps"\?/],
    [
      'of another form',
      profile('"defaultAction": "SCMP_ACT_ERRNO", "baseProfileName": "x"'),
      /"baseProfileName" is no key of a seccomp profile here\. Engines/,
    ],
    [
      'far from all',
      profile('"defaultAction": "SCMP_ACT_ERRNO", "__proto__": {}'),
      /"__proto__" is no key of a seccomp profile here\. Engines/,
    ],
    [
      'capability of a condition',
      rule(`{${RULE}, "includes": {"caps": ["CAP_SYS_ADMN"]}}`),
      /:4:71 .*"CAP_SYS_ADMN".*never matches.*"CAP_SYS_ADMIN"\?/,
    ],
    [
      'capability without CAP_',
      rule(`{${RULE}, "excludes": {"caps": ["SYS_ADMIN"]}}`),
      /never matches.*"CAP_SYS_ADMIN"\?/,
    ],
    ['architecture of a condition', rule(`{${RULE}, "includes": {"arches": ["amd46"]}}`), /never matches.*"amd64"\?/],
    [
      'no name at all',
      rule('{"action": "SCMP_ACT_ALLOW"}'),
      /:4:1 This rule .*names no system call, so it does nothing/,
    ],
    [
      'an error of podman that is none',
      rule(`{${RULE}, "errno": "EPREM"}`),
      /:4:49 .*no error by name: did you mean "EPERM"\?/,
    ],
    [
      'two errors at once',
      rule(`{${RULE}, "errno": "EPERM", "errnoRet": 38}`),
      /:4:49 .*podman takes the name, other engines the number/,
    ],
    [
      'a key in another case',
      rule('{"Names": ["read"], "action": "SCMP_ACT_ALLOW"}'),
      /:4:2 "Names" is read as "names" by Docker/,
    ],
  ])('engines ignore a word: %s', (_, text, expected) => {
    expect(complaints(text)).toEqual([expect.stringMatching(expected)])
    expect(read(text).value?.defaultAction).toBe('SCMP_ACT_ERRNO')
    expect(read(text).notices[0]?.lost).toBe(false)
  })

  it('a long list of mistakes is cut', () => {
    const { notices } = read(rule(Array.from({ length: 500 }, () => '{"names": ["read"]}').join(',\n')))
    expect(notices).toHaveLength(51)
    expect(notices.at(-1)?.message).toMatch(/^450 more/)
  })
})

describe('hostile documents', () => {
  const words = fc.constantFrom(
    'defaultAction',
    'syscalls',
    'names',
    'name',
    'action',
    'args',
    'index',
    'value',
    'op',
    'includes',
    'caps',
    'minKernel',
    'archMap',
    '__proto__',
    'constructor',
    'linux',
    'seccomp',
    'spec',
    'apiVersion',
    'ociVersion',
  )
  const leaf = fc.oneof(
    fc.constant(null),
    fc.boolean(),
    fc.integer(),
    fc.double(),
    fc.string(),
    fc.constantFrom(
      'SCMP_ACT_ALLOW',
      'SCMP_CMP_EQ',
      'CAP_CHOWN',
      'amd64',
      '4.8',
      'security-profiles-operator.x-k8s.io/v1',
    ),
  )
  const { tree } = fc.letrec((tie) => ({
    tree: fc.oneof(
      { maxDepth: 6, withCrossShrink: true },
      leaf,
      fc.array(tie('tree'), { maxLength: 4 }),
      fc.dictionary(words, tie('tree'), { maxKeys: 6 }),
    ),
  }))
  it('never throws, and what it does not read it tells', () => {
    fc.assert(
      fc.property(fc.dictionary(words, tree, { maxKeys: 6 }), (document) => {
        const { value, notices } = read(JSON.stringify(document))
        const without = 'ociVersion' in document || 'linux' in document
        expect(value !== undefined || notices.some((notice) => notice.lost) || without).toBe(true)
      }),
      { numRuns: 500 },
    )
  })
  it('what cannot be known is not guessed', () => {
    const text = '{"defaultAction": "SCMP_ACT_ERRNO", "syscalls": []}'
    const root = readText('x.json', text).value.documents[0]
    const action = root?.value instanceof Map ? root.value.get('defaultAction') : undefined
    if (!root || !action || !(root.value instanceof Map)) return expect.fail()
    const value = new Map<string, Node>([...root.value, ['defaultAction', { ...action, unknown: 'X has no value' }]])
    const { notices } = readProfile({ ...root, value })
    expect(notices.map((notice) => notice.message)).toEqual([
      expect.stringMatching(/^defaultAction cannot be known: X has no value/),
    ])
  })
  it('aliases do not multiply', () => {
    const levels = Array.from(
      { length: 12 },
      (_, i) => `l${i + 1}: &l${i + 1} [${Array.from({ length: 9 }, () => `*l${i}`)}]`,
    )
    const text = ['l0: &l0 [read]', ...levels, 'defaultAction: SCMP_ACT_LOG'].join('\n')
    expect(read(text, 'x.yaml').notices.some((notice) => notice.lost)).toBe(true)
  })
})
