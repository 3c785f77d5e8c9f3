/** Which artifact an archive is, from what is known of it without the network: properties of Maven, the manifest, the file's name. */
import { MAX_WORD } from '../complaints.ts'
import { isVersion, type Coordinates } from './coordinates.ts'
import { parseFileName, type FileName } from './filename.ts'
import { groupOfArtifact } from './groups.ts'

export interface Clues {
  /** Name of the file, without its folder and its ending. */
  readonly stem: string
  /** Attributes by name in small letters; empty where there is no manifest. */
  readonly manifest: ReadonlyMap<string, string>
  /** Of `pom.properties` and `pom.xml`: the archive's own, and those of what is shaded into it. */
  readonly poms: readonly Coordinates[]
  /** The longest folder of its classes that all of them share: `org/slf4j`. */
  readonly classes: () => string
}

/** The archive's own coordinates; undefined where nothing names it with a version. */
export function identify(clues: Clues): Coordinates | undefined {
  // The JDK's own archives are the JDK's, which its `release` file tells.
  if (clues.manifest.get('implementation-title') === 'Java Runtime Environment') return undefined
  return byPom(clues) ?? byName(clues)
}

/** The one of its poms that is its own; the others were shaded into it. */
function byPom({ stem, manifest, poms }: Clues): Coordinates | undefined {
  const name = fold(stem)
  const named = poms.toSorted((a, b) => b.artifact.length - a.artifact.length)
  for (const pom of named)
    for (const artifact of [fold(pom.artifact), fold(`${pom.group}.${pom.artifact}`)]) {
      const full = `${artifact}-${fold(pom.version)}`
      if (name === full || name === artifact) return pom
      if (name.startsWith(`${full}-`)) return { ...pom, classifier: stem.slice(full.length + 1) }
    }
  // A snapshot's file may have the time of its build, and distributions write versions of their own.
  const same = named.find(
    ({ artifact }) => name.startsWith(`${fold(artifact)}-`) && /^v?\d/.test(stem.slice(artifact.length + 1)),
  )
  if (same) return same
  const renamed = parseFileName(stem).version === ''
  const said = named.filter((pom) => isSaidBy(manifest, pom, renamed))
  if (said.length === 1) return said[0]
  // What it was renamed to says no more than that one pom.
  const silent = versionsIn(manifest).length === 0 && symbolicName(manifest) === undefined
  return poms.length === 1 && renamed && silent ? poms[0] : undefined
}

/** Distributions write `geronimo-interceptor-3.0-spec` for `geronimo-interceptor_3.0_spec`. */
const fold = (name: string): string => name.replaceAll('_', '-')

/** The manifest names this artifact and no other version; of an archive that was `renamed` the version alone will do. */
function isSaidBy(
  manifest: ReadonlyMap<string, string>,
  { group, artifact, version }: Coordinates,
  renamed: boolean,
): boolean {
  const names = [
    symbolicName(manifest),
    ...['implementation-title', 'automatic-module-name', 'extension-name'].map((name) => manifest.get(name)),
  ]
  const versions = versionsIn(manifest)
  const named = names.some(
    (name) => name !== undefined && (name === artifact || name === group || name.endsWith(`.${artifact}`)),
  )
  const agrees = versions.length === 0 || versions.some((one) => sameVersion(one, version))
  return agrees && (named || (renamed && versions.includes(version)))
}

/** OSGi writes `1.2.0.Final` for `1.2.Final`, and `1.0.0.SNAPSHOT`: the numbers are what must agree. */
const sameVersion = (a: string, b: string): boolean => numbers(a) === numbers(b)
const numbers = (version: string): string =>
  (/^v?(\d+(?:\.\d+)*)/.exec(version)?.[1] ?? version).replace(/(?:\.0)+$/, '')

const VERSIONS = ['implementation-version', 'bundle-version', 'plugin-version', 'specification-version']
const versionsIn = (manifest: ReadonlyMap<string, string>): readonly string[] =>
  VERSIONS.flatMap((name) => manifest.get(name) ?? [])
/** A version as a word: `1.8.0_392 (build 8)` and `r1234; 2011-01-01` are none. */
const VERSION = /^[vV]?\d[\w.+~-]*$/

function byName({ stem, manifest, classes }: Clues): Coordinates | undefined {
  const name = parseFileName(stem)
  const short = manifest.get('short-name') ?? ''
  const version = name.version || (versionsIn(manifest).find((one) => VERSION.test(one)) ?? '')
  const artifact = name.version !== '' ? name.artifact : short || titleOf(manifest, stem)
  if (!isVersion(version) || !/^[\w.+-]+$/.test(artifact) || artifact.length > MAX_WORD) return undefined
  // A shaded archive may have the manifest of one that was put into it.
  const speaks =
    name.version === '' ||
    versionsIn(manifest).every((one) => !VERSION.test(one)) ||
    versionsIn(manifest).some((one) => sameVersion(one, version))
  const group = groupOfArtifact(artifact) ?? groupOf(speaks ? manifest : new Map(), name, artifact, classes) ?? artifact
  return { group, artifact, version, ...(name.classifier !== '' && { classifier: name.classifier }) }
}

/** The artifact of an archive whose name has no version: as a bundle's name ends (`tomcat-catalina`), else as a title of one word. */
function titleOf(manifest: ReadonlyMap<string, string>, stem: string): string {
  const symbolic = symbolicName(manifest)
  if (symbolic !== undefined) {
    const last = symbolic.slice(symbolic.lastIndexOf('.') + 1)
    return last.endsWith(`-${stem}`) ? last : stem
  }
  const title = manifest.get('implementation-title') ?? ''
  return /^[a-z0-9][\w-]*$/.test(title) ? title : stem
}

/** `org.apache.felix.framework; singleton:=true`. */
const symbolicName = (manifest: ReadonlyMap<string, string>): string | undefined => {
  const name = manifest.get('bundle-symbolicname')?.split(';', 1)[0]?.trim()
  return name !== undefined && /^[\w.-]+$/.test(name) && name.length <= MAX_WORD ? name : undefined
}

/** Top-level domains that the names of groups begin with: what else has a dot is a name of its own (`log4j.api`). */
const GROUP = /^(?:com|org|net|io|edu|gov|mil|info|biz|dev|app|me|ai|eu|[a-z]{2})(?:\.[A-Za-z0-9_-]+)+$/
const isGroup = (text: string | undefined): text is string =>
  text !== undefined && text.length <= MAX_WORD && GROUP.test(text)

/**
 * The group, where something says it. A bundle's symbolic name is group and artifact (bnd and Felix write it so), and so is an
 * artifact that is itself written as one; Maven's archiver writes the group as Implementation-Vendor-Id.
 */
function groupOf(
  manifest: ReadonlyMap<string, string>,
  { classifier }: FileName,
  artifact: string,
  classes: () => string,
): string | undefined {
  const symbolic = symbolicName(manifest)
  for (const said of [symbolic, manifest.get('extension-name'), manifest.get('automatic-module-name')]) {
    const name = classifier === '' ? said : said?.replace(`.${classifier}`, '')
    const group = name?.endsWith(`.${artifact}`) ? above(name) : undefined
    if (isGroup(group)) return group
  }
  const stated = [manifest.get('group-id'), manifest.get('implementation-vendor-id'), above(artifact)].find(isGroup)
  if (stated !== undefined) return stated
  // `com.google.inject.servlet` is `guice-servlet`, but `com.google.inject` is `guice`.
  if (isGroup(symbolic)) {
    const part = artifact.endsWith(symbolic.slice(above(symbolic).length + 1))
    const group = part ? above(symbolic) : symbolic
    if (isGroup(group)) return group
  }
  const titles = ['implementation-title', 'specification-title', 'implementation-vendor', 'specification-vendor']
  return titles.map((name) => manifest.get(name)).find(isGroup) ?? groupOfClasses(classes(), artifact)
}

/** Without its last label. */
const above = (name: string): string => name.slice(0, Math.max(0, name.lastIndexOf('.')))

/**
 * From the folder of the classes, where it agrees with the artifact: `org/slf4j` and `slf4j-api`, `com/jcraft/jsch` and `jsch`,
 * `ch/qos/logback/classic` and `logback-classic`.
 */
function groupOfClasses(folder: string, artifact: string): string | undefined {
  const labels = folder.split('/').filter((label) => label !== '')
  const words = artifact.toLowerCase().split(/[-_.]/)
  const first = labels.findIndex((label, index) => index > 0 && label.toLowerCase() === words[0])
  if (first < 0) return undefined
  const agree = labels.slice(first).every((label, index) => label.toLowerCase() === words[index])
  const single = words.length === 1
  const group = labels.slice(0, single ? first : first + 1).join('.')
  return agree && isGroup(group) ? group : undefined
}
