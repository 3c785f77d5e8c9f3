/** Instances of LXD and Incus, as they print them. What they hand to LXC is asked as LXC's own configuration is. */
import { textOf, type Node } from '../document/node.ts'
import { derived, set } from '../model/fact.ts'
import type { container } from '../model/fields.ts'
import type { Notice, Read } from '../model/notice.ts'
import { ask, silent, type Answer, type Ask } from './ask.ts'
import type { Asks, Dialect, Found } from './dialect.ts'
import { asks as ofLxc } from './lxc/asks.ts'
import { carrying } from './lxc/line.ts'
import { devices, mounts, networkMode, networkNames, ports, readOnlyRoot } from './lxd/device.ts'
import { instancesOf, isLxd, type Instance } from './lxd/document.ts'
import { linesFor } from './lxd/line.ts'
import { cpu, cpuSet, cpuShares, ioWeight, memory, reservation } from './lxd/resource.ts'
import { kind, name, text } from './lxd/seccomp.ts'
import { flag, instanceOf, remember } from './lxd/setting.ts'
import { writable } from './lxd/write.ts'
import { lxd as silence } from './silence/lxd.ts'

const privileged = flag('security.privileged')
/** An id mapping that somebody writes (raw.idmap) adds ids of the host to those of the container. */
const user: Ask<'own' | 'host'> = ask((scope): Answer<'own' | 'host'> => {
  const raw = instanceOf(scope)?.config.get('raw.idmap')
  const root =
    raw && (textOf(raw) ?? '').split('\n').find((line) => /^\s*(?:uid|both)\s+0+(?:-\d+)?\s+0+(?:-\d+)?\s*$/.test(line))
  const own = privileged.to((on): 'own' | 'host' => (on ? 'host' : 'own')).read(scope)
  return raw && root !== undefined && (own.how === 'silent' || own.how === 'unknown' || own.value === 'own')
    ? derived(raw.place, 'host', 'raw.idmap maps root in it to root outside', [])
    : own
})
/** `uid 1000 1000`, `both 1000-2000 5000-6000` */
const mapping = (which: 'uid' | 'gid'): Asks<typeof container>['uidMappings'] =>
  ask((scope) => {
    const raw = instanceOf(scope)?.config.get('raw.idmap')
    const lines = raw === undefined ? [] : (textOf(raw) ?? '').split('\n')
    const found = lines.flatMap((line) => {
      const [, word = '', host, last, inside] =
        /^\s*(uid|gid|both)\s+(\d{1,10})(?:-(\d{1,10}))?\s+(\d{1,10})(?:-\d{1,10})?\s*$/.exec(line) ?? []
      if (!raw || host === undefined || inside === undefined || (word !== which && word !== 'both')) return []
      const size = last === undefined ? 1 : Number(last) - Number(host) + 1
      const fact = (number: number) => set(raw.place, number)
      return [
        { place: raw.place, facts: { container: fact(Number(inside)), host: fact(Number(host)), size: fact(size) } },
      ]
    })
    return raw && found.length > 0 ? set(raw.place, found) : { how: 'silent', place: scope.self.place }
  })

const autorestart = flag('boot.autorestart')
/** Limits that raw.lxc sets go before those of limits.*, since LXD writes it last. */
const orLxc = <T>(own: Ask<T>, other: Ask<T>): Ask<T> =>
  ask((scope): Answer<T> => {
    const raw = other.read(scope)
    return raw.how === 'set' || raw.how === 'inherited' ? raw : own.read(scope)
  })
const inUserNamespace: Ask<boolean> = privileged.to((on) => (on ? undefined : true))

const asks: Asks<typeof container> = {
  ...ofLxc,
  name: ask((scope): Answer<string> => {
    const named = instanceOf(scope)?.name
    return named === undefined ? { how: 'silent', place: scope.self.place } : set(scope.self.place, named)
  }),
  image: { reference: silent, pull: silent },
  readOnlyRootFilesystem: orLxc(readOnlyRoot, ofLxc.readOnlyRootFilesystem),
  restart: {
    policy: autorestart.to((on): 'on-failure' | undefined => (on ? 'on-failure' : undefined)),
    // driver_lxc.go: at most ten times in a minute.
    retries: autorestart.to((on) => (on ? 10 : undefined)),
  },
  namespaces: {
    ...ofLxc.namespaces,
    network: silent,
    user: orLxc<'own' | 'host' | 'container' | 'none'>(user, ofLxc.namespaces.user),
  },
  uidMappings: mapping('uid'),
  gidMappings: mapping('gid'),
  network: { mode: networkMode, names: networkNames },
  seccomp: { kind, name, text },
  mounts,
  devices,
  // Where no lines of LXC say so, the ids are mapped all the same.
  deviceRules: ask((scope) => {
    const own = inUserNamespace.read(scope)
    const rules = ofLxc.deviceRules.read(scope)
    const isOwn = own.how === 'silent' || own.how === 'unknown' || own.value
    return rules.how === 'set' || rules.how === 'inherited' || !isOwn || rules.how === 'default'
      ? rules
      : { how: 'silent', place: scope.self.place }
  }),
  ports,
  resources: {
    ...ofLxc.resources,
    memory: orLxc(memory, ofLxc.resources.memory),
    memoryReservation: orLxc(reservation, ofLxc.resources.memoryReservation),
    cpu: orLxc(cpu, ofLxc.resources.cpu),
    cpuSet: orLxc(cpuSet, ofLxc.resources.cpuSet),
    cpuShares: orLxc(cpuShares, ofLxc.resources.cpuShares),
    ioWeight: orLxc(ioWeight, ofLxc.resources.ioWeight),
  },
  nesting: orLxc(flag('security.nesting'), ofLxc.nesting),
  declarations: silent,
}

function found(instance: Instance): { readonly one: Found; readonly notices: readonly Notice[] } {
  const { lines, notices } = linesFor(instance)
  const self: Node = { ...instance.node }
  return {
    one: { id: instance.name, scope: { self: carrying(remember(self, instance), lines) } },
    notices,
  }
}
function containers(root: Node): Read<readonly Found[]> {
  const { value, notices } = instancesOf(root)
  const all = value.map(found)
  return { value: all.map(({ one }) => one), notices: [...notices, ...all.flatMap((each) => each.notices)] }
}

export const lxd: Dialect = {
  name: 'lxd',
  says: 'Instances of LXD and Incus: lxc config show --expanded, lxc list --format yaml, preseed files',
  runtime: 'lxc',
  mention: /security\.|image\.|volatile\.|limits\.|expanded_config|nictype|raw\.lxc/,
  sign: '`config` with keys such as security.privileged, and `devices` or `profiles`',
  certain: true,
  is: isLxd,
  containers,
  asks: writable(asks),
  silence,
}
