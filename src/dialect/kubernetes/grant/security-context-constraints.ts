/** SecurityContextConstraints of OpenShift: what pods its users may create. Its fields stand at the top, without a spec. */
import { child } from '../../../document/node.ts'
import { byDefault, set, type Fact } from '../../../model/fact.ts'
import type { grant } from '../../../model/fields.ts'
import type { Element } from '../../../model/row.ts'
import { ask, bool, listOfTexts, type Answer, type Ask } from '../../ask.ts'
import { is, isList } from '../../dialect.ts'
import { ADMITS, GIVES_NOTHING, NAME_ALONE, type GrantFormat } from './format.ts'
import { capabilities, dropped } from './pod-security-policy.ts'
import { mayBeRoot, rootGroups } from './range.ts'

type HostPath = Element<(typeof grant.pods.rows.hostPaths)['of']>

/** All or nothing: there are no prefixes. */
const hostPaths: Ask<readonly HostPath[]> = ask((scope): Answer<readonly HostPath[]> => {
  const said = bool('allowHostDirVolumePlugin').read(scope)
  if (said.how === 'silent' || said.how === 'unknown') return said
  if (!said.value) return { ...said, value: [] }
  const { place } = said
  const because = 'allowHostDirVolumePlugin allows every path'
  return set(place, [{ place, facts: { path: set(place, ''), readOnly: byDefault(place, false, because) } }])
})

const subjects: Ask<readonly Fact<string>[]> = ask((scope): Answer<readonly Fact<string>[]> => {
  const [users, groups] = [listOfTexts('users').read(scope), listOfTexts('groups').read(scope)]
  if (users.how === 'silent' || users.how === 'unknown') return users.how === 'unknown' ? users : groups
  return groups.how === 'silent' || groups.how === 'unknown'
    ? groups.how === 'unknown'
      ? groups
      : users
    : { ...groups, value: [...users.value, ...groups.value] }
})

export const securityContextConstraints: GrantFormat = {
  kind: 'SecurityContextConstraints',
  namespaced: false,
  is: (apiVersion) => apiVersion.startsWith('security.openshift.io/') || apiVersion === 'v1',
  asks: {
    ...NAME_ALONE,
    kind: ask((scope) => set(child(scope.self, 'kind').place, 'SecurityContextConstraints')),
    pods: {
      privileged: bool('allowPrivilegedContainer'),
      hostPid: bool('allowHostPID'),
      hostIpc: bool('allowHostIPC'),
      hostNetwork: bool('allowHostNetwork'),
      hostPorts: bool('allowHostPorts'),
      hostPaths,
      volumes: listOfTexts('volumes'),
      capabilities: capabilities('allowedCapabilities', 'defaultAddCapabilities'),
      dropped: dropped('requiredDropCapabilities'),
      privilegeEscalation: bool('allowPrivilegeEscalation'),
      rootUser: mayBeRoot('runAsUser', 'type'),
      rootGroups: rootGroups({ supplementalGroups: 'supplementalGroups', fsGroup: 'fsGroup' }, 'type'),
      writableRootFilesystem: bool('readOnlyRootFilesystem').to((readOnly) => !readOnly),
      sysctls: listOfTexts('allowedUnsafeSysctls'),
      seccomp: listOfTexts('seccompProfiles'),
    },
    subjects,
  },
  silence: {
    ...GIVES_NOTHING,
    kind: is('SecurityContextConstraints', 'its kind'),
    pods: ADMITS,
    subjects: isList([], 'nobody but those whom RBAC lets use it'),
  },
}
