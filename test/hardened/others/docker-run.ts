import type { OtherHardened } from '../others.ts'

export const hardened: OtherHardened = {
  file: 'run.sh',
  one: {
    '--read-only \\': 'writable-root-filesystem',
    '--network shop \\': 'default-bridge-network',
    '--cgroupns private \\': 'host-cgroup-namespace?',
    '--cap-drop ALL \\': 'capabilities-not-dropped',
    '--security-opt no-new-privileges \\': 'new-privileges-allowed',
    '--security-opt seccomp=builtin \\': 'seccomp-missing',
    '--security-opt apparmor=docker-default \\': 'apparmor-missing',
    '--memory 256m \\': 'memory-unbounded',
    '--cpus 0.5 \\': 'cpu-unbounded',
    '--pids-limit 100 \\': 'pids-unbounded',
  },
  none: [
    { parts: /^docker run/, nothing: true, because: 'no line starts a container then' },
    {
      parts: /^registry/,
      notices: ['run-without-image'],
      nothing: true,
      because: 'Docker refuses a line without an image',
    },
    { parts: /^--restart/, because: 'not started again is no fault' },
    { parts: /^(?:-p|-v|-e|--tmpfs) /, because: 'what it takes away is not missed' },
  ],
}
