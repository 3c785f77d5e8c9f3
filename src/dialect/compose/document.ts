/** Which documents are Compose files, and what services they hold. */
import { child, entries, isList, isMap, type Node } from '../../document/node.ts'
import type { Notice, Read } from '../../model/notice.ts'
import type { Files, Found, Want } from '../dialect.ts'
import { isVoid, soundMaps } from '../docker/piece.ts'
import { MAX_CONTAINERS } from '../limit.ts'
import { Extension, extendedFile, servicesOf } from './extend.ts'
import { interpolate } from './interpolate.ts'

const TOP = new Set(['version', 'name', 'services', 'networks', 'volumes', 'configs', 'secrets', 'include', 'models'])
/** Keys that a service of a Compose file has and that other formats with `services` (Symfony's) have not. */
const SERVICE = new Set(
  `image build command container_name depends_on entrypoint env_file environment expose ports volumes networks network_mode
   restart healthcheck deploy cap_add cap_drop privileged user security_opt labels logging extends profiles platform provider
   working_dir links secrets configs devices pid ipc tmpfs ulimits sysctls read_only stop_grace_period hostname`.split(
    /\s+/,
  ),
)
/** All that a service of the oldest format may say: everything at the top is a service there. */
const OLDEST = new Set(
  `build cap_add cap_drop cgroup_parent command container_name cpu_quota cpu_shares cpuset devices dns dns_search dockerfile
   domainname entrypoint env_file environment expose extends external_links extra_hosts hostname image ipc labels links
   log_driver log_opt mac_address mem_limit mem_swappiness memswap_limit net oom_score_adj pid ports privileged read_only
   restart security_opt shm_size stdin_open stop_signal tty ulimits user volume_driver volumes volumes_from
   working_dir`.split(/\s+/),
)
const keysOf = (node: Node): readonly string[] => entries(node).map(([key]) => key)
const isExtension = (key: string): boolean => key.startsWith('x-')

/** A map with `services` as Compose has them, an `include` of others, or the oldest format, where every top-level key is a service. */
export function isCompose(root: Node): boolean {
  if (!isMap(root) || (root.value.has('apiVersion') && root.value.has('kind'))) return false
  const keys = keysOf(root).filter((key) => !isExtension(key))
  if (keys.length === 0) return false
  const services = child(root, 'services')
  if (services.missing !== true) {
    const known = keys.every((key) => TOP.has(key))
    const named = entries(services).some(([, node]) => isMap(node) && keysOf(node).some((key) => SERVICE.has(key)))
    return isMap(services) ? named || (known && keys.length > 1) : known && keys.length > 1 && isVoid(services)
  }
  if (keys.every((key) => TOP.has(key))) return isList(child(root, 'include'))
  return keys.every((key) => {
    const node = child(root, key)
    return (
      isMap(node) &&
      keysOf(node).every((each) => OLDEST.has(each)) &&
      (typeof child(node, 'image').value === 'string' || !isVoid(child(node, 'build')))
    )
  })
}

/** The files that services of this document extend. */
export function wantedFiles(root: Node): readonly Want[] {
  const services = servicesOf(root)
  const files = entries(services).flatMap(([, service]) => {
    const file = isMap(service) && service.value.has('extends') ? extendedFile(interpolate(service)) : undefined
    return file === undefined ? [] : [file]
  })
  return [...new Set(files)].sort().map((path) => ({ path }))
}

const MAPS = [
  'deploy',
  'deploy.resources',
  'deploy.resources.limits',
  'deploy.resources.reservations',
  'deploy.restart_policy',
  'logging',
  'blkio_config',
  'storage_opt',
]

const lost = (id: string, node: Node, message: string): Notice => ({ id, place: node.place, message, lost: true })

/** Every service, with its variables replaced and what it extends taken over. */
export function findServices(raw: Node, files: Files): Read<readonly Found[]> {
  const root = interpolate(raw)
  const extension = new Extension(root, files)
  const notices: Notice[] = []
  const found: Found[] = []
  const services = servicesOf(root)
  const include = child(root, 'include')
  if (services !== root && !isVoid(include))
    notices.push(
      lost(
        'compose-include-unread',
        include,
        'This file includes others, whose services and overrides are not read yet. Scan the output of: docker compose config',
      ),
    )
  if (!isMap(services) && !isVoid(services))
    notices.push(
      lost(
        'compose-services-invalid',
        services,
        '`services` is not a map, so no service was checked. Write a name before each.',
      ),
    )
  for (const [name, node] of entries(services)) {
    if (
      isExtension(name) &&
      (services === root || !isMap(node) || !(node.value.has('image') || node.value.has('build')))
    )
      continue
    if (found.length > MAX_CONTAINERS) break
    if (!isMap(node)) {
      const because = node.unknown === undefined ? 'is not a map' : `is not known (${node.unknown})`
      notices.push(
        lost(
          'compose-service-invalid',
          node,
          `The service ${name} ${because}, so it was not checked; Compose refuses it too. Write what it runs, or remove it.`,
        ),
      )
      continue
    }
    if (node.value.has('provider')) {
      notices.push({
        id: 'compose-provider',
        place: node.place,
        message: `The service ${name} is not a container: a program of the host (provider) runs it. It was not checked.`,
        lost: false,
      })
      continue
    }
    const self = soundMaps(extension.of(name, node), MAPS)
    found.push({ id: name, scope: { self, root, name: { place: node.place, path: node.path, value: name } } })
  }
  return { value: found, notices: [...notices, ...extension.notices] }
}
