/** Mounts: the container's volumeMounts and volumeDevices joined with the pod's volumes, and volumes that nobody mounts. */
import { posix } from 'node:path'
import { child, elements, entries, get, isList, textOf, type Node } from '../../document/node.ts'
import { byDefault, derived, set, unknown, type Fact } from '../../model/fact.ts'
import type { MountFacts } from '../../model/fields.ts'
import type { Place } from '../../model/place.ts'
import { ask, asMap, parse, scalarFact, type Answer, type Ask, type Scope } from '../ask.ts'

type Mount = MountFacts['facts']
type Kind = 'bind' | 'volume' | 'tmpfs' | 'config' | 'secret' | 'token' | 'image' | 'device' | 'other'

/** Types of volumes, and what they are to us (k8s.io/api/core/v1, VolumeSource); those not here are `other`. */
const KINDS: Readonly<Record<string, Kind>> = {
  hostPath: 'bind',
  emptyDir: 'volume',
  secret: 'secret',
  configMap: 'config',
  downwardAPI: 'config',
  projected: 'config',
  image: 'image',
  ...Object.fromEntries(
    (
      'persistentVolumeClaim ephemeral csi nfs cephfs rbd iscsi fc glusterfs cinder flexVolume flocker gitRepo quobyte ' +
      'gcePersistentDisk awsElasticBlockStore azureDisk azureFile vsphereVolume photonPersistentDisk portworxVolume ' +
      'scaleIO storageos'
    )
      .split(' ')
      .map((type) => [type, 'volume' as const]),
  ),
}
/** Where the name of what is mounted stands, below the type. */
const SOURCES: Readonly<Record<string, string>> = {
  hostPath: 'path',
  secret: 'secretName',
  configMap: 'name',
  persistentVolumeClaim: 'claimName',
  image: 'reference',
}
/** What a mount may take a part of, so that two mounts of it may share nothing. */
const SUB_PATHS: ReadonlySet<Kind> = new Set(['bind', 'volume', 'tmpfs'])
const READ_ONLY: ReadonlySet<Kind> = new Set(['secret', 'config', 'token', 'image'])
const PROPAGATIONS = { None: 'private', HostToContainer: 'rslave', Bidirectional: 'rshared' } as const

interface Volumes {
  readonly byName: ReadonlyMap<string, Node>
  readonly unmounted: readonly Node[]
  /** Names that a StatefulSet's volumeClaimTemplates make. */
  readonly claims: ReadonlyMap<string, Node>
}
/** By pod: asked for every container of it. */
const cache = new WeakMap<Node, Volumes>()
function volumesOf(scope: Scope): Volumes {
  const pod = scope['pod'] ?? scope.self
  const known = cache.get(pod)
  if (known) return known
  const mounted = new Set(
    ['initContainers', 'containers', 'ephemeralContainers'].flatMap((key) =>
      elements(child(pod, key)).flatMap((container) =>
        ['volumeMounts', 'volumeDevices'].flatMap((list) =>
          elements(child(container, list)).map((mount) => textOf(child(mount, 'name'))),
        ),
      ),
    ),
  )
  const list = elements(child(pod, 'volumes'))
  const byName = new Map<string, Node>()
  for (const volume of list) {
    const name = textOf(child(volume, 'name'))
    if (name !== undefined && !byName.has(name)) byName.set(name, volume)
  }
  const claims = new Map<string, Node>()
  for (const claim of elements(get(scope['root'] ?? scope.self, 'spec.volumeClaimTemplates'))) {
    const name = get(claim, 'metadata.name')
    const text = textOf(name)
    if (text !== undefined) claims.set(text, name)
  }
  const unmounted = list.filter((volume) => {
    const name = textOf(child(volume, 'name'))
    return name === undefined || !mounted.has(name) || byName.get(name) !== volume
  })
  const volumes = { byName, unmounted, claims }
  cache.set(pod, volumes)
  return volumes
}

export const mounts: Ask<readonly MountFacts[]> = ask((scope) => {
  const pod = scope['pod'] ?? scope.self
  const lists = [child(scope.self, 'volumeMounts'), child(scope.self, 'volumeDevices'), child(pod, 'volumes')]
  for (const list of lists) {
    if (list.unknown !== undefined) return unknown(list.place, list.unknown, 'user')
    if (list.missing !== true && list.value !== null && !isList(list))
      return unknown(list.place, `${String(list.path.at(-1) ?? 'this')} is not a list`, 'user')
  }
  const volumes = volumesOf(scope)
  const [own, blocks] = lists
  const value = [
    ...elements(own ?? pod).map((node) => mounted(asMap(node), volumes)),
    ...elements(blocks ?? pod).map((node) => block(asMap(node), volumes)),
    ...volumes.unmounted.map((node) => declared(asMap(node))),
  ]
  const place = (lists.find((list) => isList(list) && list.value.length > 0) ?? own ?? pod).place
  return value.length > 0 ? set(place, value) : { how: 'silent', place }
})

/** What is known of a mount by its volume alone. */
interface Source {
  readonly kind: Fact<Kind>
  readonly type: Fact<string>
  readonly source: Fact<string>
  /** Its own `readOnly: true`, which no mount can undo. */
  readonly readOnly?: Place
  readonly place: Place
}

function sourceOf(volume: Node): Source {
  const { place } = volume
  if (volume.unknown !== undefined) return blank(place, volume.unknown)
  const sources = entries(volume).filter(([key]) => key !== 'name')
  const written = sources.filter(([, node]) => node.value !== null || node.unknown !== undefined)
  // The API refuses two sources; the more dangerous one is told.
  const [type, node] = written.find(([key]) => key === 'hostPath') ?? written[0] ?? []
  const name = scalarFact(child(volume, 'name'), 'a text', parse.text)
  const named = (): Fact<string> =>
    name.how === 'silent' ? byDefault(place, '', 'the volume has no name') : { ...name }
  if (type === undefined || node === undefined) {
    const because = 'a volume without a source is an emptyDir'
    const spot = sources[0]?.[1].place ?? place
    return {
      kind: byDefault(spot, 'volume', because),
      type: byDefault(spot, 'emptyDir', because),
      source: named(),
      place: spot,
    }
  }
  const path = SOURCES[type]
  const source = path === undefined ? undefined : scalarFact(child(node, path), 'a text', parse.text)
  const readOnly = child(node, 'readOnly')
  return {
    kind: kindOf(type, node),
    type: set(node.place, type),
    source:
      source === undefined
        ? named()
        : source.how !== 'silent'
          ? source
          : type === 'hostPath'
            ? unknown(source.place, 'hostPath has no path', 'user')
            : named(),
    ...(parse.bool(readOnly) === true && { readOnly: readOnly.place }),
    place: node.place,
  }
}
function kindOf(type: string, node: Node): Fact<Kind> {
  if (type === 'emptyDir') {
    const medium = scalarFact(child(node, 'medium'), 'a text', parse.text)
    if (medium.how === 'unknown') return medium
    if (medium.how !== 'silent' && medium.value !== '') return set(medium.place, 'tmpfs')
  }
  if (type === 'projected') {
    const parts = elements(child(node, 'sources'))
    const part = (key: string): Node | undefined =>
      parts.map((each) => child(each, key)).find((each) => each.missing !== true && each.value !== null)
    const token = part('serviceAccountToken')
    if (token) return set(token.place, 'token')
    const secret = part('secret') ?? part('podCertificate')
    if (secret) return set(secret.place, 'secret')
  }
  return set(node.place, (Object.hasOwn(KINDS, type) ? KINDS[type] : undefined) ?? 'other')
}
const blank = (place: Place, because: string): Source => ({
  kind: unknown(place, because, 'user'),
  type: unknown(place, because, 'user'),
  source: unknown(place, because, 'user'),
  place,
})

function find(mount: Node, volumes: Volumes): Source {
  const name = scalarFact(child(mount, 'name'), 'a text', parse.text)
  if (name.how === 'unknown') return blank(name.place, name.because)
  if (name.how === 'silent') return blank(name.place, 'the mount names no volume')
  const volume = volumes.byName.get(name.value)
  if (volume) return sourceOf(asMap(volume))
  const claim = volumes.claims.get(name.value)
  return claim
    ? {
        kind: set(claim.place, 'volume'),
        type: set(claim.place, 'persistentVolumeClaim'),
        source: set(claim.place, name.value),
        place: claim.place,
      }
    : blank(name.place, `the pod declares no volume "${name.value}"`)
}

function mounted(node: Node, volumes: Volumes): MountFacts {
  const source = find(node, volumes)
  const { kind, type } = source
  const written = scalarFact(child(node, 'mountPropagation'), 'a text', parse.text)
  return item(node.place, {
    kind,
    type,
    source: kind.how !== 'unknown' && SUB_PATHS.has(kind.value) ? below(source.source, node) : source.source,
    target: target(child(node, 'mountPath')),
    readOnly: readOnly(scalarFact(child(node, 'readOnly'), 'true or false', parse.bool), source),
    propagation:
      written.how === 'silent'
        ? byDefault(written.place, 'private', 'mountPropagation is None unless set')
        : written.how === 'unknown'
          ? written
          : propagation(written.value, written.place),
    options: byDefault(node.place, [], 'Kubernetes has no mount options here'),
  })
}
/** `subPath` of a host path or volume is what is really mounted. The kubelet refuses one that is absolute or leads out. */
function below(source: Fact<string>, mount: Node): Fact<string> {
  if (source.how === 'unknown') return source
  const plain = scalarFact(child(mount, 'subPath'), 'a text', parse.text)
  const part = plain.how === 'silent' ? scalarFact(child(mount, 'subPathExpr'), 'a text', parse.text) : plain
  if (part.how === 'silent' || (part.how !== 'unknown' && part.value === '')) return source
  if (part.how === 'unknown') return part
  if (plain.how === 'silent' && part.value.includes('$('))
    return unknown(part.place, `a path below ${source.value} that holds variables: ${part.value}`, 'user', [source])
  const path = posix.join(source.value, part.value)
  const isInside = !posix.isAbsolute(part.value) && !part.value.split('/').includes('..')
  return isInside
    ? derived(part.place, path, 'subPath below the host path or volume', [{ ...part }, source])
    : unknown(part.place, `the subPath "${part.value}" leads out of its volume, and the API server refuses it`, 'user')
}
const propagation = (word: string, place: Place): Mount['propagation'] =>
  word === 'None' || word === 'HostToContainer' || word === 'Bidirectional'
    ? set(place, PROPAGATIONS[word])
    : unknown(place, `"${word}" is not one of ${Object.keys(PROPAGATIONS).join(', ')}`, 'user')

function target(path: Node): Fact<string> {
  const written = scalarFact(path, 'a text', parse.text)
  return written.how === 'silent' ? unknown(written.place, 'the mount has no path', 'user') : written
}
function readOnly(written: Answer<boolean>, source: Source): Fact<boolean> {
  if (written.how === 'unknown' || (written.how !== 'silent' && written.value)) return written
  if (source.readOnly) return { how: 'inherited', place: source.readOnly, value: true }
  if (source.kind.how !== 'unknown' && READ_ONLY.has(source.kind.value))
    return byDefault(written.place, true, 'Kubernetes mounts volumes of this type read-only')
  return written.how === 'silent' ? byDefault(written.place, false, 'writable unless readOnly is set') : written
}

/** A raw block device (volumeDevices). */
function block(node: Node, volumes: Volumes): MountFacts {
  const { type, source, readOnly: locked } = find(node, volumes)
  return item(node.place, {
    kind: set(node.place, 'device'),
    type,
    source,
    target: target(child(node, 'devicePath')),
    readOnly: locked
      ? { how: 'inherited', place: locked, value: true }
      : byDefault(node.place, false, 'a block device is writable'),
    propagation: byDefault(node.place, 'private', 'a block device is not a mount'),
    options: byDefault(node.place, [], 'a block device has no mount options'),
  })
}

/** Declared and not mounted by any container: the API still attaches it, and Pod Security Standards reject it all the same. */
function declared(volume: Node): MountFacts {
  const { kind, type, source, readOnly: locked, place } = sourceOf(volume)
  const because = 'declared and not mounted'
  return item(place, {
    kind,
    type,
    source,
    target: byDefault(place, '', because),
    readOnly: locked ? { how: 'inherited', place: locked, value: true } : byDefault(place, false, because),
    propagation: byDefault(place, 'private', because),
    options: byDefault(place, [], because),
  })
}
const item = (place: Place, facts: Mount): MountFacts => ({ place, facts })
