/** What stands between a container and the host's kernel: by the engine's table of runtimes, else by what runtimes of that name are. */
import { byDefault, derived, unknown, type Fact } from '../model/fact.ts'
import type { EngineFacts } from '../model/fields.ts'
import { sandboxNamed, type Sandbox } from '../model/sandbox.ts'

export function sandboxFact(runtime: Fact<string>, engine: EngineFacts | undefined): Fact<Sandbox> {
  const { place } = runtime
  if (runtime.how === 'unknown') return unknown(place, runtime.because, runtime.ask, [runtime])
  const runtimes = engine && engine.runtimes.how !== 'unknown' ? engine.runtimes.value : []
  const entry = runtimes.find(({ facts: { name } }) => name.how !== 'unknown' && name.value === runtime.value)
  if (entry) {
    const { sandbox } = entry.facts
    return sandbox.how === 'unknown'
      ? unknown(place, sandbox.because, sandbox.ask, [runtime, sandbox])
      : derived(place, sandbox.value, `what the engine calls ${runtime.value}`, [runtime, sandbox])
  }
  if (runtime.value === '') return byDefault(place, 'none', 'the default runtime starts ordinary processes')
  const found = sandboxNamed(runtime.value)
  return found === undefined
    ? unknown(place, `nothing is known of a runtime "${runtime.value}"`, 'engine', [runtime])
    : derived(place, found, `what runtimes of the name ${runtime.value} are`, [runtime])
}
