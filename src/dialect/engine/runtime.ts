/** Runtimes that an engine knows: a name, a binary or shim, and what that puts between a container and the host. */
import { entries, isMap, textOf, child, type Node } from '../../document/node.ts'
import { byDefault, unknown, type Fact } from '../../model/fact.ts'
import type { EngineFacts } from '../../model/fields.ts'
import { sandboxNamed, type Sandbox } from '../../model/sandbox.ts'
import { at, type Answer, type Ask, ask } from '../ask.ts'
import { isVoid, said } from '../docker/piece.ts'

type Runtimes = Extract<EngineFacts['runtimes'], { value: unknown }>['value']
export type EngineRuntime = Runtimes[number]

/**
 * Flags of gVisor that let more of the host through than its defaults do, or write down what the container does (runsc/config/flags.go):
 * the host's network stack, sockets, pipes and devices; raw packets; setuid; no limits; what the pod's annotations say instead.
 */
const LOOSENS: readonly RegExp[] = [
  /^network=host$/,
  /^host-(?:uds|fifo)=(?!none$)/,
  /^character-device-policy=(?!emulated-only$)/,
  /^gofer-network-namespace=host$/,
  /^(?:fsgofer-host-uds|ignore-cgroups|net-raw|allow-packet-socket-write|allow-suid|allow-flag-override|iouring|TESTONLY-unsafe-nonroot)(?:=true)?$/,
  /^(?:profile|debug|strace)(?:=true)?$/,
]
/** One flag as `name=value`, however many dashes stand before it; undefined where it does not weaken. */
export const loosening = (flag: string): string | undefined => {
  const plain = flag.replace(/^-{1,2}/, '').slice(0, 200)
  return LOOSENS.some((pattern) => pattern.test(plain)) ? plain : undefined
}

export interface RuntimeParts {
  readonly name: string
  /** Where its binary, or the type of its shim, is written. */
  readonly paths: readonly Node[]
  readonly flags?: readonly Node[]
  /** Said outright, whatever it is called. */
  readonly sandbox?: Fact<Sandbox>
  readonly hostDevices?: Fact<boolean>
  readonly annotations?: Fact<readonly Fact<string>[]>
}
export function engineRuntime(node: Node, parts: RuntimeParts): EngineRuntime {
  const { place } = node
  const { name, flags = [] } = parts
  const named = parts.paths.filter((path) => !isVoid(path) && textOf(path) !== '')
  const hole = named.find((path) => textOf(path) === undefined || path.unknown !== undefined)
  const texts = named.map((path) => textOf(path) ?? '')
  const [path] = named
  const found = sandboxOf(texts)
  const byName = texts.length === 0 ? sandboxNamed(name) : undefined
  const strange = (because: string): Fact<never> => unknown(place, because, 'user')
  return {
    place,
    facts: {
      name: said(node, name),
      path: hole
        ? unknown(hole.place, hole.unknown ?? 'the path of the runtime is not a text', 'user')
        : path
          ? said(path, texts[0] ?? '')
          : byDefault(place, '', 'neither a path nor a type is written'),
      sandbox: parts.sandbox
        ? parts.sandbox
        : hole
          ? strange('what the runtime is cannot be read')
          : found && path
            ? said(path, found)
            : byName
              ? { how: 'derived', place, value: byName, because: 'what runtimes of that name are', from: [] }
              : strange(`nothing is known of a runtime ${texts.join(', ') || name}`),
      hostDevices: parts.hostDevices ?? byDefault(place, true, 'nothing says otherwise'),
      annotations: parts.annotations ?? byDefault(place, [], 'none are written'),
      loosened: said(
        node,
        flags.flatMap((flag) => {
          const found = loosening(textOf(flag) ?? '')
          return found === undefined ? [] : [said(flag, found)]
        }),
      ),
    },
  }
}
/** A shim of runc may start another binary: what is no plain process decides. */
function sandboxOf(texts: readonly string[]): ReturnType<typeof sandboxNamed> {
  const all = texts.map(sandboxNamed)
  return all.find((one) => one !== undefined && one !== 'none') ?? (all.includes(undefined) ? undefined : all[0])
}

/** A table of runtimes by their names. */
export const runtimesAt = (
  path: string,
  where: string,
  each: (name: string, node: Node) => RuntimeParts,
): Ask<readonly EngineRuntime[]> =>
  ask((scope): Answer<readonly EngineRuntime[]> => {
    const node = at(scope, where, path)
    if (isVoid(node)) return { how: 'silent', place: node.place }
    if (!isMap(node)) return unknown(node.place, node.unknown ?? `${path} is not a table`, 'user')
    return said(
      node,
      entries(node).map(([name, one]) => engineRuntime(one, each(name, one))),
    )
  })
export const below = (node: Node, ...keys: readonly string[]): Node => keys.reduce(child, node)
