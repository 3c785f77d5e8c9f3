/** An image with packages of every kind of trouble: layers, owners, licences, what was removed again, what is only declared. */
import { dockerArchive, type ImageSpec, type Member } from '../support/archive.ts'

const STATUS = (names: readonly string[]): string =>
  names
    .map(
      (name) =>
        `Package: ${name}\nStatus: install ok installed\nArchitecture: amd64\nVersion: 1:2.0-1+b1\nSource: src-${name} (2.0-1)\n`,
    )
    .join('\n')
const BASE: readonly Member[] = [
  { path: 'etc/os-release', body: 'ID=debian\nVERSION_ID="12"\nPRETTY_NAME="Debian GNU/Linux 12 (bookworm)"\n' },
  { path: 'var/lib/dpkg/status', body: STATUS(['libc6', 'python3-jinja2', 'tcpdump', 'gone']) },
  {
    path: 'var/lib/dpkg/info/python3-jinja2.list',
    body: '/usr/lib/python3/dist-packages/Jinja2-3.1.2.dist-info/METADATA\n',
  },
  {
    path: 'usr/lib/python3/dist-packages/Jinja2-3.1.2.dist-info/METADATA',
    body: 'Metadata-Version: 2.1\nName: Jinja2\nVersion: 3.1.2\nLicense: BSD-3-Clause\n',
  },
]
const npm = (name: string, licence: unknown): Member => ({
  path: `app/node_modules/${name}/package.json`,
  body: JSON.stringify({ name, version: '4.21.1', license: licence }),
})
const APP: readonly Member[] = [
  { path: 'var/lib/dpkg/status', body: STATUS(['libc6', 'python3-jinja2', 'tcpdump']) },
  npm('express', 'MIT'),
  npm('@scope/two', '(MIT OR Apache-2.0)'),
  npm('odd', 'Ours & theirs <only>'),
  {
    path: 'app/package-lock.json',
    body: JSON.stringify({
      name: 'app',
      lockfileVersion: 3,
      packages: { '': { name: 'app' }, 'node_modules/left-pad': { version: '1.3.0' } },
    }),
  },
]

export const imageSpec = (tags: readonly string[] = ['registry.example.com/shop/web:1.4']): ImageSpec => ({
  tags,
  layers: [BASE, APP],
  config: { User: '1000' },
  history: ['ADD rootfs.tar.xz / # buildkit', null, 'COPY app /app # buildkit'],
})
export const archive = (tags?: readonly string[]): Buffer => dockerArchive(imageSpec(tags))
