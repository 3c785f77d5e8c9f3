/**
 * Builds dist/: the CLI and the action as single CommonJS files, the library as ESM with types, and the JSON Schemas.
 * `--action` builds the action alone, `--out FOLDER` elsewhere: the same sources give the same bytes wherever they lie.
 */
import { build, type BuildOptions, type Plugin } from 'esbuild'
import { execFileSync } from 'node:child_process'
import { mkdir, readdir, readFile, rm, writeFile } from 'node:fs/promises'
import { resolve } from 'node:path'
import { parseArgs } from 'node:util'
import { builtinPolicies, builtinRules, version } from '../src/builtin.ts'

const root = new URL('../', import.meta.url).pathname
const { values: given } = parseArgs({ options: { action: { type: 'boolean' }, out: { type: 'string' } } })
const out = resolve(given.out ?? `${root}dist`)

const data = JSON.stringify({
  version: await version(),
  rules: await builtinRules(),
  policies: Object.fromEntries(await builtinPolicies()),
})
/** In the place of src/builtin.ts: the same functions over one JSON text, parsed when first asked. */
const builtin: Plugin = {
  name: 'builtin',
  setup(plugin) {
    plugin.onLoad({ filter: /\/src\/builtin\.ts$/ }, () => ({
      loader: 'js',
      contents: `
        let data
        const read = () => (data ??= JSON.parse(${JSON.stringify(data)}))
        export const version = async () => read().version
        export const builtinRules = async () => read().rules
        export const builtinPolicies = async () => new Map(Object.entries(read().policies))`,
    }))
  },
}
const options: BuildOptions = {
  absWorkingDir: root,
  bundle: true,
  platform: 'node',
  target: 'node24',
  // jsonc-parser's UMD main breaks bundles.
  mainFields: ['module', 'main'],
  plugins: [builtin],
  legalComments: 'none',
  charset: 'utf8',
  logLevel: 'warning',
  minify: true,
  keepNames: false,
}

await mkdir(out, { recursive: true })
// The package is ESM, and so is every .js file in it. What is CommonJS among the libraries wants a `require`.
await build({
  ...options,
  entryPoints: ['src/action.ts'],
  outfile: `${out}/action.js`,
  format: 'esm',
  banner: { js: "import{createRequire}from'node:module';const require=createRequire(import.meta.url);" },
})
if (!given.action) {
  await build({ ...options, entryPoints: ['src/cli.ts'], outfile: `${out}/cli.cjs`, format: 'cjs' })
  await build({
    ...options,
    entryPoints: ['src/index.ts'],
    outfile: `${out}/index.js`,
    format: 'esm',
    packages: 'external',
    minify: false,
  })
  await rm(`${out}/types`, { recursive: true, force: true })
  execFileSync(`${root}node_modules/.bin/tsc`, ['-p', 'tsconfig.build.json', '--outDir', `${out}/types`], {
    cwd: root,
    stdio: 'inherit',
  })
  // tsc keeps the `.ts` of imports in declarations, and users' compilers have no such files.
  for (const name of await readdir(`${out}/types`, { recursive: true })) {
    if (!name.endsWith('.d.ts')) continue
    const file = `${out}/types/${name}`
    const text = await readFile(file, 'utf8')
    await writeFile(file, text.replace(/((?:from|import)\s*\(?\s*['"]\.{1,2}\/[^'"]*)\.ts(['"])/g, '$1.js$2'))
  }
  const { configSchema } = await import('../src/policy/schema.ts')
  const { jsonSchema } = await import('../src/report/json-schema.ts')
  await mkdir(`${out}/schema`, { recursive: true })
  await writeFile(`${out}/schema/plimsoll.schema.json`, `${JSON.stringify(configSchema(), null, 2)}\n`)
  await writeFile(`${out}/schema/result.schema.json`, `${JSON.stringify(jsonSchema(), null, 2)}\n`)
}
