/** The engine's settings: from daemon.json, or from `docker info --format '{{json .}}'`. */
import { child, type Node } from '../document/node.ts'
import type { Syntax } from '../document/syntax.ts'
import { engine, type EngineFacts } from '../model/fields.ts'
import type { Place } from '../model/place.ts'
import { unanswered } from '../model/unanswered.ts'
import { asMap, parse } from './ask.ts'
import { answer } from './dialect.ts'
import { daemonAsks, isDaemon } from './engine/daemon.ts'
import { infoAsks, isInfo } from './engine/info.ts'
import { soundMaps } from './docker/piece.ts'
import { daemon, informed } from './silence/engine.ts'

/** The kinds of engine settings that are written in a syntax, with what each mentions. */
export const enginesIn = (syntax: Syntax): readonly { readonly mention: RegExp }[] =>
  syntax === 'data' ? [{ mention: /userns-remap|ServerVersion/ }] : []

/** A daemon.json (every key is dockerd's, and one of them nobody else's), or what `docker info` prints as JSON. */
export const isEngine = (root: Node): boolean => isInfo(root) || isDaemon(root)

/** The table of the engine, answered. What is not `docker info` is read as daemon.json, so that an empty one is, too. */
export function engineFacts(root: Node): EngineFacts {
  // Without an engine to ask, the client prints every key with its zero: `LiveRestoreEnabled: false` says nothing then.
  if (isInfo(root) && !parse.text(child(root, 'ServerVersion')))
    return unanswered(
      engine,
      root.place,
      'docker info could not reach the engine: run it where the engine runs',
      'engine',
    )
  const self = soundMaps(asMap(root), ['RegistryConfig', 'RegistryConfig.IndexConfigs'])
  return isInfo(root) ? answer(engine, infoAsks, informed, { self }) : answer(engine, daemonAsks, daemon, { self })
}

/** Nothing is known of the engine. */
export const noEngine = (place: Place): EngineFacts =>
  unanswered(engine, place, 'the settings of the engine were not given: --engine FILE', 'engine')
