/**
 * Annotations that `podman kube play` heeds and `podman kube generate` writes. Kubernetes does not know them, and nothing in a
 * manifest says which of the two will run it: what they loosen counts, and what they tighten is known of Podman only.
 * https://docs.podman.io/en/latest/markdown/podman-kube-play.1.html
 * `io.podman.annotations.seccomp`, `apparmor` and `privileged` are not here: Podman shows them in `inspect` and applies none.
 */
import { child, get, textOf } from '../../document/node.ts'
import { set, unknown } from '../../model/fact.ts'
import type { container } from '../../model/fields.ts'
import type { Element } from '../../model/row.ts'
import { removeKey } from '../../document/change.ts'
import { ask, parse, refuse, scalarFact, type Ask, type Scope } from '../ask.ts'
import { writing } from '../write.ts'

type Ulimit = Element<(typeof container.ulimits)['of']>

const PREFIX = 'io.podman.annotations'
const onlyPodman = (what: string): ReturnType<typeof refuse> =>
  refuse(`${what} with podman kube play; Kubernetes does not know the annotation`, 'user')

const annotation = (key: (scope: Scope) => string): Ask<string> =>
  ask((scope) =>
    scalarFact(child(get(scope['template'] ?? scope.self, 'metadata.annotations'), key(scope)), 'a text', parse.text),
  )
/** The annotation, or else what the manifest says; where both are silent, the place is the manifest's. */
export const before = <T, U>(own: Ask<T>, otherwise: Ask<U>): Ask<T | U> =>
  writing<T | U>(
    ask<T | U>((scope) => {
      const answer = own.read(scope)
      return answer.how === 'silent' ? otherwise.read(scope) : answer
    }),
    (value, scope) => {
      const here: Pick<Ask<T | U>, 'write'> = own.read(scope).how === 'silent' ? otherwise : own
      return here.write?.(value, scope)
    },
  )

const ofPod = (name: string): Ask<string> => annotation(() => `${PREFIX}.${name}`)
const ofContainer = (name: string): Ask<string> =>
  annotation((scope) => `${PREFIX}.${name}/${textOf(child(scope.self, 'name')) ?? ''}`)

/** `auto`, `keep-id`, `nomap` make one; `host` makes none. */
export const userNamespace: Ask<'host'> = ofPod('userns').to((mode) =>
  mode === 'host' ? ('host' as const) : mode === '' ? undefined : onlyPodman(`a user namespace of its own (${mode})`),
)
export const init: Ask<boolean> = ofContainer('init').to((value) => (/^(?:1|t|true)$/i.test(value) ? true : undefined))
export const pids: Ask<number> = ofContainer('pids-limit').to<number>((value) => onlyPodman(`a limit of ${value}`))
export const cpuSet: Ask<string> = ofContainer('cpuset')

const options = ofContainer('label').to((value) => value.split(/,label=|;/))
/** `--security-opt label=disable` and `label=type:spc_t`. An annotation that says more than that is left alone. */
export const labelDisabled: Ask<boolean> = writing(
  options.to((list): boolean | undefined => (list.includes('disable') ? true : undefined)),
  (disabled, scope) => {
    const key = `${PREFIX}.label/${textOf(child(scope.self, 'name')) ?? ''}`
    const annotation = child(get(scope['template'] ?? scope.self, 'metadata.annotations'), key)
    return !disabled && scope['template'] && annotation.value === 'disable'
      ? [removeKey(scope['template'], ['metadata', 'annotations', key])]
      : undefined
  },
)
export const label = (part: 'user' | 'role' | 'type' | 'level'): Ask<string> =>
  options.to((list) => list.find((each) => each.startsWith(`${part}:`))?.slice(part.length + 1))

/** `nofile=1024:2048,nproc=-1`: one number stands for both limits. */
export const ulimits: Ask<readonly Ulimit[]> = ofPod('ulimit').to((value, place) =>
  value
    .split(',')
    .filter((part) => part !== '')
    .map((part): Ulimit => {
      const [, name, soft, hard] = /^\s*(\w+)=(-?\d+)(?::(-?\d+))?\s*$/.exec(part) ?? []
      const limit = (text: string | undefined): Ulimit['facts']['soft'] => {
        const number = Number(text)
        return text !== undefined && Number.isSafeInteger(number)
          ? set(place, number)
          : unknown(place, `"${part}" is not name=soft:hard`, 'user')
      }
      return {
        place,
        facts: {
          name: name === undefined ? unknown(place, `"${part}" is not name=soft:hard`, 'user') : set(place, name),
          soft: limit(soft),
          hard: limit(hard ?? soft),
        },
      }
    }),
)
