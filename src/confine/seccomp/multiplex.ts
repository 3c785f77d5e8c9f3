/**
 * System calls that some architectures also, or only, have as a number in the first argument of another one:
 * socketcall(2) (linux/net.h, SYS_*) and ipc(2) (linux/ipc.h). The real arguments then stand behind a pointer, which no filter
 * follows: a rule on the arguments of `socket` binds the direct call only.
 */
import type { Abi } from '../syscalls.ts'

export interface Multiplexed {
  readonly by: 'socketcall' | 'ipc'
  /** What the first argument is. */
  readonly call: number
}

const SOCKETCALL =
  'socket bind connect listen accept getsockname getpeername socketpair send recv sendto recvfrom shutdown setsockopt getsockopt sendmsg recvmsg accept4 recvmmsg sendmmsg'
const IPC = {
  semop: 1,
  semget: 2,
  semctl: 3,
  semtimedop: 4,
  msgsnd: 11,
  msgrcv: 12,
  msgget: 13,
  msgctl: 14,
  shmat: 21,
  shmdt: 22,
  shmget: 23,
  shmctl: 24,
}
/** Every name that can come multiplexed, with how. */
export const MULTIPLEXED: ReadonlyMap<string, Multiplexed> = new Map<string, Multiplexed>([
  ...SOCKETCALL.split(' ').map((name, i): [string, Multiplexed] => [name, { by: 'socketcall', call: i + 1 }]),
  ...Object.entries(IPC).map(([name, call]): [string, Multiplexed] => [name, { by: 'ipc', call }]),
])

/** True for architectures where the kernel, and libseccomp, have socketcall and ipc. */
export const multiplexes = (abi: Abi): boolean => abi === 'x86' || abi === 's390x' || abi === 'ppc64le'

/** How that call comes multiplexed by that ABI, or undefined where it does not. */
export const multiplexed = (abi: Abi, name: string): Multiplexed | undefined =>
  multiplexes(abi) ? MULTIPLEXED.get(name) : undefined
