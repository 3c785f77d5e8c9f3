/**
 * Plimsoll as a library. The CLI and the action use nothing else.
 *
 *     import { reports, scan } from 'plimsoll'
 *     const result = await scan({ targets: ['compose.yaml'], today: '2026-01-31' })
 *     console.log(result.verdict, await reports.sarif(result, plain))
 */
export { cacheIn } from './cache.ts'
export type { Cache } from './image/cache.ts'
export { fixOf, type Fix, type NoFix, type Surroundings } from './fix.ts'
export { scan, take, type InputOptions, type Inventory, type ScanOptions } from './scan.ts'
export type { PolicyOptions } from './settings.ts'
export { UsageError } from './usage.ts'
export {
  complianceReports,
  reports,
  type ComplianceName,
  type Report,
  type ReportName,
  type ReportOptions,
} from './report/index.ts'
export { exitCode } from './policy/decide.ts'
export type { TextEdit } from './document/edit.ts'
export type { TextInput } from './texts.ts'
export type { Compliance, ControlOutcome, ControlResult } from './model/compliance.ts'
export type { Fact } from './model/fact.ts'
export type { ContainerFacts, EngineFacts, ImageFacts } from './model/fields.ts'
export type { Finding, Reason, Severity, Verdict, Waived } from './model/finding.ts'
export type { Notice } from './model/notice.ts'
export type { Place } from './model/place.ts'
export type { Result, Target } from './model/result.ts'
export type { RuleInfo } from './model/rule.ts'
export type { Image, Subject } from './model/subject.ts'
