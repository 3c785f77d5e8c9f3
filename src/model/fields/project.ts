/** The table of a project: what only containers that run together tell. */
import { by, type Rows } from '../row.ts'

const { string, oneOf } = by('derive')

/** Containers that run together: a pod, a compose project, a Swarm stack, the containers of one engine. */
export const project = {
  name: string('Name of the pod, project or stack'),
  kind: oneOf(['pod', 'compose', 'swarm', 'engine', 'task'], 'What keeps its containers together'),
} as const satisfies Rows
