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

/** Parts that are libraries (scripts/build.ts): most of them are used by few inputs, and each takes some milliseconds to load. */
const LIBRARY = './lib-'
/** What stands for the exports of a part until one of them is asked for; from then on it inherits them. */
const lazy = (exports) => {
  const found = (_, name) => Object.getPrototypeOf(Object.setPrototypeOf(stub, exports()))[name]
  const stub = Object.create(new Proxy({}, { get: found }))
  return stub
}

/** Gives functions for the build: `again` runs the entry once more with what is loaded, `keep` writes down the compiled code of all of it. */
module.exports = function start(folder, { fresh = false } = {}) {
  const loaded = new Map()
  const load = (part) => {
    const module = { exports: {} }
    loaded.set(part.file, { ...part, module })
    const outside = createRequire(part.file)
    const inside = (name) => {
      if (!name.startsWith('./')) return outside(name)
      const file = join(dirname(part.file), name)
      const exports = () => (loaded.has(file) ? loaded.get(file).module.exports : load(compile(file, fresh)))
      return name.startsWith(LIBRARY) && !loaded.has(file) ? lazy(exports) : exports()
    }
    part.script.runInThisContext()(module.exports, inside, module, part.file, dirname(part.file))
    return module.exports
  }
  const entry = compile(join(folder, 'cli.cjs'), fresh)
  // All parts are loaded here, or all by Node: parts ask for the entry, which must not run twice.
  if (fresh || entry.script.cachedDataRejected === false) load(entry)
  else {
    try {
      require('node:module').enableCompileCache()
    } catch {
      // A cache that cannot be written only costs time.
    }
    require(entry.file)
  }
  return {
    again: () => load(entry),
    keep: () => {
      for (const { file, script, stamp } of loaded.values())
        writeFileSync(`${file}.code`, Buffer.concat([Buffer.from(stamp), script.createCachedData()]))
    },
  }
}

/** The script of a file, with its compiled code where that is there. */
function compile(file, fresh) {
  const source = readFileSync(file, 'latin1')
  const stamp = source.slice(-STAMP)
  let cachedData
  try {
    const code = fresh ? undefined : readFileSync(`${file}.code`)
    if (code?.toString('latin1', 0, STAMP) === stamp) cachedData = code.subarray(STAMP)
  } catch {
    // There is none.
  }
  const wrapped = `(function (exports, require, module, __filename, __dirname) {${source}\n})`
  return { file, stamp, script: new Script(wrapped, { filename: file, cachedData }) }
}
