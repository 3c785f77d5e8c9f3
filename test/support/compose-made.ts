/**
 * Compose projects made by chance, always the same ones: several files with what the specification has rules for, to compare
 * with compose-go. Every value is one that Compose takes by itself; what two of them make together it may refuse.
 */
import { mkdirSync, writeFileSync } from 'node:fs'
import { dirname, join } from 'node:path'

/** Key of a service -> ways to write it. `%` is the number of the file, so that files differ. */
const SNIPPETS: Readonly<Record<string, readonly string[]>> = {
  image: ['nginx', '"nginx:${TAG}"', '"${NOT_SET:-busybox}:%"', '"${TAG:+set}/x"', '"a$$b"'],
  privileged: ['true', '"${YES}"', '"no"', 'false'],
  read_only: ['true', '"${YES:-false}"'],
  init: ['true', 'false'],
  command: ['a b %', '[x, "%"]', `"sh -c 'echo $$A'"`, '""', '[]'],
  entrypoint: ['[/e%]', '/e "two words"'],
  working_dir: ['/w%', '"/${TAG}"'],
  user: ['"1000:%"', 'root', '"1%"'],
  restart: ['always', '"on-failure:%"', '"no"'],
  pid: ['host', '"service:other"'],
  ipc: ['shareable', 'host'],
  uts: ['host'],
  userns_mode: ['host'],
  cgroup: ['private', 'host'],
  runtime: ['runsc'],
  mem_limit: ['1%m', '"1.5g"', '1048576%'],
  memswap_limit: ['-1', '2g'],
  shm_size: ['64m', '6%000'],
  pids_limit: ['1%', '"${TAG_NUMBER}"'],
  cpus: ['0.5', '"1.%"'],
  cpu_shares: ['5%'],
  cpuset: ['0-%'],
  oom_score_adj: ['-%'],
  oom_kill_disable: ['true'],
  platform: ['linux/amd64'],
  pull_policy: ['always', 'if_not_present'],
  cgroup_parent: ['/p%'],
  environment: [
    '{A: "%", B: 1.50, C: }',
    '["A=%", "D=${TAG}", E]',
    '{A: "${NOT_SET-x}", F: true, G: "a=b"}',
    '["A=1", "A=%"]',
    '{A: 0x1F, H: 1e3, I: 0.10, J: 010, K: 1_000, L: ~, M: yes}',
  ],
  env_file: ['v.env', '[v.env, w.env]', '[{path: none.env, required: false}, w.env]', '[{path: v.env}]'],
  ports: [
    '["80%:80"]',
    '["80%:80", "127.0.0.1:443:44%"]',
    '[{target: 80, published: "80%"}]',
    '["3000-3001:4000-4001"]',
    '["80:80", "80:80"]',
    '[53:53/udp]',
    '[8080]',
    '["[::1]:1:2"]',
  ],
  expose: ['["90%"]', '[9000, "9001"]', '["90%", "90%"]'],
  volumes: [
    '["./d%:/d"]',
    '["data:/d:ro", "./x/../y:/y:rw,z"]',
    '[{type: bind, source: ./l%, target: /d, read_only: true}]',
    '[{type: volume, source: data, target: /v%/, volume: {nocopy: true}}]',
    '[/anonymous%]',
    '["/etc:/etc:ro,rslave", "~/h:/h"]',
    '[{type: tmpfs, target: /t%}]',
  ],
  tmpfs: ['/run%', '[/run, "/tmp%:size=1m"]'],
  devices: [
    '["/dev/a%:/dev/x"]',
    '["/dev/b"]',
    '[{source: /dev/c, target: /dev/x, permissions: r}]',
    '["/dev/a:/dev/z:rw"]',
  ],
  cap_add: ['[NET_ADMIN]', '[SYS_TIME, NET_ADMIN]', '["C%"]'],
  cap_drop: ['[ALL]', '["D%"]'],
  security_opt: ['["no-new-privileges:true"]', '["label=type:t%"]', '["apparmor:unconfined", "no-new-privileges"]'],
  group_add: ['["%"]', '[mail]'],
  device_cgroup_rules: ['["c 1:% r"]'],
  sysctls: ['{net.core.somaxconn: 1%}', '["net.core.somaxconn=%", "kernel.shm_rmid_forced=1"]'],
  ulimits: ['{nofile: 1%}', '{nofile: {soft: 1, hard: 1%}}', '{nproc: 6}'],
  secrets: ['[s]', '[{source: s, target: /t%}]', '[{source: s}]'],
  configs: ['[c]', '[{source: c, target: /c%}]'],
  networks: ['[one]', '{one: {aliases: ["a%"]}, two: }', '[default]'],
  logging: ['{driver: local, options: {max-size: 1%m}}', '{driver: none}'],
  healthcheck: ['{test: [CMD, "%"]}', '{test: "curl %", interval: 1s}', '{disable: true}', '{interval: 5s}'],
  deploy: [
    '{resources: {limits: {memory: 5%m, cpus: "0.%"}}}',
    '{resources: {limits: {pids: 1%}, reservations: {memory: 1m}}}',
    '{restart_policy: {condition: on-failure, max_attempts: 1%}}',
  ],
  build: [
    './b%',
    '{context: ./b, dockerfile: D%, target: t%}',
    '{context: ., args: {A: "%", B: }}',
    '{dockerfile: E%, args: ["C=%"]}',
  ],
  gpus: ['all'],
  use_api_socket: ['true'],
  volumes_from: ['[other]', '["other:ro"]'],
  storage_opt: ['{size: 1%G}'],
  blkio_config: ['{weight: 30%}'],
  post_start: ['[{command: "%"}]'],
}

const TOP = `networks: {one: , two: }
volumes: {data: {driver: local, driver_opts: {type: none, o: bind, device: ./dev}}}
secrets: {s: {file: ./s.txt}}
configs: {c: {file: ./c.txt}}
`

/** A small generator (a linear congruence), so that every run makes the same projects. */
export function chance(seed: number): (below: number) => number {
  let state = seed * 2654435761 + 12345
  return (below) => {
    state = (Math.imul(state, 1664525) + 1013904223) >>> 0
    return Math.floor((state / 2 ** 32) * below)
  }
}

/** Writes a project below a folder: the files that are merged, the main one first. */
export function makeProject(folder: string, seed: number): readonly string[] {
  const next = chance(seed)
  const of = <T>(list: readonly T[]): T => {
    const one = list[next(list.length)]
    if (one === undefined) throw new Error('there is nothing to choose from')
    return one
  }
  const keys = Object.keys(SNIPPETS)
  // A few keys come again and again, so that files meet in them.
  const hot = Array.from({ length: 8 }, () => of(keys))
  let file = 0
  const service = (own: readonly string[], count: number, tags: boolean): string => {
    const written = new Map(own.map((line) => [line.split(':')[0] ?? '', line]))
    for (let i = 0; i < count; i += 1) {
      const key = next(4) > 0 ? of(hot) : of(keys)
      if (written.has(key)) continue
      const tag = tags && next(8) === 0 ? of(['!reset null', '!override']) : ''
      const value = of(SNIPPETS[key] ?? []).replaceAll('%', String(file))
      written.set(key, `${key}: ${tag === '!reset null' ? tag : `${tag === '' ? '' : `${tag} `}${value}`}`)
    }
    return [...written.values()].map((line) => `    ${line}\n`).join('')
  }
  const write = (name: string, text: string): string => {
    const path = join(folder, name)
    mkdirSync(dirname(path), { recursive: true })
    writeFileSync(path, text)
    return path
  }
  write('.env', 'TAG=1.2.3\nexport YES="true" # comment\nTAG_NUMBER=7\nQUOTED=\'$TAG\'\nCHAIN="${TAG}-${QUOTED}"\n')
  for (const at of ['', 'lib/', 'inc/']) {
    write(`${at}v.env`, `V=${at}v\nA=from-file\nW=$\{V}\nX='$V'\nMULTI="a\nb"\n`)
    write(`${at}w.env`, `V=w\nY: yaml\nZ=$\{TAG}-$\{NOT:-d} # c\n`)
  }
  const other = (image: string): string =>
    `  other:\n    image: ${image}\n    volumes: ["./o:/o", "data:/data"]\n    tmpfs: /ot\n`
  const extended = next(2) === 0
  const includes = next(3) === 0
  const size = 4 + next(14)
  file = 1
  write(
    'lib/base.yaml',
    `services:\n  base:\n${service(['image: base'], size, false)}  mid:\n${service(['extends: base', 'image: mid'], 3, true)}`,
  )
  file = 2
  write(
    'inc/inc.yaml',
    `services:\n  included:\n${service(['image: included', 'volumes_from: []'], size, false)}${other('inc')}${TOP}`,
  )
  file = 3
  const how = of([
    'extends: {file: lib/base.yaml, service: mid}',
    'extends: {file: ./lib/base.yaml, service: base}',
    'extends: {service: near}',
  ])
  const main = write(
    'compose.yaml',
    `${includes ? of(['include: [inc/inc.yaml]\n', 'include: [{path: [inc/inc.yaml]}]\n', 'include: [{path: ./inc/inc.yaml, project_directory: .}]\n']) : ''}services:
  near:\n${service(['image: near'], 6, false)}  web:\n${service([...(extended ? [how] : []), 'image: web'], size, extended)}${includes ? '' : other('o')}${includes ? '' : TOP}`,
  )
  if (next(4) === 0) return [main]
  file = 4
  const second = write('b.yaml', `services:\n  web:\n${service([], size, true)}`)
  if (next(2) === 0) return [main, second]
  file = 5
  return [
    main,
    second,
    write('sub/c.yaml', `services:\n  web:\n${service([], 5, true)}  late:\n${service(['image: late'], 4, false)}`),
  ]
}
