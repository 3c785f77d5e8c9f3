/** Rule ids and parameters against the rules that there are. */
import { isMap, type Node } from '../document/node.ts'
import type { Place } from '../model/place.ts'
import type { Parameter, ParameterValue, RuleInfo } from '../model/rule.ts'
import { wrongWords } from '../version/word.ts'
import { hint } from './nearest.ts'
import { MAX_ERRORS, type Problem, type RuleSetting } from './policy.ts'
import type { RuleText } from './schema.ts'

/** The rules by id. */
export type Rules = ReadonlyMap<string, RuleInfo>
export const byId = (rules: readonly RuleInfo[]): Rules => new Map(rules.map((rule) => [rule.id, rule]))

/** An error where there is no such rule. */
export function unknownRule(id: string, rules: Rules, place: Place): readonly Problem[] {
  return rules.has(id) ? [] : [{ place, message: `there is no rule "${id}"${hint(id, rules.keys())}` }]
}

/** The `rules:` of a policy or of plimsoll.yaml. Keys are taken from the text itself, so that none can hide. */
export function settings(
  said: { readonly [rule: string]: RuleText } | undefined,
  node: Node,
  rules: Rules,
): { settings: readonly RuleSetting[]; errors: readonly Problem[] } {
  const errors: Problem[] = []
  const settings: RuleSetting[] = []
  for (const [id, of] of isMap(node) ? node.value : []) {
    if (errors.length >= MAX_ERRORS) break
    const rule = rules.get(id)
    if (rule === undefined) {
      errors.push(...unknownRule(id, rules, of.place))
      continue
    }
    const { severity, off, params = {} } = said?.[id] ?? {}
    for (const [name, value] of Object.entries(params)) {
      const here = isMap(of) ? of.value.get('params') : undefined
      const place = (here && isMap(here) ? here.value.get(name) : undefined)?.place ?? of.place
      errors.push(...wrongParameter(rule, name, value, place))
    }
    settings.push({
      rule: id,
      ...(severity !== undefined && { severity }),
      ...(off !== undefined && { off }),
      params,
      place: of.place,
    })
  }
  return { settings, errors }
}

function wrongParameter(rule: RuleInfo, name: string, value: ParameterValue, place: Place): readonly Problem[] {
  const names = Object.keys(rule.parameters)
  const parameter = names.includes(name) ? rule.parameters[name] : undefined
  if (parameter === undefined)
    return [
      {
        place,
        message:
          names.length === 0
            ? `${rule.id} has no parameters`
            : `${rule.id} has no parameter "${name}"${hint(name, names)}`,
      },
    ]
  const wanted = type(parameter)
  if (wanted.fits(value))
    return wrongWords(parameter, value).map((message) => ({ place, message: `${name}: ${message}` }))
  return [
    {
      place,
      message: `${name} takes ${wanted.is}, not ${JSON.stringify(value).slice(0, 60)} (default: ${JSON.stringify(parameter.default)})`,
    },
  ]
}

/** The type of a parameter is its default's: CEL tells whole numbers from others, and so do we. */
function type({ default: value }: Parameter): { is: string; fits: (value: ParameterValue) => boolean } {
  if (typeof value === 'string') return { is: 'a text', fits: (given) => typeof given === 'string' }
  if (typeof value === 'boolean') return { is: 'true or false', fits: (given) => typeof given === 'boolean' }
  if (typeof value !== 'number') return { is: 'a list of texts', fits: (given) => typeof given === 'object' }
  return Number.isInteger(value)
    ? { is: 'a whole number', fits: (given) => typeof given === 'number' && Number.isSafeInteger(given) }
    : { is: 'a number', fits: (given) => typeof given === 'number' && Number.isFinite(given) }
}
