/**
 * The shape of a seccomp profile, in zod. Importing this costs some 50 ms: import it (by read.ts) only when a profile is there.
 * Three forms share it: the engines' (Docker, containerd, podman: github.com/moby/profiles seccomp.go,
 * github.com/containers/common pkg/seccomp/types.go), the OCI runtime-spec's `linux.seccomp` (config-linux.md, "Seccomp"),
 * and the `spec` of the security-profiles-operator's SeccompProfile (api/seccompprofile/v1/seccompprofile_types.go).
 */
import { z } from 'zod'
import { ACTIONS, FLAGS, OPERATORS, SECCOMP_ARCHITECTURES } from './words.ts'

/** A whole number as bigint: 64-bit arguments are exact. Numbers of JavaScript are taken where they are exact too. */
const whole = (most: bigint) =>
  z.preprocess(
    (value) => (typeof value === 'number' && Number.isSafeInteger(value) ? BigInt(value) : value),
    z.bigint().min(0n).max(most),
  )
const UINT64 = 2n ** 64n - 1n
/** An errno travels in the 16 data bits of a filter's return value (seccomp(2), SECCOMP_RET_DATA). */
const errno = whole(0xffffn).transform(Number).optional()
const text = z.string().optional()
const list = <T extends z.ZodType>(of: T) =>
  z
    .array(of)
    .optional()
    .transform((items) => items ?? [])

const Argument = z.strictObject({
  index: whole(5n).transform(Number).describe('Which argument, from 0'),
  value: whole(UINT64).default(0n),
  valueTwo: whole(UINT64).default(0n).describe('Compared with the masked argument; only for SCMP_CMP_MASKED_EQ'),
  op: z.enum(OPERATORS),
})

/** A kernel version as `4.8`, as its two numbers. */
const Kernel = z
  .string()
  .regex(/^(?:(?!0+\.0+$)\d{1,3}\.\d{1,3})?$/, 'is no kernel version such as "4.8"')
  .transform((version): readonly [number, number] | undefined => {
    const [kernel, major] = version.split('.')
    return kernel && major ? [Number(kernel), Number(major)] : undefined
  })

const Condition = z.strictObject({
  caps: list(z.string()).describe('Capabilities of the bounding set, with CAP_'),
  arches: list(z.string()).describe("Architectures by libseccomp's names"),
  minKernel: Kernel.optional(),
})

const Rule = z
  .strictObject({
    names: z.array(z.string()).optional(),
    name: text.describe('The old form of names'),
    action: z.enum(ACTIONS),
    errnoRet: errno,
    errno: text.describe('The errno by name (podman)'),
    args: list(Argument).describe('Comparisons with the arguments of the call'),
    comment: text,
    includes: Condition.optional().describe('The rule is in force only where all of this holds'),
    excludes: Condition.optional().describe('The rule is not in force where any of this holds'),
  })
  .superRefine(({ name, names }, context) => {
    if (name && names?.length)
      context.addIssue({ code: 'custom', path: ['name'], message: 'may not stand beside "names": engines refuse both' })
  })
  .transform(({ name, names, ...rest }) => ({ ...rest, names: name ? [name] : (names ?? []) }))

const shape = {
  defaultAction: z.enum(ACTIONS).describe('What happens to calls that no rule names'),
  defaultErrnoRet: errno,
  defaultErrno: text,
  architectures: list(z.enum(SECCOMP_ARCHITECTURES)),
  archMap: list(
    z.strictObject({
      architecture: z.enum(SECCOMP_ARCHITECTURES),
      subArchitectures: list(z.enum(SECCOMP_ARCHITECTURES)),
    }),
  ),
  flags: list(z.enum(FLAGS)),
  listenerPath: text,
  listenerMetadata: text,
  syscalls: list(Rule),
}

/** A profile as engines and OCI runtimes read it. */
export const SeccompProfile = z.strictObject(shape).superRefine(({ architectures, archMap }, context) => {
  if (architectures.length > 0 && archMap.length > 0)
    context.addIssue({
      code: 'custom',
      path: ['architectures'],
      message: 'may not stand beside "archMap": engines refuse both',
    })
})

/** The `spec` of the Kubernetes custom resource. */
export const SeccompProfileSpec = z.strictObject({
  ...shape,
  baseProfileName: text.describe('Another profile that this one is joined with'),
  state: z.enum(['Enabled', 'Disabled']).optional(),
  disabled: z.boolean().optional(),
})

/** A profile, read. Lists are there even when nobody wrote them; arguments are exact 64-bit numbers. */
export type SeccompProfile = z.infer<typeof SeccompProfileSpec>
export type SeccompRule = SeccompProfile['syscalls'][number]

/** JSON Schema (draft 2020-12) of the engines' form, for editors. */
export const jsonSchema = (): object =>
  z.toJSONSchema(SeccompProfile, {
    io: 'input',
    unrepresentable: 'any',
    override: ({ zodSchema, jsonSchema: schema }) => {
      if (!(zodSchema instanceof z.ZodBigInt)) return
      schema.type = 'integer'
      schema.minimum = 0
      schema.maximum = Number(zodSchema.maxValue ?? UINT64)
    },
  })

/** The keys that are valid where an issue's path ends, for the nearest word to a misspelt one. */
export function keysAt(path: readonly PropertyKey[]): readonly string[] {
  const names = path.filter((key) => typeof key === 'string')
  const last = names.at(-1)
  const object = last === 'args' ? Argument : last === 'includes' || last === 'excludes' ? Condition : undefined
  if (object) return Object.keys(object.shape)
  if (last === 'archMap') return ['architecture', 'subArchitectures']
  return last === 'syscalls' ? RULE_KEYS : Object.keys(SeccompProfileSpec.shape)
}
const RULE_KEYS = ['names', 'name', 'action', 'errnoRet', 'errno', 'args', 'comment', 'includes', 'excludes'] as const

/** Every key that some part of the engines' form has, by its small letters: Go reads keys in any case, and no two differ by case alone. */
export const ENGINE_KEYS: ReadonlyMap<string, string> = new Map(
  [
    ...Object.keys(shape),
    ...RULE_KEYS,
    ...Object.keys(Argument.shape),
    ...Object.keys(Condition.shape),
    ...keysAt(['archMap']),
  ].map((key) => [key.toLowerCase(), key]),
)
