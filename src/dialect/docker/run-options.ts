/**
 * The options of `docker run` and `docker create` (docker/cli v28), `podman run` and `podman create` (5.x) and `nerdctl run` (2.x):
 * which of them there are, and whether a value follows.
 * https://docs.docker.com/reference/cli/docker/container/run/, podman-run(1), podman-create(1),
 * https://github.com/containerd/nerdctl/blob/main/docs/command-reference.md
 */

/** The program that is given the line. Podman's and nerdctl's lines are Docker's, and more. */
export type Client = 'docker' | 'podman' | 'nerdctl'

export interface RunOption {
  /** Without the dashes: what it is called in the tree of flags, whichever way it is written. */
  readonly name: string
  /** It stands alone: true where it is written without `=value`. */
  readonly bool: boolean
  readonly clients: ReadonlySet<Client>
}

const ALL: readonly Client[] = ['docker', 'podman', 'nerdctl']

const BOOL: readonly (readonly [clients: readonly Client[], names: string])[] = [
  [
    ALL,
    `detach disable-content-trust help init interactive no-healthcheck oom-kill-disable privileged publish-all quiet read-only
     rm sig-proxy tty`,
  ],
  [['docker'], 'use-api-socket'],
  [['podman'], `env-host http-proxy no-hostname no-hosts passwd read-only-tmpfs replace rmi tls-verify unsetenv-all`],
  [['podman', 'nerdctl'], 'rootfs'],
]
const VALUE: readonly (readonly [clients: readonly Client[], names: string])[] = [
  [
    ALL,
    `add-host annotation attach blkio-weight blkio-weight-device cap-add cap-drop cgroup-parent cgroupns cidfile cpu-period
     cpu-quota cpu-rt-period cpu-rt-runtime cpu-shares cpus cpuset-cpus cpuset-mems detach-keys device device-cgroup-rule
     device-read-bps device-read-iops device-write-bps device-write-iops dns dns-option dns-search entrypoint env env-file expose
     gpus group-add health-cmd health-interval health-retries health-start-interval health-start-period health-timeout hostname ip
     ip6 ipc label label-file link-local-ip log-driver log-opt mac-address memory memory-reservation memory-swap
     memory-swappiness mount name network network-alias oom-score-adj pid pids-limit platform publish pull restart runtime
     security-opt shm-size stop-signal stop-timeout storage-opt sysctl tmpfs ulimit user userns uts volume volumes-from workdir`,
  ],
  [
    ['docker', 'nerdctl'],
    'cpu-count cpu-percent domainname io-maxbandwidth io-maxiops isolation kernel-memory link volume-driver',
  ],
  [
    ['podman'],
    `arch authfile cert-dir cgroups chrootdirs conmon-pidfile creds decryption-key env-merge gidmap group-entry health-log-destination
     health-max-log-count health-max-log-size health-on-failure health-startup-cmd health-startup-interval health-startup-retries
     health-startup-success health-startup-timeout hosts-file hostuser image-volume init-ctr init-path os passwd-entry personality
     pod pod-id-file preserve-fd preserve-fds rdt-class requires retry retry-delay sdnotify seccomp-policy secret shm-size-systemd
     signature-policy subgidname subuidname timeout tz uidmap unsetenv variant`,
  ],
  [['podman', 'nerdctl'], 'cgroup-conf pidfile systemd umask'],
  [
    ['nerdctl'],
    `cosign-certificate-identity cosign-certificate-identity-regexp cosign-certificate-oidc-issuer
     cosign-certificate-oidc-issuer-regexp cosign-key init-binary ipfs-address rdt-class verify`,
  ],
]
const SHORT: { readonly [letter: string]: string } = {
  a: 'attach',
  c: 'cpu-shares',
  d: 'detach',
  e: 'env',
  h: 'hostname',
  i: 'interactive',
  l: 'label',
  m: 'memory',
  P: 'publish-all',
  p: 'publish',
  q: 'quiet',
  t: 'tty',
  u: 'user',
  v: 'volume',
  w: 'workdir',
}
/** Other names of the same: old ones that are still taken. */
const ALIASES: { readonly [name: string]: string } = {
  net: 'network',
  'net-alias': 'network-alias',
  'dns-opt': 'dns-option',
  'healthcheck-command': 'health-cmd',
  'healthcheck-interval': 'health-interval',
  'healthcheck-retries': 'health-retries',
  'healthcheck-start-period': 'health-start-period',
  'healthcheck-timeout': 'health-timeout',
  'override-arch': 'arch',
  'override-os': 'os',
  'override-variant': 'variant',
}

const tableOf = (): ReadonlyMap<string, RunOption> => {
  const table = new Map<string, RunOption>()
  for (const [bool, groups] of [[true, BOOL] as const, [false, VALUE] as const])
    for (const [clients, names] of groups)
      for (const name of names.trim().split(/\s+/))
        table.set(name, { name, bool, clients: new Set([...(table.get(name)?.clients ?? []), ...clients]) })
  return table
}
const OPTIONS = tableOf()

/** The option of a long name; undefined where no client has it. */
export const longOption = (name: string): RunOption | undefined =>
  OPTIONS.get(Object.hasOwn(ALIASES, name) ? (ALIASES[name] ?? '') : name)
/** The option of a letter. */
export const shortOption = (letter: string): RunOption | undefined =>
  Object.hasOwn(SHORT, letter) ? OPTIONS.get(SHORT[letter] ?? '') : undefined

/** Options whose value may be several, parted by commas (StringSlice of pflag; Docker takes such a value as one). */
export const SEVERAL: { readonly [C in Client]: ReadonlySet<string> } = {
  docker: new Set(),
  podman: new Set(
    `add-host annotation attach cap-add cap-drop cgroup-conf chrootdirs device device-cgroup-rule device-read-bps device-read-iops
     device-write-bps device-write-iops dns dns-option dns-search env-file expose gidmap group-add hostuser label-file log-opt
     network-alias publish requires sysctl uidmap ulimit`.split(/\s+/),
  ),
  nerdctl: new Set(
    'add-host cap-add cap-drop cgroup-conf device dns dns-option dns-search env-file group-add network publish ulimit'.split(
      ' ',
    ),
  ),
}

/** Options of the program itself that stand before `run`, and take a value. */
export const GLOBAL_VALUES: { readonly [C in Client]: ReadonlySet<string> } = {
  docker: new Set('-H --host -c --context --config -l --log-level --tlscacert --tlscert --tlskey -host'.split(' ')),
  podman: new Set(
    `-c --connection --cgroup-manager --config --conmon --cpu-profile --db-backend --default-mounts-file --events-backend --hooks-dir
     --identity --image-dir --imagestore --log-level --memory-profile --module --namespace --network-cmd-path --network-config-dir
     --pull-option --registries-conf --root --runroot --runtime --runtime-flag --ssh --storage-driver --storage-opt --tls-ca --tls-cert
     --tls-key --tmpdir --url --volumepath`.split(/\s+/),
  ),
  nerdctl: new Set(
    `-a --address -H --host -n --namespace --bridge-ip --cdi-spec-dirs --cgroup-manager --cni-netconfpath --cni-path --data-root
     --host-gateway-ip --hosts-dir --global-dns --global-dns-opts --global-dns-search --kube-hide-dupe --snapshotter --storage-driver
     --userns-remap`.split(/\s+/),
  ),
}
/** Options of the program itself that stand alone. */
export const GLOBAL_BOOLS: { readonly [C in Client]: ReadonlySet<string> } = {
  docker: new Set('-D --debug --tls --tlsverify'.split(' ')),
  podman: new Set('-r --remote --noout --syslog --transient-store --trace'.split(' ')),
  nerdctl: new Set('--debug --debug-full --experimental --insecure-registry --selinux-enabled'.split(' ')),
}
