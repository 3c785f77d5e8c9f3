import type { OtherHardened } from '../others.ts'

/** Podman prints neither of them: without the command that made the container they are not known. */
const WITHOUT_COMMAND = 'device-rule-broad?,sysctl-unsafe?,sysctl-value-smuggled?'

export const hardened: OtherHardened = {
  file: 'podman-inspect.json',
  one: {
    '[0].Config.User': 'root-user',
    // Podman prints the image's own command too: without one nothing is run.
    '[0].Config.Cmd[0]': 'program-missing',
    '[0].Config.CreateCommand[0]': WITHOUT_COMMAND,
    '[0].Config.CreateCommand[1]': WITHOUT_COMMAND,
    '[0].HostConfig.CgroupMode': 'host-cgroup-namespace?',
    '[0].HostConfig.PortBindings.8443/tcp[0].HostIp': 'port-on-all-interfaces',
    '[0].HostConfig.RestartPolicy.MaximumRetryCount': 'restart-unbounded',
    '[0].HostConfig.ReadonlyRootfs': 'writable-root-filesystem',
    '[0].HostConfig.SecurityOpt[0]': 'new-privileges-allowed',
    '[0].HostConfig.SecurityOpt[2]': 'seccomp-missing',
    '[0].HostConfig.UsernsMode': 'host-user-namespace',
    '[0].HostConfig.Memory': 'memory-unbounded',
    '[0].HostConfig.NanoCpus': 'cpu-unbounded',
    '[0].NetworkSettings.Networks.backend': 'default-bridge-network',
    '[0].HostConfig.NetworkMode': 'default-bridge-network',
  },
  none: [
    {
      parts: /\.(?:Id|State\..*|ImageName|OCIRuntime|IsInfra|Name|AppArmorProfile|Mounts|LogConfig\.Type)$/,
      because: 'it says who and where the container is, or what nobody asks',
    },
    { parts: /\.ConmonPidFile$/, because: 'it tells that root runs Podman; the user namespace is written out' },
    { parts: /\.ProcessLabel$|\.SecurityOpt\[1\]$/, because: 'the label is written twice' },
    {
      parts: /Caps$|\.CapAdd$|\.CapDrop\[\d+\]$/,
      because: 'the sets are empty, and what is dropped is worked out of them: each says what the others say',
    },
    { parts: /\.NetworkSettings\.Ports|\.HostPort$/, because: 'which port of the host it is, nobody asks' },
    { parts: /\.CreateCommand\[[2-5]\]$/, because: 'what they say is printed besides' },
    {
      parts: /\.Config\.(?:Env|Cmd|WorkingDir|Image|Secrets|Healthcheck)/,
      because: 'what it takes away is not missed',
    },
    { parts: /\.(?:IpcMode|PidMode|UTSMode)$/, because: 'its own is the default' },
    { parts: /\.(?:Privileged|MemorySwap|PidsLimit|RestartPolicy\.Name)$/, because: 'the default is as good' },
    { parts: /\.Tmpfs\./, because: 'what it takes away is not missed' },
    { parts: /\.IDMappings\./, because: 'it has a user namespace all the same' },
  ],
}
