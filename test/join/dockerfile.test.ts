/** Dockerfiles as images of a scan: alone, and as what containers are built from. */
import { mkdirSync, mkdtempSync, rmSync, symlinkSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { dirname, join } from 'node:path'
import { afterEach, beforeEach, describe, expect, it } from 'vitest'
import { take, type Inventory } from '../../src/scan.ts'
import { showPlace } from '../../src/model/place.ts'
import type { ReadOptions } from '../../src/dialect/dialect.ts'

const home = process.cwd()
let folder = ''
beforeEach(() => {
  folder = mkdtempSync(join(tmpdir(), 'plimsoll-build-'))
  process.chdir(folder)
})
afterEach(() => {
  process.chdir(home)
  rmSync(folder, { recursive: true, force: true })
})
function write(files: Readonly<Record<string, string>>): void {
  for (const [path, text] of Object.entries(files)) {
    mkdirSync(dirname(path), { recursive: true })
    writeFileSync(path, text)
  }
}
const scanned = (read: ReadOptions = {}, ...targets: readonly string[]): Promise<Inventory> =>
  take({ targets: targets.length > 0 ? targets : ['.'], read })
const idsOf = ({ images }: Inventory): readonly string[] => images.map(({ id }) => id)
const noticesOf = ({ notices }: Inventory): readonly string[] =>
  notices.map(({ id }) => id).filter((id) => id !== 'image-not-built')
/** User id of each subject, with where that is said. */
const users = ({ subjects }: Inventory): Readonly<Record<string, string>> =>
  Object.fromEntries(
    subjects.map(({ id, container: { user } }) => [
      id,
      user.uid.how === 'unknown' ? `? ${user.uid.because}` : `${user.uid.value} ${showPlace(user.uid.place)}`,
    ]),
  )

describe('a Dockerfile by itself', () => {
  it('is an image of the scan, with a name of its own', async () => {
    write({
      Dockerfile: 'FROM scratch\nUSER 5',
      'web/Dockerfile': 'FROM scratch\n',
      'api/web/Dockerfile': 'FROM scratch\n',
      'web/Dockerfile.prod': 'FROM scratch\n',
      'job.Dockerfile': 'FROM scratch\n',
    })
    const inventory = await scanned()
    expect(idsOf(inventory)).toEqual(['Dockerfile', 'web', 'job', 'web-2', 'prod'])
    expect(inventory.targets).toEqual([{ name: '.', kind: 'dockerfile', containers: 0, images: 5 }])
    expect(users(inventory)['Dockerfile']).toBe('5 Dockerfile:2:6')
  })
  it('is read by its prefix, from standard input too', async () => {
    write({ 'x.txt': 'FROM scratch\nUSER 5' })
    expect(users(await scanned({}, 'dockerfile:x.txt'))).toEqual({ 'x.txt': '5 x.txt:2:6' })
    async function* stdin() {
      yield Buffer.from('FROM scratch\nUSER 7')
    }
    expect(users(await take({ targets: ['-'], stdin: stdin() }))).toEqual({ stdin: '7 stdin:2:6' })
  })
  it('is judged at the stage that is asked for', async () => {
    write({ Dockerfile: 'FROM scratch AS dev\nUSER 1\nFROM scratch\nUSER 2', 'b/Dockerfile': 'FROM scratch\nUSER 3' })
    const inventory = await scanned({ stage: 'dev' })
    expect(users(inventory)).toEqual({ 'Dockerfile-dev': '1 Dockerfile:2:6', b: '3 b/Dockerfile:2:6' })
    expect(noticesOf(inventory)).toEqual([])
    expect(noticesOf(await scanned({ stage: 'no' }, 'Dockerfile'))).toEqual(['dockerfile-invalid'])
  })
  it('is not what only begins with FROM, or is called so', async () => {
    write({
      'Dockerfile.md': '# FROM here\nA text about Dockerfiles',
      'Dockerfile.dockerignore': 'node_modules',
      'dockerfile_lint.py': 'import x',
      'web/Dockerfile': 'FROM scratch',
    })
    expect(idsOf(await scanned())).toEqual(['web'])
  })
  it('that is broken is said to be', async () => {
    write({ Dockerfile: 'FROM scratch\nFOO', 'b/Dockerfile': 'USER 5' })
    expect(noticesOf(await scanned())).toEqual(['dockerfile-invalid', 'dockerfile-invalid', 'dockerfile-invalid'])
  })
})

describe('a service that is built here', () => {
  it('runs what its Dockerfile says, which is judged once', async () => {
    write({
      'compose.yaml': 'services:\n  web:\n    build: ./web\n  own:\n    build: web\n    user: "9"',
      'web/Dockerfile': 'FROM scratch\nUSER 5',
    })
    const inventory = await scanned()
    expect(idsOf(inventory)).toEqual(['web'])
    expect(users(inventory)).toEqual({ web: '5 web/Dockerfile:2:6', own: '9 compose.yaml:6:5' })
    expect(noticesOf(inventory)).toEqual([])
  })
  it('is read with its stage and arguments, and without being met', async () => {
    write({
      'a/compose.yaml': `services:
  dev:
    build: { context: ., dockerfile: x/My.file, target: dev, args: { U: "7" } }
  other:
    build: { context: ., dockerfile: x/My.file, target: dev, args: [U=8] }
  outside:
    build: { context: ., dockerfile: x/My.file, target: dev, args: [U] }
  last:
    build: { context: ., dockerfile: x/My.file }
`,
      'a/x/My.file': 'FROM scratch AS dev\nARG U=1\nUSER $U\nFROM dev\nARG V\nUSER 2$V',
    })
    expect(users(await scanned({}, 'a/compose.yaml'))).toEqual({
      dev: '7 a/x/My.file:3:6',
      other: '8 a/x/My.file:3:6',
      outside: '? the build argument U is given from outside',
      last: '2 a/x/My.file:6:6',
    })
  })
  it('may hold its Dockerfile itself', async () => {
    write({
      'compose.yaml':
        'services:\n  web:\n    build:\n      dockerfile_inline: |\n        FROM scratch\n        USER 5\n      context: .\n',
    })
    const inventory = await scanned()
    expect(users(inventory)).toEqual({ web: '5 compose.yaml:6:14' })
    expect(idsOf(inventory)).toEqual(['web'])
  })
  it('is built on what another service is built to', async () => {
    write({
      'compose.yaml': `services:
  base: { build: base, image: "shop/base:1" }
  web: { build: web }
  same: { image: "shop/base:1" }
`,
      'base/Dockerfile': 'FROM scratch\nENV A=5\nONBUILD ENV B=6\nWORKDIR /w\nUSER $A',
      'web/Dockerfile': 'FROM shop/base:1\nWORKDIR x\nENV C=$A$B$D',
    })
    const { subjects } = await scanned()
    const web = subjects.find(({ id }) => id === 'web')
    expect(users({ ...(await scanned()) })).toMatchObject({
      web: '5 web/Dockerfile:1:1',
      same: '5 base/Dockerfile:5:6',
    })
    expect(web?.image.user).toMatchObject({ how: 'derived', value: '5' })
    expect(web?.image.workingDirectory).toMatchObject({ value: '/w/x' })
    const environment = web?.container.environment
    const values =
      environment && environment.how !== 'unknown'
        ? environment.value.map(({ facts: { name, value } }) => [
            name.how === 'unknown' ? '?' : name.value,
            value.how === 'unknown' ? '?' : value.value,
          ])
        : []
    expect(Object.fromEntries(values)).toEqual({ A: '5', B: '6', C: '56' })
  })
  it('of a Dockerfile that is not there, or lies outside, runs an image that is not known', async () => {
    write({
      'out/Dockerfile': 'FROM scratch\nUSER 5',
      'in/compose.yaml': 'services:\n  web: { build: ../out }\n  no: { build: gone }\n',
    })
    process.chdir('in')
    symlinkSync('../out/Dockerfile', 'Dockerfile')
    write({ 'more/compose.yaml': 'services:\n  link: { build: .. }\n' })
    const inventory = await scanned({}, 'compose.yaml', 'more/compose.yaml')
    const left = '? the user is left to the image, which was not given'
    expect(users(inventory)).toEqual({ web: left, no: left, link: left })
    expect(noticesOf(inventory)).toEqual(['dockerfile-missing', 'dockerfile-missing', 'dockerfile-missing'])
    expect(inventory.notices.every(({ lost }) => !lost)).toBe(true)
  })
  it('that is built on itself ends', async () => {
    write({
      'compose.yaml': 'services:\n  a: { build: a, image: "x:1" }\n  b: { build: b, image: "y:1" }\n',
      'a/Dockerfile': 'FROM y:1',
      'b/Dockerfile': 'FROM x:1\nUSER 5',
    })
    expect(users(await scanned())['a']).toBe('5 a/Dockerfile:1:1')
  })
  it('may run an image that is given instead', async () => {
    write({ Dockerfile: 'FROM scratch\nUSER 5', 'compose.yaml': 'services:\n  web: { image: "web:1" }\n' })
    const inventory = await take({ targets: ['compose.yaml'], images: new Map([['web', 'Dockerfile']]) })
    expect(users(inventory)).toEqual({ web: '5 Dockerfile:2:6' })
  })
})
