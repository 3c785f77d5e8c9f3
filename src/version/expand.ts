/** `^1.2`, `~1.2`, `~> 1.2` and `1.2.*` as comparisons: each is "at least that, and below this". */

export interface Expansion {
  /** Which number `~` lets grow: the last that is written (`written`: Composer, Hex), or the third (`third`: Conan). */
  readonly tilde: 'written' | 'third'
  /** What is put behind a bound that a range made, so that its pre-releases are past it: `-0`, `-dev`. */
  readonly past: string
}

const OPERATOR = /(\^|~>?)\s*[vV]?(\d+(?:\.\d+)*)([-+.@\w]*)|(?<![\w.*-])[vV=]*(\d+(?:\.\d+)*)(?:\.[*xX])+(?![\w.*-])/g

/** The first version that is past all that begin with these numbers. */
export const raised = (numbers: readonly string[]): string =>
  [...numbers.slice(0, -1), String(BigInt(numbers.at(-1) ?? '0') + 1n)].join('.')

/** The range without these operators; what else stands in it stays. */
export const expand = (range: string, { tilde, past }: Expansion): string =>
  range.replaceAll(
    OPERATOR,
    (_all, operator: string | undefined, numbers = '', rest = '', prefix: string | undefined) => {
      const parts: readonly string[] = (prefix ?? String(numbers)).split('.')
      const last = parts.length - 1
      const grown = parts.findIndex((part) => !/^0+$/.test(part))
      const at =
        operator === undefined
          ? last
          : operator === '^'
            ? grown < 0
              ? last
              : grown
            : tilde === 'third'
              ? Math.min(1, last)
              : Math.max(0, last - 1)
      const upper = raised(parts.slice(0, at + 1))
      const lower = prefix === undefined ? `${parts.join('.')}${String(rest)}` : `${parts.join('.')}${past}`
      return ` >= ${lower}, < ${upper}${past} `
    },
  )
