import type { Read } from '../model/notice.ts'
import { readJson } from './json.ts'
import type { Locate, Text } from './node.ts'
import { readYaml } from './yaml.ts'

/** Its first character may stand after comments, as people begin a devcontainer.json. */
const JSON_START = /^\uFEFF?\s*(?:\/\/[^\n]*\n\s*|\/\*[^*]*\*+(?:[^/*][^*]*\*+)*\/\s*)*[[{]/

export const startsAsJson = (text: string): boolean => JSON_START.test(text)

/** A text as YAML or JSON, by its first character. Text that begins like JSON and is none may be a YAML flow mapping. */
export function readText(file: string, text: string, locate?: Locate): Read<Text> {
  if (!startsAsJson(text)) return readYaml(file, text, locate)
  const json = readJson(file, text.replace(/^\uFEFF/, ' '), locate)
  if (json.notices.length === 0 || file.endsWith('.json')) return json
  const yaml = readYaml(file, text, locate)
  return yaml.notices.length === 0 ? yaml : json
}
