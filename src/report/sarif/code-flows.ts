/** Ways out of a container as SARIF's code flows (section 3.36): one thread flow a path, one location a step. */
import type { CodeFlow, ThreadFlowLocation } from 'sarif'
import type { EscapePath, PathStep } from '../../model/path.ts'
import { isFile, physical, type Scan } from './location.ts'
import { message } from './message.ts'

/** Most paths of one result: one root cause may open twenty, and the first tell what matters. */
const MOST_PATHS = 5

/** Paths as `codeFlows` of a result; an empty list where there are none, for SARIF wants none then. */
export const codeFlows = (scan: Scan, paths: readonly EscapePath[]): CodeFlow[] =>
  paths.slice(0, MOST_PATHS).map((path) => ({
    message: { text: message(told(path)) },
    threadFlows: [
      {
        // The facts that decide, in the order of what happens: readers step through them.
        locations: path.steps.map((step, index) => location(scan, path, step, index)),
      },
    ],
    properties: {
      id: path.id,
      state: path.state,
      severity: path.severity,
      gives: message(path.gives),
      source: path.source,
    },
  }))

const told = ({ title, state, ifs }: EscapePath): string =>
  state === 'open' ? title : `${title}: possible, if ${ifs.map(({ text }) => text).join(', and if ')}`

/** Section 3.38: the last step is what it all comes to. */
function location(scan: Scan, path: EscapePath, { text, place }: PathStep, index: number): ThreadFlowLocation {
  const last = index === path.steps.length - 1
  return {
    location: {
      ...(isFile(place) && { physicalLocation: physical(scan, place) }),
      message: { text: message(text) },
    },
    executionOrder: index + 1,
    nestingLevel: 0,
    importance: last || index === 0 ? 'important' : 'essential',
  }
}
