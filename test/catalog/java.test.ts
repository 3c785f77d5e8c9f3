import { execFileSync } from 'node:child_process'
import { existsSync, globSync, mkdirSync, mkdtempSync, readFileSync, rmSync, statSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { unzipSync, zipSync, type Zippable } from 'fflate'
import { afterAll, describe, expect, test } from 'vitest'
import { java } from '../../src/catalog/java.ts'
import { parseFileName } from '../../src/catalog/java/filename.ts'
import { works } from '../support/works.ts'
import { fileOf, told } from './file.ts'

type Files = Readonly<Record<string, string | Uint8Array>>
/** An archive; those in it are stored, as Spring Boot stores them, where `level` is 0. */
const jar = (files: Files, level: 0 | 6 = 6): Buffer =>
  Buffer.from(
    zipSync(
      Object.fromEntries(
        Object.entries(files).map(([name, body]) => [
          name,
          typeof body === 'string' ? new Uint8Array(Buffer.from(body)) : body,
        ]),
      ) satisfies Zippable,
      { level },
    ),
  )
const pom = (group: string, artifact: string, version: string): Files => ({
  [`META-INF/maven/${group}/${artifact}/pom.properties`]: `#Generated\nversion=${version}\ngroupId=${group}\nartifactId=${artifact}\n`,
})
const manifest = (...lines: readonly string[]): Files => ({
  'META-INF/MANIFEST.MF': ['Manifest-Version: 1.0', ...lines, '', ''].join('\r\n'),
})
const classes = (...names: readonly string[]): Files => Object.fromEntries(names.map((name) => [`${name}.class`, 'x']))

function read(path: string, body: Buffer | string) {
  const { value, notices } = java.parse(fileOf(path, body))
  const packages = (value.packages ?? []).map(
    ({ name, version, qualifiers }) => `${name} ${version}${qualifiers ? `!${qualifiers['classifier']}` : ''}`,
  )
  return { packages: packages.toSorted(), told: told(notices), messages: notices.map((notice) => notice.message) }
}
const packages = (path: string, files: Files) => read(path, jar(files)).packages
const lost = ['java-archive-unreadable 1 lost']

describe('what an archive is', () => {
  test.each<[string, string, Files, readonly string[]]>([
    ['its pom says', 'a-1.0.jar', pom('org.x', 'a', '1.0'), ['org.x:a 1.0']],
    ['renamed', 'lib/renamed.jar', pom('org.x', 'a', '1.0'), ['org.x:a 1.0']],
    [
      'renamed, and its manifest agrees',
      'renamed.jar',
      {
        ...pom('com.google.code.gson', 'gson', '2.10.1'),
        ...manifest('Bundle-SymbolicName: com.google.gson', 'Bundle-Version: 2.10.1'),
      },
      ['com.google.code.gson:gson 2.10.1'],
    ],
    ['with a classifier', 'a-1.0-linux-x86_64.jar', pom('org.x', 'a', '1.0'), ['org.x:a 1.0!linux-x86_64']],
    [
      'of a snapshot that was deployed',
      'a-1.0-20240101.120000-3.jar',
      pom('org.x', 'a', '1.0-SNAPSHOT'),
      ['org.x:a 1.0-SNAPSHOT'],
    ],
    ['with its group in the name', 'org.x.a-1.0.jar', pom('org.x', 'a', '1.0'), ['org.x:a 1.0']],
    [
      'shaded: all that is in it, and itself',
      'a-1.0.jar',
      { ...pom('org.x', 'a', '1.0'), ...pom('org.y', 'b', '2.0'), ...pom('org.z', 'c', '3.0') },
      ['org.x:a 1.0', 'org.y:b 2.0', 'org.z:c 3.0'],
    ],
    [
      'shaded, with no pom of its own',
      'tool-1.0.jar',
      { ...pom('org.y', 'b', '2.0'), ...manifest('Implementation-Vendor-Id: org.tool', 'Implementation-Version: 1.0') },
      ['org.tool:tool 1.0', 'org.y:b 2.0'],
    ],
    [
      'shaded, with the manifest of what is in it',
      'hadoop-client-3.3.6.jar',
      {
        ...pom('org.y', 'b', '1.1'),
        ...pom('org.z', 'c', '1.1'),
        ...manifest('Implementation-Vendor-Id: org.y', 'Implementation-Version: 1.1'),
        ...classes('org/apache/hadoop/a/A', 'org/apache/hadoop/b/B'),
      },
      ['org.apache.hadoop:hadoop-client 3.3.6', 'org.y:b 1.1', 'org.z:c 1.1'],
    ],
    [
      'a pom.xml without properties',
      'a-1.0.jar',
      {
        'META-INF/maven/org.x/a/pom.xml':
          '<project><parent><groupId>org.x</groupId><version>1.0</version></parent><artifactId>a</artifactId></project>',
      },
      ['org.x:a 1.0'],
    ],
    [
      'a pom.xml beside properties says nothing more',
      'a-1.0.jar',
      {
        ...pom('org.x', 'a', '1.0'),
        'META-INF/maven/org.x/a/pom.xml': '<project><artifactId>other</artifactId></project>',
      },
      ['org.x:a 1.0'],
    ],
    ['properties that nobody filled in', 'a-1.0.jar', pom('${project.groupId}', 'a', '${version}'), ['a:a 1.0']],
    [
      'a bundle',
      'a-1.0.jar',
      manifest('Bundle-SymbolicName: org.x.a;singleton:=true', 'Bundle-Version: 1.0.0'),
      ['org.x:a 1.0'],
    ],
    [
      'a bundle without a version in its name',
      'a.jar',
      manifest('Bundle-SymbolicName: org.x.a', 'Bundle-Version: 1.0.0'),
      ['org.x:a 1.0.0'],
    ],
    [
      'a bundle that is more than its file’s name',
      'catalina.jar',
      manifest('Bundle-SymbolicName: org.apache.tomcat-catalina', 'Implementation-Version: 9.0.70'),
      ['org.apache.tomcat:tomcat-catalina 9.0.70'],
    ],
    [
      'an artifact that is a name of packages',
      'org.eclipse.sisu.inject-0.3.5.jar',
      {},
      ['org.eclipse.sisu:org.eclipse.sisu.inject 0.3.5'],
    ],
    [
      'a title of one word',
      'app.jar',
      manifest('Implementation-Title: demo', 'Implementation-Version: 0.0.1'),
      ['demo:demo 0.0.1'],
    ],
    [
      'classes that agree with the name',
      'jsch-0.1.55.jar',
      classes('com/jcraft/jsch/A', 'com/jcraft/jsch/jce/B'),
      ['com.jcraft:jsch 0.1.55'],
    ],
    [
      'classes that agree with the beginning of the name',
      'slf4j-api-1.7.36.jar',
      classes('org/slf4j/A', 'org/slf4j/spi/B'),
      ['org.slf4j:slf4j-api 1.7.36'],
    ],
    ['classes that do not', 'x-1.jar', classes('org/y/A', 'net/z/B'), ['x:x 1']],
    [
      'a well-known family',
      'spring-beans-6.1.13.jar',
      classes('org/springframework/beans/A'),
      ['org.springframework:spring-beans 6.1.13'],
    ],
    ['no version anywhere', 'native.jar', manifest('Implementation-Title: native'), []],
    ['a version that is none', 'x.jar', manifest('Implementation-Version: r123; 2011-01-01'), []],
    [
      'of the JDK',
      'jrt-fs.jar',
      manifest('Implementation-Title: Java Runtime Environment', 'Implementation-Version: 17.0.1'),
      [],
    ],
    [
      'a plug-in of Jenkins',
      'git.hpi',
      manifest('Short-Name: git', 'Group-Id: org.jenkins-ci.plugins', 'Plugin-Version: 5.0'),
      ['org.jenkins-ci.plugins:git 5.0'],
    ],
    [
      'an application’s own classes',
      'app.war',
      { 'WEB-INF/classes/META-INF/maven/org.x/a/pom.properties': 'groupId=org.x\nartifactId=a\nversion=1\n' },
      ['org.x:a 1'],
    ],
    [
      'what an archetype or a test keeps is no artifact of it',
      'a-1.0.jar',
      {
        ...pom('org.x', 'a', '1.0'),
        'archetype-resources/META-INF/maven/g/b/pom.properties': 'groupId=g\nartifactId=b\nversion=1\n',
      },
      ['org.x:a 1.0'],
    ],
  ])('%s', (_, path, files, expected) => {
    expect(read(path, jar(files))).toEqual({ packages: [...expected].toSorted(), told: [], messages: [] })
  })
  test('properties as java.util.Properties writes them', () => {
    const text = '! c\r\n groupId : org.x \r\nartifactId a\r\nversion=1.0\r\n'
    expect(packages('a-1.0.jar', { 'META-INF/maven/org.x/a/pom.properties': text })).toEqual(['org.x:a 1.0'])
  })
  test('a manifest’s lines are cut after 72 bytes', () => {
    const files = manifest(
      'Bundle-SymbolicName: org.x.a',
      'Implementation-Version: 1',
      ' .2',
      'Name: x',
      '',
      'Implementation-Version: 3',
    )
    expect(packages('a.jar', files)).toEqual(['org.x:a 1.2'])
  })
  test('licences of the pom, else of the manifest', () => {
    const licences = (files: Files) => java.parse(fileOf('a-1.0.jar', jar(files))).value.packages?.[0]?.licences
    const xml = '<project><licenses><license><name>Apache-2.0</name></license></licenses></project>'
    const of = manifest('Bundle-License: "MIT";link="https://x.org/a,b", https://x.org/c')
    expect(licences({ ...pom('org.x', 'a', '1.0'), 'META-INF/maven/org.x/a/pom.xml': xml, ...of })).toEqual([
      'Apache-2.0',
    ])
    expect(licences({ ...pom('org.x', 'a', '1.0'), ...of })).toEqual(['MIT'])
  })
})

test.each([
  ['guava-31.1-jre', 'guava', '31.1-jre', ''],
  ['log4j-1.2-api-2.17.1', 'log4j-1.2-api', '2.17.1', ''],
  ['kafka_2.13-3.5.1', 'kafka_2.13', '3.5.1', ''],
  [
    'netty-transport-native-epoll-4.1.94.Final-linux-x86_64',
    'netty-transport-native-epoll',
    '4.1.94.Final',
    'linux-x86_64',
  ],
  ['lwjgl-3.3.1-natives-linux', 'lwjgl', '3.3.1', 'natives-linux'],
  ['a-1.0-beta-3', 'a', '1.0-beta-3', ''],
  ['a-1.0-20240101.120000-3-sources', 'a', '1.0-20240101.120000-3', 'sources'],
  ['zipkin-storage-mysql-v1-3.4.2', 'zipkin-storage-mysql-v1', '3.4.2', ''],
  ['bcprov-jdk15on-1.70', 'bcprov-jdk15on', '1.70', ''],
  ['log4j-over-slf4j', 'log4j-over-slf4j', '', ''],
  ['-1', '-1', '', ''],
  ['', '', '', ''],
])('the name %s', (stem, artifact, version, classifier) => {
  expect(parseFileName(stem)).toEqual({
    artifact: stem === '-1' ? '' : artifact,
    version: stem === '-1' ? '1' : version,
    classifier,
  })
})

describe('archives in archives', () => {
  const inner = jar(pom('org.x', 'a', '1.0'))
  test.each([0, 6] as const)('level %i: libraries of a web archive in an enterprise archive', (level) => {
    const war = jar({ 'WEB-INF/lib/a-1.0.jar': inner, 'WEB-INF/lib/b-2.0-tests.jar': jar({ x: 'y' }) }, level)
    expect(read('x.ear', jar({ 'w-3.war': war }, level))).toEqual({
      packages: ['b:b 2.0!tests', 'org.x:a 1.0', 'w:w 3'],
      told: [],
      messages: [],
    })
  })
  test('a launch script before a Spring Boot application', () => {
    const boot = jar({ 'BOOT-INF/lib/a-1.0.jar': inner, ...pom('org.app', 'app', '2.0') }, 0)
    expect(read('app.jar', Buffer.concat([Buffer.from('#!/bin/bash\n'), boot])).packages).toEqual([
      'org.app:app 2.0',
      'org.x:a 1.0',
    ])
  })
  test('too deep is told', () => {
    let deep = inner
    for (let i = 0; i < 9; i++) deep = jar({ 'a.jar': deep })
    const { packages: none, told: notices, messages } = read('x.jar', deep)
    expect(none).toEqual([])
    expect(notices).toEqual(lost)
    expect(messages[0]).toContain('more than 8 archives deep')
  })
  test('one that cannot be read is told with its name, and the others are read', () => {
    const { packages: found, messages } = read(
      'x.war',
      jar({ 'lib/bad\u001b\n.jar': 'no archive', 'lib/a-1.0.jar': inner }),
    )
    expect(found).toEqual(['org.x:a 1.0'])
    expect(messages).toEqual([expect.stringMatching(/^In the archive, lib\/bad\.jar has no directory at its end/)])
  })
  test('a bomb in it ends at the limit', () => {
    const bomb = jar({ 'META-INF/MANIFEST.MF': 'A: b\r\n'.repeat(2 ** 21) })
    expect(read('x.war', jar({ 'bomb.jar': bomb })).told).toEqual(lost)
  })
})

describe('what is no archive', () => {
  test('is told', () => {
    expect(read('x.jar', 'This is not a jar file, though it is called one.').told).toEqual(lost)
    const body = jar(pom('org.x', 'a', '1.0'))
    for (let end = 0; end < body.length; end++) {
      const { packages: found, told: notices } = read('a.jar', body.subarray(0, end))
      expect([found, notices]).toEqual([[], lost])
    }
  })
  test('RAR archives have an ending of Java’s', () => {
    expect(read('x.rar', `Rar!\x1a\x07\x01\0${'x'.repeat(50)}`)).toEqual({ packages: [], told: [], messages: [] })
  })
  test('every byte turned over is read without a crash', () => {
    const body = jar(
      { ...pom('org.x', 'a', '1.0'), ...manifest('Implementation-Version: 1'), 'b-1.jar': jar({ x: 'y' }) },
      0,
    )
    for (let at = 0; at < body.length; at++) {
      const other = Buffer.from(body)
      other[at] = (other[at] ?? 0) ^ 0xff
      expect(() => read('a.jar', other)).not.toThrow()
    }
  })
})

test('an application that was unpacked keeps its properties', () => {
  const path = 'app/META-INF/maven/org.x/a/pom.properties'
  expect(java.wants(path, fileOf(path, 'x').entry)).toBe(true)
  expect(read(path, 'groupId=org.x\nartifactId=a\nversion=1\n').packages).toEqual(['org.x:a 1'])
})

/** `/usr/share/java` is full where Debian's Maven is installed. Its poms stand beside its archives: `/usr/share/maven-repo`. */
const SHARE = '/usr/share/java'
const debian = existsSync(SHARE)
  ? globSync('*.jar', { cwd: SHARE }).filter((name) => statSync(join(SHARE, name)).isFile())
  : []
if (debian.length < 10) console.log('catalog: no archives of Debian: not compared')
describe.skipIf(debian.length < 10)('archives of Debian', () => {
  test.each(debian)('%s: all of its pom.properties, and at most itself besides', (name) => {
    const body = readFileSync(join(SHARE, name))
    const expected = Object.entries(
      unzipSync(body, { filter: (file) => /^META-INF\/maven\/.*\/pom\.properties$/.test(file.name) }),
    )
      .map(([, text]) => Buffer.from(text).toString())
      .map((text) =>
        ['groupId', 'artifactId', 'version'].map((key) => new RegExp(`^${key}=(.*)$`, 'm').exec(text)?.[1]?.trim()),
      )
      .map(([group, artifact, version]) => `${group}:${artifact} ${version}`)
    const { packages: found, told: notices } = read(name, body)
    expect(notices).toEqual([])
    expect(found).toEqual(expect.arrayContaining(expected))
    expect(found.length - new Set(expected).size).toBeLessThanOrEqual(1)
  })
})

/** What Maven itself builds: `mvn package` with the plug-ins of its own distribution needs its repository. */
const folder = mkdtempSync(join(tmpdir(), 'plimsoll-java-'))
afterAll(() => rmSync(folder, { recursive: true, force: true }))
const JAR = works('jar', '--version')
test.skipIf(!JAR)(
  'an archive that the JDK’s jar writes, with one in it',
  () => {
    mkdirSync(join(folder, 'META-INF/maven/org.x/a'), { recursive: true })
    mkdirSync(join(folder, 'lib'))
    writeFileSync(join(folder, 'META-INF/maven/org.x/a/pom.properties'), 'groupId=org.x\nartifactId=a\nversion=1.0\n')
    writeFileSync(join(folder, 'manifest'), 'Implementation-Version: 2.0\nImplementation-Vendor-Id: org.y\n')
    execFileSync('jar', ['cf', 'lib/a-1.0.jar', 'META-INF'], { cwd: folder })
    execFileSync('jar', ['cfm', 'b-2.0.jar', 'manifest', 'lib'], { cwd: folder })
    execFileSync('jar', ['cf0m', 'stored-2.0.jar', 'manifest', 'lib'], { cwd: folder })
    expect(read('b-2.0.jar', readFileSync(join(folder, 'b-2.0.jar'))).packages).toEqual(['org.x:a 1.0', 'org.y:b 2.0'])
    expect(read('b-2.0.jar', readFileSync(join(folder, 'stored-2.0.jar'))).packages).toEqual([
      'org.x:a 1.0',
      'org.y:b 2.0',
    ])
  },
  60_000,
)
