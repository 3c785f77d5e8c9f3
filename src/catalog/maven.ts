import type { Cataloger, ImageFile } from '../model/tree.ts'
import { isRegular } from './entry.ts'
import { listOf, type PackageList } from './format/finds.ts'
import { childOf, childrenOf, readXml, type XmlElement } from './format/xml.ts'

/** Where the pom.xml of an installed archive stands, which java.ts reads, and repositories of Debian, whose versions say `debian`. */
const ELSEWHERE = /(?:^|\/)META-INF\/|^usr\/share\/maven-repo\//
/** Rounds of putting in properties, which may name each other. */
const MAX_ROUNDS = 10

/**
 * Artifacts that a project's pom.xml asks for with a version (maven.apache.org/pom.html): its dependencies and those of the profiles that
 * are active by default, with the versions that its own dependencyManagement gives and its own properties put in. What a parent or a
 * bill of materials decides is not known here.
 */
export const maven: Cataloger = {
  name: 'maven',
  version: 1,
  body: true,
  packages: true,
  names: ['pom.xml'],
  wants: (path, entry) =>
    path.endsWith('pom.xml') &&
    (path === 'pom.xml' || path.endsWith('/pom.xml')) &&
    isRegular(entry) &&
    !ELSEWHERE.test(path),
  parse(file) {
    const list = listOf(file, 'maven')
    requiredBy(file, list)
    return list.read
  },
}

function requiredBy({ body }: ImageFile, list: PackageList): void {
  const project = readXml(body)
  if ('problem' in project) return list.malformed(project.line, `The file ${project.problem}`)
  if (project.name !== 'project') return list.malformed(project.line, 'The file is no project of Maven')
  const profiles = childrenOf(childOf(project, 'profiles'), 'profile').filter(
    (profile) => childOf(childOf(profile, 'activation'), 'activeByDefault')?.text === 'true',
  )
  const scopes = [project, ...profiles]
  const replace = interpolation(project, scopes)
  const read = (dependency: XmlElement): Dependency => {
    const text = (name: string) => replace(childOf(dependency, name)?.text ?? '')
    return {
      group: text('groupId'),
      artifact: text('artifactId'),
      version: text('version'),
      scope: text('scope'),
      line: dependency.line,
    }
  }
  const managed = new Map<string, string>()
  for (const scope of scopes)
    for (const one of dependenciesOf(childOf(scope, 'dependencyManagement')).map(read))
      if (one.scope !== 'import') managed.set(`${one.group}:${one.artifact}`, one.version)
  const named = new Set<string>()
  for (const one of scopes.flatMap(dependenciesOf).map(read)) {
    const name = `${one.group}:${one.artifact}`
    const version = exact(one.version || (managed.get(name) ?? ''))
    if (
      one.group === '' ||
      one.artifact === '' ||
      /[\s${}]/.test(name) ||
      version === '' ||
      named.has(`${name} ${version}`)
    )
      continue
    named.add(`${name} ${version}`)
    list.add(name, version, one.line, { declared: true })
  }
}

interface Dependency {
  readonly group: string
  readonly artifact: string
  readonly version: string
  readonly scope: string
  readonly line: number
}

const dependenciesOf = (scope: XmlElement | undefined): readonly XmlElement[] =>
  childrenOf(childOf(scope, 'dependencies'), 'dependency')

/** `[1.0]` is 1.0; other ranges, and properties that nobody set here, are no version. */
const exact = (version: string): string => {
  const text = /^\[([^,[\]()]+)\]$/.exec(version)?.[1] ?? version
  return /[\s,[\]()${}]/.test(text) ? '' : text
}

/** Puts `${properties}` in: those of the project, its own coordinates and its parent's. */
function interpolation(project: XmlElement, scopes: readonly XmlElement[]): (text: string) => string {
  const values = new Map<string, string>()
  const parent = childOf(project, 'parent')
  for (const key of ['groupId', 'artifactId', 'version']) {
    const inherited = childOf(parent, key)?.text
    const own = childOf(project, key)?.text ?? inherited
    if (inherited !== undefined)
      for (const prefix of ['project.parent.', 'parent.']) values.set(prefix + key, inherited)
    if (own !== undefined) for (const prefix of ['project.', 'pom.', '']) values.set(prefix + key, own)
  }
  for (const scope of scopes)
    for (const { name, text } of childOf(scope, 'properties')?.children ?? []) values.set(name, text)
  return (text) => {
    let result = text
    for (let round = 0; round < MAX_ROUNDS && result.includes('${') && result.length < 4096; round++)
      result = result.replace(/\$\{([^{}]+)\}/g, (all, key: string) => values.get(key.trim()) ?? all)
    return result
  }
}
