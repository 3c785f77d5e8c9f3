/** Databases, caches and brokers. */
import { lone, type Classifier } from './classifier.ts'

export const databases: readonly Classifier[] = [
  ...redisLike(
    'redis',
    ['redis-server', 'redis-cli', 'redis-sentinel', 'redis-benchmark', 'redis-check-rdb', 'redis-check-aof'],
    'redis_version',
    'Debian redis-tools',
  ),
  ...redisLike(
    'valkey',
    ['valkey-server', 'valkey-cli', 'valkey-sentinel', 'valkey-benchmark', 'valkey-check-rdb', 'valkey-check-aof'],
    'valkey_version',
    'untested: no package; the source is that of redis: github.com/valkey-io/valkey src/server.c genValkeyInfoString, src/release.c',
  ),
  ...redisLike(
    'keydb',
    ['keydb-server', 'keydb-cli', 'keydb-sentinel', 'keydb-benchmark'],
    'keydb',
    'untested: no package; the source is that of redis: github.com/Snapchat/KeyDB src/server.cpp genRedisInfoString, src/release.c',
  ),
  {
    name: 'memcached',
    files: ['memcached'],
    literals: ['\0memcached '],
    pattern: /^\0memcached (\d+\.\d+\.\d+)/,
    seen: 'Debian memcached',
  },
  {
    name: 'postgresql',
    files: ['postgres', 'psql', 'pg_dump', 'pg_restore', 'pg_ctl', 'initdb', 'pg_basebackup', 'pg_isready'],
    literals: [' (PostgreSQL) '],
    pattern: /^ \(PostgreSQL\) (\d+(?:\.\d+){1,2}|\d+(?:beta|rc|devel)\d*)/,
    seen: 'Debian postgresql-client-15',
  },
  {
    name: 'pgbouncer',
    files: ['pgbouncer'],
    literals: ['\0PgBouncer '],
    pattern: /^\0PgBouncer (\d+\.\d+\.\d+)/,
    seen: 'Debian pgbouncer',
  },
  {
    name: 'mariadb',
    files: ['mariadbd', 'mysqld', 'mariadb', 'mysql', 'mariadb-dump', 'mysqldump', 'mariadb-admin', 'mysqladmin'],
    literals: ['-MariaDB'],
    before: 16,
    pattern: /\0(\d+\.\d+\.\d+)-MariaDB/,
    seen: 'Debian mariadb-client-core',
  },
  {
    name: 'mysql',
    files: ['mysqld', 'mysql', 'mysqldump', 'mysqladmin'],
    // Paths of sources in messages of asserts and logs; MariaDB's are called mariadb-.
    literals: ['/mysql-'],
    pattern: /^\/mysql-((?:[5689]|1\d)\.\d+\.\d+)\//,
    seen: 'untested: no package; github.com/mysql/mysql-server: names of sources in log messages (__FILE__) of release builds',
  },
  {
    name: 'mongodb',
    files: ['mongod', 'mongos', 'mongo'],
    literals: ['\x003.', '\x004.', '\x005.', '\x006.', '\x007.', '\x008.'],
    pattern: /^\0(\d+\.\d+\.\d+(?:-rc\d+)?)\0(?=[0-9a-f]{40}\0)/,
    requires: 'mongodb',
    seen: 'untested: no package; github.com/mongodb/mongo src/mongo/util/version_constants.h.in: version, then the hash of the commit',
  },
  {
    name: 'sqlite',
    files: ['sqlite3', 'libsqlite3'],
    literals: ['\x003.'],
    pattern: lone(String.raw`3\.\d+\.\d+(?:\.\d+)?`),
    requires: 'SQLite format 3',
    seen: 'Debian libsqlite3-0',
  },
  {
    name: 'openldap',
    files: ['slapd', 'ldapsearch'],
    literals: ['@(#) $OpenLDAP: '],
    pattern: /^@\(#\) \$OpenLDAP: \w+ (\d+\.\d+\.\d+)/,
    seen: 'Debian slapd',
  },
  {
    name: 'mosquitto',
    files: ['mosquitto'],
    literals: ['\0mosquitto version %s'],
    before: 16,
    pattern: /\0(\d+\.\d+\.\d+)\0mosquitto version %s/,
    seen: 'Debian mosquitto',
  },
]

/** Redis and what grew from it: the version stands beside the atomics that the server was built with, and, last, before who built it. */
function redisLike(name: string, files: readonly string[], requires: string, seen: string): readonly Classifier[] {
  return [
    {
      name,
      files,
      literals: ['\0c11-builtin\0', '\0atomic-builtin\0', '\0sync-builtin\0'],
      before: 24,
      pattern: /\0(\d+\.\d+\.\d+(?:-[\w.]+)?)\0(?:c11|atomic|sync)-builtin\0/,
      seen,
    },
    {
      name,
      files,
      literals: [' (git:%s'],
      before: 32,
      pattern: /\0(\d+\.\d+\.\d+(?:-[\w.]+)?)\0 \(git:%s/,
      seen,
    },
    {
      name,
      files,
      literals: ['0\0%llx'],
      before: 160,
      // REDIS_BUILD_ID_RAW: version, host and second of the build, whether it was dirty, and the commit.
      pattern: /\0(\d+\.\d+\.\d+?)(?:[A-Za-z][\w.-]*|[0-9a-f]{12})-\d{10}\d*[0-9a-f]{8}\0%llx/,
      requires,
      seen,
    },
  ]
}
