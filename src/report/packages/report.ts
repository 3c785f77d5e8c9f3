import type { Notice } from '../../model/notice.ts'
import type { PackageList } from '../../model/package-list.ts'

export interface PackageReportOptions {
  readonly tool: { readonly name: string; readonly version: string }
  /** May write ANSI colours. */
  readonly colour: boolean
  /** Columns of the terminal; 0 or less is "do not shorten". */
  readonly width: number
  /** May draw with signs outside ASCII. */
  readonly unicode: boolean
  /** Text: also what was removed again, and what only lock files name. */
  readonly all?: boolean
  /** JSON: the files of every package. */
  readonly files?: boolean
  /** When the document was made (ISO 8601, UTC); without it documents say nothing of it, and the same image gives the same document. */
  readonly created?: string
}

/** Lists of packages as text in one format. Same lists, same text. */
export type PackageReport = (
  lists: readonly PackageList[],
  notices: readonly Notice[],
  options: PackageReportOptions,
) => string | Promise<string>
