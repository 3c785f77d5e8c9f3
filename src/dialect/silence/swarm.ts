/**
 * What Docker Swarm does where a service says nothing: swarmkit and moby's daemon/cluster/executor/container. All else is
 * Docker Engine's own.
 */
import type { container } from '../../model/fields.ts'
import { is, isList, type Silence } from '../dialect.ts'
import { docker } from './docker.ts'

const never = <T>(value: T, what: string): ReturnType<typeof is<T>> => is(value, `a Swarm service ${what}`)

export const swarm: Silence<typeof container> = {
  ...docker,
  image: { ...docker.image, pull: is('always', 'a node asks the registry for the tag before every task') },
  privileged: never(false, 'is never privileged'),
  restart: {
    policy: is('always', 'a task is started again whatever it ended with (condition any)'),
    retries: is(0, 'no number of attempts is written'),
  },
  namespaces: {
    ...docker.namespaces,
    pid: never('own', 'has no other PID namespace'),
    ipc: never('own', 'has no other IPC namespace'),
    uts: never('own', 'has no other UTS namespace'),
  },
  network: { ...docker.network, names: isList([], 'no network is named') },
  devices: never([], 'has no devices'),
  deviceRules: isList([], 'a Swarm service has no device rules'),
  masked: docker.masked,
}
