import type { ContainerFacts, EngineFacts, GrantFacts, ImageFacts, ProjectFacts } from './fields.ts'
import type { Fact } from './fact.ts'
import type { PROJECT_KINDS } from './fields/project.ts'
import type { Notice } from './notice.ts'
import type { PackageList } from './package-list.ts'
import type { Place } from './place.ts'

/** What an image is built from: a Dockerfile, and how. */
export interface Build {
  /** Path of the Dockerfile, as other files of the scan are shown. */
  readonly file: string
  /** The stage that is asked for (`--target`); absent: the last. */
  readonly stage?: string
  /** Build arguments that are written; null: the value is not known here. */
  readonly args?: ReadonlyMap<string, string | null>
  /** The Dockerfile itself, where it is written inside another file (`dockerfile_inline`), and where. */
  readonly inline?: { readonly text: string; readonly place: Place }
}

/** What other objects of the same input may say of a container: settled once all of it is read. */
export interface Waits {
  /** Namespace of Kubernetes that it runs in; `default` where none is written. */
  readonly namespace: string
  /** Elements of `environment` that a ConfigMap or a Secret fills, by their index. */
  readonly variables: readonly VariableSource[]
}
export interface VariableSource {
  readonly at: number
  readonly kind: 'ConfigMap' | 'Secret'
  readonly name: string
  /** One key of it; absent: all of them, each with `prefix` before its name. */
  readonly key?: string
  readonly prefix: string
}

/**
 * What a container runs together with: the containers that are started as one, and share what nobody outside of it does. A pod, a
 * Compose project, a Swarm stack, an ECS task, a group of Nomad, a job of GitHub; or `engine`, all that one engine was asked for in one text.
 */
export interface Together {
  readonly kind: (typeof PROJECT_KINDS)[number]
  /** `compose/shop`, `engine/inspect`; of a pod `kind/namespace/name`, of a group of Nomad `job/group`: never that of a container. */
  readonly id: string
  readonly name: string
  /** The same for all its containers, and for those of no other project of the scan. */
  readonly key: string
  /** Where it begins. */
  readonly place: Place
  /** How many of the container run in it, where more than one may. */
  readonly replicas?: Fact<number>
}

/** One container as a dialect read it: the table answered, before image and engine are known. */
export interface Container {
  /** `kind/namespace/name/container`, the service, or the container's name: never a digest, a tag or a line. */
  readonly id: string
  readonly dialect: string
  /** Whose silence applies: docker, kubernetes, oci. */
  readonly runtime: string
  /** Where the container begins in its file. */
  readonly place: Place
  readonly facts: ContainerFacts
  /** Its image is built from a file of the project. */
  readonly build?: Build
  readonly waits?: Waits
  /** Absent where nothing says what it runs with. */
  readonly together?: Together
}

/** One image, opened and catalogued. */
export interface Image {
  /** Short name without tag: the last part of the repository, or of the file's name. */
  readonly id: string
  /** Names that a container may call it by: repository tags, OCI ref annotations, and manifest and config digests. */
  readonly names: readonly string[]
  /** The target that it was read from, as the user gave it. */
  readonly target: string
  readonly place: Place
  readonly facts: ImageFacts
  /** All that is known of its packages, for lists of parts (SBOM); absent where it was not opened. */
  readonly parts?: PackageList
  /** It is what this would build: nothing of its content is known but what is written there. */
  readonly build?: Build
  readonly notices: readonly Notice[]
}

/** The settings of one engine, as a file gives them. */
export interface Engine {
  /** The format of the file: daemon, info, containerd, crio, containers-conf, kubelet. */
  readonly format: string
  /** Runtimes whose containers it runs. */
  readonly runtimes: readonly string[]
  /** Files of one seat are about the same program, and only one of them is taken: containerd or CRI-O below a kubelet. */
  readonly seat: string
  readonly place: Place
  readonly facts: EngineFacts
}

/** Why the facts of the container are not known where an image is judged by itself. */
export const NO_RUNTIME = 'no runtime configuration was given'

/**
 * What is judged: a container with the image it runs and the engine that runs it.
 * Without an image or an engine their facts are unknown; an image that no container runs is judged
 * as a subject whose container says nothing but what the image says for it.
 */
export interface Subject {
  readonly id: string
  /** Absent where an image is judged by itself. */
  readonly dialect?: string
  /** Whose silence and conventions apply: docker, kubernetes, oci. */
  readonly runtime?: string
  readonly place: Place
  /** Id of the image in the scan; absent where none was given. */
  readonly imageId?: string
  readonly container: ContainerFacts
  readonly image: ImageFacts
  readonly engine: EngineFacts
  readonly together?: Together
}

/** Containers that run together, and what only all of them tell. */
export interface Project {
  /** As in `Together`. */
  readonly id: string
  /** Where it begins in its file. */
  readonly place: Place
  readonly facts: ProjectFacts
  /** Its containers, which are subjects of the same scan. */
  readonly members: readonly Subject[]
}

/** An object of a cluster that says what pods may be, and is no container. */
export interface Grant {
  /** `kind/namespace/name`; `kind/name` where it belongs to the whole cluster. */
  readonly id: string
  readonly place: Place
  readonly facts: GrantFacts
}

/** A program with all that its files say: what a rule about engines is judged on. */
export interface Program {
  /** docker, podman, containerd, cri-o or kubelet. */
  readonly id: string
  readonly place: Place
  readonly facts: EngineFacts
}

/** Everything that is judged. A rule speaks of one of these; one about containers may ask for their image and engine too. */
export interface World {
  readonly containers: readonly Subject[]
  readonly images: readonly Image[]
  readonly engines: readonly Program[]
  readonly projects: readonly Project[]
  readonly grants: readonly Grant[]
}
