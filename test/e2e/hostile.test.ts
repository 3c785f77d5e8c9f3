/** Names and values that want to be more than text: on a terminal, in a log of GitHub's, in a report. */
import { mkdirSync, readFileSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { describe, expect, it } from 'vitest'
import { dockerArchive } from '../support/archive.ts'
import { folder, plimsoll, PRIVILEGED } from './run.ts'

const here = folder()
const ANSI = '\u001b[2J\u001b]0;owned\u0007'
const FORGED = '\nSummary\nverdict PASS, exit code 0: nothing blocks'
const COMMANDS = '\n::error file=x::owned\n  ::set-output name=verdict::pass\n##[error]owned'
const BIDI = '\u202e\u2066'
const evil = `${ANSI}${FORGED}${COMMANDS}${BIDI}`
const compose = here.put(
  'compose.yaml',
  JSON.stringify({
    services: {
      [`web${evil}`]: {
        image: `shop/${evil}`,
        privileged: true,
        volumes: [`/etc${evil}:/x`],
        cap_add: [evil],
        user: evil,
      },
    },
  }),
)
const names = join(here.path, 'names')
mkdirSync(names)
for (const name of [`a${ANSI}.yaml`, 'b\n::error::owned.yaml', `c${BIDI}.yaml`, '##[error]d.yaml', 'é\\x.yaml'])
  writeFileSync(join(names, name), PRIVILEGED)
const image = here.put(
  'image.tar',
  dockerArchive({
    layers: [
      [
        { path: `srv/${evil}`, body: '', mode: 0o777 },
        { path: 'etc/passwd', body: `root:x:0:0::/:/bin/sh\nx${ANSI}:x:0:0::/:/bin/sh\n` },
      ],
    ],
    tags: [`shop/web:1`],
    history: [`RUN ${evil}`],
    config: { User: evil, Env: [`PASSWORD=${evil}`], Labels: { [evil]: evil } },
  }),
)
/** Colours of ours apart, nothing that a terminal or a reader would act on. */
// eslint-disable-next-line no-control-regex
const UNSAFE = /[\u0000-\u0008\u000b-\u001a\u001c-\u001f\u007f-\u009f\u202a-\u202e\u2066-\u2069]|\u001b(?!\[\d+m)/

describe('hostile names', () => {
  for (const format of ['text', 'json', 'markdown', 'sarif'])
    for (const target of [compose, names, image])
      it(`${format} of ${target.split('/').at(-1) ?? ''}`, async () => {
        for (const colour of [false, true]) {
          const ran = await plimsoll(['scan', target, '--format', format, '--fail-on', 'never'], { colour })
          expect(ran.code).toBe(0)
          expect(ran.out + ran.err).not.toMatch(UNSAFE)
          if (!colour) expect(ran.out).not.toContain('\u001b')
          // What input says may be wrapped, but never stands where the summary does.
          const verdicts = ran.out.match(/^ {2}(?:\u001b\[\d+m)*verdict /gm) ?? []
          expect(verdicts).toHaveLength(format === 'text' ? 1 : 0)
          expect(ran.out).not.toMatch(/^\s*::/m)
        }
      })
  it('facts, as text and as JSON', async () => {
    for (const format of ['text', 'json'])
      for (const target of [compose, names, image])
        expect((await plimsoll(['facts', target, '--all', '--format', format])).out).not.toMatch(UNSAFE)
  })
  it('complaints about targets, options, configurations and policies', async () => {
    const config = here.put(
      'plimsoll.yaml',
      JSON.stringify({ [evil]: evil, policy: evil, ignore: [{ rule: evil, reason: evil }] }),
    )
    const policy = here.put('policy.yaml', JSON.stringify({ title: evil, says: 'x', extends: evil }))
    for (const words of [
      ['scan', evil],
      ['scan', `./${evil}`],
      [evil],
      ['scan', compose, `--${evil}`],
      ['scan', compose, '--ignore', evil],
      ['scan', compose, '--format', evil],
      ['scan', compose, '--image', evil],
      ['scan', compose, '--config', config],
      ['scan', compose, '--policy', policy],
      ['explain', evil],
    ]) {
      const ran = await plimsoll(words)
      expect(ran.code, ran.err).toBe(2)
      expect(ran.err).not.toMatch(UNSAFE)
      for (const line of ran.err.trimEnd().split('\n')) expect(line).toMatch(/^plimsoll: /)
    }
  })
  it('writes nothing beside what was asked for', async () => {
    const out = join(here.path, 'out.json')
    await plimsoll(['scan', image, compose, '-o', `json=${out}`])
    expect(JSON.parse(readFileSync(out, 'utf8'))).toMatchObject({ schema: 'plimsoll-result' })
  })
})
