import type { OtherHardened } from '../others.ts'

const SERVICE = 'jobs.test.services.web'

export const hardened: OtherHardened = {
  file: 'workflow.yaml',
  one: {
    [`${SERVICE}.image`]: 'image-tag-mutable? + github-container-invalid',
    // One text holds all of them.
    [`${SERVICE}.options`]:
      'apparmor-missing,capabilities-not-dropped,cpu-unbounded,host-cgroup-namespace?,memory-unbounded,new-privileges-allowed,pids-unbounded,seccomp-missing,writable-root-filesystem',
  },
  none: [
    { parts: /^(?:name|on|permissions)/, because: 'it says nothing of containers' },
    { parts: /runs-on$/, because: 'whose machine it is is not judged' },
    { parts: /\.(?:ports|volumes|env)\b/, because: 'what it takes away is not missed' },
    { parts: /\.steps/, because: 'the step starts no container' },
  ],
}
