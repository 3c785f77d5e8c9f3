/** The image that reading is measured with: 200 MB in five layers, 7,000 files that compress about three to one, the same on every run. */
import { createReadStream, createWriteStream, closeSync, mkdirSync, openSync, writeSync } from 'node:fs'
import { join } from 'node:path'
import { pipeline } from 'node:stream/promises'
import { createGzip, createZstdCompress } from 'node:zlib'
import { dockerArchive, type Member } from '../test/support/archive.ts'

export interface BenchImage {
  readonly tar: string
  readonly gzip: string
  readonly zstd: string
}

const LAYERS = 5
const FILES = 1400
const MEAN = 28_000

/** A generator of numbers below 2^32 (xorshift32), so that the image never changes. */
function numbers(seed: number): () => number {
  let state = seed
  return () => {
    state ^= state << 13
    state ^= state >>> 17
    state ^= state << 5
    return state >>> 0
  }
}

/** Half noise, half text of few words: about what programs and libraries compress to. */
function content(next: () => number, size: number): Buffer {
  const body = Buffer.alloc(size, 'The quick brown fox jumps over the lazy dog. ')
  for (let at = 0; at + 64 <= size; at += 192) for (let i = 0; i < 64; i += 4) body.writeUInt32LE(next(), at + i)
  return body
}

function layer(index: number): Member[] {
  const next = numbers(index + 1)
  return Array.from({ length: FILES }, (_, file): Member => {
    // Sizes of files follow no bell: many small ones, few large ones.
    const size = Math.floor(MEAN * -Math.log((next() + 1) / 2 ** 32))
    const mode = file % 500 === 0 ? 0o4755 : 0o644
    return { path: `usr/lib/package-${index}-${file % 70}/part-${file}`, mode, body: content(next, size) }
  })
}

/** Writes the image into the folder as `docker save` does, plain, gzip and zstd. */
export async function writeBenchImage(folder: string): Promise<BenchImage> {
  mkdirSync(folder, { recursive: true })
  const image = {
    tar: join(folder, 'bench.tar'),
    gzip: join(folder, 'bench.tar.gz'),
    zstd: join(folder, 'bench.tar.zst'),
  }
  const status = Array.from(
    { length: 200 },
    (_, at) => `Package: p${at}\nStatus: install ok installed\nVersion: 1.${at}\n`,
  )
  const system: Member[] = [
    { path: 'etc/passwd', body: 'root:x:0:0:root:/root:/bin/sh\napp:x:1000:1000::/:/bin/false\n' },
    { path: 'etc/os-release', body: 'ID=debian\nVERSION_ID="12"\nPRETTY_NAME="Debian 12"\n' },
    { path: 'var/lib/dpkg/status', body: status.join('\n') },
  ]
  const layers = Array.from({ length: LAYERS }, (_, index) =>
    index === 0 ? [...system, ...layer(index)] : layer(index),
  )
  const file = openSync(image.tar, 'w')
  writeSync(file, dockerArchive({ tags: ['bench:1'], layers, config: { User: 'app' } }))
  closeSync(file)
  await pipeline(createReadStream(image.tar), createGzip(), createWriteStream(image.gzip))
  await pipeline(createReadStream(image.tar), createZstdCompress(), createWriteStream(image.zstd))
  return image
}
