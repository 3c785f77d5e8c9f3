import { child } from '../document/node.ts'
import type { RuleInfo } from '../model/rule.ts'
import { check } from './check.ts'
import { right, wrong, type Checked, type Config, type Problem, type Waiver } from './policy.ts'
import type { ConfigText } from './schema.ts'
import { byId, settings, unknownRule } from './setting.ts'

/**
 * Text of a plimsoll.yaml -> what it says, checked against the rules. Every error has its place, and the nearest word
 * for unknown keys, rules, parameters and words. Errors end the run (exit code 2): a gate must not run on half a configuration.
 */
export async function readConfig(file: string, text: string, rules: readonly RuleInfo[]): Promise<Checked<Config>> {
  const checked = await check<ConfigText>(file, text, (schema) => ({
    type: schema.configShape,
    json: schema.configSchema,
  }))
  if (checked.value === undefined) return checked
  const { said, root, place } = checked.value
  const known = byId(rules)
  const ofRules = settings(said.rules, child(root, 'rules'), known)
  const errors: Problem[] = [...ofRules.errors]
  const failOn = said['fail-on']
  if (failOn !== undefined && said.threshold !== undefined)
    errors.push({ place: place(['fail-on']), message: 'fail-on and threshold are the same: write one of them' })
  const threshold = said.threshold ?? failOn
  const ignore = (said.ignore ?? []).map((waiver, index): Waiver => {
    errors.push(...unknownRule(waiver.rule, known, place(['ignore', index, 'rule'])))
    return {
      rule: waiver.rule,
      reason: waiver.reason,
      ...(waiver.subject !== undefined && { subject: waiver.subject }),
      ...(waiver.path !== undefined && { path: waiver.path }),
      ...(waiver.expires !== undefined && { expires: waiver.expires }),
      place: place(['ignore', index]),
    }
  })
  if (errors.length > 0) return wrong(errors)
  return right({
    file,
    ...(said.policy !== undefined && { policy: { name: said.policy, place: place(['policy']) } }),
    ...(said.version !== undefined && { version: { text: said.version, place: place(['version']) } }),
    ...(threshold !== undefined && { threshold }),
    ...(said.unknown !== undefined && { unknown: said.unknown }),
    rules: ofRules.settings,
    ignore,
  })
}
