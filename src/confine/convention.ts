/** Where container runtimes take the same words differently. */
export interface Convention {
  /** A capability that is both added and dropped, by name or by ALL: which of the two is applied last. */
  readonly addedAndDropped: 'added' | 'dropped'
  /** ALL in drop takes what is added by name too. */
  readonly dropsAdded?: true
  /** What becomes of a seccomp profile that a privileged container names. */
  readonly privilegedProfile: 'applied' | 'ignored' | 'by version'
}

/**
 * Docker Engine drops first and adds last (moby daemon/pkg/oci/caps, TweakCapabilities);
 * `--privileged` always lifts its own seccomp profile,
 * one that is named only in older versions (moby daemon/seccomp_linux.go, WithSeccomp: 25 lifts it, 29 loads it).
 */
export const DOCKER: Convention = { addedAndDropped: 'added', privilegedProfile: 'by version' }

/**
 * The runtimes behind a kubelet add first and drop last (containerd internal/cri/opts, WithCapabilities)
 * and give a privileged container no seccomp filter whatever it names (containerd GenerateSeccompSpecOpts).
 */
export const KUBERNETES: Convention = { addedAndDropped: 'dropped', privilegedProfile: 'ignored' }

/**
 * systemd-nspawn takes away last whatever was given (nspawn.c, merge_settings and parse_argv: retain = (retain | plus) & ~minus).
 */
export const NSPAWN: Convention = { addedAndDropped: 'dropped', dropsAdded: true, privilegedProfile: 'applied' }
