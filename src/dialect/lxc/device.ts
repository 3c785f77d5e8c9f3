/** Rules of the device cgroup: `lxc.cgroup2.devices.allow` and `deny`, or those of cgroup v1 where only they are written. */
import { derived, type Fact } from '../../model/fact.ts'
import { ask, type Answer, type Ask, type Scope } from '../ask.ts'
import { hidden, said, type Line } from './line.ts'
import { user } from './namespace.ts'
import { collected, listed } from './setting.ts'

type Rules = readonly Fact<string>[]
const ALL = /^a(?:[ \t]+\*:\*)?(?:[ \t]+rwm)?$/

/**
 * The rules that count. One for all devices (`a`) empties the list: `deny = a` makes it a list of what is allowed, `allow = a`
 * one of what is not, and rules of the other kind then mean nothing. On cgroup v2 it begins as the first, on v1 as the second.
 */
function inForce(
  scope: Scope,
  version: 'cgroup' | 'cgroup2',
): { readonly lines: readonly Line[]; readonly rules: Rules } {
  const key = `lxc.${version}.devices.`
  let lines: Line[] = []
  let rules: Fact<string>[] = []
  let isDenied = version === 'cgroup2'
  for (const line of listed(scope, (name) => name === `${key}allow` || name === `${key}deny`).lines) {
    const isAllow = line.key === `${key}allow`
    if (line.hole !== undefined) {
      lines.push(line)
      rules.push(hidden(line))
    } else if (ALL.test(line.text)) {
      isDenied = !isAllow
      lines = [line]
      rules = [said(line, isDenied ? 'deny a *:* rwm' : 'a *:* rwm')]
    } else if (isAllow === isDenied) {
      lines.push(line)
      rules.push(said(line, isAllow ? line.text : `deny ${line.text}`))
    }
  }
  return { lines, rules }
}

export const deviceRules: Ask<Rules> = ask((scope): Answer<Rules> => {
  const modern = inForce(scope, 'cgroup2')
  const { lines, rules } = modern.lines.some((line) => line.hole === undefined) ? modern : inForce(scope, 'cgroup')
  if (lines.length > 0) return collected(lines, rules, scope.self.place)
  const owner = user.read(scope)
  return owner.how !== 'silent' && owner.how !== 'unknown' && owner.value === 'own'
    ? derived(owner.place, [], 'in a user namespace nobody makes device nodes', [{ ...owner }])
    : { how: 'silent', place: scope.self.place }
})
