/*
 * Makes filters with libseccomp the way runc does (libcontainer/seccomp/seccomp_linux.go) and prints them.
 * cc -O1 -o libseccomp libseccomp.c -lseccomp
 *
 * Without arguments, reads profiles from stdin, a line each thing, and answers a line for each profile:
 *   default VALUE              starts a profile; VALUE is what the filter returns, as seccomp.h's SCMP_ACT_* have it
 *   arch NAME                  libseccomp's name; the first one replaces the machine's own
 *   optimize                   a binary tree, as runc has it for more than 32 calls
 *   rule VALUE CALL N {INDEX OPERATOR A B}*N
 *   end
 * Answer: `HEX REFUSED...`: the program as the kernel takes it and, counted from 0, the rules that libseccomp refused;
 * `hung` or `died` where libseccomp did not come back.
 * With `known`, reads names and prints those that libseccomp knows.
 */
#define _GNU_SOURCE
#include <errno.h>
#include <seccomp.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/mman.h>
#include <sys/wait.h>
#include <unistd.h>

static char line[1 << 16];

static int known(void) {
  while (fgets(line, sizeof line, stdin)) {
    line[strcspn(line, "\n")] = 0;
    if (seccomp_syscall_resolve_name(line) != __NR_SCMP_ERROR) puts(line);
  }
  return 0;
}

static void print_program(scmp_filter_ctx ctx) {
  static unsigned char bytes[1 << 20];
  int fd = memfd_create("bpf", 0);
  if (seccomp_export_bpf(ctx, fd) < 0) {
    printf("-");
    return;
  }
  ssize_t size = pread(fd, bytes, sizeof bytes, 0);
  for (ssize_t i = 0; i < size; i++) printf("%02x", bytes[i]);
  close(fd);
}

static char *text;
static size_t size, space;

static void keep(void) {
  size_t more = strlen(line) + 1;
  while (size + more > space) text = realloc(text, space = space ? 2 * space : 1 << 16);
  memcpy(text + size, line, more);
  size += more;
}

/* In a process of its own: libseccomp does not come back from some rules. */
static void one(void) {
  scmp_filter_ctx ctx = NULL;
  int archs = 0, rules = 0, refused[1024], count = 0;
  alarm(2);
  for (char *here = text; here < text + size; here += strlen(here) + 1) {
    char word[64], call[128];
    unsigned value;
    int n, used;
    if (sscanf(here, "default %u", &value) == 1) {
      ctx = seccomp_init(value);
      if (!ctx) exit(3);
    } else if (sscanf(here, "arch %63s", word) == 1) {
      uint32_t token = seccomp_arch_resolve_name(word);
      if (archs++ == 0 && token != seccomp_arch_native() && seccomp_arch_remove(ctx, SCMP_ARCH_NATIVE) < 0) exit(4);
      int rc = seccomp_arch_add(ctx, token);
      if (rc < 0 && rc != -EEXIST) exit(5);
    } else if (strncmp(here, "optimize", 8) == 0) {
      seccomp_attr_set(ctx, SCMP_FLTATR_CTL_OPTIMIZE, 2);
    } else if (sscanf(here, "rule %u %127s %d%n", &value, call, &n, &used) == 3) {
      struct scmp_arg_cmp args[6];
      char *rest = here + used;
      for (int i = 0; i < n && i < 6; i++) {
        args[i].arg = strtoul(rest, &rest, 10);
        args[i].op = strtoul(rest, &rest, 10);
        args[i].datum_a = strtoull(rest, &rest, 10);
        args[i].datum_b = strtoull(rest, &rest, 10);
      }
      int number = seccomp_syscall_resolve_name(call);
      if (number != __NR_SCMP_ERROR && seccomp_rule_add_array(ctx, value, number, n, args) < 0 && count < 1024)
        refused[count++] = rules;
      rules++;
    }
  }
  print_program(ctx);
  for (int i = 0; i < count; i++) printf(" %d", refused[i]);
  printf("\n");
  fflush(stdout);
  _exit(0);
}

int main(int argc, char **argv) {
  if (argc > 1 && strcmp(argv[1], "known") == 0) return known();
  while (fgets(line, sizeof line, stdin)) {
    if (strncmp(line, "end", 3) != 0) {
      keep();
      continue;
    }
    fflush(stdout);
    pid_t child = fork();
    if (child == 0) one();
    int status;
    waitpid(child, &status, 0);
    if (WIFSIGNALED(status)) printf(WTERMSIG(status) == 14 ? "hung\n" : "died\n");
    else if (WEXITSTATUS(status) != 0) printf("failed %d\n", WEXITSTATUS(status));
    size = 0;
  }
  return 0;
}
