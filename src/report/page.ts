import { styleText } from 'node:util'
import type { Verdict } from '../model/finding.ts'
import type { ReportOptions } from './report.ts'
import { columns } from './wrap.ts'

export type Style = Parameters<typeof styleText>[0]
export const verdictStyles: Readonly<Record<Verdict, Style>> = {
  pass: ['bold', 'green'],
  block: ['bold', 'red'],
  incomplete: ['bold', 'yellow'],
}
/** Columns that a label takes, and that stand before it. */
export const LABEL = 8
export const INDENT = 4
/** Below this width there is a word a line: let the terminal break instead. */
const NARROWEST = 40

/** Lines, wrapped and coloured as the terminal takes it. */
export class Page {
  readonly width: number
  readonly arrow: string
  readonly #options: ReportOptions
  readonly #lines: string[] = []
  constructor(options: ReportOptions) {
    this.#options = options
    this.width = options.width >= NARROWEST ? options.width : 0
    this.arrow = options.unicode ? ' \u2192 ' : ' -> '
  }
  paint(style: Style, text: string): string {
    return this.#options.colour ? styleText(style, text, { validateStream: false }) : text
  }
  line(text = ''): void {
    this.#lines.push(text)
  }
  /** A line under a heading. */
  rule(length: number): void {
    this.line(this.paint('dim', (this.#options.unicode ? '\u2500' : '-').repeat(Math.max(3, length))))
  }
  title(text: string): void {
    this.line(this.paint('bold', text))
    this.rule(columns(text))
  }
  room(indent: number): number {
    return this.width === 0 ? 0 : Math.max(20, this.width - indent)
  }
  /** `label   text`, where lines after the first stand under the text. */
  labelled(indent: number, label: string, lines: readonly string[], style?: Style): void {
    const head = ' '.repeat(indent) + this.paint('dim', label.padEnd(LABEL))
    for (const [index, line] of lines.entries())
      this.line((index === 0 ? head : ' '.repeat(indent + LABEL)) + (style ? this.paint(style, line) : line))
  }
  text(): string {
    return `${this.#lines.join('\n')}\n`
  }
}
