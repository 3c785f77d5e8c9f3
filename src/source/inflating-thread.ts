/**
 * Runs in a thread of its own (`start-inflating.ts`): inflates blobs of this process's open files and sends what comes out.
 * A job comes with a port of its own; see `elsewhere.ts` for the words that are said on it.
 */
import { parentPort } from 'node:worker_threads'
import type { Chunk, Done, Job } from './elsewhere.ts'
import { openPart } from './blob.ts'
import { inflated } from './inflater.ts'

async function serve({ port, file, size, inflating, ahead }: Job): Promise<void> {
  let free = ahead
  let stopped = false
  let wake: (() => void) | undefined
  port.on('message', (word: 'taken' | 'stop') => {
    if (word === 'stop') stopped = true
    else free++
    wake?.()
  })
  const source = inflated(openPart(file, size), inflating)
  for (;;) {
    if (free === 0 && !stopped) await new Promise<void>((resolve) => (wake = resolve))
    if (stopped) break
    const { done, value } = await source.next()
    if (done) {
      port.postMessage({ ending: value } satisfies Done)
      return
    }
    const { buffer, byteOffset, length } = value
    free--
    port.postMessage({ buffer, byteOffset, length } satisfies Chunk, buffer instanceof ArrayBuffer ? [buffer] : [])
  }
  await source.return({})
  port.postMessage({ ending: {} } satisfies Done)
}

parentPort?.on('message', (job: Job) => void serve(job))
