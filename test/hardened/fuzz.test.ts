/**
 * Every key of every hardened fixture gets a value of every type. Never a crash; and where the absence of the key makes a
 * finding, a value that does not mean what was there makes one too, or a notice: never a silent pass.
 */
import { readdirSync } from 'node:fs'
import { parse } from 'yaml'
import { describe, expect, it } from 'vitest'
import { engineOf, fileOf, FILES, leaves, say, shown, strict, textOf, type Path } from './hardened.ts'
import { openedImage } from './image.ts'
import { expected } from './leaves.ts'
import type { OtherHardened } from './others.ts'

interface Fixture {
  readonly name: string
  readonly file: string
  readonly engine: string
  readonly withoutImage: boolean
  readonly one: Readonly<Record<string, string>>
}
const first: readonly Fixture[] = Object.entries(FILES).map(([name, file]) => ({
  name,
  file,
  engine: 'daemon.json',
  withoutImage: false,
  one: Object.entries(expected).find(([dialect]) => dialect === name)?.[1].one ?? {},
}))
const others: readonly Fixture[] = await Promise.all(
  readdirSync(`${import.meta.dirname}/others`).map(async (module): Promise<Fixture> => {
    const name = module.replace(/\.ts$/, '')
    const { hardened } = (await import(`./others/${name}.ts`)) as { readonly hardened: OtherHardened }
    const { file, one, engine = 'daemon.json', withoutImage = false } = hardened
    return { name, file, engine, withoutImage, one }
  }),
)
const rules = await strict()
const image = await openedImage()

/** A value of every type that YAML has; those that mean what was there are found out by their facts. */
const VALUES: readonly unknown[] = [
  null,
  true,
  false,
  0,
  7,
  -1,
  1.5,
  '',
  'x',
  'no',
  '${X}',
  [],
  [7],
  [null],
  [[]],
  {},
  { x: 7 },
  { '': {} },
]
/** For keys whose absence nobody minds: a value of each kind. */
const FEW: readonly unknown[] = [null, true, -1, 'x', [], [[7]], { x: 7 }]
/** Numbers that are as good as the one that is there. */
const GOOD: readonly (readonly [RegExp, readonly unknown[]])[] = [
  // A port as good as any other, as far as these rules go.
  [/\.portMappings\[0\]\.containerPort$/, [0, 7]],
  [/(?:mem_limit|memory_limit_in_bytes|pids_limit|Memory|PidsLimit|limits\.memory|MaximumRetryCount)$/, [7, 1.5]],
  [/(?:cpus|limits\.cpu)$/, [7, 1.5]],
  [/Config\.User$/, [7]],
  [
    /process\.user\.uid$|resources\.(?:memory|pids)\.limit$|Limits\.(?:MemoryBytes|Pids|NanoCPUs)$|limits\.processes$/,
    [7, 1.5],
  ],
  // A list of calls: LXC passes over names that it does not know.
  [/security\.syscalls\.deny$/, [true, false, 0, 7, -1, 1.5, 'x', 'no', '${X}']],
  // Any path that is written is as good: without one, what it hides is not known.
  [
    /(?:mountPath|container_path|containerPath|Mounts\[0\]\.Target|mounts\[0\]\.target)$/,
    [true, false, 0, 7, -1, 1.5, '', 'x', 'no', '${X}'],
  ],
  // Any network, any account of its own is as good as another.
  [/HostConfig\.NetworkMode$/, [true, false, 0, 7, -1, 1.5, 'x', 'no', '${X}']],
  [/serviceAccountName$/, [true, false, 0, 7, -1, 1.5, 'x', 'no', '${X}']],
  // Empty, it says that nothing is mounted there.
  [/^workspaceMount$/, ['']],
  [/^cpu$|^containerDefinitions\[0\]\.memory$/, [7]],
]
/** What stands behind the sign in a line of a syntax of lines. */
const WORDS: readonly string[] = [
  '',
  'x',
  'no',
  '0',
  '-1',
  '1.5',
  '"',
  '[]',
  '{}',
  '${X}',
  '%i',
  '\u0000',
  'a b c',
  'x'.repeat(5000),
]

const isData = (file: string): boolean => /\.(?:ya?ml|json)$/.test(file)

/** The text with something else at a path; the whole document in place of the root. */
function changed(document: unknown, path: Path, value: unknown): unknown {
  const [step, ...rest] = path
  if (step === undefined) return value
  if (Array.isArray(document))
    return document.map((each: unknown, index) => (index === step ? changed(each, rest, value) : each))
  if (typeof document !== 'object' || document === null) return document
  return Object.fromEntries(
    Object.entries(document).map(([key, each]) => [key, key === step ? changed(each, rest, value) : (each as unknown)]),
  )
}
/** Every place of a document: leaves and all that holds them. */
const places = (document: unknown): readonly Path[] => [
  ...new Map(
    leaves(document).flatMap((leaf) =>
      leaf.map((_, depth) => leaf.slice(0, depth + 1)).map((path) => [JSON.stringify(path), path] as const),
    ),
  ).values(),
]

describe.each([...first, ...others])('$name', (fixture) => {
  const context = {
    ...(fixture.withoutImage ? {} : { image }),
    engine: engineOf(fixture.engine),
    file: fileOf(fixture.file),
  }
  const text = textOf(fixture.file)
  const told = async (
    document: string,
  ): Promise<{ readonly crash: readonly string[]; readonly silent: boolean; readonly values: string }> => {
    const { findings, notices, containers, values } = await say(rules, fixture.name, document, context)
    const crash = notices
      .filter(({ id }) => id === 'reader-failed' || id === 'rule-failed')
      .map(({ message }) => message)
    return { crash, silent: findings.length === 0 && notices.length === 0 && containers > 0, values }
  }

  it('never crashes, and never passes in silence', async () => {
    const original = (await told(text)).values
    const wrong: string[] = []
    const check = async (where: string, what: string, document: string, matters: boolean): Promise<void> => {
      const { crash, silent, values } = await told(document)
      for (const message of crash) wrong.push(`${where} = ${what}: ${message}`)
      if (matters && silent && values !== original) wrong.push(`${where} = ${what} passes in silence`)
    }
    if (isData(fixture.file)) {
      const document: unknown = parse(text)
      const all = places(document)
      for (const [index, path] of all.entries()) {
        const where = shown(path)
        const matters = Object.hasOwn(fixture.one, where)
        // A filter that is written out has hundreds of names: every twelfth place does.
        if (!matters && all.length > 150 && index % 12 !== 0) continue
        const good = GOOD.find(([key]) => key.test(where))?.[1] ?? []
        for (const value of matters ? VALUES : FEW)
          if (!good.includes(value))
            await check(where, JSON.stringify(value), JSON.stringify(changed(document, path, value)), matters)
      }
    } else {
      const lines = text.split('\n')
      for (const [index, line] of lines.entries()) {
        const sign = line.search(/[=:\s]\s*\S/)
        if (line.trim() === '' || sign < 0) continue
        for (const word of WORDS) {
          const other = `${line.slice(0, sign + 1)}${word}`
          const document = lines.map((each, at) => (at === index ? other : each)).join('\n')
          await check(line.trim(), word.slice(0, 20), document, false)
        }
      }
    }
    expect(wrong).toEqual([])
  }, 120_000)
})
