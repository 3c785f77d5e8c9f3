/** ../shared/corpora: labelled files that nobody here wrote. `score.ts` judges them. */
import { existsSync, readFileSync, readdirSync } from 'node:fs'
import { join, resolve } from 'node:path'

export const corpora = resolve(import.meta.dirname, '../../../shared/corpora')
export const present = existsSync(corpora)

/** A label of labels.jsonl: corpora/README.md says how to read one. */
export interface Label {
  readonly corpus: string
  readonly file: string
  /** Neutral name of what is asked. */
  readonly control: string
  /** True: the rule must fire. */
  readonly expect: boolean
  /** The project's own id of its rule; of psa that of the check. */
  readonly native: string
  /** Of psa. */
  readonly level?: string
  /** Of kics: `dockerCompose`, `k8s`, `dockerfile`, `ecs-cloudFormation`. */
  readonly kind?: string
  /** 1-based lines of the findings. */
  readonly lines?: readonly number[]
  /** `spec.containers[0].image`: the offending or missing fields. */
  readonly paths?: readonly string[]
}
export const labels = (): readonly Label[] =>
  readFileSync(join(corpora, 'labels.jsonl'), 'utf8')
    .split('\n')
    .filter((line) => line !== '')
    .map((line) => JSON.parse(line) as Label)

/** A label's name: one line of words, the same for nobody else's. */
export const keyOf = ({ file, native, control, level }: Label): string =>
  [file, native, ...(native === control ? [] : [control]), ...(level === undefined ? [] : [level])].join(' ')

/** All files of a corpus, for reading without a crash. */
export const filesOf = (corpus: string, pattern: RegExp): readonly string[] =>
  readdirSync(join(corpora, corpus, 'data'), { recursive: true, encoding: 'utf8' })
    .filter((name) => pattern.test(name))
    .sort()
    .map((name) => join(corpora, corpus, 'data', name))
