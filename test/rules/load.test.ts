/** What is wrong in a rule is an error with its place, never a throw: rules are written by users. */
import { describe, expect, it } from 'vitest'
import { loadRule } from '../../src/rule/load.ts'

const RULE = `title: Bad
severity: low
standards: {}
why: It is.
deny: container.privileged
say: bad
fix: { text: Mend it. }
examples:
  - compose: |
      services: { web: { image: nginx } }
`
const errorsOf = async (...changes: readonly (readonly [string, string])[]): Promise<readonly string[]> => {
  const text = changes.reduce((before, [from, to]) => {
    if (!before.includes(from)) throw new Error(`the rule has no ${from}`)
    return before.replace(from, to)
  }, RULE)
  const { errors } = await loadRule('rules/bad.yaml', text)
  return errors.map(({ place, message }) => `${place.line}:${place.column} ${message}`)
}

describe('a rule', () => {
  it('without a fault has no error', async () => {
    expect(await errorsOf()).toEqual([])
  })
  it.each(['package', 'in', 'true', 'null', 'params', 'container', 'grant'])(
    'may not call its element %s',
    async (name) => {
      const errors = await errorsOf(['deny: container.privileged', `each: ${name} in container.ports\ndeny: false`])
      expect(errors).toContain(`5:7 each: "${name}" is a word that CEL keeps for itself: take another name`)
    },
  )
  it('about a project or a grant names nothing else', async () => {
    const errors = await errorsOf(['container.privileged', 'container.privileged || grant.token'])
    expect(errors.some((error) => error.includes('speaks of nothing else; this one names container and grant'))).toBe(
      true,
    )
  })
  it('has each in the form NAME in LIST', async () => {
    const errors = await errorsOf(['deny: container.privileged', 'each: container.ports\ndeny: false'])
    expect(errors).toContain('5:7 each: write NAME in LIST')
  })
})
