/** The words of rules' standards are those of the published texts, and the lists of controls of the policies are whole. */
import { readdirSync, readFileSync } from 'node:fs'
import { describe, expect, it } from 'vitest'
import { builtinRules } from '../../src/builtin.ts'
import { infoOf } from '../../src/rule/rule.ts'
import { loadPolicy } from '../../src/policy/load.ts'
import { select } from '../../src/policy/select.ts'
import { policy, told } from './made.ts'

const folder = new URL('../../profiles/policy/', import.meta.url)
const files = {
  names: readdirSync(folder).map((name) => name.replace(/\.yaml$/, '')),
  read: (name: string) => ({
    file: `profiles/policy/${name}.yaml`,
    text: readFileSync(new URL(`${name}.yaml`, folder), 'utf8'),
  }),
}
const rules = (await builtinRules()).map(infoOf)
const named = (standard: string): ReadonlyMap<string, string> =>
  new Map(rules.flatMap((rule) => (rule.standards[standard] ?? []).map((word) => [word, rule.id] as const)))

const numbers = (chapter: string, last: number): readonly string[] =>
  Array.from({ length: last }, (_, index) => `${chapter}.${index + 1}`)
const WHOLE: Readonly<Record<string, readonly string[]>> = {
  // As docker-bench-security 1.6.1 numbers them, and the contents of the benchmark itself.
  'cis-docker': [
    ...numbers('1.1', 18),
    ...numbers('1.2', 2),
    ...numbers('2', 18),
    ...numbers('3', 24),
    ...numbers('4', 12),
    ...numbers('5', 32),
    ...numbers('6', 2),
    ...numbers('7', 9),
  ],
  // https://doi.org/10.6028/NIST.SP.800-190, section 4.
  'nist-800-190': [
    ...numbers('4.1', 5),
    ...numbers('4.2', 3),
    ...numbers('4.3', 5),
    ...numbers('4.4', 5),
    ...numbers('4.5', 5),
    '4.6',
  ],
  'owasp-docker': ['D01', 'D02', 'D03', 'D04', 'D05', 'D06', 'D07', 'D08', 'D09', 'D10'],
}

describe.each(Object.keys(WHOLE))('%s', (standard) => {
  it('lists every control in its order, and each has a rule or says why not, in a sentence at least', async () => {
    const { value, errors } = await loadPolicy(standard, files, rules)
    expect(told(errors)).toEqual([])
    expect(value?.standard?.id).toBe(standard)
    expect(value?.controls?.map(({ id }) => id)).toEqual(WHOLE[standard])
    const byRule = named(standard)
    expect([...byRule].filter(([word]) => !WHOLE[standard]?.includes(word))).toEqual([])
    const poor = value?.controls?.filter(({ id, title, manual }) =>
      [manual ?? (byRule.has(id) ? undefined : ''), title].some((text) => text !== undefined && text.length < 10),
    )
    expect(poor).toEqual([])
    for (const { id, manual } of value?.controls ?? [])
      if (manual !== undefined) expect([id, manual]).toEqual([id, expect.stringMatching(/^\S.{20,}\S$/)])
    // A title is a line of a table.
    expect(value?.controls?.filter(({ title }) => title.length > 100)).toEqual([])
  })
  it('judges every rule that names it, and blocks whatever the severity', async () => {
    const { value } = await loadPolicy(standard, files, rules)
    const settings = select(value ?? policy(), undefined, {}, rules).value
    expect([...settings.rules.keys()].sort()).toEqual(
      rules.flatMap((rule) => ((rule.standards[standard] ?? []).length > 0 ? [rule.id] : [])).sort(),
    )
    expect(settings.policy.threshold).toBe('info')
  })
})

it('CIS asks for a weight, and for five attempts', async () => {
  const { value } = await loadPolicy('cis-docker', files, rules)
  const settings = select(value ?? policy(), undefined, {}, rules).value
  expect(settings.rules.get('cpu-unbounded')?.params['weight']).toBe(true)
  expect(settings.rules.get('restart-unbounded')?.params['most']).toBe(5)
})

it.each([
  ['seccomp-unconfined', '5.22'],
  ['seccomp-allows-escape', '5.22'],
  ['seccomp-looser-than-default', '5.22'],
  ['seccomp-profile-unusable', '5.22'],
  ['host-uts-namespace', '5.21'],
  ['privileged-port-published', '5.8'],
  ['cgroup-parent-changed', '5.25'],
  ['default-bridge-network', '5.30'],
  ['host-user-namespace', '5.31'],
  ['engine-socket-mounted', '5.32'],
])('%s is %s, where others are a number off', (id, number) => {
  expect(rules.find((rule) => rule.id === id)?.standards['cis-docker']).toEqual([number])
})

/**
 * MITRE ATT&CK by https://attack.mitre.org/: techniques of the containers matrix, and of the Linux matrix where what happens in an image
 * or on its host has none there.
 */
const ATTACK: Readonly<Record<string, string>> = {
  'T1021.004': 'Remote Services: SSH',
  'T1027.004': 'Obfuscated Files or Information: Compile After Delivery',
  'T1036.005': 'Masquerading: Match Legitimate Name or Location (containers)',
  T1040: 'Network Sniffing',
  T1046: 'Network Service Discovery (containers)',
  T1053: 'Scheduled Task/Job (containers)',
  T1057: 'Process Discovery',
  T1059: 'Command and Scripting Interpreter',
  'T1059.004': 'Command and Scripting Interpreter: Unix Shell',
  T1068: 'Exploitation for Privilege Escalation (containers)',
  T1069: 'Permission Groups Discovery (containers)',
  T1070: 'Indicator Removal (containers)',
  'T1078.001': 'Valid Accounts: Default Accounts (containers)',
  'T1078.003': 'Valid Accounts: Local Accounts (containers)',
  T1098: 'Account Manipulation (containers)',
  T1105: 'Ingress Tool Transfer',
  T1110: 'Brute Force (containers)',
  T1133: 'External Remote Services (containers)',
  'T1136.001': 'Create Account: Local Account (containers)',
  T1190: 'Exploit Public-Facing Application (containers)',
  'T1195.001': 'Supply Chain Compromise: Compromise Software Dependencies and Development Tools',
  'T1195.002': 'Supply Chain Compromise: Compromise Software Supply Chain',
  T1204: 'User Execution (containers)',
  'T1222.002': 'File and Directory Permissions Modification: Linux and Mac',
  T1485: 'Data Destruction (containers)',
  T1496: 'Resource Hijacking (containers)',
  T1498: 'Network Denial of Service (containers)',
  T1499: 'Endpoint Denial of Service (containers)',
  T1525: 'Implant Internal Image (containers)',
  T1528: 'Steal Application Access Token (containers)',
  'T1548.001': 'Abuse Elevation Control Mechanism: Setuid and Setgid',
  'T1548.003': 'Abuse Elevation Control Mechanism: Sudo and Sudo Caching',
  T1550: 'Use Alternate Authentication Material (containers)',
  'T1552.001': 'Unsecured Credentials: Credentials In Files (containers)',
  'T1552.004': 'Unsecured Credentials: Private Keys',
  'T1552.005': 'Unsecured Credentials: Cloud Instance Metadata API',
  'T1552.007': 'Unsecured Credentials: Container API (containers)',
  T1554: 'Compromise Host Software Binary',
  T1557: 'Adversary-in-the-Middle',
  'T1562.001': 'Impair Defenses: Disable or Modify Tools (containers)',
  T1609: 'Container Administration Command (containers)',
  T1610: 'Deploy Container (containers)',
  T1611: 'Escape to Host (containers)',
  T1612: 'Build Image on Host (containers)',
  T1613: 'Container and Resource Discovery (containers)',
}
it('techniques of MITRE ATT&CK are some that there are', () => {
  expect([...named('mitre-attack')].filter(([id]) => !Object.hasOwn(ATTACK, id))).toEqual([])
})
it('weaknesses are numbers of CWE', () => {
  expect([...named('cwe')].filter(([id]) => !/^[1-9]\d{1,3}$/.test(id))).toEqual([])
})
