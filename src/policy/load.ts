import { child, elements, entries, textOf } from '../document/node.ts'
import type { Place } from '../model/place.ts'
import type { RuleInfo } from '../model/rule.ts'
import { check, type Checking } from './check.ts'
import { checkControls, standardText, type StandardText } from './controls.ts'
import { hint } from './nearest.ts'
import { commandLine, right, wrong, type Checked, type Layer, type Policy, type Problem } from './policy.ts'
import type { PolicyText } from './schema.ts'
import { selected } from './select.ts'
import { byId, settings, unknownRule, type Rules } from './setting.ts'
import { atVersion, versionsOf } from './version.ts'

/** Policies that extend each other in a row. */
const MAX_EXTENDS = 10

/** How policies are found: by name in the package, by path from the file that names them. The caller's business. */
export interface PolicyFiles {
  /** Names of the built-in policies, for the nearest word. */
  readonly names: readonly string[]
  /** The text of a policy; `from` is the file that names it, absent for the command line. Undefined where there is none. */
  readonly read: (name: string, from?: string) => { readonly file: string; readonly text: string } | undefined
}

/**
 * A policy by name or path, with those that it extends, checked against the rules. The result is plain data that
 * survives JSON, so that the build can check the built-in ones once and a run need not load YAML and zod for them.
 * `namedAt` is where the policy is named, for the error where there is none.
 */
export async function loadPolicy(
  name: string,
  files: PolicyFiles,
  rules: readonly RuleInfo[],
  namedAt: Place = commandLine,
): Promise<Checked<Policy>> {
  const known = byId(rules)
  const layers: Layer[] = []
  const seen = new Set<string>()
  let top: PolicyText | undefined
  let threshold: Policy['threshold'] | undefined
  let unknown: Policy['unknown'] | undefined
  let standard: StandardText = {}
  let version: Policy['version'] | undefined
  let next: { name: string; place: Place; from?: string } | undefined = {
    name,
    place: namedAt,
    ...(namedAt !== commandLine && { from: namedAt.file }),
  }
  while (next !== undefined) {
    const found = files.read(next.name, next.from)
    if (found === undefined)
      return wrong([{ place: next.place, message: `there is no policy "${next.name}"${hint(next.name, files.names)}` }])
    if (seen.has(found.file) || seen.size >= MAX_EXTENDS)
      return wrong([
        {
          place: next.place,
          message: seen.has(found.file)
            ? `"${next.name}" extends itself, by way of ${[...seen].join(', ')}`
            : `more than ${MAX_EXTENDS} policies extend each other`,
        },
      ])
    seen.add(found.file)
    const checked = await check<PolicyText>(found.file, found.text, (schema) => ({
      type: schema.policyShape,
      json: schema.policySchema,
    }))
    if (checked.value === undefined) return checked
    const layer = layerOf(found.file, checked.value, known)
    if (layer.value === undefined) return layer
    const ofStandard = standardText(checked.value)
    if (ofStandard.value === undefined) return ofStandard
    // The nearest policy that writes one of them decides.
    standard = { ...ofStandard.value, ...standard }
    const { said, place } = checked.value
    layers.unshift(layer.value)
    top ??= said
    threshold ??= said.threshold
    unknown ??= said.unknown
    if (said.version !== undefined) version ??= { text: said.version, place: place(['version']) }
    next = said.extends === undefined ? undefined : { name: said.extends, place: place(['extends']), from: found.file }
    if (next === undefined && top !== undefined) {
      const errors = checkControls(standard, known)
      if (errors.length > 0) return wrong(errors)
      const policy: Policy = {
        name,
        title: top.title,
        says: top.says,
        threshold: threshold ?? 'high',
        unknown: unknown ?? 'tell',
        layers,
        ...(version && { version }),
        ...(standard.standard && { standard: standard.standard.value }),
        ...(standard.controls && { controls: standard.controls.value }),
      }
      if (rules.length > 0 && selected(policy, known).size === 0)
        return wrong([{ place: namedAt, message: `the policy "${name}" selects no rule, so it would pass anything` }])
      const pinned = atVersion(policy, undefined, namedAt)
      return pinned.value === undefined ? pinned : right(policy)
    }
  }
  return wrong([])
}

function layerOf(file: string, { said, root, place }: Checking<PolicyText>, known: Rules): Checked<Layer> {
  const ofRules = settings(said.rules, child(root, 'rules'), known)
  const errors: Problem[] = [...ofRules.errors]
  const { rules, severity, off = [], on = [] } = said.select ?? {}
  off.forEach((id, index) => errors.push(...unknownRule(id, known, place(['select', 'off', index]))))
  on.forEach((id, index) => {
    const here = place(['select', 'on', index])
    errors.push(...unknownRule(id, known, here))
    if (off.includes(id)) errors.push({ place: here, message: `${id} is both on and off` })
  })
  const standards: { [standard: string]: 'all' | readonly string[] } = {}
  for (const [standard, node] of entries(child(child(root, 'select'), 'standards'))) {
    const words = wordsOf(known, standard)
    if (words.size === 0) {
      const names = new Set([...known.values()].flatMap((rule) => Object.keys(rule.standards)))
      errors.push({ place: node.place, message: `no rule names the standard "${standard}"${hint(standard, names)}` })
      continue
    }
    // As written: `5.10` is not the number 5.1.
    const wanted = elements(node).map((word) => ({ word: textOf(word) ?? '', place: word.place }))
    for (const { word, place } of wanted)
      if (!words.has(word))
        errors.push({ place, message: `no rule names "${word}" of ${standard}${hint(word, words)}` })
    Object.defineProperty(standards, standard, {
      value: node.value === 'all' ? 'all' : wanted.map(({ word }) => word),
      enumerable: true,
    })
  }
  const versions = versionsOf({ said, root, place }, known)
  errors.push(...versions.errors)
  if (errors.length > 0) return wrong(errors)
  return right({
    file,
    select: {
      ...(rules !== undefined && { rules }),
      ...(said.select?.standards !== undefined && { standards }),
      ...(severity !== undefined && { severity }),
      off,
      on,
    },
    settings: ofRules.settings,
    ...(versions.value && { versions: versions.value }),
  })
}

const wordsOf = (known: Rules, standard: string): ReadonlySet<string> =>
  new Set(
    [...known.values()].flatMap((rule) =>
      Object.hasOwn(rule.standards, standard) ? (rule.standards[standard] ?? []) : [],
    ),
  )
