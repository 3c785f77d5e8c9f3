// Inflates a file by node:zlib and drops what comes out: what a scan of it cannot do without.
const { createReadStream } = require('node:fs')
const { createGunzip } = require('node:zlib')
createReadStream(process.argv[2], { highWaterMark: 256 * 1024 })
  .pipe(createGunzip({ chunkSize: 65_536 }))
  .on('data', () => {})
