/** The containers of an inspection, each with the command that made it and the infra container of its pod. */
import { child, elements, get, isMap, textOf, type Node } from '../../document/node.ts'
import type { Notice, Read } from '../../model/notice.ts'
import type { Found } from '../dialect.ts'
import { inspectedEntries, inspectedKind } from '../docker/inspected-kind.ts'
import { soundMaps } from '../docker/piece.ts'
import { MAX_CONTAINERS } from '../limit.ts'
import { nameOfFile, together } from '../together.ts'
import { commandOf, silenceFor } from './made.ts'

const MAPS = [
  'HostConfig',
  'HostConfig.RestartPolicy',
  'HostConfig.LogConfig',
  'HostConfig.IDMappings',
  'Config',
  'Config.Healthcheck',
  'NetworkSettings',
]

export function findContainers(root: Node): Read<readonly Found[]> {
  const notices: Notice[] = []
  const told = new Set<string>()
  const tell = (id: string, self: Node, message: string, lost = false): void => {
    if (!lost && told.has(id)) return
    told.add(id)
    notices.push({ id, place: self.place, message, lost })
  }
  const all = inspectedEntries(root)
  const byId = new Map(all.flatMap((each) => (isMap(each) ? [[textOf(child(each, 'Id')) ?? '', each] as const] : [])))
  const found: Found[] = []
  const whole = together('engine', nameOfFile(root.place.file), root)
  for (const [index, entry] of all.entries()) {
    if (found.length > MAX_CONTAINERS) break
    const kind = inspectedKind(entry)
    if (kind === 'podman-image')
      tell(
        'podman-image-inspect',
        entry,
        'This is the inspection of an image, not of a container: it holds nothing that runs, and not what is in the image. Scan the image itself: podman save IMAGE | plimsoll scan -',
      )
    else if (kind === 'podman-pod')
      tell(
        'podman-pod-inspect',
        entry,
        'This is the inspection of a pod: it names its containers and holds none of them. Give the containers, the infra container too: podman inspect $(podman ps -aq --filter pod=NAME)',
      )
    else if (kind !== 'podman-container')
      tell(
        'podman-inspect-unknown',
        entry,
        'This entry is neither a container, nor a pod, nor an image as podman inspect prints them, so it was not checked. Give it the output of: podman container inspect NAME',
        !isMap(entry),
      )
    else if (child(entry, 'IsInfra').value === true || child(entry, 'IsService').value === true)
      tell(
        'podman-infra',
        entry,
        'This container holds the namespaces and ports of a pod and runs nothing of yours: what it says was read with those containers of the pod that are in the same file.',
      )
    else {
      const self = soundMaps(apart(entry), MAPS)
      const command = commandOf(self)
      const infra = infraOf(self, byId)
      const name = textOf(child(self, 'Name'))?.replace(/^\//, '') ?? ''
      found.push({
        id: name === '' ? `container-${index + 1}` : name,
        together: whole,
        scope: { self, root, ...(command && { command }), ...(infra && { infra }) },
        runtime: { name: 'podman', silence: silenceFor(self, command !== undefined) },
      })
    }
  }
  return { value: found, notices }
}

/** The infra container whose network it joins. */
function infraOf(self: Node, byId: ReadonlyMap<string, Node>): Node | undefined {
  const id = /^container:(.*)$/s.exec(textOf(get(self, 'HostConfig.NetworkMode')) ?? '')?.[1]
  const other = id === undefined ? undefined : byId.get(id)
  return other && child(other, 'IsInfra').value === true ? other : undefined
}

/** Podman prints the labels that were asked for as one text: `label=type:spc_t,label=level:s0`. */
function apart(self: Node): Node {
  const options = get(self, 'HostConfig.SecurityOpt')
  const config = child(self, 'HostConfig')
  if (!Array.isArray(options.value) || !isMap(config) || !isMap(self)) return self
  const value = elements(options).flatMap((option) =>
    (textOf(option) ?? '').startsWith('label=') && option.unknown === undefined
      ? (textOf(option) ?? '').split(/,(?=label=)/).map((each) => ({ ...option, value: each }))
      : [option],
  )
  const hostConfig: Node = { ...config, value: new Map([...config.value, ['SecurityOpt', { ...options, value }]]) }
  return { ...self, value: new Map([...self.value, ['HostConfig', hostConfig]]) }
}
