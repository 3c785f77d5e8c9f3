// Preloaded: writes the peak resident set of the process (KB) into $BENCH_PEAK.
const { readFileSync, writeFileSync } = require('node:fs')
process.on('exit', () => {
  let peak = process.resourceUsage().maxRSS
  try {
    // Linux counts into maxRSS what the parent had when it forked; VmHWM begins anew with the program.
    peak = Number(/^VmHWM:\s*(\d+)/m.exec(readFileSync('/proc/self/status', 'utf8'))[1])
  } catch {}
  writeFileSync(process.env.BENCH_PEAK, String(peak))
})
