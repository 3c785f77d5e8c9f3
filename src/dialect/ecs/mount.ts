/** What a container of a task mounts: its mount points, joined with the task's volumes, those of other containers, and tmpfs. */
import { child, elements, isMap, type Node } from '../../document/node.ts'
import { unknown, type Fact } from '../../model/fact.ts'
import { field, parse, scalarFact, type Ask, type Scope } from '../ask.ts'
import { mountOf, optionFacts, strangeMount, tmpfsMount } from '../docker/mount.ts'
import { taskOf } from './task.ts'
import { collect, HOLE, isVoid, piece, rawText, said, unknownBy, why, type Mount } from '../docker/piece.ts'

type Source = Pick<Mount['facts'], 'kind' | 'type' | 'source'>

const strange = (node: Node, because: string): Source => {
  const reason = why(node, because)
  return { kind: unknownBy(reason), type: unknownBy(reason), source: unknownBy(reason) }
}
const textFact = (node: Node, what: string): Fact<string> => {
  const text = rawText(node)
  return text === undefined ? unknownBy(why(node, `${what} is not a text`)) : piece(node, text)
}

/** The file system behind a volume that is not of Docker, and the key that names it. */
const SYSTEMS = [
  ['efsVolumeConfiguration', 'efs', 'fileSystemId'],
  ['fsxWindowsFileServerVolumeConfiguration', 'fsx', 'fileSystemId'],
  ['s3filesVolumeConfiguration', 's3files', 'fileSystemArn'],
] as const

/** What a volume of the task is. */
function sourceOf(volume: Node, name: string): Source {
  const own = child(volume, 'name')
  const named = (type: string): Source => ({
    kind: said(own, 'volume'),
    type: said(own, type),
    source: said(own, name),
  })
  for (const [key, type, id] of SYSTEMS) {
    const system = child(volume, key)
    if (!isVoid(system))
      return { kind: said(system, 'volume'), type: said(system, type), source: textFact(child(system, id), id) }
  }
  const docker = child(volume, 'dockerVolumeConfiguration')
  if (!isVoid(docker)) {
    const options = child(docker, 'driverOpts')
    const device = child(options, 'device')
    const words = (rawText(child(options, 'o')) ?? '').split(',')
    // As `docker volume create -o type=none -o o=bind -o device=/path` makes it: a path of the host.
    if (!isVoid(device) && words.some((option) => option === 'bind' || option === 'rbind'))
      return { kind: said(device, 'bind'), type: said(docker, 'docker'), source: textFact(device, 'device') }
    return named('docker')
  }
  const host = child(volume, 'host')
  if (host.unknown !== undefined) return strange(host, '')
  if (!isVoid(host) && !isMap(host)) return strange(host, 'host is not a map')
  const path = child(host, 'sourcePath')
  if (!isVoid(path) && path.value !== '')
    return { kind: said(path, 'bind'), type: said(path, 'bind'), source: textFact(path, 'sourcePath') }
  const launched = scalarFact(child(volume, 'configuredAtLaunch'), 'true or false', parse.bool)
  if (launched.how === 'unknown') return strange(child(volume, 'configuredAtLaunch'), launched.because)
  return named(launched.how !== 'silent' && launched.value ? 'ebs' : 'volume')
}

function volumeOf(point: Node, scope: Scope): Source {
  const task = scope['task'] ?? scope.self
  const wanted = child(point, 'sourceVolume')
  const name = rawText(wanted)
  if (name === undefined || wanted.unknown !== undefined) return strange(wanted, 'sourceVolume is not a text')
  const volumes = child(task, 'volumes')
  if (volumes.unknown !== undefined) return strange(volumes, '')
  const { volumes: known, hidden } = taskOf(scope)
  const found = known.get(name)
  if (found) return sourceOf(found, name)
  // One whose name is not known may be the one.
  const because = hidden && (hidden.unknown ?? child(hidden, 'name').unknown)
  return strange(because === undefined ? wanted : { ...wanted, unknown: because }, `the task has no volume ${name}`)
}

function point(node: Node, scope: Scope): Mount {
  if (!isMap(node)) return strangeMount(why(node, 'the mount point is not a map'))
  const target = child(node, 'containerPath')
  return mountOf(node, {
    ...volumeOf(node, scope),
    target: isVoid(target)
      ? unknown(node.place, 'no containerPath is written', 'user')
      : textFact(target, 'containerPath'),
    readOnly: field(node, 'readOnly', 'true or false', parse.bool, false, 'writable unless said'),
  })
}

/** All that another container of the task mounts, read-only where that is asked for. What its image declares is not known here. */
function from(node: Node, scope: Scope): readonly Mount[] {
  const wanted = child(node, 'sourceContainer')
  const name = rawText(wanted)
  const other = name === undefined ? undefined : taskOf(scope).containers.get(name)
  if (!isMap(node) || wanted.unknown !== undefined || !other)
    return [strangeMount(why(isMap(node) ? wanted : node, `the task has no container ${name ?? ''}`))]
  const readOnly = scalarFact(child(node, 'readOnly'), 'true or false', parse.bool)
  const points = child(other, 'mountPoints')
  if (points.unknown !== undefined) return [strangeMount(why(points, ''))]
  return elements(points).map((each): Mount => {
    const mount = point(each, scope)
    return {
      place: node.place,
      facts: {
        ...mount.facts,
        ...(readOnly.how !== 'silent' && (readOnly.how === 'unknown' || readOnly.value) && { readOnly }),
      },
    }
  })
}

/** `{ containerPath, size, mountOptions }`, the size in MiB. */
function memory(node: Node): Mount {
  if (!isMap(node)) return strangeMount(why(node, 'the tmpfs is not a map'))
  const target = child(node, 'containerPath')
  const options = elements(child(node, 'mountOptions'))
  const size = rawText(child(node, 'size'))
  const words = [...(size === undefined ? [] : [`size=${size}m`]), ...options.map((each) => rawText(each) ?? HOLE)]
  const open = [child(node, 'size'), ...options].find(
    (each) => each.unknown !== undefined || (rawText(each) === undefined && !isVoid(each)),
  )
  const whole = open ? { ...node, unknown: open.unknown ?? 'an option is not a text' } : node
  return {
    place: node.place,
    facts: {
      ...tmpfsMount(node, '', '').facts,
      target: isVoid(target)
        ? unknown(node.place, 'no containerPath is written', 'user')
        : textFact(target, 'containerPath'),
      ...optionFacts(whole, words.join(',')),
    },
  }
}

export const mounts: Ask<readonly Mount[]> = collect<Mount>(
  strangeMount,
  { path: 'mountPoints', each: (node, _, scope) => [point(node, scope)] },
  { path: 'volumesFrom', each: (node, _, scope) => from(node, scope) },
  { path: 'linuxParameters.tmpfs', each: (node) => [memory(node)] },
)
