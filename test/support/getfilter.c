/* Prints the seccomp filters of a process, newest first, one instruction a line: code jt jf k; a blank line between filters.
 * ptrace(2), PTRACE_SECCOMP_GET_FILTER: wants CAP_SYS_ADMIN and CONFIG_CHECKPOINT_RESTORE. */
#include <errno.h>
#include <linux/filter.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/ptrace.h>
#include <sys/wait.h>
#ifndef PTRACE_SECCOMP_GET_FILTER
#define PTRACE_SECCOMP_GET_FILTER 0x420c
#endif
int main(int argc, char **argv) {
  pid_t pid = argc > 1 ? atoi(argv[1]) : 0;
  if (ptrace(PTRACE_ATTACH, pid, 0, 0) != 0) { fprintf(stderr, "attach: %s\n", strerror(errno)); return 2; }
  waitpid(pid, NULL, __WALL);
  int status = 0;
  for (unsigned long index = 0; index < 16; index++) {
    static struct sock_filter program[32768];
    long length = ptrace(PTRACE_SECCOMP_GET_FILTER, pid, (void *)index, program);
    if (length < 0) {
      if (errno != ENOENT) { fprintf(stderr, "get: %s\n", strerror(errno)); status = 2; }
      break;
    }
    for (long at = 0; at < length; at++)
      printf("%u %u %u %u\n", program[at].code, program[at].jt, program[at].jf, program[at].k);
    printf("\n");
  }
  ptrace(PTRACE_DETACH, pid, 0, 0);
  return status;
}
