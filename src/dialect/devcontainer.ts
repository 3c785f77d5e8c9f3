/**
 * devcontainer.json: the container that a project is worked on in (https://containers.dev/implementors/json_reference/).
 * It is started by `docker run` with options that its keys say, so that the table is asked of those.
 */
import { basename, posix } from 'node:path'
import { child, entries, isMap, textOf, type Node } from '../document/node.ts'
import { byDefault, derived, unknown, type Fact } from '../model/fact.ts'
import type { container } from '../model/fields.ts'
import type { Notice, Read } from '../model/notice.ts'
import type { Build } from '../model/subject.ts'
import { ask, at, silent, silentWhen, type Answer, type Ask } from './ask.ts'
import type { About, Asks, Dialect, Files, Found } from './dialect.ts'
import { strangeFeatures } from './devcontainer/feature.ts'
import { interpolated, runWords } from './devcontainer/words.ts'
import { inDevcontainer } from './devcontainer/write.ts'
import { isVoid, type Mount } from './docker/piece.ts'
import { runAsks } from './docker/run-asks.ts'
import { withOptions } from './docker/run-write.ts'
import { runFlags } from './docker/run-flags.ts'
import { runSilence } from './docker/run-line.ts'

/** Keys that nothing else has beside an image or a build. */
const OWN =
  `features customizations runArgs remoteUser containerUser remoteEnv containerEnv forwardPorts portsAttributes
  otherPortsAttributes workspaceMount workspaceFolder overrideCommand appPort hostRequirements shutdownAction waitFor userEnvProbe
  initializeCommand onCreateCommand updateContentCommand postCreateCommand postStartCommand postAttachCommand updateRemoteUserUID
  overrideFeatureInstallOrder`
    .trim()
    .split(/\s+/)
/** What it is made of. */
const MADE = ['image', 'build', 'dockerFile', 'dockerComposeFile']

function isDevcontainer(root: Node): boolean {
  if (!isMap(root)) return false
  const has = (key: string): boolean => root.value.has(key)
  if (['apiVersion', 'services', 'jobs', 'ociVersion', '$type'].some(has)) return false
  const isCalled = /^\.?devcontainer\.json$/.test(basename(root.place.file))
  return isCalled ? [...MADE, ...OWN].some(has) : MADE.some(has) && OWN.some(has)
}

/** Keys that the tools hand on to the service of a compose file. */
const HANDED_ON = ['privileged', 'capAdd', 'securityOpt', 'mounts', 'init', 'containerEnv', 'containerUser'] as const

function find(root: Node, _: Files, about: About): Read<readonly Found[]> {
  const notices: Notice[] = [...strangeFeatures(child(root, 'features'))]
  const compose = child(root, 'dockerComposeFile')
  const { words, open } = runWords(root)
  if (!isVoid(compose)) {
    const more = HANDED_ON.filter((key) => !isVoid(child(root, key)) && child(root, key).value !== false)
    const [key] = more
    if (key)
      notices.push({
        id: 'devcontainer-compose',
        place: child(root, key).place,
        message: `The tools add ${more.join(', ')} of this file to the service of the compose file that it names, where Plimsoll does not see it: the service is judged as the compose file alone says. Write it in the compose file.`,
        lost: true,
      })
    return { value: [], notices }
  }
  const { flags, notices: flaws } = runFlags(words, 'docker', root.place)
  notices.push(...flaws)
  const map = new Map<string, Node>(flags.value instanceof Map ? flags.value : [])
  const image = interpolated(child(root, 'image'))
  map.delete('COMMAND')
  map.delete('IMAGE')
  if (!isVoid(image)) map.set('IMAGE', { place: image.place, path: ['image'], value: [image] })
  const because = flags.unknown ?? open
  const self: Node = { ...flags, value: map, ...(because !== undefined && { unknown: because }) }
  const build = buildOf(root, about)
  const name = textOf(child(root, 'name'))
  const id = name !== undefined && name !== '' && child(root, 'name').unknown === undefined ? name : 'devcontainer'
  return { value: [{ id, scope: { self, root }, ...(build && { build }) }], notices }
}

/** The node that says what it is built from. */
const made = (root: Node): Node => {
  const build = child(root, 'build')
  return isVoid(build) ? child(root, 'dockerFile') : build
}

/** `build: { dockerfile, context, target, args }`, and the older `dockerFile` and `context` beside it. */
function buildOf(root: Node, about: About): Build | undefined {
  const build = child(root, 'build')
  const dockerfile = interpolated(isMap(build) ? child(build, 'dockerfile') : child(root, 'dockerFile'))
  const name = textOf(dockerfile)
  if (name === undefined || dockerfile.unknown !== undefined) return undefined
  const target = textOf(interpolated(child(build, 'target')))
  const args = entries(child(build, 'args')).map(([key, node]): readonly [string, string | null] => {
    const value = interpolated(node)
    return [key, value.unknown === undefined ? (textOf(value) ?? null) : null]
  })
  return {
    file: posix.isAbsolute(name) ? name : posix.join(posix.dirname(about.file), name),
    ...(target !== undefined && target !== '' && { stage: target }),
    ...(args.length > 0 && { args: new Map(args) }),
  }
}

const base = withOptions(runAsks(), inDevcontainer)

/** Unless somebody says no, a shell that waits is run, so that the container lives on whatever its image does. */
const override: Ask<boolean> = ask((scope): Answer<boolean> => {
  const { root = scope.self } = scope
  const node = child(root, 'overrideCommand')
  if (node.value === false) return { how: 'silent', place: node.place }
  return node.unknown === undefined && (isVoid(node) || node.value === true)
    ? { how: 'set', place: isVoid(node) ? root.place : node.place, value: true }
    : unknown(node.place, node.unknown ?? 'overrideCommand is not true or false', 'user')
})
const waits = (...words: readonly string[]): Ask<readonly Fact<string>[]> =>
  silentWhen<readonly Fact<string>[], boolean>(
    ask((scope) => ({ how: 'silent', place: scope.self.place })),
    override,
    (_, place) => words.map((word) => byDefault(place, word, 'overrideCommand is on unless said')),
    'a shell that waits is run unless overrideCommand is false',
  )

/** The folder of the project is mounted unless another mount is written for it. */
const workspace: Ask<readonly Mount[]> = ask((scope): Answer<readonly Mount[]> => {
  const answer = base.mounts.read(scope)
  const { root = scope.self } = scope
  const own = child(root, 'workspaceMount')
  if (answer.how === 'unknown' || !isVoid(own)) return answer
  const { place } = root
  const because = 'the folder of the project is mounted unless workspaceMount says otherwise'
  const mount: Mount = {
    place,
    facts: {
      kind: byDefault(place, 'bind', because),
      type: byDefault(place, 'bind', because),
      source: byDefault(place, '.', because),
      target: byDefault(place, '/workspaces', because),
      readOnly: byDefault(place, false, because),
      propagation: byDefault(place, 'rprivate', because),
      options: byDefault(place, [], because),
    },
  }
  return answer.how === 'silent'
    ? derived(answer.place, [mount], because, [])
    : { ...answer, value: [...answer.value, mount] }
})

/** What is built here has no name of its own. */
const built = <T>(own: Ask<T>, otherwise: (node: Node) => Fact<T>): Ask<T> =>
  ask((scope): Answer<T> => {
    const answer = own.read(scope)
    const node = made(scope['root'] ?? scope.self)
    return answer.how !== 'silent' || isVoid(node) || !isVoid(at(scope, 'self', 'IMAGE')) ? answer : otherwise(node)
  })

const asks: Asks<typeof container> = {
  ...base,
  name: ask((scope) => {
    const node = child(scope['root'] ?? scope.self, 'name')
    const text = textOf(node)
    return text === undefined || node.unknown !== undefined
      ? base.name.read(scope)
      : { how: 'set', place: node.place, value: text }
  }),
  image: {
    reference: built(base.image.reference, (node) =>
      unknown(node.place, 'the image is built from this file, and has no name of its own', 'image'),
    ),
    pull: built<'always' | 'missing' | 'never' | 'build'>(base.image.pull, (node) =>
      derived(node.place, 'build', 'it is built here', []),
    ),
  },
  entrypoint: waits('/bin/sh'),
  command: waits('-c', 'while sleep 1000; do :; done'),
  mounts: workspace,
  // Options of podman, which Docker's command line does not have.
  role: silent,
  namespaces: { ...base.namespaces, userOf: silent },
  uidMappings: silent,
  gidMappings: silent,
}

export const devcontainer: Dialect = {
  name: 'devcontainer',
  says: 'devcontainer.json: the container that a project is worked on in',
  runtime: 'docker',
  mention: new RegExp(`"(?:${MADE.join('|')}|${OWN.join('|')})"`),
  sign: 'its name, or an image beside keys such as features, runArgs, remoteUser',
  is: isDevcontainer,
  containers: find,
  asks,
  silence: runSilence,
}
