/**
 * Builds dist/: the CLI as CommonJS in parts that are loaded when they are needed, the action as a single file,
 * the library as ESM with types, and the JSON Schemas.
 * `--action` builds the action alone, `--out FOLDER` elsewhere: the same sources give the same bytes wherever they lie.
 */
import { execFileSync } from 'node:child_process'
import { createHash } from 'node:crypto'
import { mkdir, readdir, readFile, rm, writeFile } from 'node:fs/promises'
import { resolve } from 'node:path'
import { parseArgs } from 'node:util'
import { build, type BuildOptions, type OutputOptions, type Plugin } from 'rolldown'
import { appArmorTexts } from '../src/apparmor-names.ts'
import { builtinExamples, builtinPolicies, builtinRules } from '../src/builtin.ts'
import { seccompTexts } from '../src/seccomp-names.ts'
import { version } from '../src/version.ts'

const root = new URL('../', import.meta.url).pathname
const { values: given } = parseArgs({ options: { action: { type: 'boolean' }, out: { type: 'string' } } })
const out = resolve(given.out ?? `${root}dist`)

const rules = await builtinRules()
const data = JSON.stringify({
  rules,
  policies: Object.fromEntries(await builtinPolicies()),
})
const examples = JSON.stringify(
  Object.fromEntries(await Promise.all(rules.map(async ({ rule: { id } }) => [id, await builtinExamples(id)]))),
)
const EXAMPLES = 'plimsoll:examples'
/** In the place of src/builtin.ts: the same functions over one JSON text, parsed when first asked; examples, which are as much again, are a text of their own. */
const builtin: Plugin = {
  name: 'builtin',
  resolveId: { filter: { id: /^plimsoll:examples$/ }, handler: () => EXAMPLES },
  load: {
    filter: { id: /\/src\/builtin\.ts$|^plimsoll:examples$/ },
    handler: (id) =>
      id === EXAMPLES
        ? `export const text = ${JSON.stringify(examples)}`
        : `
      let data
      const read = () => (data ??= JSON.parse(${JSON.stringify(data)}))
      export const builtinRules = async () => read().rules
      export const builtinExamples = async (id) => JSON.parse((await import('${EXAMPLES}')).text)[id] ?? []
      export const builtinPolicies = async () => new Map(Object.entries(read().policies))`,
  },
}
/** A hash of all that the build is made of: answers that another build kept may be other ones. */
async function sources(): Promise<string> {
  const hash = createHash('sha256').update(await readFile(`${root}package-lock.json`))
  const files = (await readdir(`${root}src`, { recursive: true })).filter((name) => name.endsWith('.ts')).toSorted()
  for (const name of files) hash.update(`${name}\n`).update(await readFile(`${root}src/${name}`))
  return hash.digest('hex').slice(0, 16)
}
/** What answers are kept under: of the action, which keeps none unless told to, the version is enough. */
let made = await version()
/** In the place of src/version.ts. */
const number: Plugin = {
  name: 'version',
  load: {
    filter: { id: /\/src\/version\.ts$/ },
    handler: async () =>
      `export const version = async () => ${JSON.stringify(await version())}\nexport const build = async () => ${JSON.stringify(made)}`,
  },
}
const seccomp = JSON.stringify([...(await seccompTexts())])
/** In the place of src/seccomp-names.ts. */
const profiles: Plugin = {
  name: 'profiles',
  load: {
    filter: { id: /\/src\/seccomp-names\.ts$/ },
    handler: () => `export const seccompTexts = async () => new Map(${seccomp})`,
  },
}
const appArmor = JSON.stringify([...(await appArmorTexts())])
/** In the place of src/apparmor-names.ts. */
const appArmorProfiles: Plugin = {
  name: 'apparmor',
  load: {
    filter: { id: /\/src\/apparmor-names\.ts$/ },
    handler: () => `export const appArmorTexts = async () => new Map(${appArmor})`,
  },
}
/** The code of the thread that inflates, which is started from this text. */
const threadText = async (): Promise<string> => {
  const { output } = await build({
    cwd: root,
    input: 'src/source/inflating-thread.ts',
    platform: 'node',
    write: false,
    output: { format: 'cjs', minify: true, comments: false, codeSplitting: false },
  })
  return output[0].code
}
const inflating = JSON.stringify(await threadText())
/** In the place of src/source/start-inflating.ts. */
const thread: Plugin = {
  name: 'thread',
  load: {
    filter: { id: /\/src\/source\/start-inflating\.ts$/ },
    handler: () => `
      import { Worker } from 'node:worker_threads'
      export const startInflating = (options) => new Worker(${inflating}, { ...options, eval: true })`,
  },
}
const bundle = (input: string, output: OutputOptions, options: BuildOptions = {}): Promise<unknown> =>
  build({
    cwd: root,
    input,
    platform: 'node',
    // The writer of XML that the CycloneDX library would take if it were there.
    external: ['xmlbuilder2'],
    // jsonc-parser's UMD main breaks bundles.
    resolve: { mainFields: ['module', 'main'] },
    plugins: [builtin, number, profiles, appArmorProfiles, thread],
    // What is imported lazily in one place and at once in another is loaded at once: nothing to warn of.
    checks: { ineffectiveDynamicImport: false },
    ...options,
    output: { minify: true, comments: false, ...output },
  })

/** `lib-yaml` for what is in node_modules/yaml; what reads YAML here, which many commands and most images never need, goes with it. */
const library = (id: string): string | null => {
  const [, name] = /.*\/node_modules\/((?:@[^/]+\/)?[^/]+)/.exec(id) ?? []
  if (name !== undefined) return `lib-${name.replace(/[@/]/g, '_')}`
  return /\/src\/document\/yaml(?:-[a-z]+)?\.ts$/.test(id) ? 'lib-document-yaml' : null
}

await mkdir(out, { recursive: true })
// The package is ESM, and so is every .js file in it.
await bundle('src/action.ts', { file: `${out}/action.js`, format: 'esm', codeSplitting: false })
if (!given.action) {
  made = await sources()
  await rm(`${out}/cli`, { recursive: true, force: true })
  await bundle(
    'src/cli.ts',
    {
      dir: `${out}/cli`,
      format: 'cjs',
      entryFileNames: '[name].cjs',
      chunkFileNames: '[name].cjs',
      // Each library is a part of its own, which bin/start.cjs loads when something of it is used.
      codeSplitting: { includeDependenciesRecursively: false, groups: [{ name: library, debugName: 'libraries' }] },
    },
    { preserveEntrySignatures: false },
  )
  for (const name of await readdir(`${out}/cli`)) {
    // ASCII is read the fastest.
    const text = (await readFile(`${out}/cli/${name}`, 'utf8')).replace(
      /[^\0-\x7f]/g,
      (unit) => `\\u${unit.charCodeAt(0).toString(16).padStart(4, '0')}`,
    )
    // Tells compiled code of this file from that of another: see bin/start.cjs.
    await writeFile(`${out}/cli/${name}`, `${text}//${createHash('sha256').update(text).digest('hex').slice(0, 61)}\n`)
  }
  execFileSync(process.execPath, [`${root}scripts/compile.cjs`, `${out}/cli`], {
    cwd: root,
    stdio: ['ignore', 'ignore', 'inherit'],
  })
  for (const entry of ['index', 'seccomp'])
    await bundle(
      `src/${entry}.ts`,
      { file: `${out}/${entry}.js`, format: 'esm', minify: false, codeSplitting: false },
      { external: /^[^./]/ },
    )
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
  const { configSchema, policySchema } = await import('../src/policy/schema.ts')
  const { jsonSchema } = await import('../src/report/json-schema.ts')
  const { complianceSchema } = await import('../src/report/compliance/schema.ts')
  const packagesSchema = await import('../src/report/packages/json-schema.ts')
  const seccompSchema = await import('../src/confine/seccomp/profile.ts')
  await mkdir(`${out}/schema`, { recursive: true })
  await writeFile(`${out}/schema/plimsoll.schema.json`, `${JSON.stringify(configSchema(), null, 2)}\n`)
  await writeFile(`${out}/schema/policy.schema.json`, `${JSON.stringify(policySchema(), null, 2)}\n`)
  await writeFile(`${out}/schema/compliance.schema.json`, `${JSON.stringify(complianceSchema(), null, 2)}\n`)
  await writeFile(`${out}/schema/result.schema.json`, `${JSON.stringify(jsonSchema(), null, 2)}\n`)
  await writeFile(`${out}/schema/packages.schema.json`, `${JSON.stringify(packagesSchema.jsonSchema(), null, 2)}\n`)
  await writeFile(`${out}/schema/seccomp.schema.json`, `${JSON.stringify(seccompSchema.jsonSchema(), null, 2)}\n`)
}
