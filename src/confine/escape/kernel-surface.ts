/** System calls that open no way by themselves, and have been the start of most ways through flaws of the kernel. */
import type { Fact } from '../../model/fact.ts'
import type { Subject } from '../../model/subject.ts'
import { known, reason } from './answer.ts'
import { defaultSeccomp, notPrivileged } from './change.ts'
import type { Entry, Opening } from './entry.ts'
import { through } from './needs.ts'

/**
 * The filter is known to let the call through. A filter that is not known opens nothing here: every container would have
 * these paths where nobody said what the engine's own profile is.
 */
const let_ =
  (call: string) =>
  ({ container }: Subject): readonly Opening[] => {
    const { kind, allows } = container.seccomp
    if (known(container.privileged) === true && known(kind) !== 'profile')
      return [
        {
          cause: reason('container.privileged', container.privileged),
          place: container.privileged.place,
          name: '',
          rules: ['privileged'],
          closing: notPrivileged(container.privileged.place),
        },
      ]
    // The runtime's own profile holds what its makers found right, and is the same for all.
    const fact: Fact<unknown> | undefined =
      known(kind) === 'unconfined'
        ? kind
        : known(kind) === 'profile'
          ? known(allows)?.find((one) => known(one) === call)
          : undefined
    if (!fact) return []
    return [
      {
        cause: reason(fact === kind ? 'container.seccomp.kind' : 'container.seccomp.allows', fact),
        place: fact.place,
        name: '',
        rules: fact === kind ? ['seccomp-unconfined', 'seccomp-missing'] : ['seccomp-allows-escape'],
        closing: defaultSeccomp(fact.place),
      },
    ]
  }

const GIVES = 'a wider attack surface of the host’s kernel'
const BREAKS = ['the runtime’s own seccomp profile', 'gVisor, Kata or Firecracker']

export const kernelSurface: readonly Entry[] = [
  {
    id: 'unprivileged-user-namespace',
    title: 'New user namespaces can be made',
    gives: GIVES,
    severity: 'low',
    source: 'https://man7.org/linux/man-pages/man7/user_namespaces.7.html',
    openings: let_('unshare'),
    needs: [through('kernel')],
    steps: () => [
      'gets every capability inside a user namespace of its own making (unshare), and with them the parts of the kernel that are meant for root',
    ],
    breaks: [...BREAKS, 'user.max_user_namespaces 0, or AppArmor’s restriction of user namespaces'],
  },
  {
    id: 'io-uring',
    title: 'io_uring can be used',
    gives: GIVES,
    severity: 'low',
    source: 'https://security.googleblog.com/2023/06/learnings-from-kctf-vrps-42-linux.html',
    openings: let_('io_uring_setup'),
    needs: [through('kernel')],
    steps: () => ['uses io_uring, in which most exploitable flaws of recent years were'],
    breaks: [...BREAKS, 'kernel.io_uring_disabled 2'],
  },
  {
    id: 'userfaultfd',
    title: 'userfaultfd can be used',
    gives: GIVES,
    severity: 'low',
    source: 'https://man7.org/linux/man-pages/man2/userfaultfd.2.html',
    openings: let_('userfaultfd'),
    needs: [through('kernel')],
    steps: () => ['holds the kernel up in the middle of its work (userfaultfd), which makes races in it easy to win'],
    breaks: [...BREAKS, 'vm.unprivileged_userfaultfd 0'],
  },
]
