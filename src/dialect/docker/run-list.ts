/** Lists of a `docker run` line, option by option: mounts, ports, devices, variables, limits, mappings. Shapes: run-flags.ts. */
import { child, elements, isList, type Node } from '../../document/node.ts'
import { byDefault, unknown, type Fact } from '../../model/fact.ts'
import type { container } from '../../model/fields.ts'
import type { Element } from '../../model/row.ts'
import { ask, type Answer, type Ask, type Scope } from '../ask.ts'
import { csvFields } from './csv.ts'
import { requestedDevice, shortDevice, strangeDevice } from './device.ts'
import { mountOf, shortMount, strangeMount, tmpfsMount } from './mount.ts'
import { mountOption } from './mount-option.ts'
import {
  collect,
  HOLE,
  isVoid,
  piece,
  rawText,
  said,
  unknownBy,
  why,
  type Device,
  type Mount,
  type Part,
  type Port,
  type Sysctl,
  type Ulimit,
  type Variable,
  type Why,
} from './piece.ts'
import { everyAddress, exposedPorts, portsOf, shortPorts, strangePort } from './port.ts'
import { strangeSysctl, strangeUlimit, strangeVariable, sysctl, variable } from './variable.ts'

type Mapping = Element<(typeof container.uidMappings)['of']>

/**
 * A list that several options make up. Where options may be there that are not known (`$OPTS`), a list that is written ends in an
 * unknown element, and one that is not is unknown as a whole.
 */
function list<E>(stranger: (why: Why) => E, ...parts: readonly Part<E>[]): Ask<readonly E[]> {
  const known = collect<E>(stranger, ...parts)
  return ask((scope): Answer<readonly E[]> => {
    const { unknown: because, ...self } = scope.self
    const found = known.read({ ...scope, self })
    // Options that bring nothing (`--publish-all=false`) say nothing.
    const answer: Answer<readonly E[]> =
      found.how === 'set' && found.value.length === 0 ? { how: 'silent', place: found.place } : found
    if (because === undefined || answer.how === 'unknown') return answer
    const more: Why = { place: scope.self.place, because, ask: 'user' }
    return answer.how === 'silent' ? unknownBy(more) : { ...answer, value: [...answer.value, stranger(more)] }
  })
}

/** The values of an option as texts. */
export const flagTexts = (name: string, normalise = (text: string): string => text): Ask<readonly Fact<string>[]> =>
  list<Fact<string>>(unknownBy, {
    path: name,
    each: (node) => {
      const text = rawText(node)
      return [text === undefined ? unknownBy(why(node, `--${name} is not a text`)) : piece(node, normalise(text))]
    },
  })

/** `NAME[:ro]`: whatever that container mounts. */
function volumesFrom(node: Node): Mount {
  const text = rawText(node)
  if (text === undefined || text === '') return strangeMount(why(node, 'the container is not a text'))
  const [name = '', access] = text.split(':')
  return mountOf(node, {
    kind: said(node, 'other'),
    type: said(node, 'volumes_from'),
    source: piece(node, name),
    target: unknown(node.place, `all that ${name.includes(HOLE) ? 'it' : name} mounts`, 'user'),
    ...(access !== undefined && { readOnly: said(node, access.split(',').includes('ro')) }),
  })
}

function tmpfs(node: Node): Mount {
  const text = rawText(node)
  if (text === undefined || text === '') return strangeMount(why(node, 'the tmpfs is not a text'))
  const sign = text.indexOf(':')
  return tmpfsMount(node, sign < 0 ? text : text.slice(0, sign), sign < 0 ? '' : text.slice(sign + 1))
}

const bindSocket = (node: Node): Mount =>
  mountOf(node, {
    kind: said(node, 'bind'),
    type: said(node, 'bind'),
    source: said(node, '/var/run/docker.sock'),
    target: said(node, '/var/run/docker.sock'),
  })

/** `NAME[,type=mount|env,target=...]` of podman, as its parts. */
function secretOf(node: Node): { readonly name: string; readonly kind: string; readonly target: string } | undefined {
  const text = rawText(node)
  const fields = text === undefined ? undefined : csvFields(text)
  if (!fields) return undefined
  const value = (key: string): string | undefined =>
    fields.find((field) => field.startsWith(`${key}=`))?.slice(key.length + 1)
  const name = fields[0] ?? ''
  return { name, kind: value('type') ?? 'mount', target: value('target') ?? name }
}
function secretMount(node: Node): readonly Mount[] {
  const secret = secretOf(node)
  if (!secret) return [strangeMount(why(node, 'the secret cannot be read'))]
  if (secret.kind === 'env') return []
  const target = secret.target.startsWith('/') ? secret.target : `/run/secrets/${secret.target}`
  return [
    mountOf(node, {
      kind: said(node, 'secret'),
      type: said(node, 'secret'),
      source: piece(node, secret.name),
      target: piece(node, target),
      readOnly: byDefault(node.place, true, 'a secret is read-only'),
    }),
  ]
}
function secretVariable(node: Node): readonly Variable[] {
  const secret = secretOf(node)
  if (secret?.kind !== 'env') return []
  return [
    {
      place: node.place,
      facts: {
        name: piece(node, secret.target),
        value: unknown(
          node.place,
          `it is the secret ${secret.name.includes(HOLE) ? 'that is named' : secret.name}`,
          'user',
        ),
        fromSecret: said(node, true),
      },
    },
  ]
}

export const mounts: Ask<readonly Mount[]> = list<Mount>(
  strangeMount,
  { path: 'volume', each: (node) => [shortMount(node)] },
  { path: 'mount', each: (node) => [mountOption(node)] },
  { path: 'tmpfs', each: (node) => [tmpfs(node)] },
  { path: 'secret', each: secretMount },
  { path: 'volumes-from', each: (node) => [volumesFrom(node)] },
  { path: 'use-api-socket', each: (node) => (node.value === true ? [bindSocket(node)] : []) },
)

/** `--gpus all`, `--gpus 2`, `--gpus '"device=0,1",capabilities=utility'`, `driver=nvidia` (docker/cli, opts/gpus.go). */
function gpus(node: Node): Device {
  const text = rawText(node)
  const fields = text === undefined ? undefined : csvFields(text)
  if (!fields) return strangeDevice(why(node, 'the device request cannot be read'))
  const value = (key: string): string =>
    fields.find((field) => field.startsWith(`${key}=`))?.slice(key.length + 1) ?? ''
  return requestedDevice(node, ['gpu'], value('driver'))
}
export const devices: Ask<readonly Device[]> = list<Device>(
  strangeDevice,
  { path: 'device', each: (node) => [shortDevice(node)] },
  { path: 'gpus', each: (node) => [gpus(node)] },
)

const isOn = (node: Node): boolean => elements(node).at(-1)?.value === true
/** Ports published by name, as `80/tcp`: what is exposed besides is the same port. */
const published = (scope: Scope): ReadonlySet<string> =>
  new Set(
    elements(child(scope.self, 'publish')).flatMap((node) => {
      const text = rawText(node) ?? ''
      const [spec = '', protocol = 'tcp'] = text.split('/')
      return [`${spec.split(':').at(-1) ?? ''}/${protocol}`]
    }),
  )
function exposed(node: Node, scope: Scope): readonly Port[] {
  const text = rawText(node) ?? ''
  const [inside = '', protocol = ''] = text.split('/')
  if (published(scope).has(`${inside}/${protocol === '' ? 'tcp' : protocol}`)) return []
  return isOn(child(scope.self, 'publish-all'))
    ? portsOf(node, { inside, outside: '', address: '', protocol })
    : exposedPorts(node)
}
/** `-P`: the engine picks a port of the host for every one that the image exposes. */
function everyPort(node: Node): readonly Port[] {
  const because = 'every port that the image exposes is published'
  return [
    {
      place: node.place,
      facts: {
        container: unknown(node.place, because, 'image'),
        published: said(node, true),
        host: byDefault(node.place, 0, 'the engine picks a free port'),
        address: everyAddress(node),
        protocol: unknown(node.place, because, 'image'),
      },
    },
  ]
}
export const ports: Ask<readonly Port[]> = list<Port>(
  strangePort,
  { path: 'publish', each: (node) => shortPorts(node) },
  { path: 'expose', each: (node, _key, scope) => exposed(node, scope) },
  { path: 'publish-all', whole: true, each: (node) => (isOn(node) ? everyPort({ ...node, value: true }) : []) },
)

/** All that is taken from elsewhere: one variable that stands for them. */
const others = (node: Node, because: string): Variable => strangeVariable({ place: node.place, because, ask: 'file' })
export const environment: Ask<readonly Variable[]> = list<Variable>(
  strangeVariable,
  { path: 'env', each: (node) => [variable(node)] },
  { path: 'secret', each: secretVariable },
  {
    path: 'env-file',
    each: (node) => {
      const file = rawText(node) ?? HOLE
      return [others(node, `the variables of ${file.includes(HOLE) ? 'this file' : file} are not read`)]
    },
  },
  {
    path: 'env-host',
    whole: true,
    each: (node) => (isOn(node) ? [others(node, 'all variables of whoever starts it are passed on')] : []),
  },
)

export const sysctls: Ask<readonly Sysctl[]> = list<Sysctl>(strangeSysctl, {
  path: 'sysctl',
  each: (node) => [sysctl(node)],
})

/** `nofile=1024:2048`, `nproc=64`; -1 is unlimited, and so is podman's `unlimited` (github.com/docker/go-units, ParseUlimit). */
function ulimit(node: Node): Ulimit {
  const text = rawText(node)
  if (text === undefined) return strangeUlimit(why(node, 'the limit is not a text'))
  const [, name, soft, hard = soft] = /^([^=]*)=([^:]*)(?::(.*))?$/s.exec(text) ?? []
  if (name === undefined || soft === undefined || hard === undefined)
    return strangeUlimit(why(node, 'the limit is not name=soft:hard'))
  const limit = (part: string): Fact<number> => {
    if (node.unknown !== undefined && part.includes(HOLE)) return unknownBy(why(node, ''))
    if (part === 'unlimited') return said(node, -1)
    return /^-?\d+$/.test(part) && Number.isSafeInteger(Number(part))
      ? said(node, Number(part))
      : unknown(node.place, `"${part.slice(0, 40)}" is not a limit`, 'user')
  }
  return { place: node.place, facts: { name: piece(node, name), soft: limit(soft), hard: limit(hard) } }
}
export const ulimits: Ask<readonly Ulimit[]> = list<Ulimit>(strangeUlimit, {
  path: 'ulimit',
  each: (node) => [ulimit(node)],
})

/** `container:host[:size]` of podman's `--uidmap` and `--gidmap`. */
function mapping(node: Node): Mapping {
  const text = rawText(node) ?? ''
  const parts = /^(\d{1,10}):(\d{1,10})(?::(\d{1,10}))?$/.exec(text)
  if (!parts) {
    const strange = (): Fact<never> => unknownBy(why(node, `"${text.slice(0, 40)}" is not container:host:size`))
    return { place: node.place, facts: { container: strange(), host: strange(), size: strange() } }
  }
  const [, inside, outside, size] = parts
  return {
    place: node.place,
    facts: {
      container: said(node, Number(inside)),
      host: said(node, Number(outside)),
      size: size === undefined ? byDefault(node.place, 1, 'one id where no size is written') : said(node, Number(size)),
    },
  }
}
const strangeMapping = (reason: Why): Mapping => ({
  place: reason.place,
  facts: { container: unknownBy(reason), host: unknownBy(reason), size: unknownBy(reason) },
})
export const mappings = (name: 'uidmap' | 'gidmap'): Ask<readonly Mapping[]> =>
  list<Mapping>(strangeMapping, { path: name, each: (node) => [mapping(node)] })

/** Modes of `--network` that are no networks by name. */
const MODE = /^(?:host|none|bridge|default|private|no|(?:container|ns|slirp4netns|pasta)(?::.*)?)$/s
/** The network of `--network`: `backend`, `name=backend,alias=web` (Docker), `backend:ip=10.0.0.2` (podman). */
export const networkOf = (text: string): string => {
  const name = (text.includes('=') ? csvFields(text) : undefined)?.find((field) => /^name=/i.test(field))
  return name?.slice('name='.length) ?? text
}
export const networks: Ask<readonly Fact<string>[]> = ask((scope): Answer<readonly Fact<string>[]> => {
  const node = child(scope.self, 'network')
  if (node.unknown !== undefined) return unknownBy(why(node, ''))
  if (isVoid(node) || !isList(node)) return { how: 'silent', place: node.place }
  const named = node.value.flatMap((each) => {
    const text = rawText(each)
    if (text === undefined || (each.unknown !== undefined && text.includes(HOLE))) return [unknownBy(why(each, ''))]
    const network = networkOf(text)
    return MODE.test(network) ? [] : [said(each, network.split(':')[0] ?? '')]
  })
  return named.length === 0 ? { how: 'silent', place: node.place } : said(node, named)
})
