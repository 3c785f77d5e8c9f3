import { spawnSync } from 'node:child_process'
import { existsSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterAll, describe, expect, test } from 'vitest'
import { java } from '../../src/catalog/java.ts'
import { works } from '../support/works.ts'
import { fileOf } from './file.ts'

/** Archives of Maven Central, of every kind that tells of itself in another way: `group:artifact:version[:classifier]`. */
const ARTIFACTS: readonly (readonly [artifact: string, packages: readonly string[]])[] = [
  ['com.google.code.gson:gson:2.10.1', ['com.google.code.gson:gson 2.10.1']],
  // No properties of Maven: a build of Gradle, classes that agree with the name, and a bundle.
  ['org.springframework:spring-beans:5.3.30', ['org.springframework:spring-beans 5.3.30']],
  ['com.jcraft:jsch:0.1.55', ['com.jcraft:jsch 0.1.55']],
  ['org.postgresql:postgresql:42.5.0', ['org.postgresql:postgresql 42.5.0']],
  // A classifier is no part of the version.
  [
    'io.netty:netty-transport-native-epoll:4.1.94.Final:linux-x86_64',
    ['io.netty:netty-transport-native-epoll 4.1.94.Final linux-x86_64'],
  ],
  ['org.apache.logging.log4j:log4j-1.2-api:2.17.1', ['org.apache.logging.log4j:log4j-1.2-api 2.17.1']],
  // Shaded: itself, and what is in it.
  [
    'org.apache.maven.wagon:wagon-http:3.5.3:shaded',
    [
      'commons-codec:commons-codec 1.15',
      'org.apache.httpcomponents:httpclient 4.5.14',
      'org.apache.httpcomponents:httpcore 4.4.16',
      'org.apache.maven.wagon:wagon-http 3.5.3 shaded',
      'org.apache.maven.wagon:wagon-http-shared 3.5.3',
    ],
  ],
]

const folder = mkdtempSync(join(tmpdir(), 'plimsoll-maven-'))
afterAll(() => rmSync(folder, { recursive: true, force: true }))

/** Has Maven copy them all into the folder; false where it cannot. */
function copied(): boolean {
  if (!works('mvn', '--version')) return false
  const tag = (name: string, text: string) => `<${name}>${text}</${name}>`
  const items = ARTIFACTS.map(([artifact]) => {
    const [group = '', name = '', version = '', classifier] = artifact.split(':')
    return tag(
      'artifactItem',
      `${tag('groupId', group)}${tag('artifactId', name)}${tag('version', version)}${classifier === undefined ? '' : tag('classifier', classifier)}`,
    )
  })
  const plugin = `<groupId>org.apache.maven.plugins</groupId><artifactId>maven-dependency-plugin</artifactId><version>3.6.0</version>
<configuration><outputDirectory>out</outputDirectory><artifactItems>${items.join('\n')}</artifactItems></configuration>`
  writeFileSync(
    join(folder, 'pom.xml'),
    `<project><modelVersion>4.0.0</modelVersion><groupId>x</groupId><artifactId>x</artifactId><version>1</version><packaging>pom</packaging>
<build><plugins>${tag('plugin', plugin)}</plugins></build></project>`,
  )
  const { status } = spawnSync('mvn', ['-q', '-B', 'dependency:copy'], {
    cwd: folder,
    stdio: 'ignore',
    timeout: 240_000,
  })
  return status === 0
}
const there = copied()
if (!there) console.log('catalog: no Maven, or Maven Central is out of reach: its archives were not read')

describe.skipIf(!there)('archives of Maven Central', () => {
  test.each(ARTIFACTS)('%s', (artifact, packages) => {
    const path = join(folder, 'out', `${artifact.split(':').slice(1).join('-')}.jar`)
    expect(existsSync(path)).toBe(true)
    const { value, notices } = java.parse(fileOf(path.slice(1), readFileSync(path)))
    expect(notices).toEqual([])
    const found = (value.packages ?? []).map(({ name, version, qualifiers = {} }) =>
      [name, version, ...Object.values(qualifiers)].join(' '),
    )
    expect(found.toSorted()).toEqual(packages)
  })
})
