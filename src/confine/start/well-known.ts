/**
 * What the programs of well-known images need of the kernel and of their file system before they serve anybody, as the images are
 * configured when they are pulled. Looked up 2026-11-21; an entry holds for every version of the image that is still supported.
 * Kept small on purpose: only what ends the program, only where its source says so.
 */
export interface WellKnown {
  /** What people call it. */
  readonly program: string
  /** Repositories on Docker Hub, `library/` for official images; their mirrors are known by `isMirror`. */
  readonly repositories: readonly string[]
  /** First words of the command with which the image runs it. */
  readonly commands: readonly string[]
  /** A variable that its image sets, and those that are built on it keep: then its settings may be others. */
  readonly variable: string
  /** Paths as links of the image resolve them. */
  readonly writes: readonly string[]
  /** VOLUME of the image. */
  readonly volumes: readonly string[]
  /** What its entrypoint needs as root to become another user; empty where nobody is root or it stays root. */
  readonly needs: readonly string[]
  /** A mount at or below one of these may change what it writes. */
  readonly settings: readonly string[]
  /** A word of the command that changes what it writes. */
  readonly moves: RegExp
  readonly source: string
}

export const WELL_KNOWN: readonly WellKnown[] = [
  {
    program: 'nginx',
    repositories: ['library/nginx'],
    commands: ['nginx', 'nginx-debug'],
    variable: 'NGINX_VERSION',
    // Makes its folders for temporary files, and nginx.pid.
    writes: ['/var/cache/nginx', '/run'],
    volumes: [],
    // The master gives those folders to user nginx, and its workers become that user.
    needs: ['CHOWN', 'SETGID', 'SETUID'],
    settings: ['/etc/nginx'],
    moves: /^-c$|^-c.|^-p|\bpid\b|_temp_path|\buser\b/,
    source: 'https://github.com/docker-library/docs/blob/master/nginx/content.md ("Running nginx in read-only mode")',
  },
  {
    program: 'nginx',
    repositories: ['nginxinc/nginx-unprivileged'],
    commands: ['nginx', 'nginx-debug'],
    variable: '',
    writes: ['/tmp'],
    volumes: [],
    needs: [],
    settings: ['/etc/nginx'],
    moves: /^-c$|^-c.|^-p|\bpid\b|_temp_path/,
    source: 'https://github.com/nginx/docker-nginx-unprivileged/blob/main/README.md',
  },
  {
    program: 'PostgreSQL',
    repositories: ['library/postgres'],
    commands: ['postgres'],
    variable: 'PGDATA',
    // Its Unix socket and the lock beside it.
    writes: ['/run/postgresql'],
    volumes: ['/var/lib/postgresql/data', '/var/lib/postgresql'],
    needs: ['SETGID', 'SETUID'],
    settings: ['/etc/postgresql'],
    moves: /unix_socket_directories|config_file|^-k/,
    source: 'https://github.com/docker-library/postgres/blob/master/docker-entrypoint.sh (exec gosu postgres)',
  },
  {
    program: 'MySQL',
    repositories: ['library/mysql'],
    commands: ['mysqld'],
    variable: 'MYSQL_MAJOR',
    // Its Unix socket, and InnoDB's temporary files.
    writes: ['/run/mysqld', '/tmp'],
    volumes: ['/var/lib/mysql'],
    needs: ['SETGID', 'SETUID'],
    settings: ['/etc/mysql', '/etc/my.cnf'],
    moves: /^--?(?:socket|tmpdir|defaults|innodb-tmpdir|pid-file|user)/,
    source: 'https://github.com/docker-library/mysql/blob/master/docker-entrypoint.sh (exec gosu mysql)',
  },
  {
    program: 'MariaDB',
    repositories: ['library/mariadb'],
    commands: ['mariadbd', 'mysqld'],
    variable: 'MARIADB_VERSION',
    writes: ['/run/mysqld', '/tmp'],
    volumes: ['/var/lib/mysql'],
    needs: ['SETGID', 'SETUID'],
    settings: ['/etc/mysql'],
    moves: /^--?(?:socket|tmpdir|defaults|innodb-tmpdir|pid-file|user)/,
    source: 'https://github.com/MariaDB/mariadb-docker/blob/master/docker-entrypoint.sh (exec gosu mysql)',
  },
  {
    program: 'Apache httpd',
    repositories: ['library/httpd'],
    commands: ['httpd-foreground'],
    variable: 'HTTPD_PREFIX',
    // httpd.pid (mpm_common, PidFile).
    writes: ['/usr/local/apache2/logs'],
    volumes: [],
    // Its children become User and Group, and end where they cannot (mod_unixd).
    needs: ['SETGID', 'SETUID'],
    settings: ['/usr/local/apache2/conf'],
    moves: /^-[cCfdD]/,
    source:
      'https://github.com/docker-library/httpd/blob/master/2.4/Dockerfile; https://httpd.apache.org/docs/2.4/mod/mpm_common.html#pidfile',
  },
  {
    program: 'MongoDB',
    repositories: ['library/mongo'],
    commands: ['mongod'],
    variable: 'MONGO_VERSION',
    // Its Unix socket.
    writes: ['/tmp'],
    volumes: ['/data/db', '/data/configdb'],
    needs: ['SETGID', 'SETUID'],
    settings: [],
    moves: /^--(?:config|nounixsocket|unixSocketPrefix|fork)|^-f$/,
    source:
      'https://github.com/docker-library/mongo/blob/master/docker-entrypoint.sh (exec gosu mongodb); https://www.mongodb.com/docs/manual/reference/configuration-options/#net.unixDomainSocket-options',
  },
]

/** Docker Hub, and registries that copy it under the same names. */
const MIRRORS: ReadonlyMap<string, string> = new Map([
  ['docker.io', ''],
  ['index.docker.io', ''],
  ['registry-1.docker.io', ''],
  ['mirror.gcr.io', ''],
  ['public.ecr.aws', 'docker/'],
])

/** Its own image, or a copy of it. */
export function wellKnown(registry: string, repository: string): WellKnown | undefined {
  const prefix = MIRRORS.get(registry)
  if (prefix === undefined || !repository.startsWith(prefix)) return undefined
  const name = repository.slice(prefix.length)
  return WELL_KNOWN.find(({ repositories }) => repositories.includes(name))
}
