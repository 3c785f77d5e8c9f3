/** The settings of engines, in every format that they are written in: what decides where a container says nothing. */
import { child, type Node } from '../document/node.ts'
import type { Syntax } from '../document/syntax.ts'
import { engine, type EngineFacts } from '../model/fields.ts'
import type { Read } from '../model/notice.ts'
import type { Engine } from '../model/subject.ts'
import { unanswered } from '../model/unanswered.ts'
import { parse } from './ask.ts'
import { answer } from './dialect.ts'
import { containerd } from './engine/containerd.ts'
import { containersConf } from './engine/containers-conf.ts'
import { crio } from './engine/crio.ts'
import { daemon } from './engine/daemon.ts'
import type { EngineFormat } from './engine/format.ts'
import { dockerdUnit } from './engine/dockerd-unit.ts'
import { info } from './engine/info.ts'
import { kubeletUnit } from './engine/kubelet-unit.ts'
import { kubelet } from './engine/kubelet.ts'
import { runsc } from './engine/runsc.ts'

/** In the order in which they are asked, and in which they are believed where several speak of one engine: what runs before what is written. */
export const engineFormats: readonly EngineFormat[] = [
  info,
  dockerdUnit,
  daemon,
  kubeletUnit,
  kubelet,
  containerd,
  crio,
  containersConf,
  runsc,
]

/** The formats that are written in a syntax. */
export const enginesIn = (syntax: Syntax): readonly EngineFormat[] =>
  engineFormats.filter((format) => format.syntax === syntax)

/** The format of a document; undefined where it is none. */
export const engineFormat = (root: Node, among: readonly EngineFormat[] = engineFormats): EngineFormat | undefined =>
  among.find((format) => format.is(root))

/** The settings in a document of a format. */
export function readEngine(root: Node, format: EngineFormat): Read<Engine> {
  return {
    value: {
      format: format.name,
      seat: format.seat,
      runtimes: format.runtimes(root),
      place: root.place,
      facts: factsOf(root, format),
    },
    notices: format.notices?.(root) ?? [],
  }
}

function factsOf(root: Node, format: EngineFormat): EngineFacts {
  // Without an engine to ask, the client prints every key with its zero: `LiveRestoreEnabled: false` says nothing then.
  if (format === info && !parse.text(child(root, 'ServerVersion')))
    return unanswered(
      engine,
      root.place,
      'docker info could not reach the engine: run it where the engine runs',
      'engine',
    )
  return answer(engine, format.asks, format.silence, format.scope(root))
}

/** Those that are believed first, first. */
export const inOrder = (engines: readonly Engine[]): readonly Engine[] => {
  const names = engineFormats.map(({ name }) => name)
  return engines.toSorted((a, b) => names.indexOf(a.format) - names.indexOf(b.format))
}

/** What --engine takes. */
export const ENGINE_FILES = `a daemon.json nor the output of docker info --format '{{json .}}', nor a kubelet’s configuration, containerd’s config.toml, crio.conf or containers.conf`
