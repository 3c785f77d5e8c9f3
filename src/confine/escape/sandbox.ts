/**
 * Runtimes that put something between the container and the host's kernel, and what of the host they still hand through.
 * gVisor: https://gvisor.dev/docs/architecture_guide/security/; Kata: https://github.com/kata-containers/kata-containers/blob/main/docs/Limitations.md;
 * Firecracker has no shared file system: https://github.com/firecracker-microvm/firecracker/issues/1180;
 * Sysbox gives every container a user namespace: https://github.com/nestybox/sysbox/blob/master/docs/user-guide/security.md
 */
import type { Fact } from '../../model/fact.ts'

/**
 * What a path goes through: the host's kernel by system calls; its processes, sockets, shared memory; its network;
 * files of its that are mounted; its block devices.
 */
export type Channel = 'kernel' | 'processes' | 'sockets' | 'network' | 'files' | 'blocks'

interface Family {
  readonly name: string
  readonly matches: RegExp
  readonly closes: readonly Channel[]
}
const families: readonly Family[] = [
  {
    name: 'gVisor',
    matches: /(^|[./_-])(runsc|gvisor)([./_-]|$)/i,
    closes: ['kernel', 'processes', 'sockets', 'network', 'blocks'],
  },
  {
    name: 'Firecracker',
    matches: /firecracker|(^|[./_-])kata-fc([./_-]|$)/i,
    closes: ['kernel', 'processes', 'sockets', 'network', 'files'],
  },
  {
    name: 'Kata Containers',
    matches: /(^|[./_-])(kata|kata-runtime|urunc)([./_-]|$)/i,
    closes: ['kernel', 'processes', 'sockets', 'network'],
  },
  {
    name: 'a WebAssembly runtime',
    matches: /(^|[./_-])(wasm\w*|spin|slight|lunatic)([./_-]|$)/i,
    closes: ['kernel', 'processes', 'sockets', 'blocks'],
  },
]
/** They start an ordinary process of the host. Empty is the runtime's default, which nobody replaced. */
const ORDINARY =
  /^$|^(docker-)?(runc|crun|youki|nvidia|nvidia-experimental|nvidia-legacy|oci)(-v\d)?$|^io\.containerd\.(runc\.v[12]|runtime\.v1\.linux)$/i
const USER_NAMESPACE = /(^|[./_-])sysbox(-runc)?([./_-]|$)/i

/** Whether the runtime lets a path through this channel: undefined where its name says nothing. */
export function lets(runtime: string, channel: Channel): boolean | undefined {
  const name = nameOf(runtime)
  const family = families.find(({ matches }) => matches.test(name))
  if (family) return !family.closes.includes(channel)
  return ORDINARY.test(name) || USER_NAMESPACE.test(name) ? true : undefined
}
/** The runtime gives every container a user namespace of its own. */
export const remaps = (runtime: Fact<string>): boolean =>
  runtime.how !== 'unknown' && USER_NAMESPACE.test(nameOf(runtime.value))

/** A path of a binary is known by its last part. Names come from input: what is longer than any runtime's is not looked at. */
const nameOf = (runtime: string): string => (runtime.split('/').at(-1) ?? '').slice(0, 200)
