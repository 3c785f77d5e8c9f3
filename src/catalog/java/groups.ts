/**
 * Groups of well-known artifacts whose archives do not tell theirs: their builds write no Maven properties. Names as on Maven Central
 * (central.sonatype.com), the first row that fits counts.
 */
const GROUPS: readonly (readonly [artifact: RegExp, group: string])[] = [
  [/^spring-boot(?:-|$)/, 'org.springframework.boot'],
  [/^spring-security-/, 'org.springframework.security'],
  [/^spring-data-/, 'org.springframework.data'],
  [/^spring-cloud-/, 'org.springframework.cloud'],
  [/^spring-session-/, 'org.springframework.session'],
  [/^spring-integration-/, 'org.springframework.integration'],
  [/^spring-batch-/, 'org.springframework.batch'],
  [/^spring-kafka(?:-test)?$/, 'org.springframework.kafka'],
  [/^spring-(?:amqp|rabbit)$/, 'org.springframework.amqp'],
  [/^spring-retry$/, 'org.springframework.retry'],
  [
    /^spring-(?:aop|aspects|beans|context|context-indexer|context-support|core|core-test|expression|instrument|jcl|jdbc|jms|messaging|orm|oxm|r2dbc|test|tx|web|webflux|webmvc|webmvc-portlet|websocket)$/,
    'org.springframework',
  ],
  [/^okhttp$|^okhttp-/, 'com.squareup.okhttp3'],
  [/^okio(?:-jvm)?$/, 'com.squareup.okio'],
  [/^retrofit$/, 'com.squareup.retrofit2'],
  [/^kotlin-(?:stdlib|reflect|script|test)/, 'org.jetbrains.kotlin'],
  [/^kotlinx-/, 'org.jetbrains.kotlinx'],
  [/^micrometer-(?:core|commons|observation|registry)/, 'io.micrometer'],
  [/^reactor-core$/, 'io.projectreactor'],
  [/^reactor-netty(?:-|$)/, 'io.projectreactor.netty'],
  [/^reactive-streams$/, 'org.reactivestreams'],
  [/^kafka-clients$|^kafka-streams$|^kafka_2\./, 'org.apache.kafka'],
  [/^lz4-java$/, 'org.lz4'],
  [/^checker-qual$/, 'org.checkerframework'],
  [/^asm(?:-(?:tree|util|commons|analysis))?$/, 'org.ow2.asm'],
  [/^jna(?:-platform)?$/, 'net.java.dev.jna'],
  [/^libthrift$/, 'org.apache.thrift'],
  [/^armeria$/, 'com.linecorp.armeria'],
  [/^tomcat-embed-/, 'org.apache.tomcat.embed'],
  [/^tomcat-/, 'org.apache.tomcat'],
  [/^mysql-connector-java$/, 'mysql'],
  [/^mysql-connector-j$/, 'com.mysql'],
  [/^junit-jupiter/, 'org.junit.jupiter'],
  [/^junit-platform/, 'org.junit.platform'],
  [/^hibernate-core$/, 'org.hibernate'],
  [/^byte-buddy(?:-agent)?$/, 'net.bytebuddy'],
  [/^scala-(?:library|reflect|compiler)$/, 'org.scala-lang'],
  [/^log4j$/, 'log4j'],
]

export const groupOfArtifact = (artifact: string): string | undefined =>
  GROUPS.find(([pattern]) => pattern.test(artifact))?.[1]
