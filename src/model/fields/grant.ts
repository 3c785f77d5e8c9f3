/** The table of a grant: an object of a cluster that says what pods may be, or gives them something, and is no container. */
import { by, type Rows } from '../row.ts'

const { string, oneOf } = by('dialect')

/** PodSecurityPolicy, SecurityContextConstraints, ServiceAccount, Namespace: https://kubernetes.io/docs/reference/kubernetes-api/ */
export const grant = {
  name: string('Name of the object'),
  kind: oneOf(
    ['PodSecurityPolicy', 'SecurityContextConstraints', 'ServiceAccount', 'Namespace'],
    'What kind of object it is',
  ),
} as const satisfies Rows
