/** Which documents are Nomad jobs, and what tasks they hold. */
import { child, entries, isMap, textOf, type Node } from '../../document/node.ts'
import type { Notice, Read } from '../../model/notice.ts'
import type { Found } from '../dialect.ts'
import { rawText, soundMaps } from '../docker/piece.ts'
import { MAX_CONTAINERS } from '../limit.ts'
import { together } from '../together.ts'
import { chroot, docker, podman, rawExec, unveiled, virtualMachine } from '../silence/nomad.ts'
import { fromApi, isApiJob } from './api.ts'
import { has, labelled, plain } from './body.ts'

/** The runtime behind a driver, and what it does in silence. */
const DRIVERS: { readonly [driver: string]: NonNullable<Found['runtime']> } = {
  docker: { name: 'docker', silence: docker },
  podman: { name: 'podman', silence: podman },
  exec: { name: 'nomad', silence: chroot },
  java: { name: 'nomad', silence: chroot },
  exec2: { name: 'nomad', silence: unveiled },
  raw_exec: { name: 'nomad', silence: rawExec },
  qemu: { name: 'nomad', silence: virtualMachine },
}

interface Job {
  readonly name: string
  readonly body: Node
}

const isJob = (body: Node): boolean =>
  isMap(body) &&
  (labelled(body, 'group').some(({ body: group }) => isMap(group) && (has(group, 'task') || has(group, 'dynamic'))) ||
    labelled(body, 'task').some(({ body: task }) => isMap(task) && !child(task, 'driver').missing))

function jobsOf(root: Node): readonly Job[] {
  for (const node of [child(root, 'Job'), root])
    if (isApiJob(node))
      return [{ name: textOf(child(node, 'ID')) ?? textOf(child(node, 'Name')) ?? 'job', body: fromApi(node) }]
  return labelled(root, 'job').flatMap(({ label, body }) =>
    label !== undefined && isJob(body) ? [{ name: label, body }] : [],
  )
}

/** A job in HCL or JSON: groups of tasks that have drivers. */
export const isNomad = (root: Node): boolean => isMap(root) && !root.value.has('apiVersion') && jobsOf(root).length > 0

const SINGLE = ['config', 'env', 'resources', 'lifecycle', 'logs', 'restart', 'vault', 'dispatch_payload', 'meta']
const MANY = ['volume_mount', 'template', 'identity', 'service']
const OF_CONFIG = ['auth', 'logging', 'healthchecks', 'sysctl', 'ulimit', 'labels', 'storage_opt', 'port_map']
const MAPS = [
  'config',
  'resources',
  'lifecycle',
  'restart',
  'config.logging',
  'config.healthchecks',
  'config.storage_opt',
]

const notice = (id: string, node: Node, message: string): Notice => ({ id, place: node.place, message, lost: true })

/** Every task of every group, with what the group and the job say for it. */
export function findTasks(root: Node): Read<readonly Found[]> {
  const notices: Notice[] = []
  const found: Found[] = []
  for (const { name: jobName, body: job } of jobsOf(root)) {
    // A task right below the job is a group of its own.
    const groups = [
      ...labelled(job, 'group'),
      ...labelled(job, 'task').map(({ label, body }) => ({ label, body: lone(label ?? 'task', body) })),
    ]
    for (const { label: groupName = 'group', body: rawGroup } of groups) {
      if (!isMap(rawGroup)) {
        notices.push(
          notice(
            'nomad-group-invalid',
            rawGroup,
            `The group ${groupName} of ${jobName} is no block, so none of its tasks was checked. Mend it.`,
          ),
        )
        continue
      }
      const group = soundMaps(plain(rawGroup, ['network', 'restart', 'ephemeral_disk'], ['service']), [
        'network',
        'restart',
      ])
      const whole = together('group', `${jobName}/${groupName}`, rawGroup)
      for (const { label, body } of labelled(rawGroup, 'task')) {
        if (found.length > MAX_CONTAINERS) return { value: found, notices }
        const name = label ?? 'task'
        const id = `${jobName}/${groupName}/${name}`
        if (!isMap(body)) {
          notices.push(
            notice(
              'nomad-task-invalid',
              body,
              `The task ${id} is no block, so it was not checked; Nomad refuses it too. Mend it.`,
            ),
          )
          continue
        }
        const self = taskOf(body)
        const driver = child(self, 'driver')
        const runtime = driver.unknown === undefined ? runtimeOf(rawText(driver) ?? '') : undefined
        if (!runtime) {
          const which = driver.unknown ?? `${rawText(driver) ?? 'none'} is not one that is read here`
          notices.push(
            notice(
              'nomad-driver-unknown',
              driver.missing ? body : driver,
              `The driver of the task ${id} is not known (${which}), so the task was not checked. Read are ${Object.keys(DRIVERS).join(', ')}.`,
            ),
          )
          continue
        }
        const spot = { place: body.place, path: body.path }
        found.push({ id, scope: { self, group, job, name: { ...spot, value: name } }, runtime, together: whole })
      }
    }
  }
  return { value: found, notices }
}
const runtimeOf = (driver: string): Found['runtime'] => (Object.hasOwn(DRIVERS, driver) ? DRIVERS[driver] : undefined)

function lone(name: string, body: Node): Node {
  const list: Node = { place: body.place, path: body.path, value: [body] }
  return { place: body.place, path: body.path, value: new Map([['task', { ...list, value: new Map([[name, list]]) }]]) }
}

function taskOf(body: Node): Node {
  const task = plain(body, SINGLE, MANY)
  const config = child(task, 'config')
  if (!isMap(task) || !isMap(config)) return soundMaps(task, MAPS)
  const inner = plain(config, OF_CONFIG, ['mount', 'mounts', 'devices'])
  return soundMaps({ ...task, value: new Map([...entries(task), ['config', inner]]) }, MAPS)
}
