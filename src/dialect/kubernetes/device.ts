/** Devices that a container asks for through a ResourceClaim: their driver chooses them when the pod is placed on a node. */
import { child, textOf } from '../../document/node.ts'
import { unknown } from '../../model/fact.ts'
import type { container } from '../../model/fields.ts'
import type { Element } from '../../model/row.ts'
import { asMap, items, type Ask } from '../ask.ts'

type Device = Element<(typeof container.devices)['of']>

/** https://kubernetes.io/docs/concepts/scheduling-eviction/dynamic-resource-allocation/ */
export const devices: Ask<readonly Device[]> = items('resources.claims', (element): Device => {
  const node = asMap(element)
  const { place } = node
  const name = textOf(child(node, 'name'))
  const because =
    node.unknown ?? `the driver of the claim "${name ?? ''}" chooses the device when the pod is placed on a node`
  const open = (): Device['facts']['source'] => unknown(place, because, 'engine')
  return { place, facts: { source: open(), target: open(), permissions: open() } }
})
