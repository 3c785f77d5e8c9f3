/** What an image is to somebody who wants to put a shell, a package or a fix into it. */
export const distributionKinds = ['distribution', 'distroless', 'busybox', 'scratch'] as const
export type DistributionKind = (typeof distributionKinds)[number]
