/** What LXD and Incus do where an instance says nothing: their documentation of instance options, and driver_lxc.go. */
import type { container } from '../../model/fields.ts'
import { is, isList, type Silence } from '../dialect.ts'
import { DEFAULT_POLICY } from '../lxd/seccomp.ts'
import { lxc } from './lxc.ts'

export const lxd: Silence<typeof container> = {
  ...lxc,
  image: {
    reference: is('', 'the image was unpacked when the instance was made: it is a root file system of its own now'),
    pull: is('never', 'nothing is pulled when it starts'),
  },
  privileged: is(false, 'security.privileged says whose root is root, and is told as its user namespace'),
  readOnlyRootFilesystem: is(false, 'writable unless the root disk is readonly'),
  restart: {
    policy: is('no', 'not started again unless boot.autorestart is on'),
    retries: is(0, 'not started again'),
  },
  namespaces: {
    ...lxc.namespaces,
    network: is('own', 'always its own'),
    user: is('own', 'LXD maps the ids of every container unless security.privileged is true'),
  },
  uidMappings: is([], 'LXD picks the range'),
  gidMappings: is([], 'LXD picks the range'),
  network: { mode: is('', 'no nic: the loopback alone'), names: isList([], 'no nic is written') },
  seccomp: {
    kind: is('runtime-default', 'LXD denies a few calls by default (security.syscalls.deny_default)'),
    name: is('', 'no policy is named'),
    text: is(DEFAULT_POLICY, 'LXD denies a few calls by default (security.syscalls.deny_default)'),
  },
  apparmor: {
    kind: is('runtime-default', 'LXD makes an AppArmor profile for every container'),
    name: is('', 'no profile is named'),
  },
  deviceRules: isList([], 'in a user namespace nobody makes device nodes'),
  nesting: is(false, 'off unless security.nesting is true'),
  declarations: is([], 'a manifest of Kubernetes alone has such words'),
}
