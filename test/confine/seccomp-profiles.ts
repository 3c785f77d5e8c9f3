/** Profiles for tests: ours by name, and from a text. */
import { readFileSync } from 'node:fs'
import type { PlacedProfile } from '../../src/confine/seccomp/places.ts'
import { builtinSeccompProfile, readProfile } from '../../src/seccomp.ts'

export async function ours(name: string): Promise<PlacedProfile> {
  const found = await builtinSeccompProfile(name)
  if (!found) throw new Error(`no profile ${name}`)
  return found
}

/** The profile of a text; a notice that input was lost is an error of the test. */
export function profileOf(text: string, file = 'seccomp.json'): PlacedProfile {
  const { value, notices } = readProfile(file, text)
  if (!value) throw new Error(JSON.stringify(notices))
  return value
}
export const profileIn = (file: string): PlacedProfile => profileOf(readFileSync(file, 'utf8'), file)

/** A profile in the engines' form, one rule a line: the first rule stands in line 3. */
export const engineForm = (defaultAction: string, rules: readonly object[], rest: object = {}): string =>
  [
    `{"defaultAction": "${defaultAction}",${JSON.stringify(rest).slice(1, -1)}${Object.keys(rest).length > 0 ? ',' : ''}`,
    '"syscalls": [',
    rules.map((rule) => JSON.stringify(rule)).join(',\n'),
    ']}',
  ].join('\n')

export const CORPUS = '../shared/corpora/seccomp/data'
export const DOCKER_CAPABILITIES: ReadonlySet<string> = new Set(
  'CHOWN DAC_OVERRIDE FSETID FOWNER MKNOD NET_RAW SETGID SETUID SETFCAP SETPCAP NET_BIND_SERVICE SYS_CHROOT KILL AUDIT_WRITE'.split(
    ' ',
  ),
)
