import type { OtherHardened } from '../others.ts'

export const hardened: OtherHardened = {
  file: 'quadlet.container',
  one: {
    'Image=registry.example.org/web:1.4.2@sha256:0c7a5d3f6e2b194a8d7c6b5a493827160f1e2d3c4b5a69788796a5b4c3d2e1f0':
      'image-tag-mutable? + quadlet-refused',
    'UserNS=auto': 'host-user-namespace?',
    'ReadOnly=true': 'writable-root-filesystem',
    'NoNewPrivileges=true': 'new-privileges-allowed',
    'SeccompProfile=/usr/share/containers/seccomp.json': 'seccomp-missing',
    'SecurityLabelType=container_t': 'apparmor-missing',
    'DropCapability=ALL': 'capabilities-not-dropped',
    'Memory=256m': 'memory-unbounded',
    'PodmanArgs=--cpus=0.5 --memory-swap=256m': 'cpu-unbounded',
    'PodmanArgs=--cgroupns=private --ipc=private --uts=private --pid=private': 'host-cgroup-namespace?',
  },
  none: [
    { parts: /^\[Unit\]/, notices: ['unit-invalid'], because: 'its key stands outside of any section then' },
    { parts: /^\[Container\]/, nothing: true, because: 'it is no unit of Quadlet without it' },
    { parts: /^\[Service\]/, notices: ['quadlet-key-unknown'], because: 'its key is in [Container] then' },
    { parts: /^User=/, notices: ['quadlet-refused'], because: 'the image says a user too; a group alone is refused' },
    { parts: /^(?:Description|ContainerName)=/, because: 'a name' },
    { parts: /^Pull=/, because: 'the image is named by its digest' },
    { parts: /^Group=/, because: 'the group of the user' },
    { parts: /^(?:ReadOnlyTmpfs|Tmpfs|Secret|Network|PublishPort)=/, because: 'what it takes away is not missed' },
    { parts: /^SecurityLabelLevel=/, because: 'Podman chooses one that no other container has' },
    { parts: /^RunInit=/, because: 'no rule asks for it' },
    { parts: /^HealthCmd=/, because: 'the image has a health check' },
    { parts: /^PidsLimit=/, because: 'Podman gives 2048 by itself' },
    { parts: /^Restart=/, because: 'not started again is no fault' },
  ],
}
