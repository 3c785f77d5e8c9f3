/** Runs the built CLI once over the demo, in all formats, and keeps the code that this compiled: `node scripts/compile.cjs dist/cli`. */
'use strict'
const { mkdtempSync, rmSync } = require('node:fs')
const { tmpdir } = require('node:os')
const { join } = require('node:path')

const reports = mkdtempSync(join(tmpdir(), 'plimsoll-compile-'))
const targets = ['compose.yaml', 'k8s', 'inspect.json', 'oci/config.json', 'web.tar'].map((name) => `demo/${name}`)
const outputs = ['text', 'json', 'sarif', 'markdown'].map((format) => `--output=${format}=${join(reports, format)}`)
const [, , folder] = process.argv
process.argv = [...process.argv.slice(0, 2), 'scan', ...targets, '--quiet', '--engine', 'demo/daemon.json', ...outputs]
const keep = require('../bin/start.cjs')(folder, { fresh: true })
process.on('exit', () => {
  keep()
  rmSync(reports, { recursive: true, force: true })
  process.exitCode = 0
})
