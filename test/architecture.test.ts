/** The import table of src/README.md, and what no file may do. A failure prints the offending chain. */
import { readFileSync, readdirSync } from 'node:fs'
import { dirname, join, relative, resolve } from 'node:path'
import { describe, expect, it } from 'vitest'

const root = resolve(import.meta.dirname, '..')
const src = join(root, 'src')

/** Folder -> folders that it may import from. The same table stands in src/README.md. */
const MAY: Record<string, readonly string[]> = {
  model: [],
  version: ['model'],
  document: ['model'],
  source: ['model'],
  dialect: ['model', 'document'],
  image: ['model', 'source'],
  catalog: ['model', 'document'],
  confine: ['model', 'document'],
  rule: ['model', 'document', 'version'],
  policy: ['model', 'document', 'version'],
  report: ['model'],
  join: ['model'],
  cli: ['model', 'report', 'policy', 'rule', 'confine', '.'],
}
/** Libraries that one file alone may import. */
const ALONE: Record<string, readonly string[]> = {
  '@marcbachmann/cel-js': ['rule/cel.ts'],
  re2js: ['rule/regex.ts'],
  'tar-stream': ['source/tar.ts'],
  'jsonc-parser': ['document/json.ts', 'document/edit/json.ts'],
  'node-sarif-builder': ['report/sarif/log.ts', 'report/sarif.ts', 'report/sarif/run.ts', 'report/sarif/builder.ts'],
}

const files = readdirSync(src, { recursive: true, encoding: 'utf8' })
  .filter((name) => name.endsWith('.ts'))
  .sort()
const textOf = (file: string): string => readFileSync(join(src, file), 'utf8')
/** The code without comments and texts: a docstring may speak of `process`. */
const codeOf = (file: string): string =>
  textOf(file).replace(
    /\/\*[\s\S]*?\*\/|\/\/[^\n]*|'(?:[^'\\\n]|\\.)*'|"(?:[^"\\\n]|\\.)*"|`(?:[^`\\]|\\.)*`/g,
    (part) => (/^(?:'node:)/.test(part) ? part : ''),
  )
const folderOf = (file: string): string => (file.includes('/') ? (file.split('/')[0] ?? '.') : '.')
interface Import {
  readonly from: string
  readonly isType: boolean
}
function importsOf(file: string): readonly Import[] {
  const text = textOf(file)
  return [
    ...[...text.matchAll(/^(?:import|export)\s+(type\s)?[^'"]*?from\s+['"]([^'"]+)['"]/gms)].map((match) => ({
      from: match[2] ?? '',
      isType: match[1] !== undefined,
    })),
    ...[...text.matchAll(/import\(\s*['"]([^'"]+)['"]\s*\)/g)].map((match) => ({
      from: match[1] ?? '',
      isType: false,
    })),
  ]
}
const local = (file: string, from: string): string => relative(src, resolve(src, dirname(file), from))

describe('imports', () => {
  it('goes one way: every folder imports only from those that the table allows', () => {
    const wrong = files.flatMap((file) => {
      const folder = folderOf(file)
      const allowed = MAY[folder]
      if (!allowed) return []
      return importsOf(file)
        .filter(({ from }) => from.startsWith('.'))
        .map(({ from }) => local(file, from))
        .filter((target) => folderOf(target) !== folder && !allowed.includes(folderOf(target)))
        .map((target) => `${file} -> ${target}`)
    })
    expect(wrong).toEqual([])
  })

  it('has no circle of files', () => {
    const graph = new Map(
      files.map((file) => [
        file,
        importsOf(file)
          .filter(({ from, isType }) => from.startsWith('.') && !isType)
          .map(({ from }) => local(file, from)),
      ]),
    )
    const done = new Set<string>()
    const visit = (file: string, chain: readonly string[]): readonly string[] | undefined => {
      if (chain.includes(file)) return [...chain.slice(chain.indexOf(file)), file]
      if (done.has(file)) return undefined
      for (const next of graph.get(file) ?? []) {
        const circle = visit(next, [...chain, file])
        if (circle) return circle
      }
      done.add(file)
      return undefined
    }
    for (const file of files) expect(visit(file, [])?.join(' -> ')).toBeUndefined()
  })

  it('lets one file alone import a library that is fenced in', () => {
    const wrong = files.flatMap((file) =>
      importsOf(file)
        .filter(({ from, isType }) => !isType && ALONE[from] && !ALONE[from].includes(file))
        .map(({ from }) => `${file} -> ${from}`),
    )
    expect(wrong).toEqual([])
  })

  it('imports nothing that package.json does not name', () => {
    const { dependencies } = JSON.parse(readFileSync(join(root, 'package.json'), 'utf8')) as {
      dependencies: Record<string, string>
    }
    const used = new Set<string>()
    for (const file of files)
      for (const { from, isType } of importsOf(file))
        if (!from.startsWith('.') && !from.startsWith('node:') && !isType)
          used.add(from.startsWith('@') ? from.split('/').slice(0, 2).join('/') : (from.split('/')[0] ?? ''))
    expect([...used].sort()).toEqual(Object.keys(dependencies).sort())
  })
})

describe('from model to report', () => {
  const pure = files.filter((file) => MAY[folderOf(file)] && folderOf(file) !== 'cli')
  const forbidden: readonly (readonly [RegExp, string, readonly string[]])[] = [
    [/\bprocess\.(?:env|argv|exit|exitCode|stdout|stderr|stdin|cwd|chdir|platform|versions?|on)\b/, 'process', []],
    [/\bconsole\./, 'console', []],
    [/\bDate\.now\(|new Date\(\)/, 'the clock', []],
    [/from 'node:(?:net|http|https|dns|tls|child_process)'/, 'the network or other processes', []],
    [
      /from 'node:worker_threads'/,
      'other threads',
      ['source/elsewhere.ts', 'source/inflating-thread.ts', 'source/start-inflating.ts'],
    ],
    // Input that cannot be sought is spooled to a file without a name.
    [/\b(?:writeFile|writeFileSync|appendFile|mkdir|mkdirSync|createWriteStream)\b/, 'writing files', []],
  ]
  for (const [pattern, what, except] of forbidden)
    it(`nothing uses ${what}`, () => {
      expect(pure.filter((file) => !except.includes(file) && pattern.test(codeOf(file)))).toEqual([])
    })
})

describe('names', () => {
  it('are the field’s: no manager, helper, util, service, base or common', () => {
    expect(files.filter((file) => /(?:manager|helper|util|common|base)/i.test(file))).toEqual([])
  })
  it('src/README.md shows the same import table', () => {
    const readme = readFileSync(join(src, 'README.md'), 'utf8')
    for (const [folder, allowed] of Object.entries(MAY))
      expect(readme).toContain(
        `| \`${folder}\` | ${allowed.length === 0 ? 'nothing' : allowed.map((name) => (name === '.' ? '`scan.ts` and its neighbours' : `\`${name}\``)).join(', ')} |`,
      )
  })
})

describe('action.yml', () => {
  it('has the options of plimsoll scan as its inputs', async () => {
    const { commands } = await import('../src/cli/options.ts')
    const scan = commands.find(({ name }) => name === 'scan')
    const { parse } = await import('yaml')
    const action = parse(readFileSync(join(root, 'action.yml'), 'utf8')) as { inputs: Record<string, unknown> }
    const options = (scan?.options ?? []).map(({ name }) => name).filter((name) => name !== 'help')
    expect(Object.keys(action.inputs).sort()).toEqual(['targets', ...options].sort())
  })
})
