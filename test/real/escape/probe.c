/* What a way out does that no program of busybox does. Built statically, run in containers of the test's own and on the host. */
#define _GNU_SOURCE
#include <arpa/inet.h>
#include <fcntl.h>
#include <stddef.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/socket.h>
#include <sys/stat.h>
#include <sys/un.h>
#include <unistd.h>

static int fail(const char *what) {
  perror(what);
  return 1;
}

static int pass_on(int from) {
  char buffer[4096];
  ssize_t n;
  while ((n = read(from, buffer, sizeof buffer)) > 0)
    if (write(1, buffer, (size_t)n) < 0) return fail("write");
  return n < 0 ? fail("read") : 0;
}

/* unix PATH, abstract NAME: what stands on standard input is sent, what comes back printed. */
static int talk(const char *name, int abstract) {
  struct sockaddr_un address = {.sun_family = AF_UNIX};
  size_t length = strlen(name);
  if (length + 2 > sizeof address.sun_path) return 2;
  memcpy(address.sun_path + abstract, name, length);
  socklen_t size = (socklen_t)(offsetof(struct sockaddr_un, sun_path) + length + (size_t)abstract);
  int fd = socket(AF_UNIX, SOCK_STREAM, 0);
  if (fd < 0 || connect(fd, (struct sockaddr *)&address, abstract ? size : sizeof address) < 0) return fail("connect");
  char buffer[4096];
  ssize_t n;
  while ((n = read(0, buffer, sizeof buffer)) > 0)
    if (write(fd, buffer, (size_t)n) < 0) return fail("send");
  return pass_on(fd);
}

/* loopback PORT: prints what comes. (busybox's own programs need libraries to look 127.0.0.1 up.) */
static int loopback(const char *port) {
  struct sockaddr_in address = {.sin_family = AF_INET, .sin_port = htons((unsigned short)atoi(port))};
  address.sin_addr.s_addr = htonl(INADDR_LOOPBACK);
  int fd = socket(AF_INET, SOCK_STREAM, 0);
  if (fd < 0 || connect(fd, (struct sockaddr *)&address, sizeof address) < 0) return fail("connect");
  return pass_on(fd);
}

static struct file_handle *room(void) {
  struct file_handle *handle = calloc(1, sizeof *handle + MAX_HANDLE_SZ);
  if (handle) handle->handle_bytes = MAX_HANDLE_SZ;
  return handle;
}
/* handle-of FILE: its type and bytes. */
static int handle_of(const char *path) {
  struct file_handle *handle = room();
  int mount;
  if (!handle || name_to_handle_at(AT_FDCWD, path, handle, &mount, 0) < 0) return fail("name_to_handle_at");
  printf("%d ", handle->handle_type);
  for (unsigned i = 0; i < handle->handle_bytes; i++) printf("%02x", handle->f_handle[i]);
  printf("\n");
  return 0;
}
/* by-handle PLACE TYPE BYTES: prints the file, which lies on the disk that PLACE is on. */
static int by_handle(const char *place, const char *type, const char *hex) {
  struct file_handle *handle = room();
  int at = open(place, O_RDONLY);
  if (!handle || at < 0) return fail("open");
  handle->handle_type = atoi(type);
  handle->handle_bytes = (unsigned)(strlen(hex) / 2);
  for (unsigned i = 0; i < handle->handle_bytes && i < MAX_HANDLE_SZ; i++) {
    unsigned byte;
    if (sscanf(hex + 2 * i, "%2x", &byte) != 1) return 2;
    handle->f_handle[i] = (unsigned char)byte;
  }
  int fd = open_by_handle_at(at, handle, O_RDONLY);
  return fd < 0 ? fail("open_by_handle_at") : pass_on(fd);
}
/* up PROGRAM...: what a careless setuid program does. */
static int up(char **words) {
  if (setgid(0) < 0 || setuid(0) < 0) return fail("setuid");
  execv(words[0], words);
  return fail("execv");
}

int main(int count, char **words) {
  if (count >= 3 && !strcmp(words[1], "unix")) return talk(words[2], 0);
  if (count >= 3 && !strcmp(words[1], "abstract")) return talk(words[2], 1);
  if (count >= 3 && !strcmp(words[1], "loopback")) return loopback(words[2]);
  if (count >= 3 && !strcmp(words[1], "handle-of")) return handle_of(words[2]);
  if (count >= 5 && !strcmp(words[1], "by-handle")) return by_handle(words[2], words[3], words[4]);
  /* Asks only: nothing is opened, nothing is written. */
  if (count >= 3 && !strcmp(words[1], "writable")) return access(words[2], W_OK) < 0 ? fail("access") : 0;
  if (count >= 3 && !strcmp(words[1], "up")) return up(words + 2);
  return 2;
}
