import { existsSync, globSync, readFileSync } from 'node:fs'
import { dirname } from 'node:path'
import { Readable } from 'node:stream'
import { gunzipSync } from 'node:zlib'
import { extract } from 'tar-stream'
import { beforeAll, describe, expect, test } from 'vitest'
import { imageContent } from '../../src/catalog/facts.ts'
import { packagesOf as joined } from '../../src/catalog/packages.ts'
import { catalogers } from '../../src/catalog/index.ts'
import type { Catalogued, ImageFile } from '../../src/model/tree.ts'
import { fileOf, packagesOf } from './file.ts'

const CORPORA = '../shared/corpora'
const absent = !existsSync(CORPORA)
if (absent) console.log(`catalog: no corpora at ${CORPORA}: real file systems are not read`)

/** The files of a compressed tar archive: enough for an archive that we trust. */
async function filesOf(path: string): Promise<readonly ImageFile[]> {
  const files: ImageFile[] = []
  const archive = extract()
  Readable.from([gunzipSync(readFileSync(path))]).pipe(archive)
  for await (const member of archive) {
    const chunks: Buffer[] = []
    for await (const chunk of member) if (chunk instanceof Uint8Array) chunks.push(Buffer.from(chunk))
    const { name, mode = 0, uid = 0, gid = 0, type, linkname } = member.header
    const clean = name.replace(/^\.?\//, '').replace(/\/$/, '')
    if (type !== 'file' && type !== 'directory' && type !== 'symlink') continue
    files.push(fileOf(clean, Buffer.concat(chunks), { mode, uid, gid, type, ...(linkname && { link: linkname }) }))
  }
  return files
}

const roots = absent ? [] : globSync(`${CORPORA}/images/data/alpine-minirootfs/*.tar.gz`).toSorted()
for (const path of roots) {
  describe(path, () => {
    const finds: Catalogued['finds'][number][] = []
    const notices: string[] = []
    let files: readonly ImageFile[] = []
    beforeAll(async () => {
      files = await filesOf(path)
      for (const file of files) {
        for (const cataloger of catalogers) {
          if (cataloger.unowned || !cataloger.wants(file.path, file.entry)) continue
          const read = cataloger.parse(file)
          finds.push({ file, cataloger: cataloger.name, finds: read.value })
          notices.push(...read.notices.map((notice) => `${notice.id} ${notice.place.file}`))
        }
      }
    })

    test('packages, accounts, groups and files are those that a plain reading gives, and nothing is complained about', () => {
      const textOf = (name: string) => files.find((file) => file.path === name)?.body.toString() ?? ''
      const plain = [...textOf('lib/apk/db/installed').matchAll(/^P:(.*)\nV:(.*)$/gm)].map((m) => `${m[1]} ${m[2]}`)
      expect(plain.length).toBeGreaterThan(10)
      const all = finds.flatMap((one) => one.finds.packages ?? [])
      expect(packagesOf(all)).toEqual(plain.toSorted())
      expect(notices).toEqual([])

      const content = imageContent({
        id: dirname(path),
        layers: [],
        catalogued: { finds, notices: [] },
        packages: joined({ finds }),
      })
      const release = /alpine-minirootfs-([\d.]+)-/.exec(path)?.[1]
      expect(content.distribution.id).toMatchObject({ value: 'alpine' })
      expect(content.distribution.version).toMatchObject({ value: release })
      const names = (fact: (typeof content)['accounts'] | (typeof content)['groups']) =>
        fact.how === 'unknown'
          ? []
          : fact.value.map(({ facts }) => (facts.name.how === 'unknown' ? '?' : facts.name.value))
      const firsts = (text: string) =>
        text
          .trimEnd()
          .split('\n')
          .map((line) => line.split(':')[0])
      expect(names(content.accounts)).toEqual(firsts(textOf('etc/passwd')))
      expect(names(content.groups)).toEqual(firsts(textOf('etc/group')))
    })
  })
}
