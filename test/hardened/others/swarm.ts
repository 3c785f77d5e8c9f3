import type { OtherHardened } from '../others.ts'

const CONTAINER = '[0].Spec.TaskTemplate.ContainerSpec'
const TASK = '[0].Spec.TaskTemplate'

export const hardened: OtherHardened = {
  file: 'swarm.json',
  // A service cannot say which cgroup namespace it has.
  engine: 'swarm-daemon.json',
  one: {
    [`${CONTAINER}.Image`]: 'image-tag-mutable?',
    [`${CONTAINER}.ReadOnly`]: 'writable-root-filesystem',
    [`${CONTAINER}.Privileges.Seccomp.Mode`]: 'seccomp-missing',
    [`${CONTAINER}.Privileges.AppArmor.Mode`]: 'apparmor-missing',
    [`${CONTAINER}.Privileges.NoNewPrivileges`]: 'new-privileges-allowed',
    [`${CONTAINER}.Mounts[0].Type`]: 'host-path-mounted?',
    [`${CONTAINER}.Mounts[1].Type`]: 'host-path-mounted?',
    [`${CONTAINER}.CapabilityDrop[0]`]: 'capabilities-not-dropped',
    [`${TASK}.Resources.Limits.NanoCPUs`]: 'cpu-unbounded',
    [`${TASK}.Resources.Limits.MemoryBytes`]: 'memory-unbounded',
    [`${TASK}.Resources.Limits.Pids`]: 'pids-unbounded',
    [`${TASK}.RestartPolicy.Condition`]: 'restart-unbounded',
    [`${TASK}.RestartPolicy.MaxAttempts`]: 'restart-unbounded',
    '[0].Endpoint.VirtualIPs[0].Addr': 'host-network-namespace?',
    // Where it lies is not known: perhaps over programs.
    '[0].Spec.TaskTemplate.ContainerSpec.Mounts[0].Target': 'volume-over-programs?',
  },
  none: [
    {
      parts: /\.(?:Name|Labels|SecretName|Source|Isolation|Runtime|Replicas|Mode)$/,
      because: 'names, and what nobody asks',
    },
    { parts: /\.(?:Args|Env|Secrets|Mounts)\[\d\]/, because: 'what is not mounted, run or set cannot be wrong' },
    { parts: /\.Init$/, because: 'it is off, as it is by default' },
    {
      parts: /\.Networks\[0\]\.Target$|\.NetworkID$/,
      because: 'without a network it is in that of the cluster; what has no address at all is not compared',
    },
  ],
}
