/** The formats that a scan can be told in. Each is imported when first used: start-up pays for none of them. */
import type { Report } from './report.ts'

export type { Report, ReportOptions } from './report.ts'

export const reports = {
  text: async (result, options) => (await import('./text.ts')).report(result, options),
  json: async (result, options) => (await import('./json.ts')).report(result, options),
  markdown: async (result, options) => (await import('./markdown.ts')).report(result, options),
  sarif: async (result, options) => (await import('./sarif.ts')).report(result, options),
} as const satisfies Record<string, Report>
export type ReportName = keyof typeof reports

/** The same for a scan that was asked for `compliance`: by the controls of the policy's standard. SARIF holds findings alone. */
export const complianceReports = {
  text: async (result, options) => (await import('./compliance/text.ts')).compliance(result, options),
  json: async (result, options) => (await import('./compliance/json.ts')).compliance(result, options),
  markdown: async (result, options) => (await import('./compliance/markdown.ts')).compliance(result, options),
} as const satisfies Record<string, Report>
export type ComplianceName = keyof typeof complianceReports
