// Inflates the layers of an OCI layout's first image by node:zlib and drops what comes out: what a scan of it cannot do without.
// All at once: node:zlib works in its own threads.
const { createReadStream, readFileSync } = require('node:fs')
const { join } = require('node:path')
const { createGunzip, createZstdDecompress } = require('node:zlib')

const layout = process.argv[2]
const blob = (digest) => join(layout, 'blobs', ...digest.split(':'))
const json = (file) => JSON.parse(readFileSync(file, 'utf8'))
let manifest = json(join(layout, 'index.json'))
while (manifest.manifests) manifest = json(blob(manifest.manifests[0].digest))
for (const { digest, mediaType } of manifest.layers) {
  const stored = createReadStream(blob(digest), { highWaterMark: 256 * 1024 })
  const options = { chunkSize: 256 * 1024 }
  const inflate = mediaType.endsWith('zstd') ? createZstdDecompress(options) : createGunzip(options)
  stored.pipe(inflate).on('data', () => {})
}
