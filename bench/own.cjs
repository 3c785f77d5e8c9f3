// Preloaded: writes into $BENCH_OWN the peak resident set of the process (KB) and the processor time of its threads (microseconds).
const { readFileSync, writeFileSync } = require('node:fs')
process.on('exit', () => {
  const { maxRSS, userCPUTime, systemCPUTime } = process.resourceUsage()
  let peak = maxRSS
  try {
    // Linux counts into maxRSS what the parent had when it forked; VmHWM begins anew with the program.
    peak = Number(/^VmHWM:\s*(\d+)/m.exec(readFileSync('/proc/self/status', 'utf8'))[1])
  } catch {
    // Not Linux.
  }
  writeFileSync(process.env.BENCH_OWN, `${peak} ${userCPUTime + systemCPUTime}`)
})
