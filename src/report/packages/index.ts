/** The formats that lists of packages can be told in. Each is imported when first used. */
import type { PackageReport } from './report.ts'

export type { PackageReport, PackageReportOptions } from './report.ts'

/** Standard lists of parts (SBOM): of the packages of `plimsoll packages`, and of the images of a scan. */
export const sboms = {
  cyclonedx: async (...given) => (await import('./cyclonedx.ts')).cycloneDxJson(...given),
  'cyclonedx-xml': async (...given) => (await import('./cyclonedx.ts')).cycloneDxXml(...given),
  spdx: async (...given) => (await import('./spdx.ts')).spdx(...given),
} as const satisfies Record<string, PackageReport>
export type SbomName = keyof typeof sboms

export const packageReports = {
  text: async (...given) => (await import('./text.ts')).packagesText(...given),
  json: async (...given) => (await import('./json.ts')).packagesJson(...given),
  ...sboms,
} as const satisfies Record<string, PackageReport>
export type PackageReportName = keyof typeof packageReports
