import type { Result } from '../model/result.ts'

export interface ReportOptions {
  /** May write ANSI colours. */
  readonly colour: boolean
  /** Columns of the terminal; 0 or less is "do not wrap". */
  readonly width: number
  /** May draw with signs outside ASCII. */
  readonly unicode: boolean
  /**
   * What a file of the scan is called from the root of its repository, for readers that want such paths (SARIF).
   * Without it the path as the user gave it, less `./`, `../` and a leading slash.
   */
  readonly repositoryPath?: (file: string) => string
}

/** One scan as text in one format. Same result, same text. */
export type Report = (result: Result, options: ReportOptions) => string | Promise<string>
