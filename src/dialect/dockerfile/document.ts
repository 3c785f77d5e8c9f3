/** What `readDockerfile` gives, and what may stand in it. */
import { child, elements, isMap, textOf, type Node } from '../../document/node.ts'

/** https://docs.docker.com/reference/dockerfile/#overview */
export const KEYWORDS: ReadonlySet<string> = new Set([
  'ADD',
  'ARG',
  'CMD',
  'COPY',
  'ENTRYPOINT',
  'ENV',
  'EXPOSE',
  'FROM',
  'HEALTHCHECK',
  'LABEL',
  'MAINTAINER',
  'ONBUILD',
  'RUN',
  'SHELL',
  'STOPSIGNAL',
  'USER',
  'VOLUME',
  'WORKDIR',
])

/** A document that `readDockerfile` gives, and nothing else. */
export const isDockerfile = (root: Node): boolean =>
  isMap(root) && root.value.has('escape') && elements(child(root, 'instructions')).length > 0

/** Whether a FROM of it names this stage. */
export const hasStage = (root: Node, stage: string): boolean =>
  elements(child(root, 'instructions')).some((node) => {
    const [, as, name] = elements(child(node, 'words'))
    return (
      textOf(child(node, 'keyword')) === 'FROM' &&
      as !== undefined &&
      name !== undefined &&
      textOf(as)?.toUpperCase() === 'AS' &&
      textOf(name)?.toLowerCase() === stage.toLowerCase()
    )
  })
