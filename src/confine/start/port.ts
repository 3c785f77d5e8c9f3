/**
 * Ports that a container's processes may not listen on. A port below net.ipv4.ip_unprivileged_port_start needs NET_BIND_SERVICE in
 * the user namespace that owns the network (ip(7), net/ipv4/af_inet.c). The kernel's own start is 1024, in every new network namespace;
 * - Docker Engine sets 0 in every namespace that it makes, since 20.10 (moby#41030, daemon/oci_linux.go: WithCommonOptions);
 * - containerd since 2.0, as enable_unprivileged_ports (containerd#9348, docs/cri/config.md); 1.6 and 1.7 where that is switched on;
 * - Podman and CRI-O only where default_sysctls says so (cri-o#10050).
 */
import { derived, isWritten, type Fact, type Unsettled } from '../../model/fact.ts'
import type { ContainerFacts, ImageFacts } from '../../model/fields.ts'
import type { Place } from '../../model/place.ts'
import type { Subject } from '../../model/subject.ts'
import { holeIn, namesIn, passedOn, unsettled } from '../capabilities/lists.ts'

const SYSCTL = 'net.ipv4.ip_unprivileged_port_start'
/** PROT_SOCK of the kernel. */
const KERNEL = 1024
const CAPABILITY = 'NET_BIND_SERVICE'

type Ports = ContainerFacts['start']['ports']
type Item = Extract<Ports, { readonly value: unknown }>['value'][number]

export function portsOf(subject: Subject): Ports {
  const { ports } = subject.container
  const { exposed } = subject.image
  // What somebody writes is what is listened on; what the image exposes may be configured away.
  const written = ports.how === 'unknown' ? [] : ports.value
  if (ports.how === 'unknown' && ports.ask === 'user' && subject.dialect !== undefined) return passedOn(ports)
  if (written.length === 0 && exposed.how === 'unknown') return passedOn(exposed)
  const list: readonly { readonly place: Place; readonly port: Fact<number> }[] =
    written.length > 0
      ? written.map(({ place, facts }) => ({ place, port: facts.container }))
      : (exposed.how === 'unknown' ? [] : exposed.value).map(({ place, facts }) => ({ place, port: facts.port }))
  const start = lowestOf(subject)
  const held = heldBy(subject)
  // A port that is not known, or not written (0), is no question by itself.
  const items = list.flatMap(({ place, port }): readonly Item[] =>
    port.how === 'unknown' || port.value === 0
      ? []
      : [{ place, facts: { port: copy(port), bindable: bindable(place, port, start, held) } }],
  )
  return derived(list[0]?.place ?? ports.place, items, 'ports that are written, else EXPOSE', [ports, exposed])
}
const copy = <T>(fact: Fact<T>): Fact<T> =>
  fact.how === 'unknown' ? passedOn(fact) : derived(fact.place, fact.value, 'as it is written', [fact])

function bindable(place: Place, port: Fact<number>, start: Fact<number>, held: Fact<boolean>): Fact<boolean> {
  if (port.how === 'unknown') return passedOn(port)
  if (port.value >= KERNEL && (start.how === 'unknown' || start.value <= KERNEL))
    return derived(place, true, `${port.value} is not below ${KERNEL}`, [port])
  if (start.how !== 'unknown' && port.value >= start.value)
    return derived(place, true, `${SYSCTL} is ${start.value}`, [port, start])
  if (held.how !== 'unknown' && held.value) return derived(place, true, `it holds ${CAPABILITY}`, [port, held])
  if (start.how === 'unknown') return passedOn(start)
  if (held.how === 'unknown') return passedOn(held)
  return derived(place, false, `${SYSCTL} is ${start.value}, and none of its processes can hold ${CAPABILITY}`, [
    port,
    start,
    held,
  ])
}

/** setuid programs of distributions, by which no server starts. */
const ORDINARY =
  /(?:^|\/)(?:su|mount|umount|passwd|chsh|chfn|chage|expiry|gpasswd|newgrp|newuidmap|newgidmap|ping6?|arping|unix_chkpwd|pam_\w+|ssh-keysign|ssh-agent|dbus-daemon-launch-helper|bbsuid|wall|write|crontab|mount\.\w+|fusermount3?|traceroute6?|pkexec|utempter)$/

/** Files of the image by which a process of a user who is not root may come to the capability: as they are made for, or nobody knows what for. */
function waysOf({ fileCapabilities, setuid }: ImageFacts): boolean | Unsettled {
  if (fileCapabilities.how === 'unknown') return fileCapabilities
  if (setuid.how === 'unknown') return setuid
  return (
    fileCapabilities.value.some(({ facts }) => namesIn(facts.permitted).includes(CAPABILITY)) ||
    setuid.value.some(({ facts: { path, uid, setuid: asOwner } }) => {
      const isRoot = uid.how === 'unknown' || uid.value === 0
      return (
        asOwner.how !== 'unknown' && asOwner.value && isRoot && path.how !== 'unknown' && !ORDINARY.test(path.value)
      )
    })
  )
}

/** Does its first process hold the capability, or can one of its processes come to it? */
function heldBy({ container, image }: Subject): Fact<boolean> {
  const { permitted, bounding } = container.capabilities
  const { noNewPrivileges } = container
  const from = [permitted, bounding, noNewPrivileges]
  const no = (): Fact<boolean> => derived(bounding.place, false, `${CAPABILITY} is neither held nor within reach`, from)
  if (namesIn(permitted).includes(CAPABILITY))
    return derived(permitted.place, true, `${CAPABILITY} is held`, [permitted])
  const open = holeIn(permitted)
  if (open) return passedOn(open)
  const most = holeIn(bounding)
  if (!most && !namesIn(bounding).includes(CAPABILITY)) return no()
  if (noNewPrivileges.how !== 'unknown' && noNewPrivileges.value) return no()
  const ways = waysOf(image)
  if (ways === false) return no()
  const hole = most ?? (noNewPrivileges.how === 'unknown' ? noNewPrivileges : ways === true ? undefined : ways)
  return hole
    ? passedOn(hole)
    : derived(bounding.place, true, `a file of the image gives ${CAPABILITY} to who runs it`, from)
}

function lowestOf({ container, engine, runtime }: Subject): Fact<number> {
  const { network } = container.namespaces
  const { sysctls } = container
  const place = sysctls.place
  if (network.how === 'unknown') return passedOn(network)
  if (network.value === 'host')
    return passedOn(unsettled(network.place, `${SYSCTL} is the host's own`, 'user', [network]))
  if (network.value === 'container')
    return passedOn(unsettled(network.place, `${SYSCTL} is that of the network it joins`, 'user', [network]))
  if (sysctls.how === 'unknown') return passedOn(sysctls)
  const own = sysctls.value.find(({ facts: { name } }) => name.how !== 'unknown' && name.value === SYSCTL)
  if (own) {
    const { value } = own.facts
    return value.how === 'unknown' ? passedOn(value) : derived(own.place, Number(value.value), 'it is set', [value])
  }
  if (runtime === 'oci') return derived(place, KERNEL, `nobody sets ${SYSCTL}: the kernel's own`, [sysctls])
  const { kind, version } = engine
  const isPodman = kind.how !== 'unknown' && kind.value === 'podman'
  if (runtime === 'podman' || isPodman) return derived(place, KERNEL, `Podman does not set ${SYSCTL}`, [sysctls])
  if (runtime === 'docker') return ofDocker(place, version, sysctls)
  return ofNode(place, engine, sysctls)
}

function ofDocker(place: Place, version: Fact<string>, sysctls: Fact<unknown>): Fact<number> {
  const [, major, minor] = (version.how !== 'unknown' && /^(\d{1,4})\.(\d{1,4})/.exec(version.value)) || []
  const isOld = major !== undefined && Number(major) * 100 + Number(minor) < 2010
  return isOld
    ? derived(place, KERNEL, `Docker Engine before 20.10 does not set ${SYSCTL}`, [sysctls, version])
    : derived(place, 0, `Docker Engine sets ${SYSCTL} to 0 since 20.10`, [sysctls, version])
}

function ofNode(place: Place, { kind, sysctls: set }: Subject['engine'], own: Fact<unknown>): Fact<number> {
  const crio = kind.how !== 'unknown' && kind.value === 'cri-o'
  if (set.how !== 'unknown' && (isWritten(set) || crio))
    return derived(place, KERNEL, `the node's container runtime does not set ${SYSCTL}`, [own, set, kind])
  const open: Unsettled = unsettled(
    place,
    `containerd sets ${SYSCTL} to 0 since 2.0, CRI-O and older ones leave it at ${KERNEL}`,
    'engine',
    [own, set],
  )
  return passedOn(open)
}
