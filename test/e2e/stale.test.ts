/** What is committed in dist/ is what the sources build. */
import { readFileSync } from 'node:fs'
import { join } from 'node:path'
import { expect, it } from 'vitest'
import { folder, node, root, start } from './run.ts'

const here = folder()

it('dist/action.js is what the sources build: else run npm run build', () => {
  // From anywhere, to anywhere: the bytes do not depend on where things lie.
  const built = start(node, [join(root, 'scripts/build.ts'), '--action', '--out', here.path], { from: here.path })
  expect(built).toMatchObject({ code: 0, err: '' })
  const fresh = readFileSync(join(here.path, 'action.js'))
  let committed: Buffer | undefined
  try {
    committed = readFileSync(join(root, 'dist/action.js'))
  } catch {
    // Told below.
  }
  expect(committed?.equals(fresh) ?? false, 'dist/action.js is stale: run npm run build').toBe(true)
})
