import type { OtherHardened } from '../others.ts'

const SECURITY = 'config.linux.security_context'

export const hardened: OtherHardened = {
  file: 'cri.json',
  one: {
    'config.mounts[0].host_path': 'engine-socket-mounted?',
    'config.linux.resources.cpu_quota': 'cpu-unbounded',
    'config.linux.resources.memory_limit_in_bytes': 'memory-unbounded',
    [`${SECURITY}.readonly_rootfs`]: 'writable-root-filesystem',
    [`${SECURITY}.no_new_privs`]: 'new-privileges-allowed',
    [`${SECURITY}.capabilities.drop_capabilities[0]`]: 'capabilities-not-dropped',
    [`${SECURITY}.namespace_options.pid`]: 'escape-path',
    [`${SECURITY}.namespace_options.userns_options.mode`]: 'host-user-namespace',
    [`${SECURITY}.seccomp.profile_type`]: 'seccomp-missing',
    [`${SECURITY}.apparmor.profile_type`]: 'apparmor-missing',
    // Where it lies is not known: perhaps over programs.
    'config.mounts[0].container_path': 'volume-over-programs?',
  },
  none: [
    {
      parts: /^config\.(?:metadata\.name|image\.image)$/,
      nothing: true,
      because: 'without a name and an image it is no configuration of a container, for the runtime either',
    },
    { parts: /run_as_(?:user|group)/, because: 'the image has a user that is not root' },
    { parts: /cpu_period/, because: 'the period is 100 ms unless written' },
    { parts: /envs\[0\]/, because: 'a variable may be empty, and one without a name is refused' },
    { parts: /^sandbox_config\./, because: 'names of the pod, and a port that is not of the host' },
  ],
}
