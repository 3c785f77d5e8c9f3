/** What every kind of grant says of itself: one file in this folder each. */
import { grant } from '../../../model/fields.ts'
import { silent, text } from '../../ask.ts'
import { is, isList, type Asks, type Silence } from '../../dialect.ts'

export interface GrantFormat {
  readonly kind:
    'PodSecurityPolicy' | 'SecurityContextConstraints' | 'ServiceAccount' | 'Namespace' | 'PersistentVolume'
  /** It belongs to a namespace, not to the whole cluster. */
  readonly namespaced: boolean
  /** The API group is part of what it is: others have kinds of the same name. */
  is(apiVersion: string): boolean
  readonly asks: Asks<typeof grant>
  readonly silence: Silence<typeof grant>
}

type Pods = Asks<typeof grant>['pods']
const NO_PODS: Pods = {
  privileged: silent,
  hostPid: silent,
  hostIpc: silent,
  hostNetwork: silent,
  hostPorts: silent,
  hostPaths: silent,
  volumes: silent,
  capabilities: silent,
  dropped: silent,
  privilegeEscalation: silent,
  rootUser: silent,
  rootGroups: silent,
  writableRootFilesystem: silent,
  sysctls: silent,
  seccomp: silent,
}
/** A kind that says nothing but its name. */
export const NAME_ALONE: Omit<Asks<typeof grant>, 'kind'> = {
  name: text('metadata.name'),
  pods: NO_PODS,
  subjects: silent,
  hostPath: silent,
  token: silent,
  podSecurity: { enforce: silent },
}

const NOT_ALLOWED = 'not allowed unless written'
/** What a policy about pods admits that says nothing: nothing of the host, and root. */
export const ADMITS: Silence<typeof grant>['pods'] = {
  privileged: is(false, NOT_ALLOWED),
  hostPid: is(false, NOT_ALLOWED),
  hostIpc: is(false, NOT_ALLOWED),
  hostNetwork: is(false, NOT_ALLOWED),
  hostPorts: is(false, NOT_ALLOWED),
  hostPaths: is([], NOT_ALLOWED),
  volumes: isList([], 'none but those that volumes names'),
  capabilities: isList([], 'none unless allowedCapabilities names them'),
  dropped: isList([], 'none unless requiredDropCapabilities names them'),
  privilegeEscalation: is(true, 'allowed unless allowPrivilegeEscalation is false'),
  rootUser: is(true, 'any user unless runAsUser restricts it'),
  rootGroups: isList([], 'no rule about groups admits 0'),
  writableRootFilesystem: is(true, 'writable unless readOnlyRootFilesystem is true'),
  sysctls: isList([], 'none unless allowedUnsafeSysctls names them'),
  seccomp: isList([], 'none but those that are listed'),
}

const OTHER = 'another kind of object says that'
/** What an object gives that says nothing: of rows that its kind has no key for, nothing at all. */
export const GIVES_NOTHING: Omit<Silence<typeof grant>, 'kind'> = {
  name: is('', 'metadata.name is not written'),
  pods: {
    privileged: is(false, OTHER),
    hostPid: is(false, OTHER),
    hostIpc: is(false, OTHER),
    hostNetwork: is(false, OTHER),
    hostPorts: is(false, OTHER),
    hostPaths: is([], OTHER),
    volumes: isList([], OTHER),
    capabilities: isList([], OTHER),
    dropped: isList([], OTHER),
    privilegeEscalation: is(false, OTHER),
    rootUser: is(false, OTHER),
    rootGroups: isList([], OTHER),
    writableRootFilesystem: is(false, OTHER),
    sysctls: isList([], OTHER),
    seccomp: isList([], OTHER),
  },
  subjects: isList([], OTHER),
  hostPath: is('', OTHER),
  token: is(false, OTHER),
  podSecurity: { enforce: is('none', OTHER) },
}
