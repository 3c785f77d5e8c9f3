import type { Other } from '../others.ts'

export const other: Other = {
  files: {
    plain: 'web.nspawn',
    web: 'web.service',
    host: 'agent.service',
    joined: 'debug.service',
  },
  differences: [],
  unasked: [],
}
