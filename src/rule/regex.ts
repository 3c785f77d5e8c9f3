import { RE2JS } from 're2js'

const compiled = new Map<string, RE2JS>()

/** RE2 search (https://github.com/google/re2/wiki/Syntax): linear time, whatever the pattern. */
export function matches(text: string, pattern: string): boolean {
  let regex = compiled.get(pattern)
  if (!regex) {
    regex = RE2JS.compile(pattern)
    compiled.set(pattern, regex)
  }
  return regex.matcher(text).find()
}
