import type { Terminal } from './input.ts'

/** A line on stderr that is overwritten, for people who wait. */
export function progressOf(terminal: Terminal, quiet: boolean): { tell: (doing: string) => void; done: () => void } {
  if (quiet || !terminal.progress) return { tell: () => {}, done: () => {} }
  let shown = false
  const started = performance.now()
  return {
    tell: (doing) => {
      if (performance.now() - started < 700) return
      shown = true
      terminal.warn(`\r\u001b[K${doing.replace(/[^\x20-\x7e]/g, '?').slice(0, terminal.width - 1)}`)
    },
    done: () => {
      if (shown) terminal.warn('\r\u001b[K')
    },
  }
}
