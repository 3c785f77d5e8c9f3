import { it } from 'vitest'
import { answersOf, DIALECTS } from '/work/main/test/rosetta/table.ts'
it('probe', async () => {
  for (const c of ['web', 'host', 'joined', 'plain', 'windows']) {
    const all = new Map(await Promise.all(DIALECTS.map(async (d) => [d, await answersOf(c, d)] as const)))
    for (const [d, a] of all) for (const n of a.notices) console.log(c, d, n.id, n.message)
    const paths = [...new Set([...all.values()].flatMap((a) => [...a.values.keys()]))].sort()
    for (const p of paths) {
      const parent = /^(.*\])\.[^\]]*$/.exec(p)?.[1]
      const vs = [...all].filter(([, a]) => !parent || a.values.has(parent)).map(([d, a]) => [d, a.values.get(p) ?? 'absent'] as const)
      if (new Set(vs.map(([, v]) => v)).size > 1) console.log(c, p, vs.map(([d, v]) => `${d}=${v.slice(0, 70)}`).join('  '))
    }
  }
})
