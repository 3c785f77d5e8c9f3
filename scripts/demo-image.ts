/** Writes demo/web.tar, the image of the demo: small, and with the faults that images have. Same bytes every time. */
import { writeFileSync } from 'node:fs'
import { pathToFileURL } from 'node:url'
import { dockerArchive, type Member } from '../test/support/archive.ts'

const base: readonly Member[] = [
  { path: 'etc/' },
  {
    path: 'etc/os-release',
    body: 'PRETTY_NAME="Debian GNU/Linux 12 (bookworm)"\nNAME="Debian GNU/Linux"\nVERSION_ID="12"\nID=debian\n',
  },
  {
    path: 'etc/passwd',
    body: 'root:x:0:0:root:/root:/bin/bash\nwww-data:x:33:33:www-data:/var/www:/usr/sbin/nologin\nnobody:x:65534:65534:nobody:/nonexistent:/usr/sbin/nologin\n',
  },
  { path: 'etc/group', body: 'root:x:0:\nwww-data:x:33:\nnogroup:x:65534:\n' },
  {
    path: 'etc/shadow',
    body: 'root:*:19700:0:99999:7:::\nwww-data:*:19700:0:99999:7:::\nnobody:*:19700:0:99999:7:::\n',
    mode: 0o640,
    gid: 42,
  },
  { path: 'usr/' },
  { path: 'usr/bin/' },
  { path: 'usr/bin/su', body: '#!/bin/false\n', mode: 0o4755 },
  { path: 'tmp/', mode: 0o1777 },
  {
    path: 'var/lib/dpkg/status',
    body: [
      ['base-files', '12.4+deb12u8', 'amd64', ''],
      ['libc6', '2.36-9+deb12u9', 'amd64', 'glibc'],
      ['sudo', '1.9.13p3-1+deb12u1', 'amd64', ''],
    ]
      .map(
        ([name, version, architecture, source]) =>
          `Package: ${name}\nStatus: install ok installed\nArchitecture: ${architecture}\n${source === '' ? '' : `Source: ${source}\n`}Version: ${version}\nDescription: of the demo\n`,
      )
      .join('\n'),
  },
]
const tools: readonly Member[] = [
  { path: 'etc/sudoers.d/web', body: 'web ALL=(ALL) NOPASSWD: ALL\n', mode: 0o440 },
  { path: 'usr/bin/sudo', body: '#!/bin/false\n', mode: 0o4755 },
]
const accounts: readonly Member[] = [
  {
    path: 'etc/passwd',
    body: 'root:x:0:0:root:/root:/bin/bash\nwww-data:x:33:33:www-data:/var/www:/usr/sbin/nologin\nnobody:x:65534:65534:nobody:/nonexistent:/usr/sbin/nologin\nweb:x:0:0:the shop:/srv:/bin/sh\n',
  },
  {
    path: 'etc/shadow',
    body: 'root:*:19700:0:99999:7:::\nwww-data:*:19700:0:99999:7:::\nnobody:*:19700:0:99999:7:::\nweb::19700:0:99999:7:::\n',
    mode: 0o640,
    gid: 42,
  },
  { path: 'srv/' },
  { path: 'srv/node_modules/express/package.json', body: '{ "name": "express", "version": "4.21.1" }\n' },
  { path: 'srv/start', body: '#!/bin/sh\nexec node /srv/server.js\n', mode: 0o777 },
]

export const demoImage = (): Buffer =>
  dockerArchive({
    layers: [base, tools, accounts],
    tags: ['registry.example.com/shop/web:1.4'],
    config: {
      User: 'web',
      Env: ['PATH=/usr/bin:/bin', 'SESSION_SECRET=correct-horse-battery-staple'],
      Entrypoint: ['/srv/start'],
      ExposedPorts: { '8080/tcp': {} },
      WorkingDir: '/srv',
    },
    history: [
      'ADD rootfs.tar.xz / # buildkit',
      'RUN /bin/sh -c apt-get install -y sudo # buildkit',
      'RUN /bin/sh -c useradd -o -u 0 web # buildkit',
      null,
    ],
  })

if (process.argv[1] !== undefined && import.meta.url === pathToFileURL(process.argv[1]).href)
  writeFileSync(new URL('../demo/web.tar', import.meta.url), demoImage())
