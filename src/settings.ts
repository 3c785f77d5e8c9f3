/** Policy, plimsoll.yaml and command line -> what is judged and what blocks. */
import { dirname, isAbsolute, join, resolve } from 'node:path'
import { builtinPolicies } from './builtin.ts'
import { decode, readBounded, reasonOf } from './file.ts'
import type { Read } from './model/notice.ts'
import { readConfig } from './policy/config.ts'
import { loadPolicy } from './policy/load.ts'
import { nearest } from './policy/nearest.ts'
import {
  commandLine,
  thresholds,
  unknowns,
  wrong,
  type Checked,
  type Config,
  type Policy,
  type Settings,
} from './policy/policy.ts'
import { commandLineWaivers, select } from './policy/select.ts'
import { atVersion, named } from './policy/version.ts'
import { infoOf, type BuiltinRule } from './rule/rule.ts'
import { UsageError } from './usage.ts'

export interface PolicyOptions {
  /** `default`, `strict`, `pss-restricted@v1.24`, or the path of a policy file. */
  readonly policy?: string
  /** Path of a plimsoll.yaml; without it the file is not looked for. */
  readonly config?: string
  readonly failOn?: string
  readonly unknown?: string
  /** Rules that are waived. */
  readonly ignore?: readonly string[]
  /** `Result.compliance` is made: the policy must list the controls of a standard. */
  readonly compliance?: boolean
}

/** @throws {UsageError} with every mistake and its place. */
export async function readSettings(options: PolicyOptions, builtin: readonly BuiltinRule[]): Promise<Read<Settings>> {
  const rules = builtin.map(infoOf)
  const policies = await builtinPolicies()
  let config: Config | undefined
  if (options.config !== undefined)
    config = orFail(await readConfig(options.config, textOf('configuration', options.config), rules))
  const asked = named(options.policy ?? config?.policy?.name ?? 'default')
  const { name } = asked
  const ready = policies.get(name)?.policy
  const whole =
    ready ??
    orFail(
      await loadPolicy(
        name,
        {
          names: [...policies.keys()],
          read: (wanted, from) => {
            const text = policies.get(wanted)?.text
            if (text !== undefined) return { file: `profiles/policy/${wanted}.yaml`, text }
            if (!/[./]/.test(wanted)) return undefined
            const base = from ?? (options.policy === undefined ? options.config : undefined)
            const file = base === undefined || isAbsolute(wanted) ? wanted : join(dirname(base), wanted)
            return { file, text: textOf('policy', file) }
          },
        },
        rules,
        options.policy === undefined ? config?.policy?.place : undefined,
      ),
    )
  const policy = orFail(versioned(whole, asked.version, options.policy !== undefined, config))
  if (options.compliance === true && policy.controls === undefined) {
    const some = [...policies].filter(([, one]) => one.policy.controls !== undefined).map(([one]) => one)
    throw new UsageError([
      `The policy "${name}" lists no controls of a standard, which a report of compliance goes by. Give one that does: ${some.map((one) => `--policy ${one}`).join(', ')}, or one of your own that extends them.`,
    ])
  }
  const waivers = orFail(commandLineWaivers(options.ignore ?? [], rules))
  return select(
    policy,
    config,
    {
      waivers,
      ...(options.failOn !== undefined && { failOn: word('--fail-on', options.failOn, thresholds) }),
      ...(options.unknown !== undefined && { unknown: word('--unknown', options.unknown, unknowns) }),
    },
    rules,
  )
}

/** The policy at the version that is asked for. The one in plimsoll.yaml is that of the policy there, or of any where it names none. */
function versioned(
  policy: Policy,
  asked: string | undefined,
  onCommandLine: boolean,
  config: Config | undefined,
): Checked<Policy> {
  const written = onCommandLine && config?.policy ? undefined : config?.version
  const at = (!onCommandLine && config?.policy?.place) || commandLine
  if (asked !== undefined && !onCommandLine && written)
    return wrong([
      { place: written.place, message: 'the version is said twice, here and in policy: write one of them' },
    ])
  return asked === undefined && written ? atVersion(policy, written.text, written.place) : atVersion(policy, asked, at)
}

function word<W extends string>(option: string, value: string, words: readonly W[]): W {
  const found = words.find((one) => one === value)
  if (found === undefined)
    throw new UsageError([`${option} is one of ${words.join(', ')}, not "${value}"${near(value, words)}.`])
  return found
}

const near = (value: string, words: readonly string[]): string => {
  const found = nearest(value, words)
  return found === undefined ? '' : `; perhaps "${found}"`
}

/** A policy or a configuration has a few kilobytes. */
const MAX_SETTINGS = 4 * 2 ** 20
function textOf(what: string, file: string): string {
  try {
    return decode(readBounded(file, MAX_SETTINGS))
  } catch (error) {
    throw new UsageError([`The ${what} ${file} cannot be read: ${reasonOf(error)}.`])
  }
}

function orFail<T>(checked: Checked<T>): T {
  if (checked.value !== undefined) return checked.value
  throw new UsageError(
    checked.errors.map(({ place, message }) =>
      place.line > 0 && place.file !== commandLine.file
        ? `${place.file}:${place.line}:${place.column} ${message}`
        : message,
    ),
  )
}

/** The plimsoll.yaml of a folder or of the nearest one above it, up to the root of the git repository. */
export function findConfig(from: string, exists: (path: string) => boolean): string | undefined {
  for (let folder = resolve(from); ; folder = dirname(folder)) {
    const file = join(folder, 'plimsoll.yaml')
    if (exists(file)) return file
    if (exists(join(folder, '.git')) || dirname(folder) === folder) return undefined
  }
}
