/**
 * `--mount type=bind,source=/a,target=/b,readonly`: https://docs.docker.com/engine/storage/bind-mounts/#options-for---mount
 * (docker/cli, opts/mount.go) and podman-run(1).
 */
import type { Node } from '../../document/node.ts'
import { byDefault, unknown, type Fact } from '../../model/fact.ts'
import { csvFields } from './csv.ts'
import { kindOf, mountOf, propagationOf, strangeMount } from './mount.ts'
import { HOLE, piece, rawText, said, unknownBy, why, type Mount } from './piece.ts'

/** Other names of the same key. */
const KEYS: { readonly [key: string]: string } = {
  src: 'source',
  dst: 'target',
  destination: 'target',
  ro: 'readonly',
}
/** Keys that are no option of the mount itself: how its source is found or made. */
const OWN = new Set('type source target readonly rw bind-propagation propagation volume-opt'.split(' '))
/** Podman's own types, as the kinds of the table. */
const KINDS: { readonly [type: string]: 'bind' | 'tmpfs' } = { glob: 'bind', ramfs: 'tmpfs' }

const TRUE = /^(?:1|t|T|TRUE|true|True)$/
const FALSE = /^(?:0|f|F|FALSE|false|False)$/

export function mountOption(node: Node): Mount {
  const text = rawText(node)
  if (text === undefined || text === '') return strangeMount(why(node, 'the mount is not a text'))
  const fields = csvFields(text)
  if (!fields) return strangeMount(why(node, 'a quote of the mount is not closed, or stands within a field'))
  const values = new Map<string, string>()
  const driver = new Map<string, string>()
  const options: string[] = []
  /** A variable that may be any key. */
  let open = false
  for (const field of fields) {
    const sign = field.indexOf('=')
    const written = (sign < 0 ? field : field.slice(0, sign)).trim().toLowerCase()
    const value = sign < 0 ? '' : field.slice(sign + 1)
    const key = Object.hasOwn(KEYS, written) ? (KEYS[written] ?? written) : written
    if (node.unknown !== undefined && written.includes(HOLE)) open = true
    else if (key === 'volume-opt') {
      const [name = '', ...rest] = value.split('=')
      driver.set(name, rest.join('='))
    } else {
      values.set(key, sign < 0 && (key === 'readonly' || key === 'rw') ? 'true' : value)
      if (!OWN.has(key) && field !== '') options.push(field)
    }
  }
  const hidden = why(node, '')
  const part = (key: string): Fact<string> | undefined => {
    const value = values.get(key)
    return value === undefined ? (open ? unknownBy(hidden) : undefined) : piece(node, value)
  }
  const type = part('type') ?? byDefault(node.place, 'volume', 'a volume where no type is written')
  const kind = (): Fact<ReturnType<typeof kindOf>> => {
    if (type.how === 'unknown') return unknownBy(hidden)
    const own = Object.hasOwn(KINDS, type.value) ? KINDS[type.value] : undefined
    return { ...type, value: own ?? kindOf(type.value) }
  }
  const propagation = values.get('bind-propagation') ?? values.get('propagation')
  const mount = mountOf(node, {
    kind: kind(),
    type,
    source:
      part('source') ??
      byDefault(
        node.place,
        '',
        type.how !== 'unknown' && type.value === 'tmpfs' ? 'memory has no source' : 'a volume without a name',
      ),
    target: part('target') ?? unknown(node.place, 'no target is written', 'user'),
    ...accessOf(node, values, open),
    ...(propagation !== undefined && { propagation: propagationOf(node, propagation) }),
    ...(propagation === undefined && open && { propagation: unknownBy(hidden) }),
    ...(options.length > 0 && {
      options: said(
        node,
        options.map((option) => piece(node, option)),
      ),
    }),
  })
  return bound(node, mount, driver)
}

function accessOf(node: Node, values: ReadonlyMap<string, string>, open: boolean): Partial<Mount['facts']> {
  const [key, value] = values.has('readonly') ? ['readonly', values.get('readonly')] : ['rw', values.get('rw')]
  if (value === undefined) return open ? { readOnly: unknownBy(why(node, '')) } : {}
  if (node.unknown !== undefined && value.includes(HOLE)) return { readOnly: unknownBy(why(node, '')) }
  if (!TRUE.test(value) && !FALSE.test(value))
    return {
      readOnly: unknown(node.place, `${key} is "${value.slice(0, 40)}", which is neither true nor false`, 'user'),
    }
  return { readOnly: said(node, TRUE.test(value) === (key === 'readonly')) }
}

/** A volume of the local driver that binds a path of the host (`volume-opt=o=bind,volume-opt=device=/path`) is a bind mount of it. */
function bound(node: Node, mount: Mount, driver: ReadonlyMap<string, string>): Mount {
  const { kind } = mount.facts
  const device = driver.get('device')
  const words = (driver.get('o') ?? '').split(',')
  if (kind.how === 'unknown' || kind.value !== 'volume' || device === undefined) return mount
  if (!words.some((word) => word === 'bind' || word === 'rbind')) return mount
  return { ...mount, facts: { ...mount.facts, kind: said(node, 'bind'), source: piece(node, device) } }
}
