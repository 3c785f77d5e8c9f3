/**
 * `node scripts/syscalls.ts`: makes src/confine/syscalls/numbers.ts anew.
 * Needs go (any version; it fetches golang.org/x/sys through the Go module proxy) and Debian's linux-libc-dev (for x32).
 * `npx vitest run test/confine/syscalls.test.ts` then compares the tables with libseccomp's (scmp_sys_resolver).
 */
import { execFileSync } from 'node:child_process'
import { mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'

const MODULE = 'golang.org/x/sys'
const VERSION = process.argv[2] ?? 'v0.49.0'
const OUT = join(import.meta.dirname, '../src/confine/syscalls/numbers.ts')

/** Columns of the table, and whose numbers they are in x/sys. Neighbours have mostly the same numbers: those are written once. */
const COLUMNS = {
  arm64: 'arm64',
  riscv64: 'riscv64',
  loong64: 'loong64',
  amd64: 'amd64',
  x32: '',
  x86: '386',
  arm: 'arm',
  ppc64le: 'ppc64le',
  s390x: 's390x',
} as const
type Column = keyof typeof COLUMNS
type Numbers = Map<string, number>

/** arch/arm/include/uapi/asm/unistd.h, __ARM_NR_BASE: x/sys leaves these out. */
const ARM_PRIVATE = { breakpoint: 1, cacheflush: 2, usr26: 3, usr32: 4, set_tls: 5, get_tls: 6 }
const ARM_NR_BASE = 0x0f0000
/** Newer than Debian's header and marked `64` in the kernel's arch/x86/entry/syscalls/syscall_64.tbl: x32 has not got them. */
const NOT_X32 = ['map_shadow_stack']

/** Constants of the kernel's headers that are no calls. */
const NO_CALLS = ['arch_specific_syscall', 'syscall_mask']

function ofModule(folder: string, goarch: string): Numbers {
  const text = readFileSync(join(folder, 'unix', `zsysnum_linux_${goarch}.go`), 'utf8')
  const found = [...text.matchAll(/^\s+SYS_(\w+)\s+= (\d+)$/gm)]
  const numbers = found.map(([, name = '', n]): [string, number] => [name.toLowerCase(), Number(n)])
  return new Map(numbers.filter(([name]) => !NO_CALLS.includes(name)))
}

/** What the header has, and of what is newer the calls of amd64: new calls have one number for both. */
function x32(amd64: Numbers): Numbers {
  const text = readFileSync('/usr/include/x86_64-linux-gnu/asm/unistd_x32.h', 'utf8')
  const found = [...text.matchAll(/^#define __NR_(\w+) \(__X32_SYSCALL_BIT \+ (\d+)\)/gm)]
  const header: Numbers = new Map(found.map(([, name = '', n]) => [name, Number(n)]))
  // Numbers from 512 on are x32's own.
  const newest = Math.max(...[...header.values()].filter((n) => n < 512))
  const newer = [...amd64].filter(([name, n]) => n > newest && !NOT_X32.includes(name))
  return new Map([...header, ...newer])
}

function fetchModule(): string {
  const folder = mkdtempSync(join(tmpdir(), 'plimsoll-syscalls-'))
  try {
    execFileSync('go', ['mod', 'init', 'syscalls'], { cwd: folder, stdio: 'pipe' })
    const told = execFileSync('go', ['mod', 'download', '-json', `${MODULE}@${VERSION}`], {
      cwd: folder,
      encoding: 'utf8',
    })
    return /"Dir": "([^"]+)"/.exec(told)?.[1] ?? ''
  } finally {
    rmSync(folder, { recursive: true })
  }
}

function table(columns: ReadonlyMap<Column, Numbers>): readonly string[] {
  const names = [...new Set([...columns.values()].flatMap((numbers) => [...numbers.keys()]))].sort()
  return names.map((name) => {
    let left: number | undefined
    let cells = ''
    for (const [at, numbers] of [...columns.values()].entries()) {
      const number = numbers.get(name)
      const touches = /\d$/.test(cells)
      cells += at > 0 && number === left ? '.' : number === undefined ? '-' : touches ? `,${number}` : String(number)
      left = number
    }
    return `${name} ${cells.replace(/\.+$/, '')}`
  })
}

const WIDTH = 118
/** Rows, several to a line. */
function wrapped(rows: readonly string[]): string {
  const lines: string[] = []
  for (const row of rows) {
    const last = lines.at(-1)
    if (last !== undefined && last.length + row.length + 2 <= WIDTH) lines[lines.length - 1] = `${last}; ${row}`
    else lines.push(row)
  }
  return lines.join('\n')
}

const folder = fetchModule()
const columns = new Map<Column, Numbers>()
for (const [column, goarch] of Object.entries(COLUMNS) as [Column, string][])
  columns.set(column, goarch === '' ? x32(columns.get('amd64') ?? new Map()) : ofModule(folder, goarch))
for (const [name, n] of Object.entries(ARM_PRIVATE)) columns.get('arm')?.set(name, ARM_NR_BASE + n)
const rows = table(columns)
writeFileSync(
  OUT,
  `/**
 * Made by scripts/syscalls.ts; do not edit. Numbers of Linux's system calls by architecture, from the Go module
 * ${MODULE} ${VERSION} (unix/zsysnum_linux_*.go, made from the kernel's headers) and, for x32, Debian's
 * linux-libc-dev. A row: name, then a cell for each column: a number, \`-\` for none, \`.\` for the same as to the left;
 * cells left out at the end are \`.\`. x32's numbers are without their bit 30.
 */
export const COLUMNS = ${JSON.stringify(Object.keys(COLUMNS)).replaceAll('"', "'").replaceAll(',', ', ')} as const

export const NUMBERS = \`
${wrapped(rows)}
\`
`,
)
console.log(`${rows.length} names; ${[...columns].map(([column, numbers]) => `${column} ${numbers.size}`).join(', ')}`)
