/**
 * Writes docs/classifiers.md anew from the tables of src/catalog/binary/ (a test says when it is stale):
 *
 *     node scripts/classifiers.ts
 */
import { writeFileSync } from 'node:fs'
import { format } from 'prettier'
import type { Classifier } from '../src/catalog/binary/classifier.ts'
import { runtimes } from '../src/catalog/binary/runtimes.ts'
import { families } from '../src/catalog/binary/table.ts'

const INTRODUCTION = `# Programs without a package

Well-known programs and libraries that no package manager installed, and how they are known. A file is looked at only where no package of
the distribution owns it; it is found by its name (a version at the end is seen through: \`python3.11\`, \`libcrypto.so.3\`,
\`libcrypto-d3570994.so.3\`) and by what the program's own source writes into it. The package is \`pkg:generic/NAME@VERSION\`.

Programs of Go (Traefik, Consul, Vault, Nomad, Terraform, Prometheus and its exporters, etcd, CoreDNS, kubectl, Helm, Docker, containerd,
runc, BuildKit, MinIO, Grafana, Telegraf, Caddy ...) need no classifier: their main module and its version, their modules and Go's standard
library stand in their build information. Modules of Elixir and Erlang, R, GHC and Perl, and what npm, pip, gem and others installed, have catalogers of their own.

*Seen on* is the real program that a pattern was tried on: \`test/real/binaries.test.ts\` downloads it and does so again. Where none could be
had it says *untested*, and where the pattern is from.

This file is written by \`scripts/classifiers.ts\`.
`

/** The page, from the tables. */
export async function classifiersPage(): Promise<string> {
  const parts = Object.entries(families).map(([family, classifiers]) => section(family, classifiers.map(rowOf)))
  const texts = section(
    'Files that say their version',
    runtimes.map(({ name, path, seen }) => [name, `\`${path}\``, seen]),
  )
  return format([INTRODUCTION, ...parts, texts].join('\n'), { parser: 'markdown', printWidth: 120 })
}

type Row = readonly [string, string, string]
const rowOf = ({ name, files, seen }: Classifier): Row => [name, files.map((file) => `\`${file}\``).join(', '), seen]

/** Two ways to know one program are one row. */
function section(title: string, rows: readonly Row[]): string {
  const lines = [...new Set(rows.map((row) => `| ${row.join(' | ')} |`))]
  return [`\n## ${title}\n`, '| Name | Files | Seen on |', '|---|---|---|', ...lines, ''].join('\n')
}

if (import.meta.main) writeFileSync(new URL('../docs/classifiers.md', import.meta.url), await classifiersPage())
