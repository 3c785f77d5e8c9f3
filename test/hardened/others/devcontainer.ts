import type { OtherHardened } from '../others.ts'

export const hardened: OtherHardened = {
  file: 'devcontainer.json',
  one: {
    workspaceMount: 'host-path-mounted',
    'securityOpt[0]': 'new-privileges-allowed',
    'securityOpt[1]': 'seccomp-missing',
    'securityOpt[2]': 'apparmor-missing',
    image: 'image-tag-mutable?',
    'runArgs[0]': 'capabilities-not-dropped',
    'runArgs[1]': 'writable-root-filesystem',
    'runArgs[3]': 'host-cgroup-namespace?',
    'runArgs[4]': 'memory-unbounded',
    'runArgs[5]': 'cpu-unbounded',
    'runArgs[6]': 'pids-unbounded',
    'runArgs[8]': 'default-bridge-network',
    // A shell that waits is run instead, and the image has none.
    overrideCommand: 'program-missing',
    // Where it lies is not known: perhaps over programs.
    'mounts[0].target': 'volume-over-programs?',
  },
  none: [
    { parts: /^name$/, because: 'a container without a name is called devcontainer' },
    { parts: /^containerEnv/, because: 'no variable is needed' },
    { parts: /^mounts/, because: 'a volume less, or without a name, is no danger' },
    { parts: /^appPort/, because: 'a port less is published' },
    { parts: /^runArgs\[2\]$/, because: 'it is not started again then' },
    { parts: /^runArgs\[7\]$/, because: 'nothing may be written to /tmp then' },
  ],
}
