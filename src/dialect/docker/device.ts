/** Devices as Docker writes them: `/dev/on-host[:/dev/in-container[:rwm]]`, or the name of a CDI device. */
import type { Node } from '../../document/node.ts'
import { byDefault } from '../../model/fact.ts'
import { piece, rawText, said, unknownBy, why, type Device, type Why } from './piece.ts'

export const strangeDevice = (reason: Why): Device => ({
  place: reason.place,
  facts: { source: unknownBy(reason), target: unknownBy(reason), permissions: unknownBy(reason) },
})

/** A device that a driver or the Container Device Interface brings: its nodes are not known by name. */
export const namedDevice = (node: Node, name: string): Device => ({
  place: node.place,
  facts: {
    source: piece(node, name),
    target: byDefault(node.place, '', 'the device driver decides'),
    permissions: byDefault(node.place, 'rwm', 'the device driver decides'),
  },
})

export function shortDevice(node: Node): Device {
  const text = rawText(node)
  if (text === undefined || text === '') return strangeDevice(why(node, 'the device is not a text'))
  // https://github.com/cncf-tags/container-device-interface: vendor.com/class=name
  if (/^[A-Za-z][\w.-]*\/[A-Za-z][\w.-]*=[\w.:-]+$/.test(text)) return namedDevice(node, text)
  const [source = '', second, third] = text.split(':')
  const isMode = third === undefined && second !== undefined && /^[rwm]{1,3}$/.test(second)
  const target = isMode ? undefined : second
  const permissions = isMode ? second : third
  return {
    place: node.place,
    facts: {
      source: piece(node, source),
      target: piece(node, target ?? source),
      permissions:
        permissions === undefined
          ? byDefault(node.place, 'rwm', 'read, write and make nodes where nothing is written')
          : piece(node, permissions),
    },
  }
}

/** A device request (`--gpus`, `deploy.resources.reservations.devices`), by what it asks for. */
export const requestedDevice = (node: Node, capabilities: readonly string[], driver: string): Device =>
  namedDevice(
    node,
    [driver, capabilities.includes('gpu') || capabilities.length === 0 ? 'gpu' : capabilities.join(',')]
      .filter((part) => part !== '')
      .join(' '),
  )

export const longDevice = (node: Node, source: string, target: string, permissions: string): Device => ({
  place: node.place,
  facts: {
    source: piece(node, source),
    target: target === '' ? piece(node, source) : piece(node, target),
    permissions:
      permissions === ''
        ? byDefault(node.place, 'rwm', 'read, write and make nodes where nothing is written')
        : said(node, permissions),
  },
})
