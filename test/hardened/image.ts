/** The image that the hardened containers run: a user of its own, a health check, and nothing that gains privileges. */
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import type { Image } from '../../src/model/subject.ts'
import { take } from '../../src/scan.ts'
import { dockerArchive } from '../support/archive.ts'

export const archive = (): Buffer =>
  dockerArchive({
    tags: ['registry.example.org/web:1.4.2'],
    config: {
      User: '10001:10002',
      Entrypoint: ['/bin/web'],
      Env: ['PATH=/bin'],
      WorkingDir: '/srv',
      ExposedPorts: { '8080/tcp': {} },
      Healthcheck: { Test: ['CMD', '/bin/web', 'check'] },
    },
    layers: [
      [
        { path: 'bin/' },
        { path: 'bin/web', body: 'program', mode: 0o755 },
        { path: 'etc/passwd', body: 'root:x:0:0:root:/root:/sbin/nologin\nweb:x:10001:10002::/srv:/sbin/nologin\n' },
        { path: 'etc/shadow', body: 'root:*:19000:0:99999:7:::\nweb:!:19000:0:99999:7:::\n', mode: 0o600 },
        { path: 'etc/group', body: 'root:x:0:\nweb:x:10002:\n' },
        { path: 'etc/os-release', body: 'ID=example\nVERSION_ID="1"\n' },
        { path: 'tmp/', mode: 0o1777 },
        { path: 'srv/', uid: 10001, gid: 10002 },
      ],
    ],
  })

/** Runs `use` with the path of the archive in a folder that is gone afterwards. */
export async function withArchive<T>(use: (path: string) => Promise<T>): Promise<T> {
  const folder = mkdtempSync(join(tmpdir(), 'plimsoll-hardened-'))
  const path = join(folder, 'web.tar')
  try {
    writeFileSync(path, archive())
    return await use(path)
  } finally {
    rmSync(folder, { recursive: true })
  }
}

export async function openedImage(): Promise<Image> {
  const { images } = await withArchive((path) => take({ targets: [path] }))
  const [image] = images
  if (!image) throw new Error('the archive holds no image')
  return image
}
