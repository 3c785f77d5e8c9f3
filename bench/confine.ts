/**
 * How long the seccomp analysis takes in one process: middle and fastest of many runs. Goals of issue 4: every system call of one
 * architecture under one profile within 5 ms, two vendors' defaults compared within 20 ms.
 */
import { compareProfiles } from '../src/confine/seccomp/compare.ts'
import { evaluator } from '../src/confine/seccomp/decide.ts'
import { DEFAULT_CAPABILITIES } from '../src/confine/seccomp/lint.ts'
import { numbersOf } from '../src/confine/syscalls.ts'
import { builtinSeccompProfile } from '../src/seccomp-builtin.ts'

const docker = await builtinSeccompProfile('docker-default')
const podman = await builtinSeccompProfile('podman-default')
if (!docker || !podman) throw new Error('a default is missing')
const world = { architecture: 'amd64', capabilities: DEFAULT_CAPABILITIES } as const
const calls = [...numbersOf('amd64').keys()]

function time(name: string, goal: number, work: () => void): void {
  const taken = Array.from({ length: 30 }, () => {
    const start = performance.now()
    work()
    return performance.now() - start
  })
  const [first = 0] = taken
  const sorted = taken.toSorted((a, b) => a - b)
  const middle = sorted[sorted.length >> 1] ?? 0
  console.log(
    `${name.padEnd(48)} first ${first.toFixed(1)} ms, middle ${middle.toFixed(1)} ms, best ${(sorted[0] ?? 0).toFixed(1)} ms (goal <= ${goal} ms)`,
  )
}
time(`docker-default over ${calls.length} system calls of amd64`, 5, () => {
  const filter = evaluator(docker.profile, world)
  for (const call of calls) filter.decide(call)
})
time(
  'docker-default compared with podman-default',
  20,
  () => void compareProfiles(docker.profile, podman.profile, world),
)
