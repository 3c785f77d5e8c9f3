/** Limits of a config.json (config-linux.md, Control groups), with cgroup v2's own names (`unified`) where the older ones are silent. */
import { child, elements, isList, textOf } from '../../document/node.ts'
import { byDefault, unknown, type Fact } from '../../model/fact.ts'
import {
  ask,
  at,
  int,
  parse,
  refuse,
  scalarFact,
  text,
  listOfTexts,
  type Answer,
  type Ask,
  type Refusal,
} from '../ask.ts'

const RESOURCES = 'linux.resources'

/** A file of cgroup v2, written out. Its name has a dot. */
const unified = (file: string): Ask<string> =>
  ask((scope) => scalarFact(child(at(scope, 'self', `${RESOURCES}.unified`), file), 'a text', parse.text))

/** 0 is no limit in the table; -1, and `max` of cgroup v2, are none here. */
const limited = (value: number): number => (value < 0 ? 0 : value)
const unifiedNumber = (value: string): number | Refusal =>
  value === 'max' ? 0 : /^\d+$/.test(value) ? Number(value) : refuse(`"${value}" is not a number`, 'user')

export const memory: Ask<number> = int(`${RESOURCES}.memory.limit`)
  .to(limited)
  .else(unified('memory.max').to(unifiedNumber))
export const reservation: Ask<number> = int(`${RESOURCES}.memory.reservation`)
  .to(limited)
  .else(unified('memory.low').to(unifiedNumber))
export const pids: Ask<number> = int(`${RESOURCES}.pids.limit`).to(limited).else(unified('pids.max').to(unifiedNumber))

/** Quota of a period, both in microseconds, as millicores; the period is 100 ms where none is written. */
export const cpu: Ask<number> = ask((scope): Answer<number> => {
  const quota = int(`${RESOURCES}.cpu.quota`).read(scope)
  if (quota.how === 'silent') return quota
  if (quota.how === 'unknown') return quota
  const period = int(`${RESOURCES}.cpu.period`).read(scope)
  if (period.how === 'unknown') return period
  return { ...quota, value: millicores(quota.value, period.how === 'silent' ? 0 : period.value) }
}).else(
  unified('cpu.max').to((value) => {
    const [quota = '', period = '100000'] = value.trim().split(/\s+/)
    if (quota === 'max') return 0
    return /^\d+$/.test(quota) && /^\d+$/.test(period)
      ? millicores(Number(quota), Number(period))
      : refuse(`"${value}" is not a quota and a period`, 'user')
  }),
)
const millicores = (quota: number, period: number): number =>
  quota <= 0 ? 0 : Math.round((quota * 1000) / (period > 0 ? period : 100_000))

export const resource = (key: string): Ask<number> => int(`${RESOURCES}.${key}`)
export const cpuSet: Ask<string> = text(`${RESOURCES}.cpu.cpus`).else(unified('cpuset.cpus'))

/** `linux.maskedPaths` and `linux.readonlyPaths`. */
export const paths = (key: string): Ask<readonly Fact<string>[]> => listOfTexts(`linux.${key}`)

/** Hidden are the paths that are written; without any, and with a /proc, nothing of it is. */
export const procMount: Ask<'default' | 'unmasked'> = ask((scope): Answer<'default' | 'unmasked'> => {
  const list = at(scope, 'self', 'linux.maskedPaths')
  if (list.unknown !== undefined) return unknown(list.place, list.unknown, 'user')
  const isSilent = list.missing === true || list.value === null
  if (!isSilent && !isList(list)) return unknown(list.place, 'maskedPaths is not a list', 'user')
  if (elements(list).length > 0) return { how: 'set', place: list.place, value: 'default' }
  const proc = elements(at(scope, 'self', 'mounts')).find(
    (each) => textOf(child(each, 'type')) === 'proc' || textOf(child(each, 'destination')) === '/proc',
  )
  if (!proc) return { how: 'silent', place: list.place }
  return isSilent
    ? byDefault(list.place, 'unmasked', 'config.json mounts /proc and masks nothing of it')
    : { how: 'set', place: list.place, value: 'unmasked' }
})
