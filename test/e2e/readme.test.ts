/** What README.md shows was really produced, and it names every format, as docs/formats.md does. */
import { readFileSync } from 'node:fs'
import { join } from 'node:path'
import { beforeAll, describe, expect, it } from 'vitest'
import { prefixes } from '../../src/targets.ts'
import { folder, plimsoll, root } from './run.ts'

const readme = readFileSync(join(root, 'README.md'), 'utf8')
const formats = readFileSync(join(root, 'docs/formats.md'), 'utf8')

/** The small folder of "What it reads". */
const SHOP: Readonly<Record<string, string>> = {
  '.env': 'DEBUG=true\n',
  '.plimsollignore': 'old/\n',
  'chart/Chart.yaml': 'apiVersion: v2\nname: shop\nversion: 1.0.0\n',
  'chart/templates/api.yaml': 'apiVersion: apps/v1\nkind: Deployment\nmetadata: {name: {{ .Release.Name }}}\n',
  'compose.override.yaml': 'services:\n  web:\n    privileged: ${DEBUG:-false}\n',
  'compose.yaml': 'services:\n  web:\n    build: ./web\n    mem_limit: 512m\n    read_only: true\n',
  'deploy.sh': `#!/bin/sh
docker run -d --name agent --pid host \\
  --user 1000 -m 256m -v "$SOCK:/var/run/docker.sock" \\
  registry.example.com/agent:2.1
`,
  'old/compose.yaml': 'services:\n  web:\n    image: shop/web:0.9.0\n    privileged: true\n',
  'units/conf.volume': '[Volume]\nType=none\nOptions=bind\nDevice=/etc/cron.d\n',
  'units/db.container':
    '[Container]\nImage=docker.io/library/postgres:17.2\nUser=70\nVolume=conf.volume:/conf\nMemory=1G\n',
  'web/Dockerfile': `FROM node:22.11-slim AS build
WORKDIR /app
COPY . .
RUN npm ci

FROM gcr.io/distroless/nodejs22-debian12:nonroot
COPY --from=build /app /app
USER root
CMD ["/app/server.js"]
`,
}

interface Shown {
  readonly words: readonly string[]
  readonly lines: readonly string[]
}
/** Each command of the README with the output below it: `    $ plimsoll ...`, up to the next command or the end of the block. */
function shown(): readonly Shown[] {
  const found: { words: readonly string[]; lines: string[] }[] = []
  let open: string[] | undefined
  for (const line of readme.split('\n')) {
    const command = /^ {4}\$ plimsoll (.*?)(?:\s+#.*)?$/.exec(line)
    if (command) {
      open = []
      found.push({ words: (command[1] ?? '').split(' '), lines: open })
    } else if (line !== '' && !line.startsWith('    ')) open = undefined
    else if (line !== '') open?.push(line.slice(4))
  }
  return found
}

describe('what README.md shows', () => {
  const shop = folder()
  beforeAll(() => {
    for (const [name, text] of Object.entries(SHOP)) shop.put(name, text)
  })
  it('holds outputs', () => {
    expect(shown().length).toBeGreaterThan(4)
  })
  for (const { words, lines } of shown())
    it(`plimsoll ${words.join(' ')}`, async () => {
      const ran = await plimsoll(words, words[0] === 'scan' ? { from: shop.path } : {})
      const said = ran.out.split('\n').filter((line) => line !== '')
      // Some lines may be left out; those that are shown come in this order.
      let at = 0
      const missing = lines.filter((line) => {
        const next = said.indexOf(line, at)
        if (next >= 0) at = next + 1
        return next < 0
      })
      expect(missing).toEqual([])
    })
  it('the severity that a daemon.json eases', async () => {
    const engine = shop.put('elsewhere/daemon.json', '{ "userns-remap": "default" }')
    const ran = await plimsoll(['scan', '.', '--engine', engine], { from: shop.path })
    expect(ran.out).toContain('LOW root-user: web runs as user id 0')
  })
})

describe('formats', () => {
  it('are all in the table of README.md', () => {
    expect(prefixes.filter((prefix) => !readme.includes(`\`${prefix}:\``))).toEqual([])
  })
  it('have a section each in docs/formats.md', () => {
    const titles = [...formats.matchAll(/^## (.*)$/gm)].flatMap(([, title = '']) => title.split(', '))
    const images = ['docker-archive', 'oci-layout', 'oci-archive', 'rootfs', 'layer']
    expect(prefixes.filter((prefix) => !images.includes(prefix) && !titles.includes(prefix))).toEqual([])
  })
})
