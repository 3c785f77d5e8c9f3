/** Jobs of a workflow -> containers: `container` and `services` as the `docker create` line that the runner makes of them. */
import { child, elements, entries, isList, isMap, textOf, type Node } from '../../document/node.ts'
import type { Notice, Read } from '../../model/notice.ts'
import type { Found } from '../dialect.ts'
import { splitWords } from '../docker/command-line.ts'
import { HOLE, isVoid } from '../docker/piece.ts'
import { runFlags } from '../docker/run-flags.ts'
import { foundRuns, Ids } from '../docker/run-line.ts'
import { MAX_CONTAINERS } from '../limit.ts'
import { together } from '../together.ts'
import { interpolated, stepCommands } from './step.ts'

export function findJobs(root: Node): Read<readonly Found[]> {
  const notices: Notice[] = []
  const found: Found[] = []
  const ids = new Ids()
  let told = false
  for (const [name, job] of entries(child(root, 'jobs'))) {
    if (found.length > MAX_CONTAINERS) break
    const whole = together('job', name, job)
    const take = (id: string, node: Node): void => {
      if (isVoid(node)) return
      const made = containerOf(id, node, root)
      notices.push(...made.notices)
      if (made.value) found.push({ ...made.value, id: ids.unique(id), together: whole })
    }
    const container = child(job, 'container')
    take(name, container)
    if (!told && !isVoid(container)) {
      told = true
      notices.push(socketMounted(container, child(job, 'runs-on')))
    }
    for (const [service, node] of entries(child(job, 'services'))) take(`${name}/${service}`, node)
    for (const step of elements(child(job, 'steps'))) {
      const commands = stepCommands(child(step, 'run'), shellOf(root, job, step))
      const runs = foundRuns(commands.value, root, ids)
      notices.push(...commands.notices, ...runs.notices)
      found.push(...runs.value.map((one) => ({ ...one, together: whole })))
    }
  }
  return { value: found, notices }
}

/** The shell of a step: its own, or the default of its job or workflow; empty where none is written (bash, but on Windows). */
const shellOf = (root: Node, job: Node, step: Node): string => {
  const texts = [
    child(step, 'shell'),
    child(child(child(job, 'defaults'), 'run'), 'shell'),
    child(child(child(root, 'defaults'), 'run'), 'shell'),
  ].map(textOf)
  return texts.find((text) => text !== undefined) ?? ''
}

/** The runner gives job containers the engine's socket (actions/runner, ContainerOperationProvider), and nobody can say no. */
const socketMounted = (container: Node, runsOn: Node): Notice => {
  const labels = isList(runsOn) ? runsOn.value.map(textOf) : [textOf(runsOn)]
  const own = labels.includes('self-hosted')
  return {
    id: 'github-runner-socket',
    place: container.place,
    message: `The runner itself mounts the engine's socket (/var/run/docker.sock) into the containers of jobs, which no key of a workflow says or prevents, so it is not judged here. ${own ? 'This job runs on a runner of your own: whatever runs in it is root there. Give such runners a machine that is thrown away after every job.' : "On GitHub's own runners that machine is thrown away after the job; on one of your own, whatever runs in the job is root."}`,
    lost: false,
  }
}

/** `container: image`, or `{ image, env, ports, volumes, options }`. */
function containerOf(id: string, node: Node, root: Node): Read<Found | undefined> {
  const notices: Notice[] = []
  const isText = typeof node.value === 'string'
  const image = interpolated(isText ? node : child(node, 'image'))
  if (!isText && !isMap(node) && node.unknown === undefined) {
    const message = `The container of ${id} is neither an image nor a map, so it was not checked; GitHub refuses it too. Write its image.`
    return { value: undefined, notices: [{ id: 'github-container-invalid', place: node.place, message, lost: true }] }
  }
  // An empty image, as expressions make it, is no container.
  if (image.value === '') return { value: undefined, notices }
  const options = optionsOf(child(node, 'options'))
  notices.push(...options.notices)
  const flags = new Map<string, Node>(options.value.value instanceof Map ? options.value.value : [])
  const put = (name: string, from: Node, nodes: readonly Node[]): void => {
    const before = flags.get(name)
    const list = [...(before ? elements(before) : []), ...nodes]
    if (list.length > 0) flags.set(name, { place: before?.place ?? from.place, path: [name], value: list })
  }
  const list = (key: string, name: string): void => {
    const written = child(node, key)
    if (isVoid(written)) return
    if (isList(written)) put(name, written, written.value.map(textual))
    else flags.set(name, { ...written, value: null, unknown: written.unknown ?? `${key} is not a list` })
  }
  list('volumes', 'volume')
  list('ports', 'publish')
  // A service is called by its key; a job by its own.
  const name = id.split('/').at(-1) ?? id
  if (!flags.has('name')) put('name', node, [{ place: node.place, path: node.path, value: name }])
  const env = child(node, 'env')
  if (isMap(env))
    put(
      'env',
      env,
      [...env.value].map(([name, value]) => variable(name, value)),
    )
  else if (!isVoid(env)) flags.set('env', { ...env, value: null, unknown: env.unknown ?? 'env is not a map' })
  if (!isVoid(image)) flags.set('IMAGE', { place: image.place, path: ['IMAGE'], value: [image] })
  else if (image.unknown === undefined)
    notices.push({
      id: 'github-container-invalid',
      place: node.place,
      message: `The container of ${id} names no image, so GitHub refuses it. Name one.`,
      lost: false,
    })
  const { unknown } = options.value
  const because = unknown ?? node.unknown
  const self: Node = {
    place: node.place,
    path: node.path,
    value: flags,
    ...(because !== undefined && { unknown: because }),
  }
  return { value: { id, scope: { self, root } }, notices }
}

/** A number is a port as it is written: `- 8080`. */
const textual = (node: Node): Node => {
  const text = textOf(node)
  return text === undefined || node.unknown !== undefined ? node : interpolated({ ...node, value: text })
}
function variable(name: string, node: Node): Node {
  const text = isVoid(node) ? '' : textOf(node)
  if (node.unknown !== undefined || text === undefined)
    return { ...node, value: `${name}=${HOLE}`, unknown: node.unknown ?? `${name} is not a text` }
  return interpolated({ ...node, value: `${name}=${text}` })
}

/** `options: --cpus 1 --user 1001`: what the runner puts on the command line of `docker create`. */
function optionsOf(node: Node): Read<Node> {
  const empty: Node = { place: node.place, path: [], value: new Map() }
  if (isVoid(node)) return { value: empty, notices: [] }
  const { unknown, place, path, value } = interpolated(node)
  const words = typeof value === 'string' ? splitWords(value) : undefined
  if (!words)
    return {
      value: { ...empty, unknown: unknown ?? 'options is not a text, or has a quote that is not closed' },
      notices: [],
    }
  const { flags, notices } = runFlags(
    words.map((word) => ({
      place,
      path,
      value: word,
      ...(word.includes(HOLE) && unknown !== undefined && { unknown, source: '$OPTIONS' }),
    })),
    'docker',
    place,
  )
  const kept = flags.value instanceof Map ? new Map(flags.value) : new Map<string, Node>()
  kept.delete('IMAGE')
  kept.delete('COMMAND')
  return { value: { ...flags, value: kept }, notices }
}
