/** CycloneDX as XML (https://cyclonedx.org/docs/1.6/xml/) -> what its JSON would be, as far as it is read. */
import type { Place } from '../../model/place.ts'
import { childOf, childrenOf, readXml, type XmlElement } from '../format/xml.ts'
import type { Json } from './json.ts'

export interface CycloneDxXml {
  readonly bom: Json
  readonly placeAt: (path: string) => Place
}

/** The document, or what is wrong with it and in which line. */
export function cycloneDxOfXml(
  file: string,
  text: string,
): CycloneDxXml | { readonly problem: string; readonly line: number } {
  const root = readXml(Buffer.from(text))
  if ('problem' in root) return root
  const namespace = [...root.attributes].find(([name, value]) => name.startsWith('xmlns') && value.includes(NAMESPACE))
  const lines = new Map<string, number>()
  const componentsOf = (parent: XmlElement | undefined, path: string): readonly Json[] =>
    childrenOf(childOf(parent, 'components'), 'component').map((component, index) =>
      componentOf(component, path === '' ? `components/${index}` : `${path}/components/${index}`),
    )
  const componentOf = (component: XmlElement, path: string): Json => {
    lines.set(path, component.line)
    return {
      type: component.attributes.get('type'),
      'bom-ref': component.attributes.get('bom-ref'),
      ...Object.fromEntries(TEXTS.map((name) => [name, childOf(component, name)?.text])),
      licenses: licencesOf(component),
      properties: childrenOf(childOf(component, 'properties'), 'property').map(({ attributes, text: value }) => ({
        name: attributes.get('name'),
        value,
      })),
      evidence: {
        occurrences: childrenOf(childOf(childOf(component, 'evidence'), 'occurrences'), 'occurrence').map((one) => ({
          location: childOf(one, 'location')?.text,
          line: Number(childOf(one, 'line')?.text ?? 1),
          additionalContext: childOf(one, 'additionalContext')?.text,
        })),
      },
      components: componentsOf(component, path),
    }
  }
  const main = childOf(childOf(root, 'metadata'), 'component')
  return {
    bom: {
      bomFormat: 'CycloneDX',
      specVersion: namespace?.[1].slice(namespace[1].lastIndexOf('/') + 1),
      metadata: main && { component: componentOf(main, 'metadata') },
      components: componentsOf(root, ''),
    },
    placeAt: (path) => ({ file, line: lines.get(path) ?? 1, column: 1 }),
  }
}
const NAMESPACE = 'http://cyclonedx.org/schema/bom/'
const TEXTS = ['group', 'name', 'version', 'description', 'purl'] as const

const licencesOf = (component: XmlElement): readonly Json[] =>
  (childOf(component, 'licenses')?.children ?? []).map((one) =>
    one.name === 'expression'
      ? { expression: one.text }
      : { license: { id: childOf(one, 'id')?.text, name: childOf(one, 'name')?.text } },
  )
