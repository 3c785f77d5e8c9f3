/**
 * The table: every question that Plimsoll asks of a container, an image, an engine, a project and a grant.
 * TypeScript types, CEL classes, load-time checks of rules and the documentation all come from it.
 * A new dialect row does not compile until every dialect and every silence table has it.
 *
 * Units: sizes in bytes, processors in millicores; 0 is "no limit". Capabilities without `CAP_`, in capitals.
 */
import { container } from './fields/container.ts'
import { engine } from './fields/engine.ts'
import { grant } from './fields/grant.ts'
import { propagations, type mount } from './fields/group.ts'
import { image } from './fields/image.ts'
import { project } from './fields/project.ts'
import { group, type Facts, type Item } from './row.ts'

export { container, engine, grant, image, project, propagations }

/** The roots that a rule may name. */
export const roots = {
  container: group('Container', container, 'A container as it would run'),
  image: group('Image', image, 'The image it runs'),
  engine: group('Engine', engine, 'The engine that runs it'),
  project: group('Project', project, 'Containers that run together'),
  grant: group('Grant', grant, 'An object of a cluster that says what pods may be'),
} as const
export type Root = keyof typeof roots

export type ContainerFacts = Facts<typeof container>
export type ImageFacts = Facts<typeof image>
export type EngineFacts = Facts<typeof engine>
export type ProjectFacts = Facts<typeof project>
export type GrantFacts = Facts<typeof grant>
export type MountFacts = Item<(typeof mount)['rows']>
