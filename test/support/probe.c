/*
 * Tries system calls, each in a child of its own, and prints a line for each: the errno, 0 for success, or -signal.
 * cc -static -O1 -o probe probe.c ; arguments: NUMBER,A,B,C,D,E,F (x86_64's entry) or i:NUMBER,... (i386's, int 0x80)
 */
#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <sys/syscall.h>
#include <sys/wait.h>
#include <unistd.h>

static long i386(unsigned long *v) {
  long answer;
  __asm__ volatile("int $0x80"
                   : "=a"(answer)
                   : "a"(v[0]), "b"(v[1]), "c"(v[2]), "d"(v[3]), "S"(v[4]), "D"(v[5])
                   : "memory", "r8", "r9", "r10", "r11");
  return (int)answer;
}

static long native(unsigned long *v) {
  long answer;
  register unsigned long d __asm__("r10") = v[4], e __asm__("r8") = v[5], f __asm__("r9") = v[6];
  __asm__ volatile("syscall"
                   : "=a"(answer)
                   : "a"(v[0]), "D"(v[1]), "S"(v[2]), "d"(v[3]), "r"(d), "r"(e), "r"(f)
                   : "memory", "rcx", "r11");
  return answer;
}

int main(int argc, char **argv) {
  for (int i = 1; i < argc; i++) {
    char *at = argv[i];
    int by_i386 = at[0] == 'i';
    unsigned long v[7] = {0};
    if (by_i386) at += 2;
    for (int n = 0; n < 7; n++) {
      v[n] = strtoull(at, &at, 10);
      if (*at++ != ',') break;
    }
    pid_t child = fork();
    if (child < 0) return 1;
    if (child == 0) {
      long answer = by_i386 ? i386(v) : native(v);
      _exit(answer < 0 && answer > -4096 ? -answer : 0);
    }
    int status;
    if (waitpid(child, &status, 0) < 0) return 2;
    printf("%d\n", WIFSIGNALED(status) ? -WTERMSIG(status) : WEXITSTATUS(status));
  }
  return 0;
}
