/** limits.* of an instance. */
import { ask, refuse, type Answer, type Ask, type Refusal } from '../ask.ts'
import { value } from './setting.ts'

const UNITS: { readonly [unit: string]: number } = {
  '': 1,
  b: 1,
  kb: 1e3,
  mb: 1e6,
  gb: 1e9,
  tb: 1e12,
  pb: 1e15,
  kib: 2 ** 10,
  mib: 2 ** 20,
  gib: 2 ** 30,
  tib: 2 ** 40,
  pib: 2 ** 50,
}
/** LXD's sizes: kB is a thousand, KiB 1024 (shared/units). */
const size = (text: string): number | Refusal => {
  const [, number, unit = ''] = /^(\d{1,15})\s*([a-zA-Z]{0,3})$/.exec(text.trim()) ?? []
  const factor = Object.hasOwn(UNITS, unit.toLowerCase()) ? UNITS[unit.toLowerCase()] : undefined
  if (text.endsWith('%')) return refuse(`"${text.slice(0, 20)}" is a part of the memory of the host`, 'engine')
  return number === undefined || factor === undefined
    ? refuse(`"${text.slice(0, 40)}" is not a size`, 'user')
    : Number(number) * factor
}
const limit = value('limits.memory').to(size)
/** `soft` lets it use more while nobody else needs it. */
const isSoft: Ask<boolean> = value('limits.memory.enforce').to((text) => text === 'soft')
const when = (soft: boolean): Ask<number> =>
  ask((scope): Answer<number> => {
    const found = limit.read(scope)
    const enforced = isSoft.read(scope)
    if (found.how === 'silent' || found.how === 'unknown') return found
    if (enforced.how === 'unknown') return enforced
    const is = enforced.how !== 'silent' && enforced.value
    return is === soft ? found : { how: 'silent', place: found.place }
  })
export const memory: Ask<number> = when(false)
export const reservation: Ask<number> = when(true)

/** A number of processors, or those that it is pinned to: `2`, `0-3`, `0,2`. */
const cpus = value('limits.cpu')
const counted: Ask<number> = cpus.to((text) => (/^\d{1,4}$/.test(text) ? Number(text) * 1000 : undefined))
export const cpuSet: Ask<string> = cpus.to((text) =>
  /^\d{1,4}$/.test(text)
    ? undefined
    : /^[\d,-]{1,200}$/.test(text)
      ? text
      : refuse(`"${text.slice(0, 40)}" is neither a number nor a set of processors`, 'user'),
)
/** `25ms/100ms` is a limit; `50%` a share of a busy processor. */
const allowance: Ask<number> = value('limits.cpu.allowance').to((text) => {
  const [, quota, period] = /^(\d{1,9})ms\/(\d{1,9})ms$/.exec(text) ?? []
  if (quota !== undefined && period !== undefined && Number(period) > 0)
    return Math.round((Number(quota) * 1000) / Number(period))
  return /^\d{1,3}%$/.test(text) ? undefined : refuse(`"${text.slice(0, 40)}" is neither a share nor a quota`, 'user')
})
export const cpu: Ask<number> = allowance.else(counted)
/** A share as cgroup v1 counts weights: 100 % is 1024. */
export const cpuShares: Ask<number> = value('limits.cpu.allowance').to((text) => {
  const share = /^(\d{1,3})%$/.exec(text)?.[1]
  return share === undefined ? undefined : Math.round(Number(share) * 10.24)
})
/** 0 to 10; LXD makes a weight of ten times that, 5 where nothing is written. */
export const ioWeight: Ask<number> = value('limits.disk.priority').to((text) =>
  /^\d{1,2}$/.test(text)
    ? Math.max(10, Number(text) * 100)
    : refuse(`"${text.slice(0, 40)}" is not a priority`, 'user'),
)
