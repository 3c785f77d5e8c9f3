/**
 * Loads dist/cli with the compiled code that the build left beside it: most of a short scan is else spent on compiling.
 * Node's own compile cache is made before anything has run, and holds none of the functions that are compiled when they are called.
 * Code that V8 refuses (another version of Node, other flags) costs only time: then Node's own cache has to do.
 */
'use strict'
const { readFileSync, writeFileSync } = require('node:fs')
const { createRequire } = require('node:module')
const { dirname, join } = require('node:path')
const { Script } = require('node:vm')

/** Ends every file of dist/cli and begins its compiled code: V8 itself compares no more than lengths. */
const STAMP = 64

/** Gives a function that keeps the compiled code of all that was loaded. */
module.exports = function start(folder, { fresh = false } = {}) {
  const loaded = new Map()
  const load = (file) => {
    const known = loaded.get(file)
    if (known) return known.module.exports
    const source = readFileSync(file, 'latin1')
    const script = compile(file, source, fresh)
    if (!script) return require(file)
    const module = { exports: {} }
    loaded.set(file, { module, script, source })
    const outside = createRequire(file)
    const inside = (name) => (name.startsWith('./') ? load(join(dirname(file), name)) : outside(name))
    script.runInThisContext()(module.exports, inside, module, file, dirname(file))
    return module.exports
  }
  load(join(folder, 'cli.cjs'))
  return () => {
    for (const [file, { script, source }] of loaded)
      writeFileSync(`${file}.code`, Buffer.concat([Buffer.from(source.slice(-STAMP)), script.createCachedData()]))
  }
}

function compile(file, source, fresh) {
  const wrapped = `(function (exports, require, module, __filename, __dirname) {${source}\n})`
  if (fresh) return new Script(wrapped, { filename: file })
  try {
    const code = readFileSync(`${file}.code`)
    if (code.toString('latin1', 0, STAMP) === source.slice(-STAMP)) {
      const script = new Script(wrapped, { filename: file, cachedData: code.subarray(STAMP) })
      if (!script.cachedDataRejected) return script
    }
  } catch {
    // There is none.
  }
  try {
    require('node:module').enableCompileCache()
  } catch {
    // A cache that cannot be written only costs time.
  }
  return undefined
}
