/** Which documents are Compose files, and what services they hold. */
import { child, entries, get, isList, isMap, type Node } from '../../document/node.ts'
import type { Notice, Read } from '../../model/notice.ts'
import type { About, Files, Found, Want } from '../dialect.ts'
import { isVoid, soundMaps } from '../docker/piece.ts'
import { MAX_CONTAINERS } from '../limit.ts'
import { nameOfFolder, replicas, together } from '../together.ts'
import { buildOf } from './build.ts'
import { variablesOfFiles } from './env-file.ts'
import { servicesOf } from './extend.ts'
import { withOwnProfiles } from './path.ts'
import { loadProject, loadStack, type Project } from './project.ts'

const TOP = new Set([
  'version',
  'name',
  'services',
  'jobs',
  'networks',
  'volumes',
  'configs',
  'secrets',
  'include',
  'models',
])
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

/** The other files of the project: what it includes and extends, override files, files of variables. */
export function wantedFiles(root: Node, about: About, files?: Files): readonly Want[] {
  // Files of a project are read for the project: their own are asked for by the main document.
  if (!files) return []
  return projectOf(root, files, about).found.wanted
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

interface Loaded {
  readonly files: Files
  readonly size: number
  readonly about: About
  readonly found: Read<readonly Found[]> & { readonly wanted: readonly Want[] }
}
/** Asked again and again while files are read, and then for the containers: the last answer is kept. */
const known = new WeakMap<Node, Loaded>()
function projectOf(root: Node, files: Files, about: About): Loaded {
  const before = known.get(root)
  if (before?.files === files && before.size === files.size && before.about === about) return before
  const loaded: Loaded = { files, size: files.size, about, found: find(root, loadProject(root, files, about), about) }
  known.set(root, loaded)
  return loaded
}

/** Every service of the project that the document is the main file of. */
export const findServices = (root: Node, files: Files, about: About): Read<readonly Found[]> =>
  projectOf(root, files, about).found

/** Every service of a stack file: `docker stack deploy` reads no `.env`, and includes and extends nothing. */
export const stackServices = (root: Node, files: Files, about: About): Loaded['found'] =>
  find(root, loadStack(root, files, about), about)

function find(raw: Node, project: Project, about: About): Loaded['found'] {
  const { root, sources } = project
  const notices: Notice[] = [...project.notices]
  const found: Found[] = []
  const { partOf } = project
  if (partOf !== undefined) {
    notices.push({
      id: 'compose-override',
      place: raw.place,
      message: `This file is merged over ${partOf}, as docker compose up does, and was read with it, not by itself.`,
      lost: false,
    })
    return { value: [], notices, wanted: sources.wanted }
  }
  const services = servicesOf(root)
  for (const group of services === root ? [root] : [services, child(root, 'jobs')])
    findIn(group, group === root, project, about, found, notices)
  return { value: found, notices, wanted: sources.wanted }
}

/** The project's name: `name:` or COMPOSE_PROJECT_NAME of `.env`, else that of its folder. */
function nameOf({ root, lookup }: Project, { file }: About): string {
  const said = lookup('COMPOSE_PROJECT_NAME')
  return said === undefined || said.unknown !== undefined || said.value === ''
    ? nameOfFolder(file === '' ? root.place.file : file)
    : said.value
}

function findIn(
  services: Node,
  isOldest: boolean,
  project: Project,
  about: About,
  found: Found[],
  notices: Notice[],
): void {
  if (!isMap(services) && !isVoid(services))
    notices.push(
      lost(
        'compose-services-invalid',
        services,
        '`services` is not a map, so no service was checked. Write a name before each.',
      ),
    )
  const whole = together('compose', nameOf(project, about), project.root)
  for (const [name, node] of entries(services)) {
    if (isExtension(name) && (isOldest || !isMap(node) || !(node.value.has('image') || node.value.has('build'))))
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
    const self = soundMaps(withOwnProfiles(node, about), MAPS)
    const build = buildOf(self, about, isOldest)
    const count = replicas(get(self, 'deploy.replicas'), child(self, 'scale'))
    found.push({
      id: name,
      together: { ...whole, ...(count && { replicas: count }) },
      scope: {
        self,
        root: project.root,
        name: { place: node.place, path: node.path, value: name },
        envFile: variablesOfFiles(self, project),
      },
      ...(build && { build }),
    })
  }
}
