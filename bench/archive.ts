/** Writes the image archive that the bench reads: the same bytes on every machine, shaped like a Debian image with an application. */
import { createHash } from 'node:crypto'
import { closeSync, openSync, writeSync } from 'node:fs'
import { gzipSync } from 'node:zlib'

const MB = 2 ** 20

/** xorshift32: small, and the same everywhere. */
function dice(seed: number): () => number {
  let x = seed
  return () => {
    x ^= x << 13
    x ^= x >>> 17
    x ^= x << 5
    return (x >>>= 0)
  }
}

/** Bytes that gzip brings to about 40 %, as it does with the files of a real image: words, and a third of noise. */
function contents(size: number, seed: number): Buffer {
  const next = dice(seed * 2_654_435_761 + 1)
  const body = Buffer.allocUnsafe(size)
  const words = [
    'return ',
    'const value = ',
    'import os\n',
    '\0\0\0\0\0\0\0\0',
    'The quick brown fox ',
    '<td>',
    '        ',
  ]
  for (let at = 0; at < size;) {
    if (next() % 5 === 0) {
      for (let i = 0; i < 24 && at < size; i++) body[at++] = next() & 0xff
    } else at += body.write(words[next() % words.length] ?? '', at, 'latin1')
  }
  return body
}

/** A program for x86-64 as far as its tables go: two segments, and sections with their names at the end (gABI). */
function program(size: number, seed: number): Buffer {
  const names = [
    '',
    '.interp',
    '.dynsym',
    '.dynstr',
    '.rela.dyn',
    '.init',
    '.plt',
    '.text',
    '.fini',
    '.rodata',
    '.eh_frame',
  ]
  names.push('.init_array', '.dynamic', '.got', '.data', '.bss', '.comment', '.shstrtab')
  const text = Buffer.from(names.map((name) => `${name}\0`).join(''))
  const table = size - 64 * names.length
  const strings = table - text.length
  const body = contents(size, seed)
  body.fill(0, 0, 64 + 2 * 56)
  body.write('\x7fELF\x02\x01\x01', 'latin1')
  for (const [at, value] of [
    [16, 3],
    [18, 62],
    [52, 64],
    [54, 56],
    [56, 2],
    [58, 64],
    [60, names.length],
    [62, names.length - 1],
  ] as const)
    body.writeUInt16LE(value, at)
  body.writeBigUInt64LE(64n, 32)
  body.writeBigUInt64LE(BigInt(table), 40)
  const segment = (at: number, flags: number, offset: number, length: number) => {
    body.writeUInt32LE(1, at)
    body.writeUInt32LE(flags, at + 4)
    for (const [field, value] of [
      [8, offset],
      [16, offset],
      [32, length],
      [40, length],
    ] as const)
      body.writeBigUInt64LE(BigInt(value), at + field)
  }
  const data = Math.floor(size * 0.9)
  segment(64, 5, 0, data)
  segment(120, 6, data, strings - data)
  text.copy(body, strings)
  body.fill(0, table)
  let name = 0
  names.forEach((one, index) => {
    const at = table + 64 * index
    body.writeUInt32LE(name, at)
    name += one.length + 1
    const isStrings = index === names.length - 1
    body.writeBigUInt64LE(BigInt(isStrings ? strings : 176), at + 24)
    body.writeBigUInt64LE(BigInt(isStrings ? text.length : 0), at + 32)
  })
  return body
}

/** A ustar header (POSIX.1-1988). */
function header(name: string, size: number, mode: number, type: string): Buffer {
  const block = Buffer.alloc(512)
  const cut = name.length > 100 ? name.lastIndexOf('/', 155) : -1
  block.write(cut < 0 ? name : name.slice(cut + 1), 0)
  block.write(`${mode.toString(8).padStart(7, '0')}\0${'0'.repeat(7)}\0${'0'.repeat(7)}\0`, 100)
  block.write(`${size.toString(8).padStart(11, '0')}\0${'0'.repeat(11)}\0        ${type}`, 124)
  block.write('ustar\x0000', 257)
  if (cut >= 0) block.write(name.slice(0, cut), 345)
  const sum = block.reduce((total, byte) => total + byte, 0)
  block.write(`${sum.toString(8).padStart(6, '0')}\0 `, 148)
  return block
}
const padding = (size: number): Buffer => Buffer.alloc((512 - (size % 512)) % 512)
const member = (name: string, body: Buffer, mode = 0o644): Buffer[] => [
  header(name, body.length, mode, '0'),
  body,
  padding(body.length),
]
const folder = (name: string): Buffer => header(`${name}/`, 0, 0o755, '5')
const end = (): Buffer => Buffer.alloc(1024)

/** dpkg's status of as many packages. */
function status(packages: number): Buffer {
  const record = (index: number) =>
    `Package: package-${index}\nStatus: install ok installed\nPriority: optional\nSection: libs\nInstalled-Size: ${index}\n` +
    `Maintainer: Somebody <somebody@example.org>\nArchitecture: amd64\nSource: source-${index >> 1}\nVersion: 1.${index}-2+deb12u1\n` +
    `Depends: libc6 (>= 2.36), package-${index + 1}\nDescription: package number ${index}\n A long description of what the package is for.\n .\n More of it.\n`
  return Buffer.from(Array.from({ length: packages }, (_, index) => record(index)).join('\n'))
}

/** Debian: programs and libraries, of which the executable ones are looked into for what Go's linker left. */
function debian(): Buffer[] {
  const parts = ['etc', 'usr', 'usr/bin', 'usr/lib', 'usr/share', 'var', 'var/lib', 'var/lib/dpkg'].map(folder)
  parts.push(
    ...member('etc/passwd', Buffer.from('root:x:0:0:root:/root:/bin/bash\napp:x:1000:1000::/home/app:/bin/sh\n')),
  )
  parts.push(...member('etc/shadow', Buffer.from('root:*:19000:0:99999:7:::\napp:!:19000:0:99999:7:::\n'), 0o640))
  parts.push(...member('etc/os-release', Buffer.from('ID=debian\nVERSION_ID="12"\nPRETTY_NAME="Debian"\n')))
  parts.push(...member('var/lib/dpkg/status', status(400)))
  for (let i = 0; i < 300; i++) {
    const body = program(i % 10 === 0 ? MB : 20_000 + i * 200, i)
    parts.push(...member(`usr/bin/program-${i}`, body, i % 50 === 0 ? 0o4755 : 0o755))
  }
  for (let i = 0; i < 400; i++) {
    const body = program(i % 40 === 0 ? 2 * MB : 60_000, 1000 + i)
    parts.push(...member(`usr/lib/lib${i}.so`, body))
  }
  for (let i = 0; i < 2000; i++)
    parts.push(...member(`usr/share/data-${i >> 6}/file-${i}.txt`, contents(3000, 2000 + i)))
  return [...parts, end()]
}

/** An application with its packages, and one large file. */
function application(): Buffer[] {
  const parts = [folder('app'), folder('app/node_modules')]
  for (let i = 0; i < 300; i++) {
    const at = `app/node_modules/module-${i}`
    parts.push(folder(at), ...member(`${at}/package.json`, Buffer.from(`{"name":"module-${i}","version":"1.0.${i}"}`)))
    for (let j = 0; j < 14; j++) parts.push(...member(`${at}/lib-${j}.js`, contents(4000 + j * 700, 5000 + i * 14 + j)))
  }
  for (let i = 0; i < 60; i++) {
    const at = `usr/lib/python3/dist-packages/wheel_${i}-2.${i}.dist-info`
    parts.push(
      ...member(`${at}/METADATA`, Buffer.from(`Metadata-Version: 2.1\nName: wheel-${i}\nVersion: 2.${i}\n\nText.\n`)),
    )
  }
  parts.push(...member('app/model.bin', contents(60 * MB, 77)))
  return [...parts, end()]
}

/** Deletes a part of it, and changes one package. */
const deletion = (): Buffer[] => [
  ...member('app/node_modules/.wh.module-7', Buffer.alloc(0)),
  ...member('app/node_modules/module-8/package.json', Buffer.from('{"name":"module-8","version":"9.9.9"}')),
  end(),
]

/** Writes what `docker save` would: layers, configuration, manifest.json. `gzip` compresses each layer. Deterministic. */
export function writeImage(path: string, gzip: boolean): void {
  const layers = [debian(), application(), deletion()].map((parts) => Buffer.concat(parts))
  const sha256 = (bytes: Buffer) => createHash('sha256').update(bytes).digest('hex')
  const config = Buffer.from(
    JSON.stringify({
      architecture: 'amd64',
      os: 'linux',
      config: { User: 'app', Cmd: ['/usr/bin/program-1'], Env: ['PATH=/usr/bin'] },
      rootfs: { type: 'layers', diff_ids: layers.map((layer) => `sha256:${sha256(layer)}`) },
      history: layers.map((_, index) => ({ created_by: `step ${index}` })),
    }),
  )
  const file = openSync(path, 'w')
  const write = (parts: Buffer[]) => {
    for (const part of parts) for (let done = 0; done < part.length;) done += writeSync(file, part, done)
  }
  const names = layers.map((layer) => {
    const name = `${sha256(layer)}/layer.tar`
    write(member(name, gzip ? gzipSync(layer, { level: 6 }) : layer))
    return name
  })
  const configName = `${sha256(config)}.json`
  const manifest = [{ Config: configName, RepoTags: ['bench:1'], Layers: names }]
  write([...member(configName, config), ...member('manifest.json', Buffer.from(JSON.stringify(manifest))), end()])
  closeSync(file)
}
