/** Sizes and processor shares as the dialects write them. Each gives undefined for what is not one. */

const BINARY: Record<string, number> = { '': 1, b: 1, k: 2 ** 10, m: 2 ** 20, g: 2 ** 30, t: 2 ** 40, p: 2 ** 50 }

/** Docker's sizes: `512m`, `1.5g`, `2GiB`, `100kb`; every unit is binary (github.com/docker/go-units, RAMInBytes). */
export function dockerBytes(text: string): number | undefined {
  const match = /^(-?\d+(?:\.\d+)?)\s*([kmgtp]?)(?:i?b)?$/i.exec(text.trim())
  if (!match) return undefined
  return Math.trunc(Number(match[1]) * (BINARY[(match[2] ?? '').toLowerCase()] ?? 1))
}

const SUFFIX: Record<string, number> = {
  n: 1e-9,
  u: 1e-6,
  m: 1e-3,
  '': 1,
  k: 1e3,
  M: 1e6,
  G: 1e9,
  T: 1e12,
  P: 1e15,
  E: 1e18,
  Ki: 2 ** 10,
  Mi: 2 ** 20,
  Gi: 2 ** 30,
  Ti: 2 ** 40,
  Pi: 2 ** 50,
  Ei: 2 ** 60,
}

/** Kubernetes quantities: `128Mi`, `0.5`, `100m`, `1e3` (k8s.io/apimachinery, resource.Quantity). The unit is what `1` means. */
export function quantity(text: string): number | undefined {
  const match = /^([+-]?(?:\d+\.?\d*|\.\d+))(?:([eE][+-]?\d+)|([numkMGTPE]|[KMGTPE]i)?)$/.exec(text.trim())
  if (!match) return undefined
  const number = Number(`${match[1] ?? ''}${match[2] ?? ''}`)
  return number * (SUFFIX[match[3] ?? ''] ?? 1)
}
