import type { OtherHardened } from '../others.ts'

export const hardened: OtherHardened = {
  file: 'firecracker.json',
  withoutImage: true,
  one: {
    'drives[0].is_read_only': 'writable-root-filesystem',
    'drives[0].is_root_device': 'writable-root-filesystem',
  },
  none: [
    {
      parts: /^boot-source/,
      because: 'Firecracker starts no machine without a kernel, and its arguments are the guest’s',
    },
    { parts: /drive_id|path_on_host/, because: 'Firecracker refuses a drive without it' },
    { parts: /^drives\[1\]/, because: 'the disk is there to be written' },
    {
      parts: /^machine-config/,
      because: 'a machine always has a size: 128 MiB and one processor where none is written',
    },
    { parts: /^network-interfaces/, because: 'Firecracker refuses an interface without it' },
  ],
}
