/** Text files in which a language or an application says which version of it a folder holds. */

export interface Runtime {
  /** Name in the package URL `pkg:generic/NAME@VERSION`. */
  readonly name: string
  /** The end of the file's path. Of several with one path the first that matches counts. */
  readonly path: string
  /** Its first match says the version, in group 1 where `shown` does not say otherwise. Lines are short: it never looks over one's end. */
  readonly pattern: RegExp
  readonly shown?: (found: RegExpExecArray) => string
  /** What the text must hold too. */
  readonly requires?: RegExp
  /** The real thing on which it was seen to work, or where the pattern comes from. */
  readonly seen: string
}

export const runtimes: readonly Runtime[] = [
  {
    name: 'graalvm',
    path: 'release',
    pattern: /^GRAALVM_VERSION="?(\d+(?:\.\d+)+(?:-\w+)?)"?\r?$/m,
    requires: /^JAVA_VERSION=/m,
    seen: 'untested: no package; github.com/oracle/graal substratevm, sdk/mx.sdk/mx_sdk_vm_impl.py (release file)',
  },
  {
    name: 'openjdk',
    path: 'release',
    // JEP 223; a distribution's own suffix (`-LTS`, `-2-Debian`) is no part of it. Before Java 9 `1.8.0_392-b08`.
    pattern: /^JAVA_RUNTIME_VERSION="(\d+(?:\.\d+)*(?:_\d+)?(?:\+\d+|-b\d+)?)/m,
    requires: /^JAVA_VERSION="/m,
    seen: 'machine /usr/lib/jvm/*/release',
  },
  {
    name: 'openjdk',
    path: 'release',
    pattern: /^JAVA_VERSION="(\d+(?:\.\d+)*(?:_\d+)?)"\r?$/m,
    seen: 'untested: Java 8 and before; JDK-6964470 (release file)',
  },
  {
    name: 'go',
    path: 'go/VERSION',
    pattern: /^go(\d+\.\d+(?:\.\d+)?(?:(?:rc|beta)\d+)?)\r?\n?/,
    seen: 'machine /usr/local/go/VERSION',
  },
  {
    name: 'erlang',
    path: 'OTP_VERSION',
    pattern: /^(\d+(?:\.\d+)+(?:-rc\d+)?)(?:\*\*)?\s*$/,
    seen: 'Debian erlang-base',
  },
  {
    name: 'julia',
    path: 'include/julia/julia_version.h',
    pattern: /^#define JULIA_VERSION_STRING "(\d+\.\d+\.\d+(?:-[\w.+]+)?)"/m,
    seen: 'untested: no package; github.com/JuliaLang/julia src/Makefile (julia_version.h)',
  },
  {
    name: 'dart',
    path: 'dart-sdk/version',
    pattern: /^(\d+\.\d+\.\d+(?:-[\w.]+)?)\s*$/,
    seen: 'untested: no package; github.com/dart-lang/sdk sdk/BUILD.gn (write_version_file)',
  },
  {
    name: 'firefox',
    path: 'application.ini',
    pattern: /^Version=(\d+(?:\.\d+)*(?:[ab]\d+|esr)?)\r?$/m,
    requires: /^Name=Firefox\r?$/m,
    seen: 'untested: large; github.com/mozilla/gecko-dev build/application.ini.in',
  },
  {
    name: 'thunderbird',
    path: 'application.ini',
    pattern: /^Version=(\d+(?:\.\d+)*(?:[ab]\d+|esr)?)\r?$/m,
    requires: /^Name=Thunderbird\r?$/m,
    seen: 'untested: large; github.com/mozilla/gecko-dev build/application.ini.in',
  },
  {
    name: 'wordpress',
    path: 'wp-includes/version.php',
    pattern: /^\$wp_version\s{0,9}=\s{0,9}'(\d+\.\d+(?:\.\d+)?(?:-[\w.-]+)?)';/m,
    seen: 'Debian wordpress',
  },
  {
    name: 'drupal',
    path: 'core/lib/Drupal.php',
    pattern: /^ {0,8}const VERSION = '(\d+\.\d+(?:\.\d+)?(?:-[\w.]+)?)';/m,
    seen: 'untested: no package; github.com/drupal/drupal core/lib/Drupal.php',
  },
  {
    name: 'mediawiki',
    path: 'includes/Defines.php',
    pattern: /^define\( ?'MW_VERSION', '(\d+\.\d+\.\d+(?:-[\w.]+)?)' ?\);/m,
    seen: 'Debian mediawiki',
  },
  {
    name: 'nextcloud',
    path: 'version.php',
    pattern: /^\$OC_VersionString = '(\d+(?:\.\d+)+(?: \w+)*)';/m,
    requires: /^\$vendor = 'nextcloud';/m,
    seen: 'untested: no package; github.com/nextcloud/server version.php',
  },
]
