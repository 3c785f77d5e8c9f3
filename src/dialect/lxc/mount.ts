/** Mounts of a container: `lxc.mount.entry` in the form of fstab(5), and the file systems of `lxc.mount.auto`. */
import { dockerBytes } from '../../document/unit.ts'
import { byDefault, unknown, type Fact } from '../../model/fact.ts'
import { propagations, type container, type MountFacts } from '../../model/fields.ts'
import type { Element } from '../../model/row.ts'
import { ask, type Answer, type Ask, type Scope } from '../ask.ts'
import { unknownMount } from '../docker/mount.ts'
import { hidden, said, strange, type Line } from './line.ts'
import { collected, last, listed } from './setting.ts'

type DeviceFacts = Element<(typeof container.devices)['of']>
type Kind = Extract<MountFacts['facts']['kind'], { value: unknown }>['value']
type Propagation = (typeof propagations)[number]
/** conf.c, turn_into_dependent_mounts: what the host mounts later comes in, and nothing goes out. */
const SLAVE = 'LXC makes the mounts of the host slaves before it takes any over'

const strangeMount = (line: Line, because: string): MountFacts => unknownMount(line.place, () => strange(line, because))
const hiddenMount = (line: Line): MountFacts => unknownMount(line.place, () => hidden(line))

interface Spec {
  readonly kind: Kind
  readonly type: string
  readonly source: string
  readonly target: string
  readonly options: readonly string[]
}
function mountOf(line: Line, { kind, type, source, target, options }: Spec): MountFacts {
  const access = options.findLast((option) => option === 'ro' || option === 'rw')
  const word = options.findLast((option): option is Propagation => propagations.some((each) => each === option))
  return {
    place: line.place,
    facts: {
      kind: said(line, kind),
      type: said(line, type),
      source: said(line, source),
      target: said(line, target),
      readOnly: access
        ? said(line, access === 'ro')
        : byDefault(line.place, false, 'writable unless an option says ro'),
      propagation: word
        ? said(line, word)
        : kind === 'bind'
          ? byDefault(line.place, 'rslave', SLAVE)
          : byDefault(line.place, 'private', 'a new file system is private unless an option says otherwise'),
      options: said(
        line,
        options.map((option) => said(line, option)),
      ),
    },
  }
}

/** fstab(5) writes blanks and backslashes in a path as octal numbers. */
const path = (field: string): string =>
  field.replace(/\\([0-3][0-7]{2})/g, (_, octal: string) => String.fromCharCode(Number.parseInt(octal, 8)))

/** `source target type options 0 0`; the target is relative to the root file system, or an absolute path that leads into it. */
export function entry(line: Line, root: string): MountFacts {
  const [source = '', target, type = 'none', words = 'defaults'] = line.text.split(/[ \t]+/).map(path)
  if (target === undefined) return strangeMount(line, 'the mount entry has no target')
  const options = words.split(',').filter((option) => option !== '')
  const inside = root !== '' && `${target}/`.startsWith(`${root}/`) ? target.slice(root.length) : target
  const isBind = options.includes('bind') || options.includes('rbind')
  const kind: Kind = isBind
    ? options.includes('relative')
      ? 'other'
      : 'bind'
    : type === 'tmpfs'
      ? 'tmpfs'
      : source.startsWith('/dev/')
        ? 'device'
        : 'other'
  return mountOf(line, {
    kind,
    type: isBind ? 'bind' : type,
    source,
    target: inside.startsWith('/') ? inside : `/${inside}`,
    options,
  })
}

/** What one word of `lxc.mount.auto` mounts. */
const AUTO = /^(proc|sys|cgroup-full|cgroup2?)(?::(mixed|rw|ro))?(?::force)?$/
function auto(line: Line, word: string): MountFacts | undefined {
  const shared = /^shmounts:([^:]+)(?::(.+))?$/.exec(word)
  if (shared) {
    const [, source = '', target = '/dev/.lxc-mounts'] = shared
    return mountOf(line, { kind: 'bind', type: 'bind', source, target, options: ['rslave'] })
  }
  const [, what, access = 'mixed'] = AUTO.exec(word) ?? []
  if (what === undefined) return strangeMount(line, `"${word.slice(0, 40)}" is nothing that LXC mounts by itself`)
  const [type, target] =
    what === 'proc' ? ['proc', '/proc'] : what === 'sys' ? ['sysfs', '/sys'] : ['cgroup', '/sys/fs/cgroup']
  return mountOf(line, { kind: 'other', type, source: word, target, options: access === 'ro' ? ['ro'] : [] })
}
/** The word that counts of each file system: a later one takes the place of an earlier one. */
export function automatic(scope: Scope): readonly { readonly line: Line; readonly word: string }[] {
  const found = new Map<string, { readonly line: Line; readonly word: string }>()
  for (const line of listed(scope, (key) => key === 'lxc.mount.auto').lines) {
    if (line.hole !== undefined) {
      found.set('', { line, word: '' })
      continue
    }
    for (const word of line.text.split(/[ \t]+/).filter((each) => each !== ''))
      found.set(word.startsWith('cgroup') ? 'cgroup' : (word.split(':')[0] ?? ''), { line, word })
  }
  return [...found.values()]
}

/** The root file system: `dir:/path`, `overlay:/lower:/upper`, or a path alone. Without one the container has that of the host. */
const rootPath = (scope: Scope): string => {
  const line = last(scope, 'lxc.rootfs.path')
  return line.how === 'silent' || line.how === 'unknown'
    ? ''
    : line.value.text.replace(/^[a-z]+:/, '').replace(/\/+$/, '')
}
function hostRoot(scope: Scope): readonly MountFacts[] {
  const line = last(scope, 'lxc.rootfs.path')
  const because = 'no root file system is named: the container has that of the host'
  if (line.how === 'unknown') return []
  if (line.how !== 'silent') {
    if (line.value.text.replace(/^dir:/, '') !== '/') return []
    return [mountOf(line.value, { kind: 'bind', type: 'bind', source: '/', target: '/', options: [] })]
  }
  const { place } = line
  const fact = <T>(value: T): Fact<T> => byDefault(place, value, because)
  return [
    {
      place,
      facts: {
        kind: fact<Kind>('bind'),
        type: fact('bind'),
        source: fact('/'),
        target: fact('/'),
        readOnly: fact(false),
        propagation: byDefault(place, 'rslave', SLAVE),
        options: fact<readonly Fact<string>[]>([]),
      },
    },
  ]
}

/** A node below /dev that is bound is a device that is passed in; these are no devices. */
const NO_DEVICE = /^\/dev(?:\/(?:shm|mqueue|log|pts|hugepages|\.lxc(?:-mounts)?)(?:\/.*)?)?\/?$/
export const isDevice = (source: string): boolean => source.startsWith('/dev/') && !NO_DEVICE.test(source)
/** Bound nodes of devices, with what the device cgroup lets be done to them. */
export const devices: Ask<readonly DeviceFacts[]> = ask((scope): Answer<readonly DeviceFacts[]> => {
  const root = rootPath(scope)
  const { lines, emptied } = listed(scope, (key) => key === 'lxc.mount.entry')
  const found = lines.flatMap((line): readonly DeviceFacts[] => {
    if (line.hole !== undefined)
      return [{ place: line.place, facts: { source: hidden(line), target: hidden(line), permissions: hidden(line) } }]
    const { place, facts } = entry(line, root)
    const { kind, source, target } = facts
    return kind.how !== 'unknown' && kind.value === 'bind' && source.how !== 'unknown' && isDevice(source.value)
      ? [{ place, facts: { source, target, permissions: byDefault(place, 'rwm', 'what the device cgroup allows') } }]
      : []
  })
  const own = lines.filter(({ place }) => found.some((each) => each.place === place))
  return collected(own, found, emptied ?? scope.self.place)
})
const isBound = ({ facts: { kind, source } }: MountFacts): boolean =>
  kind.how !== 'unknown' && kind.value === 'bind' && source.how !== 'unknown' && isDevice(source.value)

export const mounts: Ask<readonly MountFacts[]> = ask((scope): Answer<readonly MountFacts[]> => {
  const root = rootPath(scope)
  const entries = listed(scope, (key) => key === 'lxc.mount.entry')
  const fstab = last(scope, 'lxc.mount.fstab')
  const autos = automatic(scope)
  const elements = [
    ...hostRoot(scope),
    ...entries.lines
      .map((line) => (line.hole === undefined ? entry(line, root) : hiddenMount(line)))
      .filter((mount) => !isBound(mount)),
    ...autos.flatMap(({ line, word }) => (line.hole === undefined ? (auto(line, word) ?? []) : [])),
    ...(fstab.how === 'silent' || fstab.how === 'unknown'
      ? []
      : [
          strangeMount(
            fstab.value,
            `the mounts of ${fstab.value.text} (lxc.mount.fstab) are not read: write them as lxc.mount.entry`,
          ),
        ]),
  ]
  if (elements.length === 0) return { how: 'silent', place: entries.emptied ?? scope.self.place }
  const lines = [...entries.lines, ...autos.map(({ line }) => line)]
  if (lines.length > 0) return collected(lines, elements, scope.self.place)
  const place = elements[0]?.place ?? scope.self.place
  return fstab.how === 'silent' || fstab.how === 'unknown'
    ? byDefault(place, elements, 'what LXC mounts without being told')
    : said(fstab.value, elements)
})

type Names = readonly Fact<string>[]
/** What `proc:mixed`, `sys:mixed` and `sys:ro` make read-only. Nothing is hidden: LXC leaves that to AppArmor. */
export const readOnlyPaths: Ask<Names> = ask((scope): Answer<Names> => {
  const autos = automatic(scope)
  const lines = autos.map(({ line }) => line)
  const paths = autos.flatMap(({ line, word }): Names => {
    if (line.hole !== undefined) return [hidden(line)]
    const paths = /^proc(?::mixed)?$/.test(word)
      ? ['/proc/sys', '/proc/sysrq-trigger']
      : /^sys(?::mixed|:ro)?$/.test(word)
        ? ['/sys']
        : []
    return paths.map((each) => said(line, each))
  })
  const hole = lines.find((line) => line.hole !== undefined)
  if (hole && paths.length === 1) return hidden(hole)
  return collected(lines, paths, scope.self.place)
})
/** Whether /proc is mounted as LXC means it: with its switches read-only. */
export const procMount: Ask<'default' | 'unmasked'> = ask((scope): Answer<'default' | 'unmasked'> => {
  const autos = automatic(scope)
  const found = autos.find(({ word }) => word === 'proc' || word.startsWith('proc:'))
  const hole = autos.find(({ line }) => line.hole !== undefined)
  if (hole && (!found || autos.indexOf(hole) > autos.indexOf(found))) return hidden(hole.line)
  if (!found) return { how: 'silent', place: autos[0]?.line.place ?? scope.self.place }
  return said(found.line, found.word === 'proc:rw' ? 'unmasked' : 'default')
})

/** Size of a tmpfs that is mounted on /dev/shm. */
export const sharedMemory: Ask<number> = ask((scope): Answer<number> => {
  const found = listed(scope, (key) => key === 'lxc.mount.entry').lines.findLast(
    ({ text, hole }) => hole === undefined && /^\S+[ \t]+\/?dev\/shm[ \t]/.test(text),
  )
  const size = found && /(?:[ \t,])size=([^,\s]+)/.exec(found.text)?.[1]
  if (!found || size === undefined) return { how: 'silent', place: found?.place ?? scope.self.place }
  const bytes = dockerBytes(size)
  return bytes === undefined
    ? unknown(found.place, `size=${size.slice(0, 40)} is not a number of bytes`, 'user')
    : said(found, bytes)
})

/** `ro` among the options of the root file system. */
export const readOnlyRoot: Ask<boolean> = ask((scope) => last(scope, 'lxc.rootfs.options')).to((line) => {
  const access = line.text.split(',').findLast((option) => option === 'ro' || option === 'rw')
  return access === undefined ? undefined : access === 'ro'
})
