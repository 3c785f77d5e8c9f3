/**
 * Inflation in another thread. zlib works in threads of its own, but waits at every chunk for the thread that asked it to, and that
 * one has catalogers to run: as measured, a third of the time. The thread here does nothing else.
 */
import { on } from 'node:events'
import { MessageChannel, type MessagePort, type Worker } from 'node:worker_threads'
import type { OpenFile } from './blob.ts'
import type { Ending, Inflating } from './inflater.ts'
import { startInflating } from './start-inflating.ts'

/** One blob to inflate. The thread sends chunks, no more than `ahead` that were not `taken`, then the ending; `stop` makes it end at once. */
export interface Job {
  readonly port: MessagePort
  readonly file: OpenFile
  readonly size: number
  readonly inflating: Inflating
  readonly ahead: number
}
export interface Chunk {
  readonly buffer: ArrayBufferLike
  readonly byteOffset: number
  readonly length: number
}
export interface Done {
  readonly ending: Ending
}

const AHEAD = 2

/** All that it handles is outside of its heap. */
const SMALL = { maxYoungGenerationSizeMb: 2 }

/** One thread for all blobs that are inflated at a time: it ends with the last of them, because it takes 12 MB. */
interface Thread {
  readonly worker: Worker
  jobs: number
  fault?: Error
}
let thread: Thread | undefined

function begin(): Thread {
  const held = thread
  if (held) {
    held.jobs++
    return held
  }
  const started: Thread = { worker: startInflating({ resourceLimits: SMALL }), jobs: 1 }
  started.worker.on('error', (error: Error) => (started.fault = error))
  started.worker.on('exit', () => thread === started && (thread = undefined))
  return (thread = started)
}

function end(used: Thread): void {
  if (--used.jobs > 0) return
  if (thread === used) thread = undefined
  void used.worker.terminate()
}

/** As `inflated`, of a blob that is a file. Throws where the thread itself fails. */
export async function* inflatedElsewhere(
  file: OpenFile,
  size: number,
  inflating: Inflating,
): AsyncGenerator<Buffer, Ending> {
  const used = begin()
  const { port1: port, port2 } = new MessageChannel()
  const words = on(port, 'message', { close: ['close'] }) as AsyncIterableIterator<[Chunk | Done]>
  used.worker.postMessage({ port: port2, file, size, inflating, ahead: AHEAD } satisfies Job, [port2])
  let ended = false
  const next = async (): Promise<Chunk | Done> => {
    const { done, value } = await words.next()
    ended = done === true || 'ending' in value[0]
    if (done) throw used.fault ?? new Error('the thread that inflates has ended')
    return value[0]
  }
  try {
    for (;;) {
      const word = await next()
      if ('ending' in word) return word.ending
      yield Buffer.from(word.buffer, word.byteOffset, word.length)
      port.postMessage('taken')
    }
  } finally {
    // The file must not be closed while the thread reads it.
    if (!ended) port.postMessage('stop')
    while (!ended) await next()
    port.close()
    end(used)
  }
}
