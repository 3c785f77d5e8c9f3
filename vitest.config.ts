import { availableParallelism } from 'node:os'
import { defineConfig } from 'vitest/config'

export default defineConfig({
  test: {
    include: ['test/**/*.test.ts'],
    setupFiles: ['test/support/offline.ts'],
    // Vitest leaves one core free, which is half of the machine where there are two.
    maxWorkers: Math.max(2, availableParallelism()),
    // Tests leave nothing in the user's folder of caches, and are not answered from it.
    env: { PLIMSOLL_CACHE: 'off' },
    testTimeout: 60_000,
    hookTimeout: 300_000,
    // .ci/run makes its last line from the runner's own report.
    reporters: process.env.PLIMSOLL_TEST_REPORT ? ['default', 'json'] : ['default'],
    ...(process.env.PLIMSOLL_TEST_REPORT && { outputFile: { json: process.env.PLIMSOLL_TEST_REPORT } }),
  },
})
