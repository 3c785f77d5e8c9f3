/** Rows that a dialect can say and that no container here says, and why. The test fails where one is said after all. */
import type { DialectName } from './table.ts'

export interface Unasked {
  /** Rows, without elements: `mounts.readOnly`. */
  readonly rows: readonly string[]
  readonly dialects: readonly DialectName[]
  readonly because: string
}

export const unasked: readonly Unasked[] = [
  { rows: ['probes.host'], dialects: ['compose', 'docker-inspect'], because: 'a HEALTHCHECK is a command' },
  { rows: ['seccomp.text'], dialects: ['compose'], because: 'a compose file names the file of the profile' },
  {
    rows: ['seccomp.name'],
    dialects: ['docker-inspect'],
    because: 'the client has sent the text of the profile; Podman alone keeps the name',
  },
  {
    rows: ['mounts.options'],
    dialects: ['kubernetes'],
    because: 'a manifest has no mount options but those of PersistentVolumes',
  },
  {
    rows: ['ulimits', 'ulimits.name', 'ulimits.soft', 'ulimits.hard', 'resources.cpuSet', 'resources.pids'],
    dialects: ['kubernetes'],
    because: 'only annotations of Podman say it, which a cluster does not know',
  },
  {
    rows: ['devices', 'devices.source', 'devices.target', 'devices.permissions'],
    dialects: ['kubernetes'],
    because: 'a ResourceClaim asks for a device of which nothing is known before the pod is placed',
  },
  {
    rows: ['environment.fromSecret'],
    dialects: ['docker-inspect', 'oci-runtime'],
    because: 'the value is there, wherever it came from',
  },
  {
    rows: ['entrypoint'],
    dialects: ['oci-runtime'],
    because: 'process.args is the whole command line: there is none, which is not silence',
  },
]
