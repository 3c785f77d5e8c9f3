/** Limits of an LXC container: files of its cgroup (v2, else v1), `lxc.proc` and `lxc.prlimit`. */
import { dockerBytes } from '../../document/unit.ts'
import { unknown } from '../../model/fact.ts'
import { ask, refuse, type Answer, type Ask, type Refusal } from '../ask.ts'
import { value } from './setting.ts'

/** A size as the kernel reads it (`512M`), `max` and -1 being none. */
const size = (text: string): number | Refusal => {
  if (text === 'max' || text === '-1') return 0
  const bytes = dockerBytes(text)
  return bytes === undefined || bytes < 0 ? refuse(`"${text.slice(0, 40)}" is not a size`, 'user') : bytes
}
const number = (text: string): number | Refusal =>
  text === 'max' || text === '-1'
    ? 0
    : /^\d{1,15}$/.test(text)
      ? Number(text)
      : refuse(`"${text.slice(0, 40)}" is not a number`, 'user')

/** A file of cgroup v2, or the one of v1 that says the same. */
const cgroup = (modern: string | undefined, legacy?: string): Ask<string> => {
  const asks = [
    ...(modern === undefined ? [] : [value(`lxc.cgroup2.${modern}`)]),
    ...(legacy === undefined ? [] : [value(`lxc.cgroup.${legacy}`)]),
  ]
  return asks.reduce((first, next) => first.else(next))
}

export const memory: Ask<number> = cgroup('memory.max', 'memory.limit_in_bytes').to(size)
export const reservation: Ask<number> = cgroup('memory.low', 'memory.soft_limit_in_bytes').to(size)
/** v1 limits both together; v2 limits swap alone. */
export const swap: Ask<number> = ask((scope): Answer<number> => {
  const alone = value('lxc.cgroup2.memory.swap.max').read(scope)
  if (alone.how === 'silent')
    return value('lxc.cgroup.memory.memsw.limit_in_bytes')
      .to((text) => (text === '-1' ? -1 : size(text)))
      .read(scope)
  if (alone.how === 'unknown') return alone
  if (alone.value === 'max') return { ...alone, value: -1 }
  const bytes = size(alone.value)
  const limit = memory.read(scope)
  if (typeof bytes !== 'number') return unknown(alone.place, bytes.because, 'user')
  if (limit.how === 'unknown') return limit
  return { ...alone, value: limit.how === 'silent' || limit.value === 0 ? -1 : limit.value + bytes }
})

const millicores = (quota: number, period: number): number =>
  quota <= 0 ? 0 : Math.round((quota * 1000) / (period || 100_000))
const legacyCpu: Ask<number> = ask((scope): Answer<number> => {
  const quota = cgroup(undefined, 'cpu.cfs_quota_us').to(number).read(scope)
  const period = cgroup(undefined, 'cpu.cfs_period_us').to(number).read(scope)
  if (quota.how === 'silent' || quota.how === 'unknown') return quota
  if (period.how === 'unknown') return period
  return { ...quota, value: millicores(quota.value, period.how === 'silent' ? 0 : period.value) }
})
/** `quota period`, both in microseconds. */
export const cpu: Ask<number> = cgroup('cpu.max')
  .to((text) => {
    const [quota = '', period = '100000'] = text.split(/[ \t]+/)
    if (quota === 'max') return 0
    return /^\d{1,15}$/.test(quota) && /^\d{1,15}$/.test(period)
      ? millicores(Number(quota), Number(period))
      : refuse(`"${text.slice(0, 40)}" is not a quota and a period`, 'user')
  })
  .else(legacyCpu)
/** The weight as cgroup v1 counts it (2 to 262144), which is how runtimes turn the two into each other. */
export const cpuShares: Ask<number> = cgroup('cpu.weight')
  .to(number)
  .to((weight) => Math.round(2 + ((weight - 1) * 262_142) / 9999))
  .else(cgroup(undefined, 'cpu.shares').to(number))
export const cpuSet: Ask<string> = cgroup('cpuset.cpus', 'cpuset.cpus')
export const pids: Ask<number> = cgroup('pids.max', 'pids.max').to(number)
/** `default 100`, or a number. */
export const ioWeight: Ask<number> = cgroup('io.weight', 'blkio.weight').to((text) =>
  number(text.replace(/^default[ \t]+/, '')),
)
export const oomKillDisabled: Ask<boolean> = cgroup(undefined, 'memory.oom_control').to((text) => text === '1')
export const oomScoreAdjustment: Ask<number> = value('lxc.proc.oom_score_adj').to((text) =>
  /^-?\d{1,4}$/.test(text) ? Number(text) : refuse(`"${text.slice(0, 40)}" is not a number`, 'user'),
)
export const cgroupParent: Ask<string> = value('lxc.cgroup.dir', 'lxc.cgroup.dir.container')
