/**
 * What Podman does where a containers.conf is silent: containers.conf(5), checked with that of Podman 4.3.1
 * (/usr/share/containers/containers.conf), whose comments are the defaults.
 */
import type { engine } from '../../../model/fields.ts'
import { refuse } from '../../ask.ts'
import { is, isList, type Silence } from '../../dialect.ts'
import { PODMAN_CAPABILITIES } from '../podman.ts'
import { undecided } from './undecided.ts'

export const containersConf: Silence<typeof engine> = {
  ...undecided(refuse('containers.conf does not say it', 'engine')),
  kind: is('podman', 'containers.conf is Podman’s'),
  rootless: refuse('whoever runs Podman decides whether it is rootless', 'user'),
  usernsRemap: is(false, 'containers.userns is host unless set'),
  noNewPrivileges: is(false, 'containers.conf has no such setting'),
  privileged: is(false, 'containers.privileged is not set'),
  readOnlyRootFilesystem: is(false, 'containers.read_only is not set'),
  init: is(false, 'containers.init is not set'),
  capabilities: isList(PODMAN_CAPABILITIES, 'containers.default_capabilities is not set'),
  seccomp: is('runtime-default', 'containers.seccomp_profile is not set'),
  seccompProfile: is('', 'containers.seccomp_profile is not set'),
  apparmorProfile: is('', 'containers.apparmor_profile is not set'),
  selinuxLabels: is(true, 'containers.label is not set'),
  selinuxOnHostNetwork: is(true, 'Podman makes no difference'),
  cgroupNamespace: refuse("containers.cgroupns is not set: private on cgroup v2, the host's on v1", 'engine'),
  cgroupParent: is('', 'containers.conf has no such setting'),
  ipc: is('shareable', 'containers.ipcns is shareable unless set'),
  pid: is('own', 'containers.pidns is private unless set'),
  network: is('own', 'containers.netns is private unless set'),
  uts: is('own', 'containers.utsns is private unless set'),
  runtime: refuse('engine.runtime is not set: crun, or runc where there is no crun', 'engine'),
  runtimes: is([], 'engine.runtimes is not set'),
  sysctls: is([], 'containers.default_sysctls is not set'),
  unsafeSysctls: isList([], 'Podman has no such list'),
  ulimits: is([], 'containers.default_ulimits is not set'),
  pids: is(2048, 'containers.pids_limit is 2048 unless set'),
  sharedMemory: is(0, 'containers.shm_size is not set'),
  mounts: is([], 'containers.volumes is not set'),
  devices: is([], 'containers.devices is not set'),
  interContainer: is(true, 'Podman has no such setting: networks keep containers apart'),
  liveRestore: is(true, 'Podman has no daemon that containers could die with'),
  logDriver: refuse('containers.log_driver is not set: journald where there is one, else k8s-file', 'engine'),
  experimental: is(false, 'Podman has no such setting'),
  hosts: isList([], 'Podman has no daemon'),
  tlsVerify: is(true, 'Podman has no daemon'),
  authorization: isList([], 'Podman has no such plugins'),
}
