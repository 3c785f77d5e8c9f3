/** Drives, network interfaces and limits of a micro-VM. */
import { child, elements, isList, isMap, textOf, type Node } from '../../document/node.ts'
import { byDefault, unknown, type Fact } from '../../model/fact.ts'
import { ask, at, field, parse, scalarFact, type Answer, type Ask } from '../ask.ts'
import { strangeDevice } from '../docker/device.ts'
import { mountOf, strangeMount } from '../docker/mount.ts'
import { isVoid, said, why, type Device, type Mount, type Ulimit } from '../docker/piece.ts'
import { strangeUlimit } from '../docker/variable.ts'

/** Where the words of the command line are; the configuration is `self`. */
export const LINE = 'line'

/** Files and devices of the host that the guest has as disks: `drives`, and `pmem`, whose keys differ. */
const DISKS = [
  { list: 'drives', isRoot: 'is_root_device', readOnly: 'is_read_only' },
  { list: 'pmem', isRoot: 'root_device', readOnly: 'read_only' },
] as const
interface Disk {
  readonly node: Node
  readonly id: string
  readonly path: Node
  readonly isRoot: boolean
  readonly readOnly: Fact<boolean>
}
/** Undefined where it is no list, or one of other things. */
function disks(config: Node): readonly (Disk | { readonly stranger: Node })[] {
  return DISKS.flatMap(({ list, isRoot, readOnly }) => {
    const node = child(config, list)
    if (isVoid(node)) return []
    if (!isList(node)) return [{ stranger: node }]
    return node.value.map((one) =>
      isMap(one)
        ? {
            node: one,
            id: textOf(child(one, list === 'drives' ? 'drive_id' : 'id')) ?? '',
            path: child(one, 'path_on_host'),
            isRoot: child(one, isRoot).value === true,
            readOnly: field(one, readOnly, 'true or false', parse.bool, false, `${readOnly} is not set`),
          }
        : { stranger: one },
    )
  })
}
const isDevice = ({ path }: Disk): boolean => (textOf(path) ?? '').startsWith('/dev/')

/** The root file system is a drive too. */
export const readOnlyRoot: Ask<boolean> = ask((scope): Answer<boolean> => {
  const all = disks(scope.self)
  const root = all.find((disk) => 'isRoot' in disk && disk.isRoot)
  if (root && 'isRoot' in root) return root.readOnly
  const stranger = all.find((disk) => 'stranger' in disk)
  return stranger && 'stranger' in stranger
    ? unknown(stranger.stranger.place, 'a drive cannot be read', 'user')
    : { how: 'silent', place: scope.self.place }
})

const some = <E>(node: Node, list: readonly E[]): Answer<readonly E[]> =>
  list.length === 0 ? { how: 'silent', place: node.place } : said(node, list)

/** Files of the host; the socket of vsock, which programs of the host and the guest talk through. */
export const mounts: Ask<readonly Mount[]> = ask((scope): Answer<readonly Mount[]> => {
  const files = disks(scope.self).flatMap((disk): readonly Mount[] => {
    if ('stranger' in disk) return [strangeMount(why(disk.stranger, 'the drive cannot be read'))]
    if (disk.isRoot || isDevice(disk)) return []
    const source = textOf(disk.path)
    return [
      mountOf(disk.node, {
        kind: said(disk.node, 'device'),
        type: said(disk.node, 'drive'),
        source:
          source === undefined
            ? unknown(disk.path.place, 'path_on_host is not a text', 'user')
            : said(disk.path, source),
        target: byDefault(disk.node.place, '', 'the guest decides where'),
        readOnly: disk.readOnly,
      }),
    ]
  })
  const vsock = child(scope.self, 'vsock')
  const socket = textOf(child(vsock, 'uds_path'))
  return some(scope.self, [
    ...files,
    ...(socket === undefined
      ? []
      : [
          mountOf(vsock, {
            kind: said(vsock, 'other'),
            type: said(vsock, 'vsock'),
            source: said(child(vsock, 'uds_path'), socket),
            target: byDefault(vsock.place, '', 'a socket, and no file of the guest'),
          }),
        ]),
  ])
})

export const devices: Ask<readonly Device[]> = ask((scope): Answer<readonly Device[]> =>
  some(
    scope.self,
    disks(scope.self).flatMap((disk): readonly Device[] => {
      if ('stranger' in disk) return [strangeDevice(why(disk.stranger, 'the drive cannot be read'))]
      if (!isDevice(disk)) return []
      const { readOnly } = disk
      return [
        {
          place: disk.node.place,
          facts: {
            source: said(disk.path, textOf(disk.path) ?? ''),
            target: said(disk.node, disk.id),
            permissions: readOnly.how === 'unknown' ? readOnly : { ...readOnly, value: readOnly.value ? 'r' : 'rw' },
          },
        },
      ]
    }),
  ),
)

/** TAP devices of the host, one an interface. */
export const networkNames: Ask<readonly Fact<string>[]> = ask((scope): Answer<readonly Fact<string>[]> => {
  const node = child(scope.self, 'network-interfaces')
  if (isVoid(node) || (isList(node) && node.value.length === 0)) return { how: 'silent', place: node.place }
  if (!isList(node)) return unknown(node.place, 'network-interfaces is not a list', 'user')
  return said(
    node,
    node.value.map((one): Fact<string> => {
      const name = scalarFact(child(one, 'host_dev_name'), 'a text', parse.text)
      return name.how === 'silent' ? unknown(one.place, 'the interface has no host_dev_name', 'user') : name
    }),
  )
})

/** Nothing is written; a configuration alone has no command line to write it on. */
const unwritten = (line: Node): Answer<never> => ({
  how: 'silent',
  place: line.place,
  ...(isMap(line) && line.value.size > 0 ? {} : { unsayable: true }),
})
/** The first value of an option of the command line. */
export const option = (name: string): Ask<string> =>
  ask((scope): Answer<string> => {
    const node = at(scope, LINE, '')
    const [first] = elements(child(node, name))
    return first ? scalarFact(first, 'a text', parse.text) : unwritten(node)
  })
/** There is an option for no filter and one for another filter, but none that says: your own. */
export const seccompKind: Ask<'unconfined' | 'profile'> = ask((scope): Answer<'unconfined' | 'profile'> => {
  const node = at(scope, LINE, '')
  const [off] = elements(child(node, 'no-seccomp'))
  const [filter] = elements(child(node, 'seccomp-filter'))
  if (off) return said(off, 'unconfined')
  return filter ? said(filter, 'profile') : { how: 'silent', place: node.place, unsayable: true }
})
/** `--cgroup pids.max=100`: the value of a file. */
export const cgroup = (file: string): Ask<string> =>
  ask((scope): Answer<string> => {
    const node = at(scope, LINE, '')
    for (const one of elements(child(node, 'cgroup'))) {
      const text = textOf(one) ?? ''
      if (text.startsWith(`${file}=`)) return said(one, text.slice(file.length + 1))
    }
    return unwritten(node)
  })
/** `--resource-limit no-file=1024` and `fsize=...`. */
export const ulimits: Ask<readonly Ulimit[]> = ask((scope): Answer<readonly Ulimit[]> => {
  const node = at(scope, LINE, '')
  return some(
    node,
    elements(child(node, 'resource-limit')).map((one): Ulimit => {
      const [, name = '', value = ''] = /^(no-file|fsize)=(\d{1,15})$/.exec(textOf(one) ?? '') ?? []
      if (name === '') return strangeUlimit(why(one, 'the limit is neither no-file=N nor fsize=N'))
      const limit = (): Fact<number> => said(one, Number(value))
      return {
        place: one.place,
        facts: { name: said(one, name.replace('no-file', 'nofile')), soft: limit(), hard: limit() },
      }
    }),
  )
})
