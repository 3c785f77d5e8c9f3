import type { OtherHardened } from '../others.ts'

export const hardened: OtherHardened = {
  file: 'quadlet.container',
  one: {},
  none: [],
}
