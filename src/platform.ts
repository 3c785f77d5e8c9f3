import { UsageError } from './usage.ts'

/** @throws {UsageError} for a platform that is none. */
export function checkPlatform(platform: string | undefined): void {
  if (platform !== undefined && !/^[a-z0-9]+\/[a-z0-9]+(\/[a-z0-9.]+)?$/.test(platform))
    throw new UsageError([`--platform is OS/ARCH, such as linux/arm64; "${platform}" is not.`])
}
