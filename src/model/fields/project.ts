/** The table of a project: what only containers that run together tell. */
import { by, group, type Rows } from '../row.ts'

const { bool, int, string, oneOf, list } = by('derive')

/** What keeps containers together; see `Together` in model/subject.ts. */
export const PROJECT_KINDS = ['pod', 'compose', 'swarm', 'task', 'group', 'job', 'engine'] as const

/**
 * How much an attacker gains with a container, the first that is so. `powerful`: what opens a critical way out to the host is written.
 * `hardened`: another user than root, no capabilities, no new privileges, a system-call filter. `exposed`: it publishes a port to others.
 */
export const TRUST = ['powerful', 'hardened', 'exposed', 'ordinary'] as const

/** What one container reaches another through. */
export const CHANNELS = ['pid', 'volume', 'engine'] as const

const member = group(
  'Member',
  {
    name: string('Name of the container'),
    role: oneOf(['main', 'init', 'sidecar', 'ephemeral', 'system'], 'Its part'),
    trust: oneOf(TRUST, 'How much an attacker gains with it'),
    replicas: int('How many of it run'),
    hardenedBeside: list(string('A container'), 'Hardened containers in its network namespace, where it is powerful'),
  },
  'A container of the project',
)
const volume = group(
  'SharedVolume',
  {
    source: string('Host path, or name of the volume'),
    kind: oneOf(['bind', 'volume', 'tmpfs'], 'What is shared'),
    container: string('The container that this mount is of'),
    target: string('Path in the container'),
    readOnly: bool('This container may not write it'),
    writable: bool('One of the containers that mount it may write it'),
    others: list(string('A container'), 'Other containers that mount it, the first of them'),
  },
  'A mount of something that another container of the project mounts too',
)
const reach = group(
  'Reach',
  {
    from: list(string('A container'), 'The containers that reach the other'),
    to: string('The powerful one'),
    through: oneOf(CHANNELS, 'What they share: processes, a volume, or the engine that the powerful one runs'),
    what: string('The volume or address that they share; empty for processes'),
    takes: bool('Whoever is in the one takes over the other'),
  },
  'A container that reaches a powerful one',
)

/** Containers that run together: a pod, a compose project, a Swarm stack, the containers of one engine. */
export const project = {
  name: string('Name of the pod, project or stack'),
  kind: oneOf(PROJECT_KINDS, 'What keeps its containers together'),
  containers: list(member, 'Its containers', 'name'),
  resources: group(
    'ProjectResources',
    {
      memory: int('Sum of the memory limits that its containers have, of as many as run at once'),
      cpu: int('Sum of the processor limits that they have'),
      pids: int('Sum of the limits of processes that they have'),
      memoryUnbounded: list(string('A container'), 'Containers without a memory limit'),
      cpuUnbounded: list(string('A container'), 'Containers without a processor limit'),
      pidsUnbounded: list(string('A container'), 'Containers without a limit of processes'),
    },
    'What all containers together may use',
  ),
  volumes: list(volume, 'Mounts of what several of its containers mount', 'source'),
  reaches: list(reach, 'Containers that reach a powerful one of the project', 'to'),
} as const satisfies Rows
