/**
 * What comes with the package: rules and policies. Read here from the package's folders;
 * the build puts a module in the place of this one that holds the same, checked, in one JSON text.
 */
import { readFile, readdir } from 'node:fs/promises'
import { loadPolicy } from './policy/load.ts'
import type { RuleExample } from './model/rule.ts'
import type { Policy } from './policy/policy.ts'
import { loadRule } from './rule/load.ts'
import { infoOf, type BuiltinRule, type RuleFile } from './rule/rule.ts'

const root = new URL('../', import.meta.url)

let rules: Promise<readonly BuiltinRule[]> | undefined
let policies: Promise<ReadonlyMap<string, BuiltinPolicy>> | undefined

/** Every rule of rules/, in the order of their ids, read once. Throws where one is wrong: the package itself is broken then. */
export const builtinRules = (): Promise<readonly BuiltinRule[]> => (rules ??= readRules())
/** profiles/policy/*.yaml by name, read once. Throws where one is wrong: the package itself is broken then. */
export const builtinPolicies = (): Promise<ReadonlyMap<string, BuiltinPolicy>> => (policies ??= readPolicies())

async function readRules(): Promise<readonly BuiltinRule[]> {
  const files = (await readdir(new URL('rules/', root))).filter((name) => name.endsWith('.yaml')).sort()
  return Promise.all(
    files.map(async (name) => {
      const file = `rules/${name}`
      const { value, errors } = await loadRule(file, await readFile(new URL(file, root), 'utf8'))
      if (!value)
        throw new Error(
          errors.map(({ place, message }) => `${place.file}:${place.line}:${place.column} ${message}`).join('\n'),
        )
      const [example] = partsOf(value)
      return { rule: value.rule, ...(example && { example }) }
    }),
  )
}
const partsOf = ({ examples }: RuleFile): readonly RuleExample[] =>
  examples.flatMap(({ parts }) => parts.map(({ dialect, text }) => ({ dialect, text })))

/** All examples of a rule, part by part; none where there is no such rule. */
export async function builtinExamples(id: string): Promise<readonly RuleExample[]> {
  const file = `rules/${id}.yaml`
  const text = await readFile(new URL(file, root), 'utf8').catch(() => undefined)
  const { value } = text === undefined ? {} : await loadRule(file, text)
  return value ? partsOf(value) : []
}

/** A policy of the package: its text, for policies that extend it, and what it says, checked. */
export interface BuiltinPolicy {
  readonly text: string
  readonly policy: Policy
}

async function readPolicies(): Promise<ReadonlyMap<string, BuiltinPolicy>> {
  const folder = new URL('profiles/policy/', root)
  const files = (await readdir(folder)).filter((name) => name.endsWith('.yaml')).sort()
  const texts = new Map<string, string>()
  for (const name of files) texts.set(name.replace(/\.yaml$/, ''), await readFile(new URL(name, folder), 'utf8'))
  const rules = (await builtinRules()).map(infoOf)
  const read = (name: string): { file: string; text: string } | undefined => {
    const text = texts.get(name)
    return text === undefined ? undefined : { file: `profiles/policy/${name}.yaml`, text }
  }
  const policies = new Map<string, BuiltinPolicy>()
  for (const [name, text] of texts) {
    const { value, errors } = await loadPolicy(name, { names: [...texts.keys()], read }, rules)
    if (!value)
      throw new Error(
        errors.map(({ place, message }) => `${place.file}:${place.line}:${place.column} ${message}`).join('\n'),
      )
    policies.set(name, { text, policy: value })
  }
  return policies
}
