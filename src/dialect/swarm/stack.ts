/**
 * Stack files: what `docker stack deploy` makes of a Compose file. It ignores many keys, some of them without a word.
 * docker/cli: cli/compose/types (UnsupportedProperties, DeprecatedProperties, ForbiddenProperties), cli/compose/convert and
 * the schema of format 3.13.
 */
import { entries, get, isMap, textOf, type Node } from '../../document/node.ts'
import type { Notice } from '../../model/notice.ts'
import { isVoid } from '../docker/piece.ts'

/** Keys that are ignored, and what the author may believe; the empty text where nothing is less safe for it. */
const IGNORED: ReadonlyMap<string, string> = new Map([
  ['build', ''],
  ['cgroup_parent', 'its cgroup is not the one that is named'],
  ['cgroupns_mode', 'the engine decides on its cgroup namespace'],
  ['container_name', ''],
  ['devices', ''],
  ['domainname', ''],
  ['expose', ''],
  ['external_links', ''],
  ['ipc', ''],
  ['links', ''],
  ['mac_address', ''],
  ['network_mode', 'it is connected to the network of its stack, not to the one that is named'],
  ['pid', ''],
  ['privileged', ''],
  ['security_opt', 'no-new-privileges is not set, and no seccomp, AppArmor or SELinux option of it is in force'],
  ['shm_size', ''],
  // No warning is printed for this one.
  ['tmpfs', 'no memory is mounted there, and Docker prints no warning (a volume of type tmpfs is)'],
  ['userns_mode', 'the engine decides on its user namespace'],
])
/** Keys that make docker stack refuse the file. */
const FORBIDDEN = new Set([
  'extends',
  'volume_driver',
  'volumes_from',
  'cpu_quota',
  'cpu_shares',
  'cpuset',
  'mem_limit',
  'memswap_limit',
])
/** All other keys that it knows; what is on no list is refused by the schema. */
const KNOWN = new Set(
  `cap_add cap_drop command configs credential_spec depends_on deploy dns dns_search entrypoint env_file environment
   extra_hosts healthcheck hostname image init isolation labels logging networks oom_score_adj ports read_only restart secrets
   stdin_open stop_grace_period stop_signal sysctls tty ulimits user volumes working_dir`.split(/\s+/),
)

/** The service without what is ignored, and what is to be said of that. */
export function deployed(name: string, service: Node): { readonly service: Node; readonly notices: readonly Notice[] } {
  if (!isMap(service)) return { service, notices: [] }
  const written = entries(service).filter(([key, node]) => !isVoid(node) && !key.startsWith('x-'))
  const notices: Notice[] = []
  const refused = written.filter(([key]) => FORBIDDEN.has(key) || !(KNOWN.has(key) || IGNORED.has(key)))
  const [first] = refused
  if (first)
    notices.push({
      id: 'swarm-refused',
      place: first[1].place,
      message: `docker stack deploy refuses ${words(refused)} of the service ${name}, and starts nothing of this file. What it says was not taken; write limits below deploy.resources, and scan the file with compose: if Docker Compose runs it.`,
      lost: false,
    })
  for (const [key, node] of written) {
    const because = IGNORED.get(key)
    if (because === undefined || because === '' || isHarmless(key, node)) continue
    notices.push({
      id: 'swarm-ignored',
      place: node.place,
      message: `docker stack deploy ignores ${key} of the service ${name}: ${because}. Swarm has no such setting in a stack file; do not rely on it.`,
      lost: false,
    })
  }
  const restart = service.value.get('restart')
  if (restart && /^(?:no|false|)$/.test(textOf(restart) ?? 'no') && isVoid(get(service, 'deploy.restart_policy')))
    notices.push({
      id: 'swarm-ignored',
      place: restart.place,
      message: `docker stack deploy knows no service that is never started again but by deploy.restart_policy: ${name} is started again, whatever it ended with. Write condition: none there.`,
      lost: false,
    })
  const ignored = written.filter(
    ([key, node]) => IGNORED.get(key) === '' || (IGNORED.has(key) && isHarmless(key, node)),
  )
  const [other] = ignored
  if (other)
    notices.push({
      id: 'swarm-ignored',
      place: other[1].place,
      message: `docker stack deploy ignores ${words(ignored)} of the service ${name}, so it was taken as not written.`,
      lost: false,
    })
  const kept = entries(service).filter(([key]) => KNOWN.has(key) || key.startsWith('x-'))
  return { service: { ...service, value: new Map(kept) }, notices }
}

/** Ignoring it makes nothing less safe than it is written. */
const isHarmless = (key: string, node: Node): boolean =>
  (key === 'userns_mode' || key === 'network_mode' || key === 'cgroupns_mode') && textOf(node) === 'host'

const words = (keys: readonly (readonly [string, Node])[]): string => keys.map(([key]) => key).join(', ')
