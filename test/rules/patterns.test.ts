/** The package's own patterns run on JavaScript's engine (src/rule/text.ts): it must say what RE2 says, and fast on any text. */
import { readFileSync, readdirSync } from 'node:fs'
import { join, resolve } from 'node:path'
import fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import { loadRule } from '../../src/rule/load.ts'
import { matches } from '../../src/rule/regex.ts'
import { ownMatches } from '../../src/rule/text.ts'

const folder = resolve(import.meta.dirname, '../../rules')
const files = readdirSync(folder).filter((name) => name.endsWith('.yaml'))
const sources = files.map((name) => readFileSync(join(folder, name), 'utf8'))

/** `matches("...")` in the texts of a rule; CEL escapes quotes as JSON does. */
const found = await Promise.all(
  files.map(async (name, index) => {
    const { value } = await loadRule(`rules/${name}`, sources[index] ?? '')
    const texts = [value?.rule.deny, value?.rule.when, value?.rule.at, value?.rule.severityOf, value?.rule.each?.list]
    return texts.flatMap((text) =>
      [...(text ?? '').matchAll(/matches\(("(?:[^"\\]|\\.)*")\)/g)].map((match) => ({
        id: name.replace(/\.yaml$/, ''),
        pattern: String(JSON.parse(match[1] ?? '""')),
      })),
    )
  }),
)
const patterns = found.flat()
const used = sources.join('\n').match(/\.matches\(/g)?.length ?? 0

/** Words of the rules' own examples: names, values, paths, capabilities. */
const words = [...new Set(sources.flatMap((source) => source.split(/[\s"',{}[\]]+|[=:](?=\S)/)))]

it('finds every pattern', () => {
  expect(patterns).toHaveLength(used)
  expect(used).toBeGreaterThan(5)
})

describe.each(patterns)('$id $pattern', ({ pattern }) => {
  it('means the same to both engines, on the words of all rules', () => {
    expect(words.filter((word) => ownMatches(word, pattern) !== matches(word, pattern))).toEqual([])
  })

  it('means the same to both engines, on pieces of itself', () => {
    const pieces = pattern.match(/[A-Za-z]+|./g) ?? []
    const text = fc
      .array(fc.oneof(fc.constantFrom(...pieces), fc.constantFrom(...words), fc.string({ maxLength: 3 })), {
        maxLength: 8,
      })
      .map((parts) => parts.join(''))
    fc.assert(
      fc.property(text, (each) => ownMatches(each, pattern) === matches(each, pattern)),
      { numRuns: 300 },
    )
  })

  it('takes no text that hangs it', () => {
    const pieces = [
      ...new Set([...(pattern.match(/[A-Za-z_]+/g) ?? []), 'a', 'A', '_', '.', '/', ' ', '-----BEGIN A ', '://:']),
    ]
    expect(pieces.length).toBeGreaterThan(7)
    for (const piece of pieces) ownMatches(piece.repeat(Math.ceil(8192 / piece.length)), pattern)
  })
})
