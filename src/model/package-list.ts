import type { Packages } from './package.ts'
import type { LayerRecord } from './tree.ts'

/** The distribution of an image, by its os-release(5). */
export interface ListedDistribution {
  /** ID: `debian`. */
  readonly id: string
  /** VERSION_ID. */
  readonly version: string
  /** PRETTY_NAME. */
  readonly name: string
  /** YYYY-MM-DD: the day from which nobody mends it any more; absent where that is not known. */
  readonly endOfLife?: string
}

/** The parts of one image: what a list of packages and an SBOM are made of. */
export interface PackageList {
  /** Short name without tag, unique in its scan. */
  readonly id: string
  /** Repository tags and ref annotations, then digests of manifest, index and configuration. */
  readonly names: readonly string[]
  /** Digest of its manifest as registries know it (`sha256:...`); empty where only the configuration has one. */
  readonly manifest: string
  /** The target that it was read from, as the user gave it. */
  readonly target: string
  /** What it was read from: `docker-archive`, `rootfs`, or the format of an SBOM, such as `CycloneDX 1.6`. */
  readonly kind: string
  readonly distribution?: ListedDistribution
  /** Every layer was compared with a digest that the image names; absent for what names none. */
  readonly verified?: boolean
  /** Lowest first; none where they are not known. */
  readonly layers: readonly LayerRecord[]
  readonly packages: Packages
}

/** The instruction that made a layer; empty where nobody knows. */
export const instructionOf = ({ layers }: PackageList, layer: number): string =>
  layers.find(({ index }) => index === layer)?.instruction ?? ''
