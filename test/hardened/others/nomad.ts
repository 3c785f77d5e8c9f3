import type { OtherHardened } from '../others.ts'

const REFERENCE =
  'registry.example.org/web:1.4.2@sha256:0c7a5d3f6e2b194a8d7c6b5a493827160f1e2d3c4b5a69788796a5b4c3d2e1f0'

export const hardened: OtherHardened = {
  file: 'nomad.hcl',
  one: {
    [`image           = "${REFERENCE}"`]: 'image-tag-mutable?',
    'readonly_rootfs = true': 'writable-root-filesystem',
    'cap_drop        = ["ALL"]': 'capabilities-not-dropped',
    'pids_limit      = 100': 'pids-unbounded',
    '"no-new-privileges",': 'new-privileges-allowed',
    '"seccomp=../../profiles/seccomp/web-static.json",': 'seccomp-missing',
    '"apparmor=docker-default",': 'apparmor-missing',
    'cores  = 1': 'cpu-unbounded',
    'limit = 3': 'liveness-probe-missing',
  },
  none: [
    { parts: /^job "/, nothing: true, because: 'without a job there is nothing that Nomad would run' },
    { parts: /[{[]$|^[}\]]$/, notices: ['hcl-invalid'], nothing: true, because: 'what is not HCL runs nowhere' },
    {
      parts: /^driver/,
      notices: ['nomad-driver-unknown'],
      nothing: true,
      because: 'a task without a driver runs nowhere',
    },
    { parts: /^user/, because: 'the image says the same: its USER counts where nobody writes one' },
    { parts: /^memory/, because: 'Nomad gives every task 300 MiB and no more' },
    { parts: /^provider|^type = "tcp"/, because: 'it is a check all the same' },
    { parts: /^(?:to|host_network|ports|type|target) /, because: 'what is not mounted or published cannot be wrong' },
  ],
}
