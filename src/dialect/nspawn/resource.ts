/** Limits of a container of systemd-nspawn: those of its unit (systemd.resource-control(5)), and its own. */
import { dockerBytes } from '../../document/unit.ts'
import type { Fact } from '../../model/fact.ts'
import type { container } from '../../model/fields.ts'
import type { Element } from '../../model/row.ts'
import { ask, refuse, type Answer, type Ask, type Refusal } from '../ask.ts'
import { collected, every, last, said, settingsOf, strange, value, type Setting } from './setting.ts'

type Ulimit = Element<(typeof container.ulimits)['of']>

const part = (text: string, of: string): Refusal => refuse(`"${text}" is a part of ${of}`, 'engine')
const size = (text: string): number | Refusal => {
  if (text === 'infinity') return 0
  if (text.endsWith('%')) return part(text, 'the memory of the host')
  return dockerBytes(text) ?? refuse(`"${text.slice(0, 40)}" is not a size`, 'user')
}
const number = (text: string): number | Refusal =>
  /^-?\d{1,15}$/.test(text) ? Number(text) : refuse(`"${text.slice(0, 40)}" is not a number`, 'user')

export const memory: Ask<number> = value('unit:MemoryMax', 'unit:MemoryLimit').to(size)
export const reservation: Ask<number> = value('unit:MemoryLow', 'unit:MemoryMin').to(size)
/** MemorySwapMax limits swap alone. */
export const swap: Ask<number> = ask((scope): Answer<number> => {
  const alone = value('unit:MemorySwapMax').read(scope)
  if (alone.how === 'silent' || alone.how === 'unknown') return alone
  if (alone.value === 'infinity') return { ...alone, value: -1 }
  const bytes = value('unit:MemorySwapMax').to(size).read(scope)
  const limit = memory.read(scope)
  if (bytes.how === 'silent' || bytes.how === 'unknown') return bytes
  if (limit.how === 'unknown') return limit
  return { ...bytes, value: limit.how === 'silent' || limit.value === 0 ? -1 : limit.value + bytes.value }
})
/** CPUQuota=150% is one and a half processors. */
export const cpu: Ask<number> = value('unit:CPUQuota').to((text) =>
  /^\d{1,7}(?:\.\d{1,3})?%$/.test(text)
    ? Math.round(Number(text.slice(0, -1)) * 10)
    : refuse(`"${text.slice(0, 40)}" is not a share in percent`, 'user'),
)
/** As cgroup v1 counts weights. */
export const cpuShares: Ask<number> = value('unit:CPUWeight')
  .to((text) => (text === 'idle' ? 1 : number(text)))
  .to((weight) => Math.round(2 + ((weight - 1) * 262_142) / 9999))
  .else(value('unit:CPUShares').to(number))
export const cpuSet: Ask<string> = value('CPUAffinity').else(value('unit:AllowedCPUs')).else(value('unit:CPUAffinity'))
export const pids: Ask<number> = value('unit:TasksMax').to((text) =>
  text === 'infinity' ? 0 : text.endsWith('%') ? part(text, 'what the kernel allows') : number(text),
)
export const ioWeight: Ask<number> = value('unit:IOWeight', 'unit:BlockIOWeight').to(number)
export const oomScoreAdjustment: Ask<number> = value('OOMScoreAdjust').else(value('unit:OOMScoreAdjust')).to(number)
export const cgroupParent: Ask<string> = value('unit:Slice')

const limit = (setting: Setting, text: string): Fact<number> =>
  text === 'infinity'
    ? said(setting, -1)
    : /^\d{1,15}$/.test(text)
      ? said(setting, Number(text))
      : strange(setting, `"${text.slice(0, 40)}" is neither a number nor infinity`)
export const ulimits: Ask<readonly Ulimit[]> = ask((scope): Answer<readonly Ulimit[]> => {
  const settings = settingsOf(scope).filter(({ key }) => /^Limit[A-Z]+$/.test(key))
  const found = settings.map((setting): Ulimit => {
    const [soft = '', hard = soft] = setting.text.split(':')
    return {
      place: setting.place,
      facts: {
        name: said(setting, setting.key.slice('Limit'.length).toLowerCase()),
        soft: limit(setting, soft),
        hard: limit(setting, hard),
      },
    }
  })
  return collected(settings, found, scope.self.place)
})

/** A class of devices by its name -> all of the kind; others are told as they are written. */
const rule = (text: string): string => {
  const [, kind, rights = 'rwm'] = /^(block|char)-\*(?:\s+([rwm]+))?$/.exec(text) ?? []
  return kind === undefined ? text : `${kind === 'block' ? 'b' : 'c'} *:* ${rights}`
}
/**
 * DeviceAllow= of the unit. Without a policy and without any of these, a container that stays in its unit (--keep-unit) may use
 * every device; else systemd-machined makes a scope that is closed but for the usual ones.
 */
export const deviceRules: Ask<readonly Fact<string>[]> = ask((scope): Answer<readonly Fact<string>[]> => {
  const rules = every(scope, 'unit:DeviceAllow')
  const policy = last(scope, 'unit:DevicePolicy')
  if (policy.how === 'unknown') return policy
  if (rules.length > 0)
    return collected(
      rules,
      rules.map((setting) => said(setting, rule(setting.text))),
      scope.self.place,
    )
  if (policy.how !== 'silent' && policy.value.text !== 'auto') return { ...policy, value: [] }
  const kept = last(scope, 'keep-unit')
  if (kept.how === 'silent' || kept.how === 'unknown') return { how: 'silent', place: kept.place }
  const because = 'the unit that it stays in (--keep-unit) limits no devices (DevicePolicy=, DeviceAllow=)'
  // The unit is what could have said it.
  const place = policy.how === 'silent' ? scope.self.place : policy.place
  return { how: 'default', place, because, value: [{ how: 'default', place, value: 'a *:* rwm', because }] }
})
