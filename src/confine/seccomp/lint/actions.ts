/** Actions: a default that lets calls through, and those that are for recording or for another process. */
import type { LintFinding, LintSubject } from './finding.ts'
import { listed, quoted } from './finding.ts'
import { systemCalls } from '../../syscalls.ts'
import { DANGERS } from '../danger.ts'
import { letsThrough } from './question.ts'

export function lintActions({ profile, places, ask }: LintSubject): readonly LintFinding[] {
  const found: LintFinding[] = []
  const { defaultAction, syscalls } = profile
  const at = places.key('defaultAction')
  const calls = systemCalls(ask.world.architecture)
  if (letsThrough(defaultAction)) {
    const held = calls.filter((call) => ask.about(call).runs !== 'always')
    const open = DANGERS.flatMap((danger) => danger.calls).filter(
      (call) => ask.has(call) && ask.about(call).runs === 'always',
    )
    if (held.length === 0)
      found.push({
        id: 'seccomp-denies-nothing',
        place: at,
        message: `This profile lets every system call through, so it is no filter: the container is as good as unconfined. Start from the default of the engine and take away from it.`,
        severity: 'critical',
      })
    else
      found.push({
        id: 'seccomp-default-allows',
        place: at,
        message: `Calls that no rule names are let through (a deny list): ${calls.length - held.length} of ${calls.length}, and every call that a later kernel brings. Open among them: ${open.length === 0 ? 'none of those that are known to open a way out' : listed(open, 40)}. Turn the list around: deny by default (SCMP_ACT_ERRNO), and name what the program needs.`,
        severity: open.length > 0 ? 'high' : 'medium',
      })
  }
  if (profile.baseProfileName)
    found.push({
      id: 'seccomp-incomplete',
      place: places.key('baseProfileName'),
      message: `This profile is joined with ${quoted(profile.baseProfileName)}, which was not read: what that one lets through is not judged here. Lint the joined profile, which the operator writes to the node.`,
      severity: 'low',
    })
  if (profile.disabled === true || profile.state === 'Disabled')
    found.push({
      id: 'seccomp-profile-disabled',
      place: places.key(profile.disabled === true ? 'disabled' : 'state'),
      message:
        'This profile is switched off: the operator does not install it on the nodes, and a pod that names it does not start. Enable it, or remove it.',
      severity: 'medium',
    })
  if (defaultAction === 'SCMP_ACT_LOG')
    found.push({
      id: 'seccomp-log-left-on',
      place: at,
      message:
        'SCMP_ACT_LOG as the default runs every call and only writes it to the log: that is for finding out what a program needs, not for production. Change it to SCMP_ACT_ERRNO once the list is complete.',
      severity: 'high',
    })
  if (defaultAction === 'SCMP_ACT_TRACE')
    found.push({
      id: 'seccomp-trace-left-on',
      place: at,
      message:
        'SCMP_ACT_TRACE as the default asks a tracer about every call that no rule names; without one they answer ENOSYS (seccomp(2)). It is for recording. Change it to SCMP_ACT_ERRNO.',
      severity: 'medium',
    })
  if (defaultAction === 'SCMP_ACT_NOTIFY')
    found.push({
      id: 'seccomp-notify-refused',
      place: at,
      message:
        'runc refuses SCMP_ACT_NOTIFY as the default action, so no container starts. Name the calls that the listener is to answer.',
      severity: 'high',
    })
  const notify = syscalls.findIndex(({ action }) => action === 'SCMP_ACT_NOTIFY')
  if (notify >= 0 && !profile.listenerPath)
    found.push({
      id: 'seccomp-listener-missing',
      place: places.rule(notify, 'action'),
      message:
        'SCMP_ACT_NOTIFY without a listenerPath: there is nobody to answer, and runc refuses the profile. Give it a listenerPath, or take another action.',
      severity: 'high',
    })
  for (const [index, { action, names }] of syscalls.entries()) {
    const place = places.rule(index, 'action')
    if (action === 'SCMP_ACT_LOG' && defaultAction !== 'SCMP_ACT_LOG')
      found.push({
        id: 'seccomp-log-left-on',
        place,
        message: `SCMP_ACT_LOG runs ${listed(names)} and writes each call to the log: left over from recording? Allow or deny ${names.length === 1 ? 'it' : 'them'}.`,
        severity: 'low',
      })
    if (action === 'SCMP_ACT_TRACE' && defaultAction !== 'SCMP_ACT_TRACE')
      found.push({
        id: 'seccomp-trace-left-on',
        place,
        message: `SCMP_ACT_TRACE asks a tracer about ${listed(names)}; without one the answer is ENOSYS, and a tracer in the container may let anything through. Allow or deny ${names.length === 1 ? 'it' : 'them'}.`,
        severity: 'low',
      })
    if (action === 'SCMP_ACT_NOTIFY')
      found.push(
        names.includes('write')
          ? {
              id: 'seccomp-notify-refused',
              place,
              message:
                'runc refuses SCMP_ACT_NOTIFY for write, with which it tells the listener, so no container starts. Take write out of this rule.',
              severity: 'high',
            }
          : {
              id: 'seccomp-notify-left-on',
              place,
              message: `SCMP_ACT_NOTIFY leaves ${listed(names)} to a process outside, which reads arguments that the caller can still change (seccomp_unotify(2)): a supervisor can emulate calls by it, not keep them back. Make sure that the listener is meant.`,
              severity: 'low',
            },
      )
  }
  if (profile.flags.includes('SECCOMP_FILTER_FLAG_SPEC_ALLOW'))
    found.push({
      id: 'seccomp-speculation-allowed',
      place: places.key('flags'),
      message:
        'SECCOMP_FILTER_FLAG_SPEC_ALLOW switches off the mitigation of Speculative Store Bypass (Spectre variant 4) that a filter brings on older kernels. Leave the flag out, unless the cost has been measured.',
      severity: 'low',
    })
  return found
}
