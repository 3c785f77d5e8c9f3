/** The commands and options of the CLI: parsing and help come from these tables. The action's inputs are the same options. */
import { parseArgs } from 'node:util'
import { nearest } from '../policy/nearest.ts'
import { sentence } from '../report/escape.ts'
import { UsageError } from '../usage.ts'

/** Words in lines of a terminal's width. */
function wrap(words: readonly string[]): string {
  const lines: string[] = []
  for (const word of words) {
    const last = lines.at(-1)
    if (last === undefined || last.length + word.length > 96) lines.push(`  ${word}`)
    else lines[lines.length - 1] = `${last} ${word}`
  }
  return lines.join('\n')
}

interface Option {
  readonly name: string
  readonly short?: string
  /** What stands for its value in the help; a switch has none. */
  readonly value?: string
  readonly many?: true
  readonly says: string
}
export interface Command {
  readonly name: string
  readonly usage: string
  readonly says: string
  readonly options: readonly Option[]
  readonly more: string | (() => Promise<string>)
  readonly examples: readonly (readonly [command: string, says: string])[]
}

const HELP: Option = { name: 'help', short: 'h', says: 'show this' }
const COMMON: readonly Option[] = [
  { name: 'quiet', short: 'q', says: 'say nothing but errors; the exit code and the files tell' },
  HELP,
]
const INPUT: readonly Option[] = [
  {
    name: 'image',
    value: 'NAME=PATH',
    many: true,
    says: 'the image that a container (its name, or its image reference) runs',
  },
  {
    name: 'engine',
    value: 'FILE',
    many: true,
    says: "an engine's settings: daemon.json, docker info --format '{{json .}}', a kubelet's configuration, containerd's config.toml, crio.conf, containers.conf, runsc.toml, a unit that starts dockerd or a kubelet; may be repeated",
  },
  {
    name: 'seccomp-root',
    value: 'FOLDER',
    says: "folder that stands for the kubelet's, where localhostProfile is looked for",
  },
  {
    name: 'apparmor-root',
    value: 'FOLDER',
    says: "folder that stands for the host's /etc/apparmor.d, where AppArmor profiles are looked for by name",
  },
  { name: 'platform', value: 'OS/ARCH', says: 'which image of a multi-platform index (default linux/amd64)' },
  {
    name: 'verify',
    says: 'compare uncompressed layers with their digests too, which reads them in full (compressed ones always are)',
  },
  {
    name: 'cache',
    value: 'off|FOLDER',
    says: "where answers about images are kept from run to run (default: plimsoll in the user's folder of caches)",
  },
  {
    name: 'limit',
    value: 'NAME=NUMBER',
    many: true,
    says: 'how much of an image is read: layers, entries, inflated (bytes of a layer), time (seconds) and others; over it is incomplete',
  },
]
const READING: readonly Option[] = [
  {
    name: 'env-file',
    value: 'FILE',
    many: true,
    says: 'variables for compose files, instead of the .env beside them; may be repeated',
  },
  { name: 'target', value: 'STAGE', says: 'the stage of a Dockerfile that would be built (default: the last)' },
  { name: 'markdown', says: 'read the docker run lines in code blocks of Markdown too' },
  { name: 'no-ignore', says: 'read also what .gitignore and .plimsollignore name in a folder' },
]
const FORMAT: Option = {
  name: 'format',
  short: 'f',
  value: 'FORMAT',
  says: 'text, json, markdown or sarif (default text); of the images cyclonedx, cyclonedx-xml or spdx',
}

/** The prefixes are the names of the dialects, which are loaded for this alone. */
const targets = async (): Promise<string> => `Targets are recognised by what is in them, or said with a prefix:
${wrap((await import('../targets.ts')).prefixes.map((name) => `${name}:`))}
  A folder is walked. - is standard input. compose:A,B merges the files in this order.`

export const commands: readonly Command[] = [
  {
    name: 'scan',
    usage: 'plimsoll scan TARGET... [options]',
    says: 'judge what the containers could really do',
    options: [
      FORMAT,
      {
        name: 'output',
        short: 'o',
        value: '[FORMAT=]FILE',
        many: true,
        says: 'write a report to a file, - for standard output; may be repeated; x.sarif, x.json, x.md, x.cdx.json, x.cdx.xml, x.spdx.json tell the format',
      },
      {
        name: 'report',
        value: 'findings|compliance',
        says: "findings (default), or compliance: every control of the policy's standard and what came of it, as text, json or markdown",
      },
      ...INPUT,
      ...READING,
      { name: 'explain-inputs', says: 'judge nothing; list every file, what it was taken for, or why it was not read' },
      {
        name: 'policy',
        short: 'p',
        value: 'NAME[@VERSION]|FILE',
        says: 'default, strict, pss-restricted@v1.24 ... (plimsoll rules has their names), or a policy file',
      },
      { name: 'config', short: 'c', value: 'FILE', says: 'plimsoll.yaml (default: looked for up to the git root)' },
      {
        name: 'fail-on',
        value: 'SEVERITY',
        says: 'critical, high, medium, low, info or never (default of the policy: high)',
      },
      { name: 'unknown', value: 'tell|block', says: 'whether what is not known blocks (default tell)' },
      { name: 'ignore', value: 'RULE', many: true, says: 'waive a rule; may be repeated' },
      { name: 'no-color', says: 'no colours (NO_COLOR is honoured too)' },
      ...COMMON,
    ],
    more: async () => `${await targets()}

Exit codes: 0 pass, 1 a finding blocks, 2 wrong usage or configuration, 3 input was lost (incomplete).`,
    examples: [
      ['plimsoll scan .', 'everything below this folder'],
      ['plimsoll scan compose.yaml k8s/ web.tar', 'files, a folder and an image, joined'],
      ['docker inspect $(docker ps -q) | plimsoll scan -', 'an audit of what runs'],
      ['docker save web | plimsoll scan -', 'an image from standard input'],
      ['plimsoll scan . -o sarif=plimsoll.sarif -o json=plimsoll.json', 'a pipeline'],
      ['plimsoll scan . --policy nsa --report compliance', 'every control of a standard'],
      ['plimsoll scan compose.yaml --image web=web.tar --engine daemon.json --fail-on medium', 'all that is known'],
    ],
  },
  {
    name: 'packages',
    usage: 'plimsoll packages IMAGE... [options]',
    says: 'list the packages of images, and which layer and instruction brought each; write SBOMs',
    options: [
      {
        name: 'format',
        short: 'f',
        value: 'FORMAT',
        says: 'text, json, cyclonedx, cyclonedx-xml or spdx (default text)',
      },
      {
        name: 'output',
        short: 'o',
        value: '[FORMAT=]FILE',
        many: true,
        says: 'write the list to a file, - for standard output; may be repeated; x.json, x.cdx.json, x.cdx.xml, x.spdx.json tell the format',
      },
      ...INPUT.filter(({ name }) => ['platform', 'verify', 'cache', 'limit'].includes(name)),
      { name: 'files', says: 'json: the files of every package too' },
      { name: 'all', says: 'text: also what was removed again, and what only lock files name' },
      { name: 'no-color', says: 'no colours (NO_COLOR is honoured too)' },
      ...COMMON,
    ],
    more: `IMAGE is an archive of docker save or podman save, an OCI layout or archive, a root file system (folder or tar),
  - for standard input, or an SBOM: CycloneDX as JSON or XML, SPDX as JSON or tag-value, the JSON of Syft. Prefixes
  say what it is read as: docker-archive: oci-archive: oci-layout: rootfs: layer:

Documents name no time and have no random number, so that the same image gives the same document;
SOURCE_DATE_EPOCH dates them.

Exit codes: 0 listed, 2 wrong usage, 3 input was lost, so packages may be missing.`,
    examples: [
      ['plimsoll packages web.tar', 'what is in an image, and what brought it'],
      ['docker save web | plimsoll packages - --format json', 'for programs'],
      ['plimsoll packages web.tar -o web.cdx.json -o web.spdx.json', 'SBOMs'],
      ['plimsoll packages web.cdx.json --format spdx', 'one kind of SBOM as another'],
    ],
  },
  {
    name: 'facts',
    usage: 'plimsoll facts TARGET... [options]',
    says: 'show the table of facts: value, how it is known, where',
    options: [
      { name: 'format', short: 'f', value: 'FORMAT', says: 'text or json (default text)' },
      ...INPUT,
      ...READING,
      { name: 'all', says: 'also what nobody wrote and nothing hangs on (text shows it only on request)' },
      ...COMMON,
    ],
    more: targets,
    examples: [
      ['plimsoll facts compose.yaml', 'what is known of each container'],
      ['plimsoll facts compose.yaml --image web=web.tar --format json', 'with the image, as JSON'],
    ],
  },
  {
    name: 'paths',
    usage: 'plimsoll paths TARGET [CONTAINER] [options]',
    says: 'show the ways out of every container, what would close each, and the one change that closes the most',
    options: [
      { name: 'format', short: 'f', value: 'FORMAT', says: 'text or json (default text)' },
      ...INPUT,
      ...READING,
      { name: 'all', says: 'every way in full, also those that one cause opens together' },
      { name: 'no-color', says: 'no colours (NO_COLOR is honoured too)' },
      ...COMMON,
    ],
    more: targets,
    examples: [
      ['plimsoll paths compose.yaml', 'the ways out of every service'],
      ['docker inspect web | plimsoll paths -', 'those of a container that runs'],
      ['plimsoll paths k8s/ agent', 'those of one container'],
    ],
  },
  {
    name: 'seccomp',
    usage: 'plimsoll seccomp lint|show|compare|explain FILE... [SYSCALL] [options]',
    says: 'what a seccomp profile really allows, what is wrong with it, and how it compares',
    options: [
      {
        name: 'format',
        short: 'f',
        value: 'FORMAT',
        says: 'text or json (default text); show also has engine: the profile as engines read it',
      },
      { name: 'require', value: 'tighter|equal', says: 'compare: exit 1 where A is not; tighter is met by equal too' },
      { name: 'arch', value: 'ARCH', says: 'the machine, such as amd64 or arm64 (default amd64)' },
      {
        name: 'cap',
        value: 'CAP[,CAP...]',
        many: true,
        says: "the container's bounding capabilities, none or all (default: Docker's)",
      },
      { name: 'kernel', value: 'X.Y', says: "version of the host's kernel (default: new enough for every rule)" },
      { name: 'all', says: 'show: every name' },
      HELP,
    ],
    more: `FILE is a profile of an engine, an OCI config.json, a SeccompProfile resource, - for standard input, or a name:
  docker-default, docker-default@20.10, containerd-default, podman-default, unconfined

Exit codes: 0 pass, 1 a finding is high or worse or what is required is not so, 2 wrong usage, 3 input was lost.`,
    examples: [
      ['plimsoll seccomp show docker-default', "what Docker's default lets through, by purpose"],
      ['plimsoll seccomp lint ours.json', 'what is wrong with a profile'],
      ['plimsoll seccomp compare ours.json docker-default --require tighter', 'a gate'],
      ['plimsoll seccomp explain ours.json clone', 'what happens to one system call, and why'],
    ],
  },
  {
    name: 'apparmor',
    usage: 'plimsoll apparmor lint|compare FILE... [options]',
    says: 'what is dangerous in AppArmor profiles, and how they stand to docker-default',
    options: [
      { name: 'format', short: 'f', value: 'FORMAT', says: 'text or json (default text)' },
      {
        name: 'include',
        value: 'FOLDER',
        many: true,
        says: 'where includes are looked for (default /etc/apparmor.d)',
      },
      HELP,
    ],
    more: `FILE is a profile of AppArmor, or the name of one that comes with Plimsoll:
  docker-default, web-static, jvm-service, node-service, python-service, batch-offline, database

Exit codes: 0 pass, 1 a finding is high or worse, or a profile is looser than docker-default (compare), 2 wrong usage,
3 input was lost.`,
    examples: [
      ['plimsoll apparmor lint /etc/apparmor.d/usr.sbin.nginx', 'what is dangerous in a profile'],
      ['plimsoll apparmor compare ours', 'what docker-default denies that this one does not'],
    ],
  },
  {
    name: 'explain',
    usage: 'plimsoll explain RULE|FIELD',
    says: "a rule's page, or a field's",
    options: [HELP],
    more: '',
    examples: [
      ['plimsoll explain privileged', 'what the rule says, why, and how to fix it'],
      ['plimsoll explain container.user.uid', 'what the field is and which rules read it'],
    ],
  },
  {
    name: 'rules',
    usage: 'plimsoll rules [options]',
    says: 'all rules, a line each',
    options: [
      {
        name: 'policy',
        short: 'p',
        value: 'NAME[@VERSION]|FILE',
        says: 'mark what this policy judges (default: default)',
      },
      { name: 'format', short: 'f', value: 'FORMAT', says: 'text or json (default text)' },
      HELP,
    ],
    more: '',
    examples: [
      ['plimsoll rules', 'id, severity and title of each'],
      ['plimsoll rules --policy strict', 'with what the strict policy judges'],
    ],
  },
]

/** What was asked on the command line: values by option name, in the order given. */
export interface Arguments {
  readonly command: Command
  readonly positionals: readonly string[]
  readonly values: { readonly [option: string]: readonly string[] }
  has(option: string): boolean
  one(option: string): string | undefined
}

export function readArguments(command: Command, words: readonly string[]): Arguments {
  try {
    const { values, positionals } = parseArgs({
      args: [...words],
      allowPositionals: true,
      strict: true,
      options: Object.fromEntries(
        command.options.map((option) => [
          option.name,
          {
            type: option.value === undefined ? ('boolean' as const) : ('string' as const),
            multiple: true,
            ...(option.short !== undefined && { short: option.short }),
          },
        ]),
      ),
    })
    const all: Record<string, readonly string[]> = {}
    for (const [name, value] of Object.entries(values))
      all[name] = Array.isArray(value) ? value.map(String) : [String(value)]
    for (const option of command.options)
      if (option.many === undefined && option.value !== undefined && (all[option.name]?.length ?? 0) > 1)
        throw new UsageError([`--${option.name} is given more than once; say which one is meant.`])
    return {
      command,
      positionals,
      values: all,
      has: (option) => all[option] !== undefined,
      one: (option) => all[option]?.[0],
    }
  } catch (error) {
    if (error instanceof UsageError) throw error
    throw new UsageError([`${complaint(command, error)} See: plimsoll ${command.name} --help`])
  }
}

/** What parseArgs found wrong, in our words. */
function complaint({ name: command, options }: Command, error: unknown): string {
  const message = error instanceof Error ? error.message : String(error)
  const code = error instanceof Error && 'code' in error ? error.code : undefined
  const word = /'(-[^' ,]+)/.exec(message)?.[1] ?? ''
  if (code === 'ERR_PARSE_ARGS_UNKNOWN_OPTION') {
    const near = nearest(word.replace(/^-+/, ''), word.startsWith('--') ? options.map(({ name }) => name) : [])
    return `${command} has no option ${word}${near === undefined ? '.' : `: did you mean "--${near}"?`}`
  }
  const option = options.find(({ name, short }) => word === `--${name}` || word === `-${short ?? ''}`)
  if (code !== 'ERR_PARSE_ARGS_INVALID_OPTION_VALUE' || !option) return sentence(message)
  return option.value === undefined
    ? `--${option.name} takes no value.`
    : `--${option.name} needs a value: --${option.name}=${option.value}.`
}

export async function helpOf(command: Command): Promise<string> {
  const rows = command.options.map((option) => [
    `  ${option.short === undefined ? '    ' : `-${option.short}, `}--${option.name}${option.value === undefined ? '' : ` ${option.value}`}`,
    option.says,
  ])
  return [
    `${command.usage}\n    ${command.says}`,
    table(rows),
    typeof command.more === 'string' ? command.more : await command.more(),
    `Examples\n${table(command.examples.map(([example, says]) => [`  ${example}`, says]))}`,
  ]
    .filter((part) => part !== '')
    .join('\n\n')
}

export const help = (): string =>
  [
    'plimsoll: what could this container really do?',
    `Commands\n${table(commands.map((command) => [`  ${command.usage}`, command.says]))}`,
    'plimsoll COMMAND --help shows the options and examples of a command; plimsoll --version the version.',
    'Plimsoll does not match known vulnerabilities (CVEs): silence about a package says nothing about its CVEs.',
  ].join('\n\n')

/** Two columns; a long first column takes a line of its own. */
function table(rows: readonly (readonly string[])[]): string {
  const width = Math.min(34, Math.max(...rows.map(([first = '']) => first.length)) + 2)
  return rows
    .map(([first = '', second = '']) =>
      first.length > width - 2 ? `${first}\n${' '.repeat(width)}${second}` : `${first.padEnd(width)}${second}`,
    )
    .join('\n')
}
