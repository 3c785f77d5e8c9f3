/**
 * What the engine does where its settings are silent. daemon.json: the defaults that dockerd(8) documents.
 * `docker info` prints what is; what it does not print is not known.
 */
import type { engine } from '../../model/fields.ts'
import { refuse } from '../ask.ts'
import { is, isList, type Silence } from '../dialect.ts'

/** Only the running engine knows it: daemon.json has no key for it. */
const info = (what: string): ReturnType<typeof refuse> =>
  refuse(`daemon.json does not say ${what}: docker info --format '{{json .}}' does`, 'engine')

export const daemon: Silence<typeof engine> = {
  name: is('docker', 'daemon.json is the file of Docker Engine'),
  version: info('which version runs'),
  rootless: is(false, 'dockerd runs as root unless it was installed as rootless; daemon.json does not say'),
  usernsRemap: is(false, 'userns-remap is not set'),
  noNewPrivileges: is(false, 'no-new-privileges is not set'),
  seccomp: is('runtime-default', 'seccomp-profile is not set'),
  seccompProfile: is('', 'seccomp-profile is not set'),
  apparmor: info('whether AppArmor is on'),
  selinux: is(false, 'selinux-enabled is not set'),
  cgroupVersion: info('the cgroup version'),
  cgroupNamespace: refuse("default-cgroupns-mode is not set: private on cgroup v2, the host's on v1", 'engine'),
  cgroupParent: is('', 'cgroup-parent is not set'),
  ipc: is('own', 'default-ipc-mode is private unless set'),
  runtime: is('runc', 'default-runtime is runc unless set'),
  defaultAddress: is('0.0.0.0', 'ip is 0.0.0.0 unless set'),
  interContainer: is(true, 'icc is on unless set'),
  liveRestore: is(false, 'live-restore is not set'),
  userlandProxy: is(true, 'userland-proxy is on unless set'),
  logDriver: is('json-file', 'log-driver is json-file unless set'),
  hosts: isList(['unix:///var/run/docker.sock'], 'hosts is not set: the socket on this host alone'),
  tlsVerify: is(false, 'tlsverify is not set'),
  insecureRegistries: isList([], 'insecure-registries is not set'),
  ulimits: is([], 'default-ulimits is not set'),
}

const file = (key: string): ReturnType<typeof refuse> =>
  refuse(`docker info does not print it: look into daemon.json (${key}) and at the command line of dockerd`, 'engine')
const older = refuse('this docker info does not print it', 'engine')

export const informed: Silence<typeof engine> = {
  name: is('docker', 'docker info is what Docker Engine says'),
  version: older,
  rootless: older,
  usernsRemap: older,
  noNewPrivileges: older,
  seccomp: older,
  seccompProfile: older,
  apparmor: older,
  selinux: older,
  cgroupVersion: older,
  cgroupNamespace: older,
  cgroupParent: file('cgroup-parent'),
  ipc: file('default-ipc-mode'),
  runtime: older,
  defaultAddress: file('ip'),
  interContainer: file('icc'),
  liveRestore: older,
  userlandProxy: file('userland-proxy'),
  logDriver: older,
  hosts: file('hosts'),
  tlsVerify: file('tlsverify'),
  insecureRegistries: older,
  ulimits: file('default-ulimits'),
}
