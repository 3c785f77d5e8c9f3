/**
 * A scan as it comes out of `scan`: a compose stack joined with its image, a Deployment whose image was not given,
 * an image by itself, and everything that can be said of them: failing, open, covered, waived, lost.
 */
import { byDefault, derived, set, unknown, type Fact } from '../../src/model/fact.ts'
import { container, engine, image } from '../../src/model/fields.ts'
import type { Finding, Severity } from '../../src/model/finding.ts'
import type { Notice } from '../../src/model/notice.ts'
import type { Place } from '../../src/model/place.ts'
import type { Result } from '../../src/model/result.ts'
import type { Facts, Rows } from '../../src/model/row.ts'
import type { RuleInfo } from '../../src/model/rule.ts'
import type { Image, Subject } from '../../src/model/subject.ts'

export const place = (file: string, line: number, column: number, rest: Partial<Place> = {}): Place => ({
  file,
  line,
  column,
  ...rest,
})

/** Every fact of a table, not known. */
export function blank<R extends Rows>(rows: R, where: Place, because = 'not asked in this test'): Facts<R> {
  const facts: Record<string, object> = {}
  for (const [key, row] of Object.entries(rows))
    facts[key] = row.kind === 'group' ? blank(row.rows, where, because) : unknown(where, because)
  return facts as Facts<R>
}

const rule = (id: string, severity: Severity, title: string, fix: string, rest: Partial<RuleInfo> = {}): RuleInfo => ({
  id,
  title,
  severity,
  why: `${title}.\nSomebody who takes over the program can use it; see the manual page.\n`,
  fix,
  standards: {},
  parameters: {},
  covers: [],
  sameCause: [],
  subject: 'container',
  fields: [],
  ...rest,
})

export const rules: readonly RuleInfo[] = [
  rule('healthcheck-missing', 'info', 'Nobody finds out when the container stops answering', 'Add a health check.'),
  rule('host-device', 'high', 'Container has a device of the host', 'Remove the device.'),
  rule('image-tag-mutable', 'low', 'Image is named by a tag that may move', 'Name it by digest.', {
    standards: { 'cis-docker': ['4.2'], cwe: ['1357'] },
  }),
  rule('memory-unbounded', 'medium', 'Container has no memory limit', 'Set a memory limit.', {
    standards: { 'cis-docker': ['5.11'], cwe: ['770'], 'nist-800-190': ['4.4.3'] },
  }),
  rule(
    'privileged',
    'critical',
    'Container runs privileged',
    'Remove the setting; add the one capability or device that the program needs.',
    {
      why: "A privileged container holds every capability and may open every device node.\nRoot in it can mount the host's disk.\n",
      standards: {
        'cis-docker': ['5.5'],
        pss: ['baseline'],
        'nist-800-190': ['4.4.3'],
        cwe: ['250'],
        'mitre-attack': ['T1611'],
      },
      covers: ['seccomp-unconfined', 'host-device'],
      fields: ['container.privileged'],
      example: { dialect: 'compose', text: 'services:\n  db:\n    image: postgres\n    privileged: true\n' },
    },
  ),
  rule(
    'root-user',
    'high',
    'The first process is root',
    'Add a user to the image and name it by number, in USER or in the configuration, so that a program that is taken over does not hold the files and capabilities of root.',
    {
      standards: { 'cis-docker': ['4.1'], pss: ['restricted'], cwe: ['250', '269'] },
    },
  ),
  rule('seccomp-unconfined', 'high', 'System calls are not filtered', 'Remove the setting.', {
    standards: { pss: ['baseline'] },
  }),
  rule(
    'secret-in-environment',
    'high',
    'A secret is written into the environment',
    'Pass it as a file: a secret of the runtime.',
    {
      standards: { cwe: ['526'], 'mitre-attack': ['T1552.001'] },
    },
  ),
  rule('setuid-file', 'medium', 'A setuid file belongs to root', 'Remove the bit: RUN chmod u-s FILE.', {
    subject: 'image',
  }),
]

const compose = 'compose.yaml'
const pods = 'k8s/api.yaml'
const webPlace = place(compose, 2, 3, { endLine: 2, endColumn: 6 })
const dbPlace = place(compose, 9, 3)
const inWeb = (file: string, line: number, layer: number): Place => place(file, line, 1, { in: 'web', layer })

const layer = (instruction: string): { place: Place; facts: Facts<(typeof image)['layers']['of']['rows']> } => {
  const at = place('manifest.json', 1, 1, { in: 'web' })
  return {
    place: at,
    facts: {
      digest: set(at, 'sha256:0'),
      diffId: set(at, 'sha256:0'),
      size: set(at, 1),
      instruction: set(at, instruction),
    },
  }
}
export const webImage: Image = {
  id: 'web',
  names: ['example.org/web:1.4'],
  target: 'web.tar',
  place: place('web.tar', 1, 1),
  facts: {
    ...blank(image, place('web.tar', 1, 1)),
    digest: set(place('web.tar', 1, 1), `sha256:${'ab'.repeat(32)}`),
    layers: set(place('web.tar', 1, 1), [
      layer('ADD rootfs.tar /'),
      layer('RUN apt-get install -y python3'),
      layer('COPY . /srv'),
      layer('RUN adduser --uid 0 app'),
    ]),
  },
  notices: [],
}

const subject = (
  id: string,
  dialect: string | undefined,
  where: Place,
  reference: string,
  imageId?: string,
): Subject => {
  const facts = blank(container, where)
  return {
    id,
    ...(dialect !== undefined && { dialect }),
    place: where,
    ...(imageId !== undefined && { imageId }),
    container: { ...facts, image: { ...facts.image, reference: set(where, reference) } },
    image: imageId === undefined ? blank(image, where, 'no image given') : webImage.facts,
    engine: blank(engine, where, 'no engine given'),
  }
}
const api = 'Deployment/default/api/api'
export const subjects: readonly Subject[] = [
  subject('web', 'compose', webPlace, 'example.org/web:1.4', 'web'),
  subject('db', 'compose', dbPlace, 'postgres:16'),
  subject('worker', 'compose', place(compose, 20, 3), 'example.org/web:1.4', 'web'),
  subject(api, 'kubernetes', place(pods, 12, 11), 'registry.example.org/api:2'),
]

export const finding = (
  ruleId: string,
  where: Place,
  message: string,
  subjectIds: readonly string[],
  because: readonly (readonly [field: string, fact: Fact<unknown>])[],
  rest: Partial<Finding> = {},
): Finding => ({
  rule: ruleId,
  outcome: 'fail',
  severity: rules.find(({ id }) => id === ruleId)?.severity ?? 'medium',
  message,
  place: where,
  because: because.map(([field, fact]) => ({ field, fact })),
  subjects: subjectIds,
  field: because[0]?.[0] ?? '',
  ...rest,
})

const privilegedAt = place(compose, 11, 5, { endLine: 11, endColumn: 21 })
const privileged = finding(
  'privileged',
  privilegedAt,
  'db runs privileged',
  ['db'],
  [['container.privileged', set(privilegedAt, true)]],
)
const covered = [
  finding(
    'seccomp-unconfined',
    privilegedAt,
    'db runs without a system-call filter',
    ['db'],
    [
      [
        'container.seccomp.kind',
        derived(privilegedAt, 'unconfined', 'privileged switches the filter off', [set(privilegedAt, true)]),
      ],
    ],
    { coveredBy: 'privileged' },
  ),
  finding(
    'host-device',
    privilegedAt,
    'db has every device of the host',
    ['db'],
    [['container.privileged', set(privilegedAt, true)]],
    {
      coveredBy: 'privileged',
    },
  ),
]
const rootUser = finding(
  'root-user',
  webPlace,
  'The first process of web is root (uid 0)',
  ['web', 'worker'],
  [
    [
      'container.user.uid',
      derived(webPlace, 0, "the image's user app has uid 0", [
        byDefault(webPlace, '', "compose is silent: the image's USER runs"),
        derived(place('config.json', 1, 1, { in: 'web' }), 'app', 'image USER app', []),
        set(inWeb('etc/passwd', 7, 3), 0),
      ]),
    ],
  ],
)
const secret = finding(
  'secret-in-environment',
  place(compose, 14, 7, { endLine: 14, endColumn: 33 }),
  'DB_PASSWORD of db is written out',
  ['db'],
  [['variable.value', set(place(compose, 14, 7), 'hunter2-very-secret')]],
  { field: 'container.environment', element: 'DB_PASSWORD' },
)
const memory = finding(
  'memory-unbounded',
  webPlace,
  'web has no memory limit',
  ['web'],
  [['container.resources.memory', byDefault(webPlace, 0, 'Docker sets no memory limit')]],
)
const setuid = finding(
  'setuid-file',
  inWeb('usr/local/bin/run helper', 1, 1),
  'usr/local/bin/run helper runs as root whoever starts it',
  ['web', 'worker'],
  [['file.setuid', set(inWeb('usr/local/bin/run helper', 1, 1), true)]],
  { field: 'image.setuid', element: 'usr/local/bin/run helper' },
)
const tag = finding(
  'image-tag-mutable',
  place(pods, 14, 18, { endLine: 14, endColumn: 44 }),
  'api runs registry.example.org/api:2, and the tag may move',
  [api],
  [['container.image.tag', set(place(pods, 14, 18), '2')]],
)
const open = (ruleId: string, subjectId: string, where: Place, field: string, fact: Fact<never>): Finding =>
  finding(ruleId, where, `${ruleId} is not known`, [subjectId], [[field, fact]], { outcome: 'open' })
const openOnes = [
  open('root-user', 'db', dbPlace, 'container.user.uid', unknown(dbPlace, 'no image given', 'image')),
  open(
    'root-user',
    api,
    place(pods, 12, 11),
    'container.user.uid',
    unknown(place(pods, 12, 11), 'no image given', 'image'),
  ),
  open('setuid-file', 'db', dbPlace, 'image.setuid', unknown(dbPlace, 'no image given', 'image')),
  open(
    'seccomp-unconfined',
    api,
    place(pods, 12, 11),
    'container.seccomp.kind',
    unknown(place(pods, 12, 11), 'unconfined unless the kubelet has seccompDefault', 'engine'),
  ),
  open(
    'memory-unbounded',
    'db',
    place(compose, 16, 16),
    'container.resources.memory',
    unknown(place(compose, 16, 16), '${DB_MEMORY} is not set', 'user'),
  ),
  open(
    'secret-in-environment',
    'worker',
    place(compose, 24, 7),
    'container.environment',
    unknown(place(compose, 24, 7), 'worker.env is not there', 'file'),
  ),
]
const healthcheck = finding(
  'healthcheck-missing',
  place(pods, 12, 11),
  'Nobody finds out when api stops answering',
  [api],
  [['container.health.check', byDefault(place(pods, 12, 11), false, 'Kubernetes has no health check of its own')]],
)

export const notices: readonly Notice[] = [
  {
    id: 'waiver-unused',
    place: place('plimsoll.yaml', 9, 5),
    message: 'Waiver of host-port matches nothing. It would hide a later finding unseen; remove it.',
    lost: false,
  },
  {
    id: 'archive-truncated',
    place: place('cache.tar', 1, 1),
    message: 'The archive ends inside layer 2, so what is above it was not looked at. Save the image again.',
    lost: true,
  },
]

/** One scan with something of everything; `rest` replaces parts of it. */
export const sampleResult = (rest: Partial<Result> = {}): Result => ({
  tool: { name: 'plimsoll', version: '0.1.0' },
  ignored: { files: 0, folders: 0 },
  targets: [
    { name: compose, kind: 'compose', containers: 3, images: 0 },
    { name: 'k8s', kind: 'kubernetes', containers: 1, images: 0 },
    { name: 'web.tar', kind: 'docker-archive', containers: 0, images: 1 },
    { name: 'k8s/service.yaml', kind: 'none', containers: 0, images: 0 },
  ],
  skipped: 3,
  subjects,
  images: [webImage],
  projects: [],
  grants: [],
  ways: [],
  rules,
  findings: [privileged, ...covered, rootUser, secret, memory, setuid, tag, ...openOnes],
  waived: [{ finding: healthcheck, reason: 'the load balancer checks it', place: place(pods, 12, 30) }],
  notices,
  policy: { name: 'default', threshold: 'high', unknown: 'tell' },
  verdict: 'block',
  blocking: [privileged, rootUser, secret],
  ...rest,
})
