/**
 * Plimsoll's seccomp profiles as a library: `plimsoll/seccomp`.
 *
 *     import { builtinSeccompProfile, compareProfiles, readProfile } from 'plimsoll/seccomp'
 *     const { value, notices } = readProfile('web.json', text)
 *     const ours = await builtinSeccompProfile('docker-default')
 *     if (value && ours) compareProfiles(value.profile, ours.profile, { architecture: 'amd64', capabilities: new Set() }).relation
 */
import type { PlacedProfile } from './confine/seccomp/places.ts'
import { readPlacedProfile } from './confine/seccomp/read.ts'
import { readText } from './document/read.ts'
import type { Notice, Read } from './model/notice.ts'

export {
  compareProfiles,
  OTHER_CALLS,
  type Comparison,
  type Difference,
  type Relation,
} from './confine/seccomp/compare.ts'
export { decide, evaluator, type Decision, type Evaluator, type World } from './confine/seccomp/decide.ts'
export { lint, type LintFinding, type LintOptions } from './confine/seccomp/lint.ts'
export type { PlacedProfile, ProfilePlaces } from './confine/seccomp/places.ts'
export { jsonSchema, SeccompProfile, SeccompProfileSpec, type SeccompRule } from './confine/seccomp/profile.ts'
export { purposeOf, PURPOSES, type Purpose } from './confine/seccomp/purpose.ts'
export { profileJson } from './confine/seccomp/write.ts'
export type { Severity } from './model/finding.ts'
export type { Notice, Read } from './model/notice.ts'
export type { Place } from './model/place.ts'
export { builtinSeccompNames, builtinSeccompProfile } from './seccomp-builtin.ts'

/**
 * The profiles in a text of any of the three forms: the engines', an OCI runtime configuration, the Kubernetes custom resource
 * (YAML may hold several). What is wrong is a notice with its place; a document with a profile that no engine would take gives none.
 */
export function readProfiles(file: string, text: string): Read<readonly PlacedProfile[]> {
  const { value, notices } = readText(file, text)
  const read = value.documents.map(readPlacedProfile)
  return {
    value: read.flatMap(({ value: profile }) => profile ?? []),
    notices: [...notices, ...read.flatMap((one) => one.notices)],
  }
}

/** The first profile of a text; undefined where it holds none, and then a notice says so. */
export function readProfile(file: string, text: string): Read<PlacedProfile | undefined> {
  const { value, notices } = readProfiles(file, text)
  const [first] = value
  return { value: first, notices: first || notices.some(({ lost }) => lost) ? notices : [...notices, nothing(file)] }
}

const nothing = (file: string): Notice => ({
  id: 'seccomp-profile-invalid',
  place: { file, line: 1, column: 1 },
  message:
    'There is no seccomp profile in this file, so nothing was checked. Give a profile, or a configuration that holds one.',
  lost: true,
})
