#!/usr/bin/env node
// Old syntax on purpose: this file must start on any Node, to say which one is needed.
'use strict'
var major = Number(process.versions.node.split('.')[0])
if (major < 24) {
  process.stderr.write(
    'plimsoll needs Node 24 or newer, and this is Node ' +
      process.versions.node +
      '. Install a newer one (https://nodejs.org), or run it by: npx -p node@24 -p plimsoll plimsoll\n',
  )
  process.exit(2)
}
require('./start.cjs')(require('node:path').join(__dirname, '../dist/cli'))
