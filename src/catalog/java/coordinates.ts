/** What Maven calls an artifact: group, artifact and version (maven.apache.org/pom.html#Maven_Coordinates). */
import { MAX_WORD } from '../complaints.ts'
import { childOf, readXml, type XmlElement } from '../format/xml.ts'

export interface Coordinates {
  readonly group: string
  readonly artifact: string
  readonly version: string
  /** `linux-x86_64`, `tests`: of the files of one artifact the one that is meant. */
  readonly classifier?: string
  readonly licences?: readonly string[]
}

/** Letters, digits, `-`, `_`, `.` (Maven's DefaultModelValidator); a `${property}` that nobody replaced is none. */
const ID = /^[\w.-]+$/
export const isVersion = (text: string): boolean =>
  text !== '' && text.length <= MAX_WORD && !/[\s${}<>"\\/]/.test(text)

/** The three, where they are usable. */
export function coordinatesOf(group = '', artifact = '', version = ''): Coordinates | undefined {
  const usable = ID.test(group) && ID.test(artifact) && isVersion(version)
  return usable && group.length <= MAX_WORD && artifact.length <= MAX_WORD ? { group, artifact, version } : undefined
}

/** pom.properties, as Maven's archiver writes it: a text of java.util.Properties with `groupId`, `artifactId` and `version`. */
export function readPomProperties(body: Buffer): Coordinates | undefined {
  const values = new Map<string, string>()
  for (const line of body.toString('latin1').split(/\r\n|\n|\r/, 1000)) {
    const match = /^[ \t\f]*([A-Za-z]+)[ \t\f]*[=: \t\f][ \t\f]*(.*?)[ \t\f]*$/.exec(line.slice(0, 2 * MAX_WORD))
    if (match?.[1] !== undefined) values.set(match[1], match[2] ?? '')
  }
  return coordinatesOf(values.get('groupId'), values.get('artifactId'), values.get('version'))
}

/** Those of a pom.xml's own artifact; group and version are the parent's where it has none. */
export function readPom(body: Buffer): Coordinates | undefined {
  const project = readXml(body)
  if ('problem' in project) return undefined
  const parent = childOf(project, 'parent')
  const text = (name: string) => childOf(project, name)?.text ?? childOf(parent, name)?.text
  const found = coordinatesOf(text('groupId'), childOf(project, 'artifactId')?.text, text('version'))
  const licences = licencesIn(childOf(project, 'licenses'))
  return found && licences.length > 0 ? { ...found, licences } : found
}

/** Those that a pom.xml states, without reading the rest of it. */
export function licencesOfPom(body: Buffer): readonly string[] {
  const from = body.indexOf('<licenses>')
  const end = body.indexOf('</licenses>', from)
  if (from < 0 || end < 0) return []
  const licenses = readXml(body.subarray(from, end + '</licenses>'.length))
  return 'problem' in licenses ? [] : licencesIn(licenses)
}

const licencesIn = (licenses: XmlElement | undefined): readonly string[] =>
  (licenses?.children ?? [])
    .slice(0, 20)
    .map((licence) => childOf(licence, 'name')?.text ?? '')
    .filter((name) => name !== '' && name.length <= MAX_WORD)
