import type { OtherHardened } from '../others.ts'

export const hardened: OtherHardened = {
  file: 'cri.json',
  one: {},
  none: [],
}
