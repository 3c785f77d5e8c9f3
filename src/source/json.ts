/** Typed looks into JSON whose shape nobody vouches for: what has another type is as good as absent. */
export type Json = unknown

/** Undefined where the text is no JSON. */
export function parseJson(bytes: Buffer): Json {
  try {
    return JSON.parse(bytes.toString('utf8').replace(/^\ufeff/, '')) as Json
  } catch {
    return undefined
  }
}

/** A member of an object; undefined where the value is no object or has none of its own by that name. */
export function at(value: Json, key: string): Json {
  return typeof value === 'object' && value !== null && Object.hasOwn(value, key)
    ? (value as Readonly<Record<string, Json>>)[key]
    : undefined
}

export const isObject = (value: Json): boolean => typeof value === 'object' && value !== null && !Array.isArray(value)
export const textAt = (value: Json, key: string): string => {
  const found = at(value, key)
  return typeof found === 'string' ? found : ''
}
export const listAt = (value: Json, key: string): readonly Json[] => listOf(at(value, key))
export const listOf = (value: Json): readonly Json[] => (Array.isArray(value) ? (value as readonly Json[]) : [])
export const textsOf = (values: readonly Json[]): string[] =>
  values.filter((value): value is string => typeof value === 'string')
