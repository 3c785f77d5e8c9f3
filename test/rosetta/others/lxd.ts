import type { Other } from '../others.ts'

export const other: Other = {
  files: {
    plain: 'lxd.yaml',
    web: 'lxd.yaml',
    host: 'lxd.yaml',
  },
  differences: [],
  unasked: [],
}
