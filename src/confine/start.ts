/** What decides whether a container starts at all: the derived rows `container.start`. Asked once its capabilities are known. */
import type { ContainerFacts } from '../model/fields.ts'
import type { Subject } from '../model/subject.ts'
import { heapOf } from './start/heap.ts'
import { needsOf } from './start/needs.ts'
import { portsOf } from './start/port.ts'
import { startedOf } from './start/program.ts'
import { raisesOf } from './start/raises.ts'

export function startFacts(subject: Subject): ContainerFacts['start'] {
  const started = startedOf(subject)
  const { program, path, interpreter } = started
  return {
    program,
    path,
    interpreter,
    raises: raisesOf(subject, started),
    ports: portsOf(subject),
    ...needsOf(subject),
    heap: heapOf(subject.container),
  }
}
