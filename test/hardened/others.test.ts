/** One fully hardened container in each of the other dialects has nothing to be said of it, and one part less is one finding. */
import { readdirSync } from 'node:fs'
import { parse } from 'yaml'
import { describe, expect, it } from 'vitest'
import { dialects } from '../../src/dialect/index.ts'
import { engineOf, fileOf, leaves, say, shown, strict, textOf, without } from './hardened.ts'
import { openedImage } from './image.ts'
import type { OtherHardened } from './others.ts'

const names = readdirSync(`${import.meta.dirname}/others`)
  .map((file) => file.replace(/\.ts$/, ''))
  .sort()
const rules = await strict()

describe.each(names)('%s', async (name) => {
  const { hardened } = (await import(`./others/${name}.ts`)) as { readonly hardened: OtherHardened }
  const dialect = dialects.find((each) => each.name === name)
  if (!dialect) throw new Error(`there is no dialect ${name}`)
  const { file, one, none } = hardened
  const text = textOf(file)
  const context = {
    ...(hardened.withoutImage ? {} : { image: await openedImage() }),
    engine: engineOf(hardened.engine ?? 'daemon.json'),
    file: fileOf(file),
  }
  /** Every part by its name, and the text without it. */
  const parts: readonly (readonly [string, string])[] = /\.(?:ya?ml|json)$/.test(file)
    ? leaves(parse(text)).map((path) => [shown(path), without(parse(text), path)] as const)
    : text
        .split('\n')
        .flatMap((line, index, all) =>
          line.trim() === '' || /^\s*[#;]/.test(line)
            ? []
            : [[line.trim(), all.filter((_, other) => other !== index).join('\n')] as const],
        )

  it('has no finding, open or not, under the strict policy', async () => {
    const { findings, containers, notices } = await say(rules, name, text, context)
    expect({ findings, containers, notices }).toEqual({ findings: [], containers: 1, notices: [] })
  })
  it('minus one part has the one finding that is its root cause', async () => {
    const used = new Set<string | RegExp>()
    const wrong: string[] = []
    for (const [part, rest] of parts) {
      const said = await say(rules, name, rest, context)
      const finding = Object.hasOwn(one, part) ? one[part] : undefined
      const silence = finding === undefined ? none.find((each) => each.parts.test(part)) : undefined
      used.add(finding === undefined ? (silence?.parts ?? '') : part)
      const ids = said.notices.map(({ id }) => id)
      const [rule, ...told] = finding?.split(' + ') ?? []
      const [wanted, notices, containers] = silence?.nothing
        ? [said.findings, silence.notices ?? [], 0]
        : [rule?.split(' & ') ?? [], silence?.notices ?? told, 1]
      if (
        (finding === undefined && silence === undefined) ||
        said.findings.join() !== wanted.join() ||
        ids.join() !== notices.join() ||
        said.containers !== containers
      )
        wrong.push(
          `${part}: ${[...said.findings, ...ids].join(', ') || 'nothing'}${said.containers === 1 ? '' : ' (no container)'}`,
        )
    }
    const unused = [...Object.keys(one), ...none.map((each) => each.parts)].filter((each) => !used.has(each))
    expect({ wrong, unused: unused.map(String) }).toEqual({ wrong: [], unused: [] })
  })
})

it('every dialect has one', () => {
  expect([...names, 'compose', 'kubernetes', 'docker-inspect', 'oci-runtime'].sort()).toEqual(
    dialects.map(({ name }) => name).sort(),
  )
})
