/**
 * What stands between a container and the host's kernel, by the names that runtimes have.
 * gVisor: https://gvisor.dev/docs/architecture_guide/security/; Kata Containers and the virtual machines below it:
 * https://github.com/kata-containers/kata-containers/tree/main/docs/design/architecture; Firecracker:
 * https://github.com/firecracker-microvm/firecracker-containerd; krun: https://github.com/containers/crun/blob/main/krun.1.md;
 * WebAssembly: https://github.com/containerd/runwasi; Fargate: https://docs.aws.amazon.com/AmazonECS/latest/developerguide/security-fargate.html
 */
export const sandboxes = ['none', 'gvisor', 'virtual-machine', 'wasm'] as const
export type Sandbox = (typeof sandboxes)[number]

/** In the order in which they are tried: `kata-fc` is a Firecracker, `crun-wasm` no plain crun. */
const NAMES: readonly (readonly [Sandbox, RegExp])[] = [
  ['gvisor', /(^|[./_-])(runsc|gvisor)([./_-]|$)/i],
  [
    'virtual-machine',
    /firecracker|(^|[./_-])(kata|kata-runtime|urunc|krun|crun-vm|hyperv|fargate|microvm|qemu)([./_-]|$)/i,
  ],
  ['wasm', /(^|[./_-])(wasm\w*|spin|slight|lunatic)([./_-]|$)/i],
  [
    'none',
    /^(docker-)?(runc|crun|youki|nvidia|nvidia-experimental|nvidia-legacy|nvidia-container-runtime|oci)(-v\d)?$|^io\.containerd\.(runc\.v[12]|runtime\.v1\.linux)$|(^|[./_-])sysbox(-runc)?([./_-]|$)/i,
  ],
]

/** The sandbox of a runtime by its name, the type of its shim (`io.containerd.kata.v2`) or the path of its binary; undefined where that says nothing. */
export function sandboxNamed(runtime: string): Sandbox | undefined {
  const name = runtimeName(runtime)
  return NAMES.find(([, pattern]) => pattern.test(name))?.[0]
}
/** Firecracker has no file system to share: https://github.com/firecracker-microvm/firecracker/issues/1180 */
export const sharesNoFiles = (runtime: string): boolean =>
  /firecracker|(^|[./_-])kata-fc([./_-]|$)/i.test(runtimeName(runtime))

/** Sysbox gives every container a user namespace: https://github.com/nestybox/sysbox/blob/master/docs/user-guide/security.md */
export const remapsUsers = (runtime: string): boolean =>
  /(^|[./_-])sysbox(-runc)?([./_-]|$)/i.test(runtimeName(runtime))

/** The last part of a path. Names come from input: what is longer than any runtime's is not looked at. */
export const runtimeName = (runtime: string): string => (runtime.split('/').at(-1) ?? '').slice(0, 200)
