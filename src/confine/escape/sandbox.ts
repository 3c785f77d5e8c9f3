/**
 * Sandboxes: what they put between the container and the host's kernel, and what of the host they still hand through.
 * gVisor: https://gvisor.dev/docs/architecture_guide/security/; Kata: https://github.com/kata-containers/kata-containers/blob/main/docs/Limitations.md;
 * Firecracker has no shared file system: https://github.com/firecracker-microvm/firecracker/issues/1180
 */
import type { Fact } from '../../model/fact.ts'
import type { Severity } from '../../model/finding.ts'
import { remapsUsers, sharesNoFiles, type Sandbox } from '../../model/sandbox.ts'

/**
 * What a path goes through: the host's kernel by system calls; its processes, sockets, shared memory; its network;
 * files of its that are mounted; its block devices.
 */
export type Channel = 'kernel' | 'processes' | 'sockets' | 'network' | 'files' | 'blocks'

/** What lies behind the sandbox: not reached without breaking out of that first. */
const BEHIND: Readonly<Record<Sandbox, readonly Channel[]>> = {
  none: [],
  gvisor: ['kernel', 'processes', 'sockets', 'network', 'blocks'],
  'virtual-machine': ['kernel', 'processes', 'sockets', 'network'],
  wasm: ['kernel', 'processes', 'sockets', 'blocks'],
}
/** Flags of runsc that hand a channel through: https://gvisor.dev/docs/user_guide/networking/, runsc/config/flags.go (host-uds) */
const LOOSENS: { readonly [C in Channel]?: RegExp } = {
  network: /^network=host$/,
  sockets: /^host-uds=|^fsgofer-host-uds/,
}
/** What has to be broken first, in words. */
export const BREAK: Readonly<Record<Exclude<Sandbox, 'none'>, string>> = {
  gvisor: 'it first breaks out of gVisor’s own kernel, which answers the system calls of the container',
  'virtual-machine': 'it first breaks out of the virtual machine that the container runs in',
  wasm: 'it first breaks out of the WebAssembly runtime, which gives it no system calls',
}

/**
 * Whether a path goes through the sandbox, needs a break of it first, or is not there at all: what is not shared with a
 * Firecracker machine cannot be reached by breaking anything inside it.
 */
export function passes(
  sandbox: Sandbox,
  channel: Channel,
  { runtime, loosened }: { readonly runtime: string; readonly loosened: readonly string[] },
): 'through' | 'behind' | 'closed' {
  if (sandbox === 'virtual-machine' && sharesNoFiles(runtime) && channel === 'files') return 'closed'
  if (sandbox === 'gvisor' && loosened.some((flag) => LOOSENS[channel]?.test(flag) === true)) return 'through'
  return BEHIND[sandbox].includes(channel) ? 'behind' : 'through'
}

/** How bad a path is that needs a break of the sandbox first: a flaw in what is built to hold exactly that. */
export const behind = (severity: Severity): Severity =>
  severity === 'critical' || severity === 'high' ? 'low' : 'info'

/** The runtime gives every container a user namespace of its own. */
export const remaps = (runtime: Fact<string>): boolean => runtime.how !== 'unknown' && remapsUsers(runtime.value)
