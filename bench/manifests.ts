/** A folder of manifests: real ones of ../shared/corpora where they are, else written ones; repeated until there are enough. */
import { copyFileSync, existsSync, mkdirSync, readdirSync, readFileSync, statSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'

const corpora = new URL('../../shared/corpora/', import.meta.url).pathname

/** Returns what they were taken from. */
export function manifests(folder: string, count: number): string {
  mkdirSync(folder, { recursive: true })
  const real = ['k8s-real', 'compose-real'].flatMap((name) => yamlBelow(join(corpora, name, 'data')))
  for (let index = 0; index < count; index++) {
    const to = join(folder, `${String(index).padStart(4, '0')}.yaml`)
    const from = real[index % real.length]
    if (from === undefined) writeFileSync(to, written(index))
    else copyFileSync(from, to)
  }
  return real.length > 0
    ? `${real.length} of k8s-real and compose-real, repeated`
    : 'written, as ../shared/corpora is absent'
}

/** Those that hold containers, as far as a word can tell; a Service would cost next to nothing. */
function yamlBelow(folder: string): string[] {
  if (!existsSync(folder)) return []
  return readdirSync(folder, { recursive: true, encoding: 'utf8' })
    .filter((name) => /\.ya?ml$/.test(name))
    .sort()
    .map((name) => join(folder, name))
    .filter((path) => statSync(path).isFile() && /^\s*(containers|services):/m.test(readFileSync(path, 'utf8')))
}

const written = (index: number): string => `apiVersion: apps/v1
kind: Deployment
metadata: { name: web-${index}, labels: { app: web } }
spec:
  replicas: 3
  selector: { matchLabels: { app: web } }
  template:
    metadata: { labels: { app: web } }
    spec:
      securityContext: { runAsNonRoot: ${index % 2 === 0} }
      containers:
        - name: web
          image: registry.example.org/team/web:${index}
          ports: [{ containerPort: 8080 }]
          env: [{ name: MODE, value: production }]
          resources: { limits: { memory: 256Mi, cpu: 500m } }
          securityContext:
            privileged: ${index % 10 === 0}
            capabilities: { drop: [ALL] }
          volumeMounts: [{ name: data, mountPath: /data }]
      volumes:
        - name: data
          hostPath: { path: /srv/data }
`
