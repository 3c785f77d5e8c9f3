import type { Other } from '../others.ts'

export const other: Other = {
  files: {
    plain: 'lxc.conf',
    web: 'lxc.conf',
    host: 'lxc.conf',
    joined: 'lxc.conf',
  },
  differences: [],
  unasked: [],
}
