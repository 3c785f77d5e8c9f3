/** The table of a grant: an object of a cluster that says what pods may be, or gives them something, and is no container. */
import { by, group, type Rows } from '../row.ts'

const { bool, string, oneOf, list } = by('dialect')

const hostPath = group(
  'AllowedHostPath',
  {
    path: string('Prefix of the paths that may be mounted; empty is any'),
    readOnly: bool('They may be mounted read-only alone'),
  },
  'Paths of the host that pods may mount',
)

/**
 * PodSecurityPolicy (removed in Kubernetes 1.25): https://v1-24.docs.kubernetes.io/docs/concepts/security/pod-security-policy/
 * SecurityContextConstraints: https://docs.redhat.com/en/documentation/openshift_container_platform/latest/html/security_apis/securitycontextconstraints-security-openshift-io-v1
 * ServiceAccount, Namespace and PersistentVolume: https://kubernetes.io/docs/reference/kubernetes-api/
 */
export const grant = {
  name: string('Name of the object'),
  kind: oneOf(
    ['PodSecurityPolicy', 'SecurityContextConstraints', 'ServiceAccount', 'Namespace', 'PersistentVolume'],
    'What kind of object it is',
  ),
  pods: group(
    'GrantedPods',
    {
      privileged: bool('They may be privileged'),
      hostPid: bool("They may use the host's PID namespace"),
      hostIpc: bool("They may use the host's IPC namespace"),
      hostNetwork: bool("They may use the host's network namespace"),
      hostPorts: bool('They may publish ports on their host'),
      hostPaths: list(hostPath, 'Paths of the host that they may mount', 'path'),
      volumes: list(string('A type of volume'), 'Types of volumes that they may mount; * is any'),
      capabilities: list(string('A capability'), 'Capabilities that they may add, or are given; * is any'),
      dropped: list(string('A capability'), 'Capabilities that are taken from them; ALL is all'),
      privilegeEscalation: bool('They may gain privileges (allowPrivilegeEscalation)'),
      rootUser: bool('They may run as root'),
      rootGroups: list(string('A field'), 'Fields of groups that may be 0: runAsGroup, supplementalGroups, fsGroup'),
      writableRootFilesystem: bool('Their root file system may be writable'),
      sysctls: list(string('A name or pattern'), 'Unsafe kernel parameters that they may set'),
      seccomp: list(string('A profile'), 'seccomp profiles that they may ask for; * is any'),
    },
    'What pods may be that are admitted by it (PodSecurityPolicy, SecurityContextConstraints)',
  ),
  subjects: list(string('A user or group'), 'Who may use it, where it says so itself (SecurityContextConstraints)'),
  hostPath: string('Path of the host that whoever claims it mounts; empty is none (PersistentVolume)'),
  token: bool('Pods that run as this account get its token unless they refuse it (ServiceAccount)'),
  podSecurity: group(
    'GrantedLevel',
    {
      enforce: oneOf(
        ['privileged', 'baseline', 'restricted', 'none'],
        'Level that its pods are held to (pod-security.kubernetes.io/enforce of a Namespace)',
      ),
    },
    'Pod Security admission',
  ),
} as const satisfies Rows
