/** What a task mounts: the driver's own volumes and mounts, volumes of the group, and the folder of its secrets. */
import { child, get, isMap, type Node } from '../../document/node.ts'
import { byDefault, unknown, type Fact } from '../../model/fact.ts'
import { field, parse, scalarFact, type Ask, type Scope } from '../ask.ts'
import { mountOf, propagationOf, shortMount, strangeMount, tmpfsMount } from '../docker/mount.ts'
import { collect, HOLE, isVoid, piece, rawText, said, unknownBy, why, type Mount } from '../docker/piece.ts'
import { plain } from './body.ts'
import { groupOf } from './group.ts'

/**
 * Paths that begin in the task's own folder, which Nomad makes: no path of the host that anybody chose.
 * `local/x`, `${NOMAD_TASK_DIR}/x`; one that leads out of it is what it says.
 */
const isTaskPath = (source: string): boolean =>
  /^(?!\/|~|[A-Za-z]:|\.\.)[^\uFFFC]/.test(source) && !/(?:^|\/)\.\.(?:\/|$)/.test(source)
const inTask = (mount: Mount, node: Node): Mount => ({
  ...mount,
  facts: { ...mount.facts, kind: said(node, 'volume'), type: said(node, 'task directory') },
})
const OWN_PATH = /^NOMAD_(?:TASK|ALLOC|SECRETS)_DIR is known when the task runs$/

const textFact = (node: Node, what: string): Fact<string> => {
  const text = rawText(node)
  return text === undefined ? unknownBy(why(node, `${what} is not a text`)) : piece(node, text)
}

/** `source:target[:options]`. Without a volume driver, a source that is no absolute path is one in the task's folder. */
function short(node: Node, _: string | undefined, scope: Scope): readonly Mount[] {
  const mount = shortMount(node)
  const source = (rawText(node) ?? '').split(':')[0] ?? ''
  const named = !isVoid(get(scope.self, 'config.volume_driver'))
  if (named || (mount.facts.target.how === 'unknown' && rawText(node) === undefined)) return [mount]
  const own = node.unknown !== undefined && OWN_PATH.test(node.unknown) && source.startsWith(HOLE)
  return [own || isTaskPath(source) ? inTask(mount, node) : mount]
}

const KINDS = { bind: 'bind', volume: 'volume', tmpfs: 'tmpfs' } as const
const isKind = (type: string): type is keyof typeof KINDS => Object.hasOwn(KINDS, type)

/** A `mount` block of the docker driver. */
function long(body: Node): Mount {
  if (!isMap(body)) return strangeMount(why(body, 'the mount is no block'))
  const node = plain(body, ['bind_options'])
  const written = child(node, 'type')
  const type = isVoid(written) ? 'volume' : (rawText(written) ?? '')
  const reason = why(written, `the type ${JSON.stringify(type.slice(0, 40))} is not bind, volume or tmpfs`)
  const [source, target] = [child(node, 'source'), child(node, 'target')]
  const propagation = get(node, 'bind_options.propagation')
  const mount = mountOf(node, {
    kind:
      written.unknown !== undefined || !isKind(type)
        ? unknownBy(reason)
        : isVoid(written)
          ? byDefault(node.place, 'volume', 'a volume where no type is written')
          : said(written, type),
    type: written.unknown !== undefined ? unknownBy(reason) : said(isVoid(written) ? node : written, type),
    source: isVoid(source) ? byDefault(node.place, '', 'no source is written') : textFact(source, 'source'),
    target: isVoid(target) ? unknown(node.place, 'no target is written', 'user') : textFact(target, 'target'),
    readOnly: field(node, 'readonly', 'true or false', parse.bool, false, 'writable unless said'),
    propagation: propagationOf(propagation, isVoid(propagation) ? '' : (rawText(propagation) ?? 'of a wrong type')),
  })
  return type === 'bind' && isTaskPath(rawText(source) ?? '/') ? inTask(mount, node) : mount
}

const PROPAGATIONS = { private: 'rprivate', 'host-to-task': 'rslave', bidirectional: 'rshared' } as const
const isPropagation = (word: string): word is keyof typeof PROPAGATIONS => Object.hasOwn(PROPAGATIONS, word)

/** A `volume_mount` block and the volume of the group that it names. A host volume has its path in the client's configuration. */
function volumeMount(node: Node, _: string | undefined, scope: Scope): readonly Mount[] {
  if (!isMap(node)) return [strangeMount(why(node, 'the volume_mount is no block'))]
  const wanted = child(node, 'volume')
  const name = rawText(wanted)
  const found = name === undefined ? undefined : groupOf(scope).volumes.get(name)
  const reason = why(found ? child(found, 'type') : wanted, `the group has no volume ${name ?? ''}`)
  const type = found && rawText(child(found, 'type'))
  const source = found && child(found, 'source')
  const propagation = child(node, 'propagation_mode')
  const mode = rawText(propagation)
  const own = scalarFact(child(node, 'read_only'), 'true or false', parse.bool)
  const outer = found && field(found, 'read_only', 'true or false', parse.bool, false, 'writable unless said')
  return [
    mountOf(node, {
      kind: type === undefined ? unknownBy(reason) : said(node, 'volume'),
      type: type === undefined ? unknownBy(reason) : said(child(found ?? node, 'type'), type),
      source:
        source && !isVoid(source)
          ? textFact(source, 'source')
          : found && name !== undefined
            ? said(wanted, name)
            : unknownBy(reason),
      target: isVoid(child(node, 'destination'))
        ? unknown(node.place, 'no destination is written', 'user')
        : textFact(child(node, 'destination'), 'destination'),
      readOnly: own.how === 'unknown' || (own.how !== 'silent' && own.value) ? own : (outer ?? unknownBy(reason)),
      ...(!isVoid(propagation) && {
        propagation:
          propagation.unknown === undefined && mode !== undefined && isPropagation(mode)
            ? said(propagation, PROPAGATIONS[mode])
            : unknownBy(why(propagation, `${mode ?? 'this'} is not one of ${Object.keys(PROPAGATIONS).join(', ')}`)),
      }),
    }),
  ]
}

/** `tmpfs` of the podman driver. */
function memory(node: Node): readonly Mount[] {
  const text = rawText(node)
  if (text === undefined || text === '') return [strangeMount(why(node, 'the tmpfs is not a text'))]
  const sign = text.indexOf(':')
  return [tmpfsMount(node, sign < 0 ? text : text.slice(0, sign), sign < 0 ? '' : text.slice(sign + 1))]
}

/** The token of Vault, in a file that the task may read. */
function vault(node: Node): readonly Mount[] {
  const disabled = scalarFact(child(node, 'disable_file'), 'true or false', parse.bool)
  if (isMap(node) && disabled.how !== 'silent' && disabled.how !== 'unknown' && disabled.value) return []
  return [token(node, 'vault', '/secrets/vault_token')]
}
/** The token of a workload identity, where a file is asked for. */
function identity(node: Node): readonly Mount[] {
  const file = scalarFact(child(node, 'file'), 'true or false', parse.bool)
  if (file.how === 'silent' || (file.how !== 'unknown' && !file.value)) return []
  return [token(node, 'identity', '/secrets/nomad_token')]
}
const token = (node: Node, type: string, target: string): Mount =>
  mountOf(node, {
    kind: said(node, 'token'),
    type: said(node, type),
    source: byDefault(node.place, '', 'Nomad makes it for the task'),
    target: said(node, target),
  })

export const mounts: Ask<readonly Mount[]> = collect<Mount>(
  strangeMount,
  { path: 'config.volumes', each: short },
  { path: 'config.mount', each: (node) => [long(node)] },
  { path: 'config.mounts', each: (node) => [long(node)] },
  { path: 'config.tmpfs', each: memory },
  { path: 'volume_mount', each: volumeMount },
  { path: 'vault', each: vault, whole: true },
  { path: 'identity', each: identity },
)
