/**
 * The filter of systemd-nspawn: a list of calls that are let through, some of them with a capability, and SystemCallFilter= adds to
 * it or takes from it (nspawn-seccomp.c). It is worked out here and handed on as a profile in the engines' form.
 */
import { ask, type Answer, type Ask, type Scope } from '../ask.ts'
import { variable } from './namespace.ts'
import { every, said, strange, truth, type Setting } from './setting.ts'
import { callsOf } from './syscall-set.ts'

/** Sets and calls that every container may use. */
const ALWAYS =
  '@aio @basic-io @chown @default @file-system @io-event @ipc @mount @network-io @process @resources @setuid @signal @sync @timer brk capget capset copy_file_range fadvise64 fadvise64_64 flock get_mempolicy getcpu getpriority getrandom ioctl ioprio_get kcmp landlock_add_rule landlock_create_ruleset landlock_restrict_self madvise mincore mprotect mremap name_to_handle_at oldolduname olduname personality readahead readdir remap_file_pages sched_get_priority_max sched_get_priority_min sched_getattr sched_getparam sched_getscheduler sched_rr_get_interval sched_rr_get_interval_time64 sched_yield seccomp sendfile sendfile64 setdomainname setfsgid setfsgid32 setfsuid setfsuid32 sethostname setpgid setsid splice sysinfo tee umask uname userfaultfd vmsplice'
/** Those that come with a capability. */
const WITH: readonly (readonly [capability: string, words: string])[] = [
  ['CAP_IPC_LOCK', '@memlock'],
  ['CAP_SYS_BOOT', 'reboot'],
  ['CAP_SYS_MODULE', '@module'],
  ['CAP_SYS_PACCT', 'acct'],
  ['CAP_SYS_PTRACE', 'process_vm_readv process_vm_writev ptrace'],
  ['CAP_SYS_RAWIO', '@raw-io'],
  ['CAP_SYS_TIME', '@clock'],
  ['CAP_SYS_TTY_CONFIG', 'vhangup'],
  ['CAP_SYSLOG', 'syslog'],
]
/** EPERM, as calls that systemd knows are answered. */
const EPERM = 1

interface Lists {
  readonly allow: ReadonlySet<string>
  readonly deny: ReadonlySet<string>
}
/** What SystemCallFilter= adds and takes; an unknown set makes the filter unknown. */
function listsOf(settings: readonly Setting[]): Lists | Setting {
  const allow = new Set<string>()
  const deny = new Set<string>()
  for (const setting of settings) {
    if (setting.hidden !== undefined) return setting
    const isDeny = setting.text.startsWith('~')
    for (const word of setting.text.replace(/^~/, '').split(/[\s,]+/)) {
      if (word === '') continue
      // An errno may follow a call (systemd.exec(5)).
      const calls = callsOf(word.split(':')[0] ?? '')
      if (!calls) return setting
      for (const call of calls) (isDeny ? deny : allow).add(call)
    }
  }
  return { allow, deny }
}

/** The profile as JSON. What is denied wins over what is allowed. */
export function filter({ allow, deny }: Lists): string {
  const names = (words: string): readonly string[] => words.split(' ').flatMap((word) => callsOf(word) ?? [])
  const kept = (calls: readonly string[]): readonly string[] =>
    [...new Set(calls)].filter((call) => !deny.has(call)).sort()
  const rule = (calls: readonly string[], capability?: string) => ({
    names: calls,
    action: 'SCMP_ACT_ALLOW',
    ...(capability !== undefined && { includes: { caps: [capability] } }),
  })
  return JSON.stringify({
    defaultAction: 'SCMP_ACT_ERRNO',
    defaultErrnoRet: EPERM,
    archMap: [
      { architecture: 'SCMP_ARCH_X86_64', subArchitectures: ['SCMP_ARCH_X86', 'SCMP_ARCH_X32'] },
      { architecture: 'SCMP_ARCH_AARCH64', subArchitectures: ['SCMP_ARCH_ARM'] },
    ],
    syscalls: [
      rule(kept([...names(ALWAYS), ...allow])),
      ...WITH.map(([capability, words]) => rule(kept(names(words)), capability)).filter(
        (each) => each.names.length > 0,
      ),
    ],
  })
}
export const DEFAULT_FILTER: string = filter({ allow: new Set(), deny: new Set() })

/** SYSTEMD_SECCOMP=0 in the unit: no filter at all. */
const off: Ask<boolean> = variable('SYSTEMD_SECCOMP').to((text) => (truth(text) === false ? true : undefined))
const settings = (scope: Scope): readonly Setting[] =>
  every(scope, 'SystemCallFilter').filter(({ text, hidden }) => text !== '' || hidden !== undefined)

/** What only takes from the list is the runtime's own filter, and tighter; what adds to it is one of the user's making. */
export const kind: Ask<'runtime-default' | 'profile' | 'unconfined'> = off
  .to<'runtime-default' | 'profile' | 'unconfined'>(() => 'unconfined')
  .else(
    ask((scope): Answer<'runtime-default' | 'profile'> => {
      const found = settings(scope)
      const adds = found.find((setting) => setting.hidden !== undefined || !setting.text.startsWith('~'))
      const first = adds ?? found[0]
      return first ? said(first, adds ? 'profile' : 'runtime-default') : { how: 'silent', place: scope.self.place }
    }),
  )
export const text: Ask<string> = off
  .to(() => '')
  .else(
    ask((scope): Answer<string> => {
      const [first] = settings(scope)
      if (!first) return { how: 'silent', place: scope.self.place }
      const lists = listsOf(settings(scope))
      return 'key' in lists
        ? strange(lists, `SystemCallFilter names a set of calls that is not known: "${lists.text.slice(0, 60)}"`)
        : said(first, filter(lists))
    }),
  )
