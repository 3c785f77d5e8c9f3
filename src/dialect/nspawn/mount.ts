/** Mounts of a container of systemd-nspawn(1), "Mount Options", and what of /proc and /sys it hides and locks. */
import { dockerBytes } from '../../document/unit.ts'
import { byDefault, unknown, type Fact } from '../../model/fact.ts'
import type { container, MountFacts } from '../../model/fields.ts'
import type { Element } from '../../model/row.ts'
import { ask, type Answer, type Ask, type Scope } from '../ask.ts'
import { unknownMount } from '../docker/mount.ts'
import { variable } from './namespace.ts'
import { collected, every, flag, last, list, said, strange, truth, type Setting } from './setting.ts'

type DeviceFacts = Element<(typeof container.devices)['of']>
type Kind = Extract<MountFacts['facts']['kind'], { value: unknown }>['value']
type Names = readonly Fact<string>[]

/** Parts of a value between colons; a backslash takes the next sign as it is. */
function parts(text: string): readonly string[] {
  const found = ['']
  for (let at = 0; at < text.length; at += 1) {
    const sign = text[at] ?? ''
    if (sign === ':') found.push('')
    else found[found.length - 1] = `${found.at(-1) ?? ''}${sign === '\\' ? (text[(at += 1)] ?? '') : sign}`
  }
  return found
}

interface Spec {
  readonly kind: Kind
  readonly type: string
  readonly source: Fact<string>
  readonly target: string
  readonly readOnly: boolean
  readonly options: readonly string[]
}
const mountOf = (setting: Setting, { kind, type, source, target, readOnly, options }: Spec): MountFacts => ({
  place: setting.place,
  facts: {
    kind: said(setting, kind),
    type: said(setting, type),
    source,
    target: said(setting, target),
    readOnly: said(setting, readOnly),
    // nspawn.c, outer_child: the mounts of the host are made slaves.
    propagation: byDefault(
      setting.place,
      kind === 'bind' ? 'rslave' : 'private',
      kind === 'bind' ? 'systemd-nspawn makes the mounts of the host slaves' : 'a new file system is private',
    ),
    options:
      options.length === 0
        ? byDefault(setting.place, [], 'no options are written')
        : said(
            setting,
            options.map((option) => said(setting, option)),
          ),
  },
})

function bind(setting: Setting): MountFacts {
  const [source = '', target = source, options = ''] = parts(setting.text)
  const inner = source.startsWith('+')
  return mountOf(setting, {
    // With + the source lies in the image itself; an empty one is a folder that is made for it.
    kind: inner || source === '' ? 'other' : 'bind',
    type: 'bind',
    source: said(setting, inner ? source.slice(1) : source),
    target: target.replace(/^\+/, ''),
    readOnly: setting.key === 'BindReadOnly',
    options: options.split(',').filter((option) => option !== ''),
  })
}
const home = (setting: Setting): MountFacts =>
  mountOf(setting, {
    kind: 'bind',
    type: 'bind-user',
    source: unknown(setting.place, `the home of the host’s user ${setting.text.slice(0, 60)}`, 'user'),
    target: `/run/host/home/${setting.text}`,
    readOnly: false,
    options: [],
  })
function tmpfs(setting: Setting): MountFacts {
  const [target = '', options = ''] = parts(setting.text)
  const words = options.split(',').filter((option) => option !== '')
  return mountOf(setting, {
    kind: 'tmpfs',
    type: 'tmpfs',
    source: byDefault(setting.place, '', 'memory has no source'),
    target,
    readOnly: words.includes('ro'),
    options: words,
  })
}
/** What is written goes to the tree before the last; with two, the second is both that and the target. */
function overlay(setting: Setting): MountFacts {
  const trees = parts(setting.text)
  const target = trees.at(-1) ?? ''
  const upper = trees.length > 2 ? (trees.at(-2) ?? '') : target
  const isHost = upper !== '' && !upper.startsWith('+')
  return mountOf(setting, {
    kind: isHost ? 'bind' : 'other',
    type: 'overlay',
    source: said(setting, upper.replace(/^\+/, '')),
    target,
    readOnly: setting.key === 'OverlayReadOnly',
    options: [],
  })
}
const MOUNTS: { readonly [key: string]: (setting: Setting) => MountFacts } = {
  Bind: bind,
  BindReadOnly: bind,
  BindUser: home,
  TemporaryFileSystem: tmpfs,
  Overlay: overlay,
  OverlayReadOnly: overlay,
}
const hidden = (setting: Setting): MountFacts => unknownMount(setting.place, () => strange(setting, ''))
/** A node below /dev that is bound is a device that is passed in; these are no devices. */
const NO_DEVICE = /^\/dev(?:\/(?:shm|mqueue|log|pts|hugepages)(?:\/.*)?)?\/?$/
const isDevice = ({ key, text, hidden: why }: Setting): boolean =>
  why === undefined && key.startsWith('Bind') && text.startsWith('/dev/') && !NO_DEVICE.test(parts(text)[0] ?? '')
export const devices: Ask<readonly DeviceFacts[]> = ask((scope) => {
  const bound = every(scope, 'Bind', 'BindReadOnly').filter(isDevice)
  const found = bound.map((setting): DeviceFacts => {
    const [source = '', target = source] = parts(setting.text)
    return {
      place: setting.place,
      facts: {
        source: said(setting, source),
        target: said(setting, target),
        permissions: byDefault(setting.place, 'rwm', 'what the device policy of its unit allows'),
      },
    }
  })
  return collected(bound, found, scope.self.place)
})
export const mounts: Ask<readonly MountFacts[]> = list(Object.keys(MOUNTS), (setting) => {
  if (isDevice(setting)) return []
  const read = MOUNTS[setting.key]
  return read ? [setting.hidden === undefined ? read(setting) : hidden(setting)] : []
})

/** `ReadOnly=`, and the volatile modes that mount the tree of the system read-only. */
export const readOnlyRoot: Ask<boolean> = flag('ReadOnly').else(
  ask((scope) => last(scope, 'Volatile')).to(({ text }) =>
    text === 'state' || truth(text) === true ? true : undefined,
  ),
)

/** nspawn-mount.c, mount_all. */
export const MASKED: readonly string[] = [
  '/proc/kallsyms',
  '/proc/kcore',
  '/proc/keys',
  '/proc/sysrq-trigger',
  '/proc/timer_list',
]
export const READ_ONLY: readonly string[] = [
  '/proc/sys',
  '/proc/sysrq-trigger',
  '/proc/acpi',
  '/proc/apm',
  '/proc/asound',
  '/proc/bus',
  '/proc/fs',
  '/proc/irq',
  '/proc/scsi',
  '/sys',
]

/** SYSTEMD_NSPAWN_API_VFS_WRITABLE=yes leaves /proc and /sys as they are; `network` opens what is of the network alone. */
const writable: Ask<boolean> = variable('SYSTEMD_NSPAWN_API_VFS_WRITABLE').to((text) =>
  truth(text) === true ? true : undefined,
)
const open = (scope: Scope): Answer<boolean> => writable.read(scope)

export const masked: Ask<Names> = ask((scope): Answer<Names> => {
  const vfs = open(scope)
  if (vfs.how === 'unknown') return vfs
  const own = every(scope, 'Inaccessible').map((setting) => said(setting, setting.text.replace(/^\+/, '')))
  if (vfs.how !== 'silent') return { ...vfs, value: own }
  const [first] = every(scope, 'Inaccessible')
  if (!first) return { how: 'silent', place: scope.self.place }
  const because = 'what systemd-nspawn hides'
  return {
    how: 'set',
    place: first.place,
    value: [...own, ...MASKED.map((path) => byDefault(first.place, path, because))],
  }
})
export const readOnlyPaths: Ask<Names> = ask((scope): Answer<Names> => {
  const vfs = open(scope)
  return vfs.how === 'unknown' || vfs.how === 'silent' ? vfs : { ...vfs, value: [] }
})
export const procMount: Ask<'unmasked'> = ask((scope): Answer<'unmasked'> => {
  const vfs = open(scope)
  return vfs.how === 'unknown' || vfs.how === 'silent' ? vfs : { ...vfs, value: 'unmasked' }
})

/** Size of a tmpfs that is mounted on /dev/shm. */
export const sharedMemory: Ask<number> = ask((scope): Answer<number> => {
  const found = every(scope, 'TemporaryFileSystem').findLast(({ text }) => /^\/dev\/shm\/?:/.test(text))
  const size = found && /[:,]size=([^,]+)/.exec(found.text)?.[1]
  if (!found || size === undefined) return { how: 'silent', place: (found ?? scope.self).place }
  const bytes = dockerBytes(size)
  return bytes === undefined ? strange(found, `size=${size.slice(0, 40)} is not a number of bytes`) : said(found, bytes)
})
