/** What LXD and Incus write into the configuration that they hand to LXC (driver_lxc.go, initLXC), and raw.lxc after it. */
import { textOf, type Node } from '../../document/node.ts'
import { readKeyValue } from '../../document/keyvalue.ts'
import { elements, entries } from '../../document/node.ts'
import type { Notice } from '../../model/notice.ts'
import type { Place } from '../../model/place.ts'
import type { Line } from '../lxc/line.ts'
import { shipped } from '../lxc/shipped.ts'
import type { Instance } from './document.ts'
import { truth } from './setting.ts'

/** The line of the n-th line of a text that stands in a document: a block of YAML begins in the line after its key. */
const lineOf = (node: Node): ((line: number, column: number) => Place) => {
  const { place } = node
  const isBlock = (textOf(node) ?? '').includes('\n')
  return (line, column) =>
    isBlock
      ? { file: place.file, line: place.line + line, column, ...(place.in !== undefined && { in: place.in }) }
      : place
}

/** Keys that end up in the configuration of LXC. */
const OF_LXC =
  /^(?:limits\.(?:kernel\.|processes$)|linux\.sysctl\.|environment\.|oci\.(?:entrypoint|cwd|uid|gid)$|raw\.(?:apparmor|lxc)$)/

export interface Lines {
  readonly lines: readonly Line[]
  readonly notices: readonly Notice[]
}

export function linesFor({ node, config, hole }: Instance): Lines {
  const lines: Line[] = []
  const { place } = node
  const byLxd = (key: string, text: string, because: string): void => {
    lines.push({ key, written: key, text, place, origin: 'shipped', because })
  }
  const own = (key: string, from: Node, text = textOf(from) ?? ''): void => {
    lines.push({ key, written: key, text, place: from.place, origin: from.inherited ? 'included' : 'own' })
  }
  const privileged = config.get('security.privileged')
  const isPrivileged = privileged !== undefined && truth(textOf(privileged) ?? '') === true
  if (isPrivileged) {
    const because = 'LXD does so for privileged containers'
    byLxd('lxc.cap.drop', 'sys_time sys_module sys_rawio mac_admin mac_override', because)
    byLxd('lxc.mount.auto', 'proc:mixed sys:mixed', because)
    for (const [key, text] of shipped('/usr/share/lxc/config/common.conf') ?? [])
      if (key.startsWith('lxc.cgroup2.devices.')) byLxd(key, text, because)
  } else
    byLxd('lxc.mount.auto', 'proc:rw sys:rw', 'LXD leaves them open in a user namespace, where the kernel guards them')
  byLxd('lxc.apparmor.profile', 'generated', 'LXD makes an AppArmor profile for every container')
  const open = (at: Place, because: string): void => {
    lines.push({ key: '', written: '', text: '', place: at, origin: 'own', hole: because })
  }
  if (hole) open(hole.place, hole.because)
  for (const [key, value] of config) {
    if (!OF_LXC.test(key) || value.value === null) continue
    if (value.unknown !== undefined || textOf(value) === undefined) {
      // What cannot be read may have said anything.
      open(value.place, value.unknown ?? `${key} is not a text`)
      continue
    }
    const kernel = /^limits\.kernel\.(.+)$/.exec(key)?.[1]
    const sysctl = /^linux\.sysctl\.(.+)$/.exec(key)?.[1]
    const variable = /^environment\.(.+)$/.exec(key)?.[1]
    if (kernel !== undefined) own(`lxc.prlimit.${kernel}`, value)
    else if (sysctl !== undefined) own(`lxc.sysctl.${sysctl}`, value)
    else if (variable !== undefined) own('lxc.environment', value, `${variable}=${textOf(value) ?? ''}`)
    else if (key === 'limits.processes') own('lxc.cgroup2.pids.max', value)
    else if (key === 'oci.entrypoint') own('lxc.init.cmd', value)
    else if (key === 'oci.cwd') own('lxc.init.cwd', value)
    else if (key === 'oci.uid') own('lxc.init.uid', value)
    else if (key === 'oci.gid') own('lxc.init.gid', value)
    else if (key === 'raw.apparmor') own('lxc.apparmor.raw', value)
  }
  const raw = config.get('raw.lxc')
  const text = raw && textOf(raw)
  if (!raw || text === undefined) return { lines, notices: [] }
  const read = readKeyValue(raw.place.file, text, lineOf(raw))
  for (const document of read.value.documents)
    for (const entry of elements(document))
      for (const [key, value] of entries(entry))
        own(key, { ...value, ...(raw.inherited && { inherited: true as const }) })
  return { lines, notices: read.notices }
}
