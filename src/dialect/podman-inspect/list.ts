/** Lists of an inspected container of Podman, with what the command that made it says besides: the entry point, mounts, variables, devices, ports. */
import { child, elements, entries, get, textOf, type Node } from '../../document/node.ts'
import { set, unknown, type Fact } from '../../model/fact.ts'
import { ask, listOfTexts, type Answer, type Ask } from '../ask.ts'
import { devices, environment, mounts, ports } from '../docker/inspected.ts'
import { mountOf } from '../docker/mount.ts'
import { isVoid, said, unknownBy, why, type Device, type Mount, type Port, type Variable } from '../docker/piece.ts'
import { exposedPorts } from '../docker/port.ts'
import { made } from './made.ts'

/** Podman 4 joins the words of an entry point with blanks; `Path` and `Args` have them apart, before the command. */
export const entrypoint: Ask<readonly Fact<string>[]> = ask((scope): Answer<readonly Fact<string>[]> => {
  const node = get(scope.self, 'Config.Entrypoint')
  if (isVoid(node) || node.value === '') return { how: 'silent', place: node.place }
  const text = node.unknown === undefined && !Array.isArray(node.value) ? textOf(node) : undefined
  if (text === undefined) return listOfTexts('Config.Entrypoint').read(scope)
  const args = elements(get(scope.self, 'Args')).map((each) => textOf(each) ?? '')
  const path = textOf(get(scope.self, 'Path')) ?? ''
  const all =
    path === '/run/podman-init' ? args.slice(1) : args.length === 1 && args[0] === path ? [path] : [path, ...args]
  for (let count = 1; count <= Math.min(all.length, 1000); count += 1)
    if (all.slice(0, count).join(' ') === text)
      return said(
        node,
        all.slice(0, count).map((each) => said(node, each)),
      )
  return said(
    node,
    text.split(' ').map((each) => said(node, each)),
  )
})

/** Secrets that are files. */
function secrets(self: Node): readonly Mount[] {
  return elements(get(self, 'Config.Secrets')).map((node) => {
    const name = textOf(child(node, 'Name'))
    const fact = (value: string): Fact<string> =>
      name === undefined ? unknownBy(why(node, 'the secret has no name')) : said(node, value)
    return mountOf(node, {
      kind: said(node, 'secret'),
      type: said(node, 'secret'),
      source: fact(name ?? ''),
      target: fact(`/run/secrets/${name ?? ''}`),
      readOnly: said(node, true),
    })
  })
}
export const allMounts: Ask<readonly Mount[]> = ask((scope): Answer<readonly Mount[]> => {
  const answer = mounts.read(scope)
  const more = secrets(scope.self)
  if (answer.how === 'unknown' || more.length === 0) return answer
  const node = get(scope.self, 'Config.Secrets')
  return answer.how === 'silent' ? said(node, more) : { ...answer, value: [...answer.value, ...more] }
})

/** Variables that are secrets: Podman 5 prints stars for them, 4 leaves them out. */
export const variables: Ask<readonly Variable[]> = ask((scope): Answer<readonly Variable[]> => {
  const answer = environment.read(scope)
  if (answer.how === 'unknown' || answer.how === 'silent') return answer
  const named = new Set(answer.value.map(({ facts: { name } }) => (name.how === 'unknown' ? '' : name.value)))
  const asked = scope['command'] ? made.environment.read(scope) : answer
  const more =
    asked.how === 'unknown' || asked.how === 'silent' || asked === answer
      ? []
      : asked.value.filter(
          ({ facts: { name, fromSecret, value } }) =>
            fromSecret.how === 'set' &&
            fromSecret.value &&
            value.how === 'unknown' &&
            name.how === 'set' &&
            !named.has(name.value),
        )
  return {
    ...answer,
    value: [
      ...answer.value.map((variable) => {
        const { name, value } = variable.facts
        return value.how === 'set' && value.value === '*******'
          ? {
              ...variable,
              facts: {
                name,
                value: unknown(value.place, 'it is a secret', 'user'),
                fromSecret: set(value.place, true),
              },
            }
          : variable
      }),
      ...more,
    ],
  }
})

/** Podman does not print what may be done with a device; the command does. */
export const allDevices: Ask<readonly Device[]> = ask((scope) => {
  const asked = scope['command'] ? made.devices.read(scope) : undefined
  if (asked && asked.how !== 'silent') return asked
  const answer = devices.read(scope)
  if (answer.how === 'silent' || answer.how === 'unknown') return answer
  return {
    ...answer,
    value: answer.value.map((device) =>
      device.facts.permissions.how === 'default'
        ? {
            ...device,
            facts: {
              ...device.facts,
              permissions: unknown(device.place, 'podman inspect does not print what may be done with it', 'user'),
            },
          }
        : device,
    ),
  }
})

/** Ports that are exposed and not published: Podman 4 has them here alone, without a port of the host. */
function exposed(self: Node): readonly Port[] {
  if (!isVoid(get(self, 'Config.ExposedPorts'))) return []
  return entries(get(self, 'NetworkSettings.Ports')).flatMap(([key, node]) =>
    node.unknown === undefined && node.value === null ? exposedPorts(node, key) : [],
  )
}

/** Published ports of the pod are its infra container's. */
export const allPorts: Ask<readonly Port[]> = ask((scope): Answer<readonly Port[]> => {
  const answer = ports.read(scope)
  if (answer.how === 'unknown') return answer
  const theirs = scope['infra'] ? ports.read({ self: scope['infra'] }) : undefined
  const more = [
    ...exposed(scope.self),
    ...(theirs && theirs.how !== 'silent' && theirs.how !== 'unknown' ? theirs.value : []),
  ]
  if (more.length === 0) return answer
  return answer.how === 'silent' ? said(scope.self, more) : { ...answer, value: [...answer.value, ...more] }
})
