/** Containers that one document may hold; every dialect stops one above it, and `read` says what was lost. */
export const MAX_CONTAINERS = 10_000

/** Elements of lists (mounts, variables ...) in all facts of one document: YAML aliases can make a small file a huge one. */
export const MAX_ELEMENTS = 200_000
