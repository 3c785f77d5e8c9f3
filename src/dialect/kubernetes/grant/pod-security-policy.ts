/** PodSecurityPolicy: what pods its users may create. Removed in Kubernetes 1.25, and still found in clusters' folders. */
import { child, elements, get } from '../../../document/node.ts'
import { byDefault, set, type Fact } from '../../../model/fact.ts'
import type { grant } from '../../../model/fields.ts'
import type { Element } from '../../../model/row.ts'
import { ask, asMap, bool, field, items, listOfTexts, parse, scalarFact, type Answer, type Ask } from '../../ask.ts'
import { is } from '../../dialect.ts'
import { ADMITS, GIVES_NOTHING, NAME_ALONE, type GrantFormat } from './format.ts'
import { mayBeRoot, rootGroups } from './range.ts'

type HostPath = Element<(typeof grant.pods.rows.hostPaths)['of']>

const capability = (name: string): string => name.toUpperCase().replace(/^CAP_/, '')

/** What is allowed, and what everybody gets. */
export const capabilities = (allowed: string, given: string): Ask<readonly Fact<string>[]> =>
  ask((scope): Answer<readonly Fact<string>[]> => {
    const [first, second] = [allowed, given].map((path) => listOfTexts(path, capability).read(scope))
    if (!first || !second || first.how === 'unknown') return first ?? { how: 'silent', place: scope.self.place }
    if (second.how === 'silent') return first
    return second.how === 'unknown' || first.how === 'silent'
      ? second
      : { ...first, value: [...first.value, ...second.value] }
  })
export const dropped = (path: string): Ask<readonly Fact<string>[]> => listOfTexts(path, capability)

/** Prefixes that are written; without any, every path, where volumes of the host are among the types. */
const hostPaths: Ask<readonly HostPath[]> = ask((scope): Answer<readonly HostPath[]> => {
  const types = listOfTexts('spec.volumes').read(scope)
  const type =
    types.how === 'silent' || types.how === 'unknown'
      ? undefined
      : types.value.find((one) => one.how === 'unknown' || one.value === '*' || one.value === 'hostPath')
  const written = items('spec.allowedHostPaths', (element): HostPath => {
    const node = asMap(element)
    return {
      place: node.place,
      facts: {
        path: field(node, 'pathPrefix', 'a text', parse.text, '', 'no pathPrefix is written: any path'),
        readOnly: field(node, 'readOnly', 'true or false', parse.bool, false, 'may be written unless readOnly is true'),
      },
    }
  }).read(scope)
  const isSilent = written.how === 'silent' || (written.how !== 'unknown' && written.value.length === 0)
  // Prefixes without the type are kept: they hold as soon as it is added.
  if (!isSilent) return types.how === 'set' && !type ? { how: 'silent', place: written.place } : written
  if (!type) return types.how === 'unknown' ? types : { how: 'silent', place: types.place }
  if (type.how === 'unknown') return type
  const { place } = type
  const any = { path: byDefault(place, '', 'no allowedHostPaths is written: any path') }
  return set(place, [{ place, facts: { ...any, readOnly: byDefault(place, false, 'no allowedHostPaths is written') } }])
})

/** A range of ports is a permission, an empty list none. */
const hostPorts: Ask<boolean> = ask((scope): Answer<boolean> => {
  const node = get(scope.self, 'spec.hostPorts')
  const [first] = elements(node)
  return first ? set(first.place, true) : { how: 'silent', place: node.place }
})

const SECCOMP = 'seccomp.security.alpha.kubernetes.io/allowedProfileNames'
const seccomp: Ask<readonly Fact<string>[]> = ask((scope): Answer<readonly Fact<string>[]> => {
  const said = scalarFact(child(get(scope.self, 'metadata.annotations'), SECCOMP), 'a text', parse.text)
  if (said.how === 'silent' || said.how === 'unknown') return said
  const names = said.value.split(',').map((name) => name.trim())
  return { ...said, value: names.filter((name) => name !== '').map((name) => set(said.place, name)) }
})

export const podSecurityPolicy: GrantFormat = {
  kind: 'PodSecurityPolicy',
  namespaced: false,
  is: (apiVersion) => /^(?:policy|extensions)\//.test(apiVersion),
  asks: {
    ...NAME_ALONE,
    kind: ask((scope) => set(child(scope.self, 'kind').place, 'PodSecurityPolicy')),
    pods: {
      privileged: bool('spec.privileged'),
      hostPid: bool('spec.hostPID'),
      hostIpc: bool('spec.hostIPC'),
      hostNetwork: bool('spec.hostNetwork'),
      hostPorts,
      hostPaths,
      volumes: listOfTexts('spec.volumes'),
      capabilities: capabilities('spec.allowedCapabilities', 'spec.defaultAddCapabilities'),
      dropped: dropped('spec.requiredDropCapabilities'),
      privilegeEscalation: bool('spec.allowPrivilegeEscalation'),
      rootUser: mayBeRoot('spec.runAsUser', 'rule'),
      rootGroups: rootGroups(
        {
          runAsGroup: 'spec.runAsGroup',
          supplementalGroups: 'spec.supplementalGroups',
          fsGroup: 'spec.fsGroup',
        },
        'rule',
      ),
      writableRootFilesystem: bool('spec.readOnlyRootFilesystem').to((readOnly) => !readOnly),
      sysctls: listOfTexts('spec.allowedUnsafeSysctls'),
      seccomp,
    },
  },
  silence: {
    ...GIVES_NOTHING,
    kind: is('PodSecurityPolicy', 'its kind'),
    pods: ADMITS,
  },
}
