/** Ways through devices of the host. */
import type { PathIf } from '../../model/path.ts'
import type { Subject } from '../../model/subject.ts'
import { known, reason } from './answer.ts'
import { removeDevice, removeDeviceRule } from './change.ts'
import type { Entry, Opening } from './entry.ts'
import { call, capability, hostDevices, hostUsers, root, through } from './needs.ts'
import { normal, perhapsPrivileged } from './openings.ts'

/** Disks, parts of them and what lies over them; /dev as a whole holds them all. */
const BLOCK = /^\/dev(\/(sd|hd|vd|xvd|nvme|md\d|dm-|mapper(\/|$)|disk(\/|$)|loop|mmcblk|zd\d|nbd|bcache|sr\d)[^\s]*)?$/
const MEMORY = /^\/dev(\/(mem|kmem|port))?$/
const RULES = ['host-device']

/** Devices that match, with the permission (r or w) that they are passed in with. */
const passed =
  (pattern: RegExp, permission: 'r' | 'w', not?: 'w') =>
  ({ container }: Subject): readonly Opening[] =>
    (known(container.devices) ?? []).flatMap((device) => {
      const { source, target, permissions } = device.facts
      const path = known(source)
      if (path === undefined || !pattern.test(normal(path))) return []
      const may = known(permissions)
      if (may !== undefined && (!may.includes(permission) || (not && may.includes(not)))) return []
      const ifs: PathIf[] =
        permissions.how === 'unknown'
          ? not
            ? []
            : [
                {
                  text: `${path} may be ${permission === 'w' ? 'written' : 'read'} (${permissions.because})`,
                  place: permissions.place,
                  ...(permissions.ask && { ask: permissions.ask }),
                },
              ]
          : []
      return [
        {
          cause: reason('device.source', source),
          place: device.place,
          name: known(target) || path,
          rules: RULES,
          closing: removeDevice(device),
          ...(ifs.length > 0 && { ifs }),
          ...(not && { eased: [{ text: 'the device may not be written', place: permissions.place }] }),
        },
      ]
    })

/** Rules of the device cgroup that open disks: all, all block devices, or a major number of disks. */
const BROAD = /^(a$|a +\*:\*|b +\*:\*|b +(7|8|65|66|67|68|69|7[01]|179|202|252|253|254|259):)/
const broad =
  (permission: 'r' | 'w') =>
  ({ container }: Subject): readonly Opening[] =>
    (known(container.deviceRules) ?? []).flatMap((rule) => {
      const text = known(rule)
      if (text === undefined || !BROAD.test(text)) return []
      const may = text === 'a' ? 'rwm' : (text.split(/ +/).at(-1) ?? '')
      if (!may.includes(permission) || (permission === 'r' && may.includes('w'))) return []
      return [
        {
          cause: reason('container.deviceRules', rule),
          place: rule.place,
          name: text,
          rules: ['device-rule-broad'],
          closing: removeDeviceRule(rule),
        },
      ]
    })

const BREAKS = ['not passing the device in', 'a user namespace of its own', 'another user than root', 'gVisor']
const PRIVILEGED =
  'https://book.hacktricks.wiki/en/linux-hardening/privilege-escalation/container-security/privileged-containers.html'
const MAN_SD = 'https://man7.org/linux/man-pages/man4/sd.4.html'
const MAN_MEM = 'https://man7.org/linux/man-pages/man4/mem.4.html'
const MAN_MKNOD = 'https://man7.org/linux/man-pages/man2/mknod.2.html'

export const devices: readonly Entry[] = [
  {
    id: 'privileged-disk',
    title: 'A privileged container has the host’s disks',
    gives: 'root on the host',
    severity: 'critical',
    source: PRIVILEGED,
    openings: perhapsPrivileged,
    needs: [root, hostUsers, hostDevices, through('blocks')],
    steps: () => ['mounts the host’s disk, which is among its devices, and writes files on it'],
    breaks: ['not running it privileged', 'a user namespace of its own', 'another user than root', 'gVisor'],
  },
  {
    id: 'disk-written',
    title: 'A disk of the host can be written',
    gives: 'root on the host, or all that the disk holds',
    severity: 'critical',
    source: MAN_SD,
    openings: passed(BLOCK, 'w'),
    needs: [root, hostUsers, through('blocks')],
    steps: ({ name }) => [`changes files on the disk ${name} past every file permission (debugfs)`],
    breaks: [...BREAKS, 'permission r only'],
  },
  {
    id: 'disk-read',
    title: 'A disk of the host can be read',
    gives: 'read of all that the disk holds: password hashes, keys',
    severity: 'high',
    source: MAN_SD,
    openings: passed(BLOCK, 'r', 'w'),
    needs: [root, hostUsers, through('blocks')],
    steps: ({ name }) => [`reads files on the disk ${name} past every file permission (debugfs)`],
    breaks: BREAKS,
  },
  {
    id: 'memory-device',
    title: 'The host’s memory is a device of the container',
    gives: 'the host’s memory and kernel',
    severity: 'critical',
    source: MAN_MEM,
    openings: passed(MEMORY, 'r'),
    needs: [capability('SYS_RAWIO'), root, hostUsers, through('kernel')],
    steps: ({ name }) => [`reads or writes physical memory through ${name} (SYS_RAWIO)`],
    breaks: [...BREAKS, 'no SYS_RAWIO', 'a kernel with STRICT_DEVMEM, or lockdown'],
  },
  {
    id: 'device-node-made',
    title: 'The node of a disk can be made and written',
    gives: 'root on the host',
    severity: 'critical',
    source: MAN_MKNOD,
    openings: broad('w'),
    needs: [capability('MKNOD'), root, hostUsers, call('mknod'), through('blocks')],
    steps: ({ name }) => [
      `makes the node of the host’s disk (MKNOD), which the rule "${name}" lets it open`,
      'changes files on the disk',
    ],
    breaks: [
      'a rule for one device only',
      'no MKNOD',
      'a user namespace of its own',
      'another user than root',
      'gVisor',
    ],
  },
  {
    id: 'device-node-read',
    title: 'The node of a disk can be made and read',
    gives: 'read of all that the disk holds: password hashes, keys',
    severity: 'high',
    source: MAN_MKNOD,
    openings: broad('r'),
    needs: [capability('MKNOD'), root, hostUsers, call('mknod'), through('blocks')],
    steps: ({ name }) => [`makes the node of the host’s disk (MKNOD), which the rule "${name}" lets it read`],
    breaks: [
      'a rule for one device only',
      'no MKNOD',
      'a user namespace of its own',
      'another user than root',
      'gVisor',
    ],
  },
]
