/** What an entry of an inspection is: Docker's or Podman's container, image or pod. */
import { child, isList, isMap, type Node } from '../../document/node.ts'

export type InspectedKind = 'container' | 'image' | 'podman-container' | 'podman-image' | 'podman-pod'

/** Keys that Podman alone prints of a container, some since 1.0, some since 4. */
const OF_PODMAN = ['BoundingCaps', 'EffectiveCaps', 'ConmonPidFile', 'OCIRuntime', 'IsInfra', 'StaticDir']

/** Engines before API 1.12 have no HostConfig in it; images have no state and no host. */
export function inspectedKind(node: Node): InspectedKind | undefined {
  if (!isMap(node)) return undefined
  const has = (key: string): boolean => isMap(child(node, key))
  const says = (key: string): boolean => node.value.has(key)
  if (says('SharedNamespaces') || (says('CreateInfra') && (says('NumContainers') || says('InfraContainerID'))))
    return 'podman-pod'
  const isContainer =
    (has('HostConfig') && (has('Config') || has('State'))) ||
    (has('State') && (has('Config') || has('NetworkSettings')))
  if (isContainer) return OF_PODMAN.filter(says).length >= 2 ? 'podman-container' : 'container'
  const isImage = has('RootFS') || has('ContainerConfig') || has('container_config') || isList(child(node, 'RepoTags'))
  if (!isImage || !(has('Config') || has('ContainerConfig') || has('RootFS'))) return undefined
  return says('ManifestType') || says('NamesHistory') ? 'podman-image' : 'image'
}

/** The entries: `inspect` prints a list, and some people keep one of it. */
export const inspectedEntries = (root: Node): readonly Node[] => (isList(root) ? root.value : [root])
