/**
 * What features of a devcontainer.json ask of the container that they are put into: devcontainer-feature.json of
 * https://github.com/devcontainers/features. A feature is a program of somebody else's; of others than these nothing is known.
 */
import { entries, isMap, type Node } from '../../document/node.ts'
import type { Notice } from '../../model/notice.ts'

const DEBUGGER = ['--cap-add', 'SYS_PTRACE', '--security-opt', 'seccomp=unconfined']
/** By the last part of their names. */
const FEATURES: { readonly [name: string]: readonly string[] } = {
  'docker-in-docker': ['--privileged=true', '--mount', 'type=volume,source=dind-var-lib-docker,target=/var/lib/docker'],
  'docker-outside-of-docker': [
    '--security-opt',
    'label=disable',
    '--mount',
    'type=bind,source=/var/run/docker.sock,target=/var/run/docker-host.sock',
  ],
  'docker-from-docker': ['--mount', 'type=bind,source=/var/run/docker.sock,target=/var/run/docker-host.sock'],
  'kubectl-helm-minikube': ['--mount', 'type=volume,source=minikube-config,target=/home/vscode/.minikube'],
  go: ['--init=true', ...DEBUGGER],
  rust: DEBUGGER,
  swift: DEBUGGER,
  'desktop-lite': ['--init=true'],
}
/** Where the features of the table, and others that ask for nothing, come from. */
const OWN = /^(?:ghcr\.io\/devcontainers\/features\/)?([a-z0-9-]+)(?::[\w.-]+|@sha256:[0-9a-f]+)?$/i

/** Their options of `docker run`, at the line that names the feature. */
export function featureWords(features: Node): readonly Node[] {
  if (!isMap(features)) return []
  return entries(features).flatMap(([id, node]) => {
    const name = OWN.exec(id)?.[1] ?? ''
    const words = Object.hasOwn(FEATURES, name) ? FEATURES[name] : undefined
    return (words ?? []).map((value): Node => ({ place: node.place, path: node.path, value }))
  })
}

/** Features of others may ask for any right: who adds them should look. */
export function strangeFeatures(features: Node): readonly Notice[] {
  const strange = entries(features).filter(([id]) => !OWN.test(id))
  const [first] = strange
  if (!first) return []
  const names = strange.slice(0, 5).map(([id]) => id.slice(0, 100))
  return [
    {
      id: 'devcontainer-feature-unread',
      place: first[1].place,
      message: `Features may make the container privileged and mount paths of the host, and what ${names.join(', ')}${strange.length > names.length ? ' and others ask' : strange.length > 1 ? ' ask' : ' asks'} for is not known here. Look into devcontainer-feature.json of each.`,
      lost: false,
    },
  ]
}
