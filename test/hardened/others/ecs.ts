import type { OtherHardened } from '../others.ts'

const WEB = 'containerDefinitions[0]'

export const hardened: OtherHardened = {
  file: 'ecs.json',
  one: {
    // The bridge that all tasks share, and ports of the host.
    networkMode: 'default-bridge-network & port-on-all-interfaces',
    cpu: 'cpu-unbounded',
    [`${WEB}.image`]: 'image-tag-mutable?',
    [`${WEB}.memory`]: 'memory-unbounded',
    [`${WEB}.readonlyRootFilesystem`]: 'writable-root-filesystem',
    [`${WEB}.dockerSecurityOptions[0]`]: 'new-privileges-allowed',
    [`${WEB}.dockerSecurityOptions[1]`]: 'apparmor-missing',
    [`${WEB}.linuxParameters.capabilities.drop[0]`]: 'capabilities-not-dropped',
    // The volume that is mounted is not there: what it is is not known, and one finding says so.
    [`${WEB}.mountPoints[0].sourceVolume`]: 'engine-socket-mounted?',
    'volumes[0].name': 'engine-socket-mounted?',
    // Where it lies is not known: perhaps over programs.
    [`${WEB}.mountPoints[0].containerPath`]: 'volume-over-programs?',
    // Which port is open is not known: perhaps that of SSH.
    [`${WEB}.portMappings[0].containerPort`]: 'sshd-in-container?',
  },
  none: [
    { parts: /\.user$/, because: 'the image says the same: its USER counts where nobody writes one' },
    { parts: /\.command\[\d\]$/, because: 'what is left of the command is still one' },
    { parts: /^requiresCompatibilities/, because: 'a task that requires nothing is one for EC2' },
    { parts: /\.(privileged|essential|cpu)$/, because: 'it is what ECS does unless told, or a weight' },
    { parts: /^family$|\.name$|operatingSystemFamily$|\.logDriver$/, because: 'names, and what is not confinement' },
    {
      parts: /\.(tmpfs|portMappings|mountPoints|secrets)\[0\]\./,
      because: 'what is not mounted, published or set cannot be wrong',
    },
  ],
}
