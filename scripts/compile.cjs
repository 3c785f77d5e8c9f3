/** Runs commands of the built CLI over the demo, in all formats, and keeps the code that this compiled: `node scripts/compile.cjs dist/cli`. */
'use strict'
const { mkdtempSync, rmSync } = require('node:fs')
const { tmpdir } = require('node:os')
const { join } = require('node:path')

const reports = mkdtempSync(join(tmpdir(), 'plimsoll-compile-'))
const targets = ['compose.yaml', 'k8s', 'inspect.json', 'oci/config.json', 'web.tar'].map((name) => `demo/${name}`)
const into = (formats) => formats.map((format) => `--output=${format}=${join(reports, format)}`)
const sboms = ['cyclonedx', 'cyclonedx-xml', 'spdx']
/** One after the other: what one has loaded is there for the next, and only what no other loads is loaded by the last. */
const commands = [
  ['packages', 'demo/web.tar', '--quiet', ...into(['text', 'json', ...sboms])],
  [
    'scan',
    ...targets,
    '--quiet',
    '--engine',
    'demo/daemon.json',
    ...into(['text', 'json', 'sarif', 'markdown', ...sboms]),
  ],
]
const [node, script, folder] = process.argv
let run
const next = () => {
  const command = commands.shift()
  if (!command) return
  process.argv = [node, script, ...command]
  if (run) run.again()
  else run = require('../bin/start.cjs')(folder, { fresh: true })
}
next()
process.on('beforeExit', next)
process.on('exit', () => {
  run.keep()
  rmSync(reports, { recursive: true, force: true })
  process.exitCode = 0
})
