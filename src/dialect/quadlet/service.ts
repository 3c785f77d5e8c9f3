/**
 * What the rest of a unit says of its container: when systemd starts it again, and the limits of the unit's cgroup, which hold what is
 * below it too (systemd.service(5), systemd.resource-control(5)).
 */
import { textOf, type Node } from '../../document/node.ts'
import { derived, unknown } from '../../model/fact.ts'
import type { Place } from '../../model/place.ts'
import { ask, at, refuse, scalarFact, type Answer, type Ask, type Refusal } from '../ask.ts'

/** A key of another section, which the scope `service` holds by its last value. */
const setting = (key: string): Ask<string> =>
  ask((scope): Answer<string> => {
    if (!scope['service']) return { how: 'silent', place: scope.self.place }
    return scalarFact(at(scope, 'service', key), 'a text', textOf)
  }).to((value) => (value === '' ? undefined : value))

const RESTARTS = {
  no: 'no',
  always: 'always',
  'on-failure': 'on-failure',
  'on-abnormal': 'on-failure',
  'on-watchdog': 'on-failure',
  'on-abort': 'on-failure',
} as const
/** `Restart=`: systemd starts the container again, not Podman. */
export const restart: Ask<'no' | 'always' | 'on-failure'> = setting('Restart').to((value) =>
  Object.hasOwn(RESTARTS, value)
    ? RESTARTS[value as keyof typeof RESTARTS]
    : value === 'on-success'
      ? refuse('systemd starts it again after it ended well, and not after failures (on-success)', 'user')
      : refuse(
          `"${value.slice(0, 40)}" is not one of no, ${Object.keys(RESTARTS).slice(1).join(', ')}, on-success`,
          'user',
        ),
)
/**
 * `StartLimitBurst=`: as often within StartLimitIntervalSec=, and then no more; five times in ten seconds where nothing is said. Only where
 * systemd starts it again at all.
 */
export const retries: Ask<number> = ask((scope): Answer<number> => {
  const policy = restart.read(scope)
  if (policy.how === 'silent' || policy.how === 'unknown' || policy.value === 'no')
    return { how: 'silent', place: policy.place }
  const interval = setting('StartLimitIntervalSec').else(setting('StartLimitInterval')).read(scope)
  const from = [{ ...policy }]
  if (interval.how !== 'silent' && interval.how !== 'unknown' && /^0+[a-z]*$/.test(interval.value))
    return derived(interval.place, 0, 'StartLimitIntervalSec=0: systemd does not count', from)
  const burst = setting('StartLimitBurst')
    .to((value) =>
      /^\d{1,9}$/.test(value) ? Number(value) : refuse(`"${value.slice(0, 40)}" is not a number`, 'user'),
    )
    .read(scope)
  return burst.how === 'silent'
    ? derived(policy.place, 5, 'systemd gives up after five starts in ten seconds', from)
    : burst
})

const UNITS: { readonly [suffix: string]: number } = {
  '': 1,
  K: 2 ** 10,
  M: 2 ** 20,
  G: 2 ** 30,
  T: 2 ** 40,
  P: 2 ** 50,
}
/** Bytes, `512M`, `infinity`, or a part of what the host has. */
const size = (value: string): number | Refusal => {
  if (value === 'infinity') return 0
  const [, number, suffix = ''] = /^(\d{1,15}(?:\.\d{1,6})?)([KMGTP]?)B?$/.exec(value) ?? []
  if (number !== undefined) return Math.trunc(Number(number) * (UNITS[suffix] ?? 1))
  return /^\d+(?:\.\d+)?%$/.test(value)
    ? refuse(`${value} of the memory of the host`, 'user')
    : refuse(`"${value.slice(0, 40)}" is not a size`, 'user')
}
const count = (value: string): number | Refusal =>
  value === 'infinity'
    ? 0
    : /^\d{1,9}$/.test(value)
      ? Number(value)
      : refuse(
          value.endsWith('%')
            ? `${value.slice(0, 40)} of what the host allows`
            : `"${value.slice(0, 40)}" is not a number`,
          'user',
        )
/** `CPUQuota=150%` is one and a half processors. */
const quota = (value: string): number | Refusal => {
  const part = /^(\d{1,7}(?:\.\d+)?)%$/.exec(value)?.[1]
  return part === undefined
    ? refuse(`"${value.slice(0, 40)}" is not a part of a processor`, 'user')
    : Math.round(Number(part) * 10)
}

/** The unit's cgroup holds the container: what Quadlet does unless CgroupsMode= says otherwise. */
const holds = (mode: string): boolean => mode === 'split' || mode === 'disabled'

/** What a limit of the unit is for the container in it: derived, or silent where Podman puts the container elsewhere. */
const held = <T>(key: string, own: Ask<T>, cgroups: Ask<string>): Ask<T> =>
  ask((scope): Answer<T> => {
    const limit = own.read(scope)
    if (limit.how === 'silent') return limit
    const mode = cgroups.read(scope)
    if (mode.how === 'silent') return { how: 'silent', place: scope.self.place }
    const because = `${key} of the unit holds the container too, whose cgroup is below its own (CgroupsMode=split)`
    if (mode.how === 'unknown') return unknown(limit.place, mode.because, mode.ask, [{ ...limit }])
    if (!holds(mode.value)) return { how: 'silent', place: scope.self.place }
    return limit.how === 'unknown' ? limit : derived(limit.place, limit.value, because, [{ ...limit }])
  })

/** The lower of two limits, where 0 is none. One that is not known may be the lower, so that a known one is the most that it can be. */
const lower = (one: Ask<number>, other: Ask<number>, otherwise?: number): Ask<number> =>
  ask((scope): Answer<number> => {
    const [own, unit] = [one.read(scope), other.read(scope)]
    if (unit.how === 'silent') return own
    if (own.how === 'silent')
      return otherwise !== undefined && unit.how !== 'unknown' && (unit.value === 0 || unit.value > otherwise)
        ? own
        : unit
    if (own.how === 'unknown') return unit.how === 'unknown' || unit.value === 0 ? own : unit
    if (unit.how === 'unknown') return own.value === 0 ? unit : own
    if (unit.value === 0) return own
    return own.value === 0 || unit.value < own.value ? unit : own
  })

export interface Limits {
  readonly memory: Ask<number>
  readonly memoryReservation: Ask<number>
  readonly swap: Ask<number>
  readonly cpu: Ask<number>
  readonly cpuSet: Ask<string>
  readonly pids: Ask<number>
}
/**
 * The limits of the container, its own and those of its unit.
 *
 * @param cgroups where Podman puts its cgroup
 * @param pids what Podman gives where nothing is said
 */
export function withUnit(own: Limits, cgroups: Ask<string>, pids: number): Limits {
  const memory = held('MemoryMax', setting('MemoryMax').else(setting('MemoryLimit')).to(size), cgroups)
  const swap = held('MemorySwapMax', setting('MemorySwapMax').to(size), cgroups)
  return {
    memory: lower(own.memory, memory),
    memoryReservation: own.memoryReservation.else(held('MemoryLow', setting('MemoryLow').to(size), cgroups)),
    swap: own.swap.else(
      ask((scope): Answer<number> => {
        const [more, most] = [swap.read(scope), lower(own.memory, memory).read(scope)]
        if (more.how === 'silent' || more.how === 'unknown') return more
        if (most.how === 'silent' || most.how === 'unknown') return { how: 'silent', place: scope.self.place }
        // `infinity` of both would be no limit at all.
        return most.value === 0
          ? { how: 'silent', place: scope.self.place }
          : { ...more, value: more.value + most.value }
      }),
    ),
    cpu: lower(own.cpu, held('CPUQuota', setting('CPUQuota').to(quota), cgroups)),
    cpuSet: own.cpuSet.else(held('AllowedCPUs', setting('AllowedCPUs'), cgroups)),
    pids: lower(own.pids, held('TasksMax', setting('TasksMax').to(count), cgroups), pids),
  }
}

/** The keys of other sections that are asked here, by section. Those of the start limit stood in [Service] once. */
export const KEYS: readonly (readonly [section: string, key: string])[] = [
  ...['StartLimitBurst', 'StartLimitInterval', 'StartLimitIntervalSec'].flatMap((key) =>
    ['Service', 'Unit'].map((section) => [section, key] as const),
  ),
  ...['Restart', 'MemoryMax', 'MemoryLimit', 'MemoryLow', 'MemorySwapMax', 'CPUQuota', 'AllowedCPUs', 'TasksMax'].map(
    (key) => ['Service', key] as const,
  ),
]
export const serviceNode = (place: Place, values: ReadonlyMap<string, Node>): Node => ({
  place,
  path: ['Service'],
  value: values,
})
