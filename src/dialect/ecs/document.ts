/** Where ECS task definitions are written: by themselves, in a CloudFormation template, in a Terraform plan or state. */
import { child, elements, entries, isList, isMap, textOf, type Node } from '../../document/node.ts'
import type { Notice, Read } from '../../model/notice.ts'
import type { Found } from '../dialect.ts'
import { isVoid, rawText, soundMaps } from '../docker/piece.ts'
import { MAX_CONTAINERS } from '../limit.ts'
import { nameOfFile, together } from '../together.ts'
import { fargate, onEc2 } from '../silence/ecs.ts'
import { alternatives, Template } from './intrinsic.ts'
import { cloudFormationKeys } from './keys.ts'
import { isTerraform, terraformTasks } from './terraform.ts'

const TYPE = 'AWS::ECS::TaskDefinition'
/** Keys that a container of ECS has, and no other container that is written as a map with a name and an image. */
const OWN = [
  'essential',
  'portMappings',
  'mountPoints',
  'logConfiguration',
  'readonlyRootFilesystem',
  'environmentFiles',
  'entryPoint',
  'memoryReservation',
  'dockerLabels',
  'linuxParameters',
]

const isTask = (node: Node): boolean => isMap(node) && !isVoid(child(node, 'containerDefinitions'))
/** A list of containers by itself: the file that Terraform's `container_definitions = file(...)` names. */
const isContainers = (root: Node): boolean =>
  isList(root) &&
  root.value.length > 0 &&
  elements(root)
    .slice(0, 100)
    .every((node) => textOf(child(node, 'name')) !== undefined && !isVoid(child(node, 'image'))) &&
  elements(root)
    .slice(0, 100)
    .some((node) => OWN.some((key) => !isVoid(child(node, key))))
const isTemplate = (root: Node): boolean =>
  entries(child(root, 'Resources')).some(([, resource]) => child(resource, 'Type').value === TYPE)

/** A task definition (`register-task-definition`, `describe-task-definition`), or a document that holds some. */
export const isEcs = (root: Node): boolean =>
  isTask(root) || isTask(child(root, 'taskDefinition')) || isTemplate(root) || isTerraform(root) || isContainers(root)

interface Task {
  /** What it is called where it has no family. */
  readonly name: string
  readonly task: Node
}

function tasksOf(root: Node, notices: Notice[]): readonly Task[] {
  if (isTask(root)) return [{ name: '', task: root }]
  if (isTask(child(root, 'taskDefinition'))) return [{ name: '', task: child(root, 'taskDefinition') }]
  if (isList(root)) {
    const lone = (node: Node): Node => ({ ...node, value: null, unknown: 'the task definition is not in this file' })
    return [{ name: '', task: { ...lone(root), value: new Map([['containerDefinitions', root]]) } }]
  }
  if (!isTemplate(root)) return terraformTasks(root, notices)
  const template = new Template(root)
  return entries(child(root, 'Resources')).flatMap(([name, resource]) =>
    child(resource, 'Type').value === TYPE
      ? [{ name, task: cloudFormationKeys(template.resolve(allContainers(child(resource, 'Properties')))) }]
      : [],
  )
}

/** Every container that a template can make is checked, also one that is there under a condition alone. */
function allContainers(properties: Node): Node {
  const key = 'ContainerDefinitions'
  const written = child(properties, key)
  if (!isMap(properties) || isVoid(written)) return properties
  const lists = alternatives(written)
  if (!lists.every(isList)) return properties
  const value = lists.flatMap((list) => elements(list).flatMap((each) => alternatives(each)))
  const { tag: _, ...plain } = written
  return { ...properties, value: new Map([...properties.value, [key, { ...plain, value }]]) }
}

const MAPS = ['linuxParameters', 'linuxParameters.capabilities', 'healthCheck', 'logConfiguration', 'restartPolicy']
const TASK_MAPS = ['runtimePlatform', 'ephemeralStorage']

const lost = (node: Node, message: string): Notice => ({
  id: 'ecs-container-invalid',
  place: node.place,
  message,
  lost: true,
})

/** What the task requires, such as `FARGATE`. ECS takes one that requires nothing for EC2. */
export const requires = (task: Node): readonly string[] =>
  elements(child(task, 'requiresCompatibilities')).flatMap((each) => rawText(each)?.toUpperCase() ?? [])

/** Every container of every task definition. */
export function findContainers(root: Node): Read<readonly Found[]> {
  const notices: Notice[] = []
  const found: Found[] = []
  for (const { name, task: raw } of tasksOf(root, notices)) {
    const list = child(raw, 'containerDefinitions')
    const task = raw.unknown === undefined ? soundMaps(raw, TASK_MAPS) : raw
    const family = rawText(child(task, 'family'))
    const prefix = family !== undefined && child(task, 'family').unknown === undefined ? family : name
    if (!isList(list)) {
      const why = list.unknown === undefined ? 'are not a list' : `are not known (${list.unknown})`
      notices.push(
        lost(
          isVoid(list) ? task : list,
          `The container definitions of ${prefix === '' ? 'this task' : prefix} ${why}, so none of them was checked. Scan what aws ecs describe-task-definition prints.`,
        ),
      )
      continue
    }
    const compatibilities = requires(task)
    const isFargate = compatibilities.length > 0 && compatibilities.every((one) => one === 'FARGATE')
    const whole = together('task', prefix === '' ? nameOfFile(list.place.file) : prefix, list)
    for (const [index, node] of elements(list).entries()) {
      if (found.length > MAX_CONTAINERS) return { value: found, notices }
      if (!isMap(node)) {
        const why = node.unknown === undefined ? 'is not a map' : `is not known (${node.unknown})`
        notices.push(
          lost(
            node,
            `A container definition ${why}, so it was not checked; ECS refuses it too. Write what it runs, or remove it.`,
          ),
        )
        continue
      }
      const own = child(node, 'name')
      const said = own.unknown === undefined ? textOf(own) : undefined
      const id = said === undefined || said === '' ? `container-${index + 1}` : said
      found.push({
        id: prefix === '' ? id : `${prefix}/${id}`,
        together: whole,
        scope: { self: soundMaps(node, MAPS), task },
        runtime: isFargate ? { name: 'ecs', silence: fargate } : { name: 'docker', silence: onEc2 },
      })
    }
  }
  return { value: found, notices }
}
