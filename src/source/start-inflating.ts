/** Starts the thread that inflates. The build puts another module in the place of this one, which has the thread's code as a text. */
import { Worker, type WorkerOptions } from 'node:worker_threads'

export const startInflating = (options: WorkerOptions): Worker =>
  new Worker(new URL('./inflating-thread.ts', import.meta.url), options)
