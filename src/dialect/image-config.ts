/**
 * The configuration of an image: what it says of itself, not what is in it.
 * https://github.com/opencontainers/image-spec/blob/main/config.md
 */
import { get, type Node } from '../document/node.ts'
import { image, type ImageFacts } from '../model/fields.ts'
import type { Item } from '../model/row.ts'
import { ask, asMap, field, parse, refuse, texts, type Answer, type Ask } from './ask.ts'
import { answer, is, isList as listed, type Asks, type Silence } from './dialect.ts'
import {
  collect,
  isVoid,
  rawText,
  said,
  soundMaps,
  unknownBy,
  why,
  word,
  type Variable,
  type Why,
} from './docker/piece.ts'
import { protocolOf } from './docker/port.ts'
import { strangeVariable, variable } from './docker/variable.ts'

type ItemIn<K extends 'exposed' | 'labels' | 'history'> = Item<(typeof image)[K]['of']['rows']>

const strangeLabel = (reason: Why): ItemIn<'labels'> => ({
  place: reason.place,
  facts: { name: unknownBy(reason), value: unknownBy(reason) },
})
const strangeExposed = (reason: Why): ItemIn<'exposed'> => ({
  place: reason.place,
  facts: { port: unknownBy(reason), protocol: unknownBy(reason) },
})
const strangeStep = (reason: Why): ItemIn<'history'> => ({
  place: reason.place,
  facts: { instruction: unknownBy(reason), empty: unknownBy(reason) },
})

/** `"8080/tcp": {}`: the key says it all. */
function exposed(node: Node, key: string | undefined): ItemIn<'exposed'> {
  const [port = '', protocol = ''] = (key ?? rawText(node) ?? '').split('/')
  return /^\d{1,5}$/.test(port) && Number(port) <= 65_535
    ? { place: node.place, facts: { port: said(node, Number(port)), protocol: protocolOf(node, protocol) } }
    : strangeExposed(why(node, `"${port.slice(0, 40)}" is not a port`))
}
function label(node: Node, key: string | undefined): ItemIn<'labels'> {
  const value = rawText(node)
  if (key === undefined) return strangeLabel(why(node, 'the label has no name'))
  return {
    place: node.place,
    facts: {
      name: said(node, key),
      value:
        value === undefined && !isVoid(node) ? unknownBy(why(node, `${key} is not a text`)) : said(node, value ?? ''),
    },
  }
}
function step(element: Node): ItemIn<'history'> {
  const node = asMap(element)
  return {
    place: node.place,
    facts: {
      instruction: field(node, 'created_by', 'a text', parse.text, '', 'the history does not say'),
      empty: field(node, 'empty_layer', 'true or false', parse.bool, false, 'it brought a layer'),
    },
  }
}

/** The keys of a map that stands for a set: `{"/data": {}}`. */
const keys = (path: string): Ask<readonly ReturnType<typeof said<string>>[]> =>
  collect((reason) => unknownBy(reason), {
    path,
    each: (node, key) => [key === undefined ? unknownBy(why(node, `${path} is not a map`)) : said(node, key)],
  })

const asks: Asks<typeof image> = {
  os: word('os'),
  architecture: word('architecture'),
  user: word('config.User'),
  entrypoint: texts('config.Entrypoint'),
  command: texts('config.Cmd'),
  workingDirectory: word('config.WorkingDir'),
  environment: collect<Variable>(strangeVariable, { path: 'config.Env', each: (node) => [variable(node)] }),
  exposed: collect(strangeExposed, { path: 'config.ExposedPorts', each: (node, key) => [exposed(node, key)] }),
  volumes: keys('config.Volumes'),
  labels: collect(strangeLabel, { path: 'config.Labels', each: (node, key) => [label(node, key)] }),
  healthcheck: ask((scope): Answer<boolean> => {
    const test = get(scope.self, 'config.Healthcheck.Test')
    if (isVoid(test)) return { how: 'silent', place: test.place }
    if (!Array.isArray(test.value)) return unknownBy(why(test, 'Test is not a list'))
    const first = test.value[0]
    return first === undefined ? { how: 'silent', place: test.place } : said(test, rawText(first) !== 'NONE')
  }),
  stopSignal: word('config.StopSignal'),
  onbuild: texts('config.OnBuild'),
  history: collect(strangeStep, { path: 'history', each: (node) => [step(node)] }),
}

const silence: Silence<typeof image> = {
  os: refuse('the configuration of the image does not say, though it must', 'image'),
  architecture: refuse('the configuration of the image does not say, though it must', 'image'),
  user: is('', 'no USER: the image runs as root'),
  entrypoint: listed([], 'no ENTRYPOINT'),
  command: listed([], 'no CMD'),
  workingDirectory: is('/', 'no WORKDIR'),
  environment: is([], 'no ENV'),
  exposed: is([], 'no EXPOSE'),
  volumes: listed([], 'no VOLUME'),
  labels: is([], 'no LABEL'),
  healthcheck: is(false, 'no HEALTHCHECK'),
  stopSignal: is('SIGTERM', 'no STOPSIGNAL'),
  onbuild: listed([], 'no ONBUILD'),
  history: is([], 'the configuration holds no history'),
}

/**
 * What the configuration of an image answers of the table, with places in its file.
 * Rows that the join answers (layers, packages, accounts ...) are unknown until it does.
 */
export const imageFacts = (root: Node): ImageFacts =>
  answer(image, asks, silence, { self: soundMaps(asMap(root), ['config', 'config.Healthcheck']) })
