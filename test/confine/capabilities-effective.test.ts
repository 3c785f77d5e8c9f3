/** The three answers: what the first process holds, what it can gain, what reaches the host; and when they are not known. */
import fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import {
  CAPABILITIES,
  capabilitiesOf,
  capabilityRows,
  effectiveCapabilities,
  execve,
  type Credentials,
} from '../../src/confine/capabilities.ts'
import { byDefault, set, unknown, type Fact } from '../../src/model/fact.ts'
import { engine as engineRows, image as imageRows, type ImageFacts } from '../../src/model/fields.ts'
import type { Subject } from '../../src/model/subject.ts'
import { unanswered } from '../../src/model/unanswered.ts'
import { at, facts, names, none, values, type Given } from './container.ts'

interface File {
  readonly path: string
  readonly layer?: number
  readonly mode?: string
  readonly uid?: number
  readonly gid?: number
  readonly capabilities?: readonly string[]
  readonly effective?: boolean
}
interface Setting extends Given {
  /** Absent: the image was not given. */
  readonly files?: readonly File[]
  readonly noNewPrivileges?: Fact<boolean>
  readonly userNamespace?: Fact<'own' | 'host' | 'container' | 'none'>
  readonly run?: readonly string[]
  readonly gid?: Fact<number>
  readonly groups?: readonly string[]
  readonly init?: Fact<boolean>
  readonly runtime?: string
  readonly mount?: string
  readonly mustBeNonRoot?: boolean
  readonly engine?: { readonly kind?: 'docker' | 'podman'; readonly version?: string; readonly rootless?: boolean }
}
const image = (files: readonly File[] | undefined): ImageFacts => {
  const nothing = unanswered(imageRows, at(1), 'the image was not given', 'image')
  if (!files) return nothing
  const item = ({ path, layer = 0 }: File) => ({
    place: { file: path, line: 1, column: 1, in: 'web', layer },
    facts: { path: set(at(1), path), layer: set(at(1), layer) },
  })
  return {
    ...nothing,
    groups: set(at(1), []),
    setuid: set(
      at(1),
      files
        .filter(({ mode }) => mode !== undefined)
        .map((file) => {
          const { mode = '4755', uid = 0, gid = 0 } = file
          const { place, facts: location } = item(file)
          return {
            place,
            facts: {
              ...location,
              mode: set(place, mode),
              uid: set(place, uid),
              gid: set(place, gid),
              setuid: set(place, /^[4567]/.test(mode)),
              setgid: set(place, /^[2367]/.test(mode)),
            },
          }
        }),
    ),
    fileCapabilities: set(
      at(1),
      files
        .filter(({ capabilities }) => capabilities !== undefined)
        .map((file) => {
          const { place, facts: location } = item(file)
          return {
            place,
            facts: {
              ...location,
              permitted: set(
                place,
                (file.capabilities ?? []).map((name) => set(place, name)),
              ),
              effective: set(place, file.effective ?? true),
            },
          }
        }),
    ),
  }
}
function subject(setting: Setting): Subject {
  const blank = facts({ given: names(2, 'CHOWN', 'NET_RAW', 'SETUID'), ...setting })
  const engine = unanswered(engineRows, at(1), 'the engine was not given', 'engine')
  const { kind, version, rootless } = setting.engine ?? {}
  return {
    id: 'web',
    place: at(1),
    runtime: setting.runtime ?? 'docker',
    container: {
      ...blank,
      noNewPrivileges: setting.noNewPrivileges ?? byDefault(at(1), false, 'off'),
      init: setting.init ?? byDefault(at(1), false, 'none'),
      entrypoint: set(
        at(7),
        (setting.run ?? ['/app']).map((word) => set(at(7), word)),
      ),
      command: set(at(7), []),
      workingDirectory: set(at(7), '/srv'),
      environment: set(at(7), []),
      mounts:
        setting.mount === undefined
          ? set(at(8), [])
          : set(at(8), [
              {
                place: at(8),
                facts: {
                  kind: set(at(8), 'bind'),
                  type: set(at(8), 'bind'),
                  source: set(at(8), '/host'),
                  target: set(at(8), setting.mount),
                  readOnly: set(at(8), false),
                  propagation: set(at(8), 'rprivate'),
                  options: set(at(8), []),
                },
              },
            ]),
      namespaces: { ...blank.namespaces, user: setting.userNamespace ?? byDefault(at(1), 'host', 'the host’s') },
      user: {
        ...blank.user,
        gid: setting.gid ?? byDefault(at(1), 0, 'none'),
        supplementary: names(9, ...(setting.groups ?? [])),
        mustBeNonRoot: byDefault(at(1), setting.mustBeNonRoot ?? false, 'not asked'),
      },
    },
    image: image(setting.files),
    engine: {
      ...engine,
      ...(kind !== undefined && { kind: set(at(1), kind) }),
      ...(version !== undefined && { version: set(at(1), version) }),
      ...(rootless !== undefined && { rootless: set(at(1), rootless) }),
    },
  }
}
const user = set(at(40), 1000)
const root = set(at(40), 0)
const hole = (because: string): Fact<never> => unknown(at(30), because, 'user')
const on = set(at(50), true)
const GIVEN = ['CHOWN', 'NET_RAW', 'SETUID']
const SU: File = { path: 'bin/su', mode: '4755', layer: 1 }
const PING: File = { path: 'bin/ping', capabilities: ['NET_RAW'], layer: 2 }
interface Told {
  permitted: readonly string[] | string
  effective: readonly string[] | string
  gains: readonly string[] | string
  reaches: readonly string[] | string
}
const told = (setting: Setting): Told => {
  const { holds, gains, reaches } = effectiveCapabilities(subject(setting))
  return {
    permitted: values(holds.permitted),
    effective: values(holds.effective),
    gains: values(gains.names),
    reaches: values(reaches),
  }
}
const IMAGE = 'unknown: the image was not given'

describe('what is told', () => {
  const table: [string, Setting, Told][] = [
    [
      'root holds the bounding set, whatever the image',
      { uid: root },
      { permitted: GIVEN, effective: GIVEN, gains: [], reaches: GIVEN },
    ],
    [
      'another user without the image: what it holds and gains hangs on it',
      { uid: user },
      { permitted: IMAGE, effective: IMAGE, gains: IMAGE, reaches: IMAGE },
    ],
    [
      'another user with no_new_privs needs no image',
      { uid: user, noNewPrivileges: on },
      { permitted: [], effective: [], gains: [], reaches: [] },
    ],
    [
      'another user with everything dropped needs no image',
      { uid: user, drop: names(10, 'ALL') },
      { permitted: [], effective: [], gains: [], reaches: [] },
    ],
    [
      'an image without such files gives nothing',
      { uid: user, files: [] },
      { permitted: [], effective: [], gains: [], reaches: [] },
    ],
    [
      'a setuid-root program gives the bounding set',
      { uid: user, files: [SU] },
      { permitted: [], effective: [], gains: GIVEN, reaches: GIVEN },
    ],
    [
      'a file with capabilities gives those within the bounding set',
      { uid: user, files: [{ ...PING, capabilities: ['NET_RAW', 'SYS_ADMIN'], effective: false }] },
      { permitted: [], effective: [], gains: ['NET_RAW'], reaches: ['NET_RAW'] },
    ],
    [
      'a file whose effective bit wants more is not executed, and gives nothing',
      { uid: user, files: [{ ...PING, capabilities: ['NET_RAW', 'SYS_ADMIN'] }] },
      { permitted: [], effective: [], gains: [], reaches: [] },
    ],
    [
      'SETUID from a file is the way to all the rest',
      { uid: user, files: [{ path: 'usr/bin/tool', capabilities: ['SETUID'] }] },
      { permitted: [], effective: [], gains: GIVEN, reaches: GIVEN },
    ],
    [
      'a setuid program of somebody else gives nothing',
      { uid: user, files: [{ ...SU, uid: 2000 }] },
      { permitted: [], effective: [], gains: [], reaches: [] },
    ],
    [
      'a setuid-root program that only root may run gives nothing',
      { uid: user, files: [{ ...SU, mode: '4700' }] },
      { permitted: [], effective: [], gains: [], reaches: [] },
    ],
    [
      'its group may run it',
      { uid: user, files: [{ ...SU, mode: '4750', gid: 7 }], groups: ['7'] },
      { permitted: [], effective: [], gains: GIVEN, reaches: GIVEN },
    ],
    [
      'whoever is not in its group may not',
      { uid: user, files: [{ ...SU, mode: '4750', gid: 7 }] },
      { permitted: [], effective: [], gains: [], reaches: [] },
    ],
    [
      'a group by its name may be it',
      { uid: user, files: [{ ...SU, mode: '4750', gid: 7 }], groups: ['wheel'] },
      {
        permitted: [],
        effective: [],
        gains: 'unknown: whether the added group is gid 7 is not known',
        reaches: 'unknown: whether the added group is gid 7 is not known',
      },
    ],
    [
      'the program itself has capabilities',
      { uid: user, files: [PING], run: ['/bin/../bin/ping'] },
      { permitted: ['NET_RAW'], effective: ['NET_RAW'], gains: [], reaches: ['NET_RAW'] },
    ],
    [
      'permitted without the effective bit',
      { uid: user, files: [{ ...PING, effective: false }], run: ['/bin/ping'] },
      { permitted: ['NET_RAW'], effective: [], gains: [], reaches: ['NET_RAW'] },
    ],
    [
      'an init process runs it as a child',
      { uid: user, files: [PING], run: ['/bin/ping'], init: on },
      { permitted: [], effective: [], gains: ['NET_RAW'], reaches: ['NET_RAW'] },
    ],
    [
      'the init process of a pod is not the first process of the container',
      { uid: user, files: [PING], run: ['/bin/ping'], init: on, runtime: 'kubernetes' },
      { permitted: ['NET_RAW'], effective: ['NET_RAW'], gains: [], reaches: ['NET_RAW'] },
    ],
    [
      'relative to the working directory',
      { uid: user, files: [{ ...PING, path: 'srv/ping' }], run: ['./ping'] },
      { permitted: ['NET_RAW'], effective: ['NET_RAW'], gains: [], reaches: ['NET_RAW'] },
    ],
    [
      'no_new_privs takes it away from a process of Docker',
      { uid: user, files: [PING], run: ['/bin/ping'], noNewPrivileges: on },
      { permitted: [], effective: [], gains: [], reaches: [] },
    ],
    [
      'and not from one of Kubernetes, which had it in its permitted set before',
      { uid: user, files: [PING], run: ['/bin/ping'], noNewPrivileges: on, runtime: 'kubernetes' },
      { permitted: ['NET_RAW'], effective: ['NET_RAW'], gains: [], reaches: ['NET_RAW'] },
    ],
    [
      'the program is setuid-root',
      { uid: user, files: [SU], run: ['/bin/su'] },
      { permitted: GIVEN, effective: GIVEN, gains: [], reaches: GIVEN },
    ],
    [
      'privileged root',
      { uid: root, privileged: on, noNewPrivileges: on, userNamespace: hole('whose') },
      { permitted: [...CAPABILITIES], effective: [...CAPABILITIES], gains: [], reaches: 'unknown: whose' },
    ],
    [
      'privileged, another user',
      { uid: user, privileged: on, files: [SU] },
      { permitted: [], effective: [], gains: [...CAPABILITIES], reaches: [...CAPABILITIES] },
    ],
    [
      'a user namespace of its own: nothing reaches the host',
      { uid: root, privileged: on, userNamespace: set(at(60), 'own') },
      { permitted: [...CAPABILITIES], effective: [...CAPABILITIES], gains: [], reaches: [] },
    ],
    [
      'and so with a rootless engine, whatever is written',
      { uid: root, userNamespace: set(at(60), 'host'), engine: { rootless: true } },
      { permitted: GIVEN, effective: GIVEN, gains: [], reaches: [] },
    ],
    [
      'an unknown user namespace does not matter where there is nothing',
      { uid: user, userNamespace: hole('whose'), files: [] },
      { permitted: [], effective: [], gains: [], reaches: [] },
    ],
    [
      'the namespace of another container',
      { uid: root, userNamespace: set(at(60), 'container') },
      {
        permitted: GIVEN,
        effective: GIVEN,
        gains: [],
        reaches: 'unknown: whose user namespace the joined container has is not known',
      },
    ],
    [
      'who is not known: held or gained, it is all the same to the host',
      { uid: hole('who'), files: [SU] },
      { permitted: 'unknown: who', effective: 'unknown: who', gains: 'unknown: who', reaches: GIVEN },
    ],
    [
      'not known, but not root',
      { uid: hole('who'), files: [], mustBeNonRoot: true },
      { permitted: [], effective: [], gains: [], reaches: [] },
    ],
    [
      'no_new_privs is not known',
      { uid: user, files: [SU], noNewPrivileges: hole('whether') },
      { permitted: [], effective: [], gains: 'unknown: whether', reaches: 'unknown: whether' },
    ],
    [
      'no_new_privs is not known and nothing hangs on it',
      { uid: user, files: [], noNewPrivileges: hole('whether') },
      { permitted: [], effective: [], gains: [], reaches: [] },
    ],
    [
      'what is added is not known: the list is, with its reason',
      { uid: root, add: names(10, undefined) },
      {
        permitted: 'unknown: X has no value',
        effective: 'unknown: X has no value',
        gains: [],
        reaches: 'unknown: X has no value',
      },
    ],
    [
      'ambient capabilities of another user',
      { uid: user, files: [], ambient: names(20, 'CAP_NET_RAW') },
      { permitted: ['NET_RAW'], effective: ['NET_RAW'], gains: [], reaches: ['NET_RAW'] },
    ],
    [
      'a file with capabilities clears them',
      { uid: user, files: [{ ...PING, capabilities: ['CHOWN'] }], run: ['/bin/ping'], ambient: names(20, 'NET_RAW') },
      { permitted: ['CHOWN'], effective: ['CHOWN'], gains: [], reaches: ['CHOWN'] },
    ],
    [
      'podman gives another user what is added, as ambient',
      { uid: user, files: [], add: names(10, 'NET_ADMIN'), engine: { kind: 'podman' } },
      { permitted: ['NET_ADMIN'], effective: ['NET_ADMIN'], gains: [], reaches: ['NET_ADMIN'] },
    ],
  ]
  it.each(table)('%s', (_, setting, expected) => expect(told(setting)).toEqual(expected))

  it('Docker Engine before 23 knows 38 capabilities', () => {
    const all = (version: string): readonly string[] | string =>
      told({ uid: root, privileged: on, engine: { kind: 'docker', version } }).permitted
    expect(all('20.10.24+dfsg1')).toEqual(CAPABILITIES.slice(0, 38))
    expect(all('23.0.1')).toEqual(CAPABILITIES)
    expect(all('dev')).toEqual(CAPABILITIES)
  })
})

describe('which program is run', () => {
  const ask = (run: readonly string[], files: readonly File[], mount?: string): readonly string[] | string =>
    values(
      effectiveCapabilities(subject({ uid: user, files, run, ...(mount !== undefined && { mount }) })).holds.permitted,
    )
  const python: File = { path: 'usr/bin/python3.11', capabilities: ['NET_RAW'] }
  it('is not known where a name comes close, or an interpreter may run it', () => {
    expect(ask(['/usr/bin/python3'], [python])).toMatch(/^unknown: \/usr\/bin\/python3\.11 of the image gives/)
    expect(ask(['ping'], [PING])).toMatch(/^unknown: .*looked for in PATH/)
    expect(ask(['/app.sh'], [python])).toMatch(/a script that it runs/)
    expect(ask(['/app'], [PING])).toEqual([])
  })
  it('is not known where it comes from a mount', () => {
    expect(ask(['/srv/ping'], [PING], '/srv')).toMatch(/^unknown: \/srv\/ping comes from a mount/)
    expect(ask(['/bin/ping'], [PING], '/srv')).toEqual(['NET_RAW'])
  })
  it('is refused where its file wants what the bounding set does not hold', () => {
    const { holds, gains } = effectiveCapabilities(
      subject({ uid: root, files: [{ ...PING, layer: 3 }], run: ['/bin/ping'], drop: names(10, 'ALL') }),
    )
    expect(holds.starts).toMatchObject({ value: false, place: { file: 'bin/ping', layer: 3 } })
    expect(holds.starts.how === 'derived' && holds.starts.because).toMatch(/EPERM/)
    expect(values(gains.names)).toEqual([])
  })
  it('whether it is refused is not known without the image', () => {
    const { holds } = effectiveCapabilities(subject({ uid: root }))
    expect(holds.starts).toMatchObject({ how: 'unknown', because: 'the image was not given', ask: 'image' })
    expect(values(holds.permitted)).toEqual(GIVEN)
  })
})

describe('the ways', () => {
  it('name the file and its layer, once for all files that give the same', () => {
    const files = [SU, { ...SU, path: 'bin/mount', layer: 4 }, PING]
    const { gains } = effectiveCapabilities(subject({ uid: user, files }))
    expect(
      gains.ways.map(({ how, files: through, gives }) => [
        how,
        through.map(({ place }) => `${place.file}@${place.layer}`),
        values(gives),
      ]),
    ).toEqual([
      ['file capabilities', ['bin/ping@2'], ['NET_RAW']],
      ['setuid', ['bin/su@1', 'bin/mount@4'], GIVEN],
    ])
    if (gains.names.how === 'unknown') return expect.fail()
    const net = gains.names.value.find((one) => one.how !== 'unknown' && one.value === 'NET_RAW')
    expect(net).toMatchObject({ how: 'derived', place: { file: 'bin/ping', layer: 2, in: 'web' } })
    expect(net?.how === 'derived' && net.because).toBe('/bin/ping has it as a file capability')
  })
  it('say what must be so and is not known', () => {
    const { gains } = effectiveCapabilities(subject({ uid: hole('who'), files: [SU] }))
    expect(gains.ways[0]?.condition).toMatchObject({ because: 'who' })
  })
  it('are none with no_new_privs, and none for root', () => {
    expect(effectiveCapabilities(subject({ uid: user, files: [SU], noNewPrivileges: on })).gains.ways).toEqual([])
    expect(effectiveCapabilities(subject({ uid: root, files: [SU] })).gains.ways).toEqual([])
  })
  it('stay few and quick for an image made to be slow', () => {
    const files = Array.from({ length: 60_000 }, (_, index): File =>
      index % 2 === 0
        ? { path: `bin/s${index}`, mode: '4710', gid: index }
        : {
            path: `bin/c${index}`,
            capabilities: CAPABILITIES.filter((_name, bit) => ((index >> (bit % 16)) & 1) === 1),
            effective: false,
          },
    )
    const one = subject({ uid: user, files })
    for (let count = 0; count < 20; count += 1) expect(effectiveCapabilities(one).gains.ways.length).toBeLessThan(250)
  })
})

it('gives facts of their own: no fact is in two rows', () => {
  const rows = capabilityRows(subject({ uid: root }))
  const all = Object.values(rows).flatMap((row): Fact<unknown>[] =>
    row.how !== 'unknown' && Array.isArray(row.value) ? [row, ...row.value] : [row],
  )
  expect(new Set(all).size).toBe(all.length)
})

describe('execve', () => {
  const word = fc.constantFrom(...CAPABILITIES.slice(0, 5))
  const words = fc.uniqueArray(word).map((list) => new Set<string>(list))
  const process = fc
    .record({
      uid: fc.constantFrom(0, 1000),
      noNewPrivileges: fc.boolean(),
      permitted: words,
      inheritable: words,
      bounding: words,
      ambient: words,
    })
    .map((one): Credentials => ({
      ...one,
      effectiveUid: one.uid,
      permitted: one.permitted.union(one.ambient),
      inheritable: one.inheritable.union(one.ambient),
      effective: one.permitted.union(one.ambient),
    }))
  const program = fc.record(
    {
      setuid: fc.constantFrom(0, 2000),
      capabilities: fc.record({ permitted: words, inheritable: words, effective: fc.boolean() }),
    },
    { requiredKeys: [] },
  )
  it('keeps the rules of capabilities(7), whatever the sets', () => {
    fc.assert(
      fc.property(process, program, (before, file) => {
        const after = execve(before, file)
        if (!after) {
          expect(file.capabilities?.effective).toBe(true)
          return
        }
        expect(after.bounding).toEqual(before.bounding)
        expect(after.inheritable).toEqual(before.inheritable)
        expect(after.effective.isSubsetOf(after.permitted)).toBe(true)
        expect(after.ambient.isSubsetOf(after.permitted.intersection(after.inheritable))).toBe(true)
        const most = before.bounding.union(before.inheritable).union(before.ambient)
        expect(after.permitted.isSubsetOf(most)).toBe(true)
        if (before.noNewPrivileges) expect(after.permitted.isSubsetOf(before.permitted)).toBe(true)
      }),
    )
  })
})

it('reads the bits of /proc/PID/status', () => {
  expect(capabilitiesOf(0xa80425fbn)).toEqual(
    CAPABILITIES.filter((name) =>
      'AUDIT_WRITE CHOWN DAC_OVERRIDE FOWNER FSETID KILL MKNOD NET_BIND_SERVICE NET_RAW SETFCAP SETGID SETPCAP SETUID SYS_CHROOT'
        .split(' ')
        .includes(name),
    ),
  )
  expect(values(none())).toEqual([])
})
