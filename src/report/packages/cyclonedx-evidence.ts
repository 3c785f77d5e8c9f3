/** What the library does not write: where parts were found, and a graph of dependencies that holds what is known alone. */
import { ComponentEvidence, type Bom } from '@cyclonedx/cyclonedx-library/Models'
import { JSON, XML, type Types } from '@cyclonedx/cyclonedx-library/Serialize'
import type { PackageLocation } from '../../model/package.ts'

/** Evidence with its occurrences (CycloneDX 1.5 and later). */
export class Found extends ComponentEvidence {
  readonly locations: readonly PackageLocation[]
  constructor(locations: readonly PackageLocation[]) {
    super()
    this.locations = locations
  }
}

class JsonEvidence extends JSON.Normalize.ComponentEvidenceNormalizer {
  override normalize(data: ComponentEvidence, options: Types.NormalizerOptions) {
    const occurrences = (data instanceof Found ? data.locations : []).map(({ path, line, layer }) => ({
      location: path,
      line,
      additionalContext: `layer ${layer}`,
    }))
    return { ...super.normalize(data, options), ...(occurrences.length > 0 && { occurrences }) }
  }
}
/** A component without dependencies in the graph is said to have none; of those that are left out nothing is said. */
class JsonGraph extends JSON.Normalize.DependencyGraphNormalizer {
  override normalize(data: Bom, options: Types.NormalizerOptions) {
    const known = super.normalize(data, options)?.filter(({ dependsOn = [] }) => dependsOn.length > 0)
    return known?.length === 0 ? undefined : known
  }
}
export class JsonFactory extends JSON.Normalize.Factory {
  override makeForComponentEvidence(): JsonEvidence {
    return new JsonEvidence(this)
  }
  override makeForDependencyGraph(): JsonGraph {
    return new JsonGraph(this)
  }
}

type Element = ReturnType<XML.Normalize.ComponentEvidenceNormalizer['normalize']>
const element = (name: string, children: Element['children']): Element => ({ type: 'element', name, children })

class XmlEvidence extends XML.Normalize.ComponentEvidenceNormalizer {
  override normalize(data: ComponentEvidence, options: Types.NormalizerOptions, name: string): Element {
    const rest = super.normalize(data, options, name)
    const occurrences = (data instanceof Found ? data.locations : []).map(({ path, line, layer }) =>
      element('occurrence', [
        element('location', path),
        element('line', line),
        element('additionalContext', `layer ${layer}`),
      ]),
    )
    // In the order of the schema: identity, occurrences, callstack, licenses, copyright.
    return {
      ...rest,
      children: [...(occurrences.length > 0 ? [element('occurrences', occurrences)] : []), ...inside(rest)],
    }
  }
}
class XmlGraph extends XML.Normalize.DependencyGraphNormalizer {
  override normalize(data: Bom, options: Types.NormalizerOptions, name: string): Element | undefined {
    const all = super.normalize(data, options, name)
    const known = all ? inside(all).filter((one) => one.type === 'element' && inside(one).length > 0) : []
    return all && known.length > 0 ? { ...all, children: known } : undefined
  }
}
const inside = ({ children }: Element) => (children === undefined || typeof children !== 'object' ? [] : [...children])

export class XmlFactory extends XML.Normalize.Factory {
  override makeForComponentEvidence(): XmlEvidence {
    return new XmlEvidence(this)
  }
  override makeForDependencyGraph(): XmlGraph {
    return new XmlGraph(this)
  }
}
