/**
 * Services of Docker Swarm: what `docker service inspect` prints, and, with the prefix `swarm:`, stack files.
 * https://docs.docker.com/engine/swarm/
 */
import { child, get, isMap, textOf, type Node } from '../document/node.ts'
import { unknown } from '../model/fact.ts'
import type { container } from '../model/fields.ts'
import type { Notice, Read } from '../model/notice.ts'
import { ask, at, scalarFact, parse, silent, type Answer, type Ask } from './ask.ts'
import { asks as written } from './compose/asks.ts'
import { stackServices } from './compose/document.ts'
import type { About, Asks, Dialect, Files, Found, Want } from './dialect.ts'
import { isVoid, word } from './docker/piece.ts'
import { restartPolicy } from './docker/value.ts'
import { MAX_CONTAINERS } from './limit.ts'
import { swarm as silence } from './silence/swarm.ts'
import { onEveryNode, nameOfFile, replicas, together } from './together.ts'
import { asCompose, inspected, isService, nodeNetwork } from './swarm/inspected.ts'
import { deployed } from './swarm/stack.ts'

/** `deploy.restart_policy`, else `restart`, whose `no` a stack drops: then it is started again, whatever it ended with. */
const policy: Ask<'no' | 'always' | 'on-failure' | 'unless-stopped'> = ask((scope) => {
  if (!isVoid(at(scope, 'self', 'deploy.restart_policy')))
    return word('deploy.restart_policy.condition')
      .by({ none: 'no', 'on-failure': 'on-failure', any: 'always' })
      .read(scope)
  return word('restart')
    .to(restartPolicy)
    .to((value) => (value === 'no' ? undefined : value === 'unless-stopped' ? 'always' : value))
    .read(scope)
})

/** A network of the node may be the host's: its id does not say. */
const network: typeof written.namespaces.network = ask((scope) => {
  const own = written.namespaces.network.read(scope)
  const node = scope['nodeNetwork']
  if (own.how !== 'silent' || !node || isVoid(node)) return own
  return textOf(child(node, 'Target')) === 'host'
    ? { how: 'set', place: node.place, value: 'host' }
    : unknown(
        node.place,
        `the network ${textOf(child(node, 'Target')) ?? ''} belongs to the node, and may be the host's: docker network inspect tells`,
        'user',
      )
})

const name: Ask<string> = ask((scope): Answer<string> => scalarFact(scope['name'] ?? scope.self, 'a text', parse.text))

/** What neither a stack nor a service can say is silent. */
const asks: Asks<typeof container> = {
  ...written,
  name,
  image: { ...written.image, pull: silent },
  privileged: silent,
  // A stack file has no way to say it: docker stack deploy drops security_opt.
  noNewPrivileges: ask(written.noNewPrivileges.read),
  restart: { ...written.restart, policy },
  apparmor: { kind: ask(written.apparmor.kind.read), name: silent },
  seccomp: { ...written.seccomp, kind: ask(written.seccomp.kind.read), name: silent },
  namespaces: {
    ...written.namespaces,
    pid: silent,
    ipc: silent,
    network,
    uts: silent,
    user: silent,
    cgroup: silent,
    pidOf: silent,
    ipcOf: silent,
    networkOf: silent,
  },
  network: { ...written.network, mode: silent },
  devices: silent,
  deviceRules: silent,
  masked: silent,
  readOnlyPaths: silent,
  procMount: silent,
  resources: {
    ...written.resources,
    swap: silent,
    cpuShares: silent,
    cpuSet: silent,
    ioWeight: silent,
    ephemeralStorage: silent,
    oomKillDisabled: silent,
    sharedMemory: silent,
  },
  cgroupParent: silent,
  runtime: silent,
}

const isInspected = (root: Node): boolean => inspected(root).slice(0, 100).some(isService)

function containers(root: Node, files: Files, about: About): Read<readonly Found[]> {
  if (!isInspected(root)) return stack(root, files, about)
  const notices: Notice[] = []
  const found: Found[] = []
  for (const [index, service] of inspected(root).entries()) {
    if (found.length > MAX_CONTAINERS) break
    const task = child(child(service, 'Spec'), 'TaskTemplate')
    if (!isService(service) || !isMap(child(task, 'ContainerSpec'))) {
      notices.push({
        id: 'swarm-service-unknown',
        place: service.place,
        message: isVoid(child(task, 'PluginSpec'))
          ? 'This entry is no service as docker service inspect prints them, so it was not checked. Give it the output of: docker service inspect NAME'
          : 'This service runs a plugin, not a container, and was not checked.',
        lost: isVoid(child(task, 'PluginSpec')),
      })
      continue
    }
    const named = child(child(service, 'Spec'), 'Name')
    const id = textOf(named) ?? ''
    const spec = child(service, 'Spec')
    const stack = textOf(child(child(spec, 'Labels'), 'com.docker.stack.namespace')) ?? ''
    const whole = together('swarm', stack === '' ? nameOfFile(root.place.file) : stack, root)
    const mode = child(spec, 'Mode')
    const count = onEveryNode(child(mode, 'Global')) ?? replicas(get(mode, 'Replicated.Replicas'))
    const missing: Node = { place: service.place, path: service.path, value: null, missing: true }
    found.push({
      id: id === '' ? `service-${index + 1}` : id,
      together: { ...whole, ...(count && { replicas: count }) },
      scope: {
        self: asCompose(service),
        root: missing,
        envFile: missing,
        name: named,
        nodeNetwork: nodeNetwork(service) ?? missing,
      },
    })
  }
  return { value: found, notices }
}

/** A stack file. Neither `.env` nor override files are read for it, and nothing is included or extended. */
function stack(root: Node, files: Files, about: About): Read<readonly Found[]> {
  const { value, notices } = stackServices(root, files, about)
  const ignored: Notice[] = []
  const found = value.map((one): Found => {
    const { service, notices: said } = deployed(one.id, one.scope.self)
    ignored.push(...said)
    // What is built is not deployed.
    const everywhere = onEveryNode(get(one.scope.self, 'deploy.mode'))
    return {
      id: one.id,
      scope: { ...one.scope, self: service },
      ...(one.together && {
        together: {
          ...one.together,
          kind: 'swarm',
          id: `swarm/${one.together.name}`,
          ...(everywhere && { replicas: everywhere }),
        },
      }),
    }
  })
  return { value: found, notices: [...notices, ...ignored] }
}

const wants = (root: Node, about: About, files?: Files): readonly Want[] =>
  files && !isInspected(root) ? stackServices(root, files, about).wanted : []

export const swarm: Dialect = {
  name: 'swarm',
  says: 'What docker service inspect prints; as swarm:FILE also stack files (docker stack deploy)',
  runtime: 'docker',
  mention: /TaskTemplate/,
  sign: '`Spec` with a `TaskTemplate`',
  certain: true,
  isPrinted: isInspected,
  is: isInspected,
  wants,
  containers,
  asks,
  silence,
}
