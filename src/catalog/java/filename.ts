/** Names of archives as Maven's repository layout gives them: `artifact-version[-classifier].jar`. */

export interface FileName {
  readonly artifact: string
  /** Empty where the name has none. */
  readonly version: string
  readonly classifier: string
}

/** Words that a version may go on with after a hyphen: `31.1-jre`, `1.0-beta-3`, `2.0.0-RC1`. */
const QUALIFIER =
  /^(?:alpha|beta|b|m|milestone|rc|cr|sp|ga|final|release|snapshot|pre|preview|ea|jre|android|incubating|build|rev|r|p|patch|dev|hotfix|redhat|jbossorg|atlassian|nightly)[.\d]*$/i
/** Classifiers that are known as such: Maven's own, platforms, and what plug-ins append. */
const CLASSIFIER =
  /^(?:sources|javadoc|tests?|test-sources|shaded|jar-with-dependencies|exec|boot|runner|all|uber|fat|standalone|resources|classes|client|natives?(?:-.+)?|(?:linux|windows|win|osx|macos|mac|darwin|freebsd|android|solaris|aix)(?:[-_.]?(?:x86[-_]64|x86[-_]32|x86|amd64|x64|i[36]86|32|64|aarch[-_]?64|arm64|arm|arm[-_]32|armv[67]\w*|armhf|ppcle[-_]64|ppc64le|s390[-_]64|s390x|riscv64|universal|gnu|musl|fedora|suse)){0,3})$/i

export function parseFileName(stem: string): FileName {
  const words = stem.split('-', 64)
  for (let i = 1; i < words.length; i++) {
    if (!/^(?:\d|v\d+\.)/.test(words[i] ?? '') || !endsHere(words, i)) continue
    const artifact = words.slice(0, i).join('-')
    for (let end = i + 1; end < words.length; end++) {
      const classifier = words.slice(end).join('-')
      if (CLASSIFIER.test(classifier)) return { artifact, version: words.slice(i, end).join('-'), classifier }
    }
    return { artifact, version: words.slice(i).join('-'), classifier: '' }
  }
  return { artifact: stem, version: '', classifier: '' }
}

/**
 * True where the version may begin at this word: `log4j-1.2-api-2.17.1` has its version last, because `api` is no word that a version
 * goes on with.
 */
function endsHere(words: readonly string[], from: number): boolean {
  const later = words.findIndex((word, index) => index > from && /^\d+\./.test(word))
  return later < 0 || words.slice(from + 1, later).every((word) => QUALIFIER.test(word) || /^\d/.test(word))
}
