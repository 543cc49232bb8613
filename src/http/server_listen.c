/* SPDX-License-Identifier: MIT */
/*
 * Listening sockets. SO_REUSEPORT lets every redirect thread have its own queue, but it would also let a second daemon
 * of the same user share a taken port and steal half of the visitors. So the address is first bound without it: that
 * fails when anybody listens there.
 */
#include <errno.h>
#include <netdb.h>
#include <netinet/in.h>
#include <netinet/tcp.h>
#include <sys/socket.h>
#include <unistd.h>

#include "linkpond/base/host.h"
#include "server_private.h"

#define LISTEN_BACKLOG 1024
/* Redirect threads are given a connection when its request is there, or after this long without one: it is accepted,
 * read and answered in one go, and never waited for. A fresh connection costs a fifth less so. */
#define DEFER_SECONDS 1
/* Their answers are one segment each, so how a stream is paced does not matter to them; a system that paces all streams
 * (bbr, as many servers are set up) lets every answer pay for it. Every Linux has reno, and lets everybody use it. */
#define CONGESTION "reno"

static enum err bind_fault(int error, const char *where, struct fault *fault)
{
    if (error == EADDRINUSE) {
        return fault_setf(fault, ERR_BUSY, "listen", "in_use", "Somebody else listens on %s.", where);
    }
    if (error == EACCES || error == EPERM) {
        return fault_setf(fault, ERR_FORBIDDEN, "listen", "not_allowed", "This user may not listen on %s.", where);
    }
    return fault_setf(fault, ERR_INVALID, "listen", "cannot_bind", "Cannot listen on %s: %s.", where,
                      strerrordesc_np(error));
}

/* "HOST:PORT" or "[::1]:PORT" to a socket address. */
static enum err resolve(const char *where, struct sockaddr_storage *address, socklen_t *len, struct fault *fault)
{
    char host[HOST_TEXT_MAX];
    const char *colon = strrchr(where, ':');
    size_t host_len = colon ? (size_t)(colon - where) : 0;
    uint64_t port;
    if (!colon || host_len >= sizeof host || !str_to_u64(str_from_c(colon + 1), &port) || port > 65535) {
        return fault_setf(fault, ERR_INVALID, "listen", "not_an_address", "%s is not HOST:PORT.", where);
    }
    const char *from = where;
    if (host_len >= 2 && where[0] == '[' && where[host_len - 1] == ']') {
        from++;
        host_len -= 2;
    }
    memcpy(host, from, host_len);
    host[host_len] = '\0';
    const struct addrinfo hints = {.ai_family = AF_UNSPEC, .ai_socktype = SOCK_STREAM, .ai_flags = AI_PASSIVE};
    struct addrinfo *found = NULL;
    int error = getaddrinfo(host_len > 0 ? host : NULL, colon + 1, &hints, &found);
    if (error != 0 || !found) {
        return fault_setf(fault, ERR_INVALID, "listen", "not_an_address", "%s: %s.", where, gai_strerror(error));
    }
    memcpy(address, found->ai_addr, found->ai_addrlen);
    *len = found->ai_addrlen;
    freeaddrinfo(found);
    return OK;
}

static int bound_socket(const struct sockaddr_storage *address, socklen_t len, bool shared)
{
    int fd = socket(address->ss_family, SOCK_STREAM | SOCK_NONBLOCK | SOCK_CLOEXEC, 0);
    const int on = 1, defer_s = DEFER_SECONDS;
    if (fd < 0) {
        return -1;
    }
    if (setsockopt(fd, SOL_SOCKET, SO_REUSEADDR, &on, sizeof on) == 0 &&
        (!shared || setsockopt(fd, SOL_SOCKET, SO_REUSEPORT, &on, sizeof on) == 0) &&
        bind(fd, (const struct sockaddr *)address, len) == 0) {
        if (shared) { /* a system without them hands connections over at once, and paces what it sends */
            setsockopt(fd, IPPROTO_TCP, TCP_DEFER_ACCEPT, &defer_s, sizeof defer_s);
            setsockopt(fd, IPPROTO_TCP, TCP_CONGESTION, CONGESTION, sizeof CONGESTION - 1);
        }
        return fd;
    }
    int error = errno;
    close(fd);
    errno = error;
    return -1;
}

static unsigned port_of(const struct sockaddr_storage *address)
{
    /* NOLINTNEXTLINE(clang-analyzer-core.CallAndMessage): whoever asks had it filled by the system */
    return ntohs(address->ss_family == AF_INET6 ? ((const struct sockaddr_in6 *)address)->sin6_port
                                                : ((const struct sockaddr_in *)address)->sin_port);
}

static void format_url(const struct sockaddr_storage *address, char url[LISTEN_URL_MAX])
{
    struct addr addr = {{0}};
    char text[ADDR_TEXT_MAX];
    addr_from_sockaddr((const struct sockaddr *)address, &addr);
    str shown = addr_format(&addr, text);
    bool brackets = address->ss_family == AF_INET6 && !addr_is_v4(&addr);
    snprintf(url, LISTEN_URL_MAX, brackets ? "http://[" STR_FMT "]:%u" : "http://" STR_FMT ":%u", STR_ARG(shown),
             port_of(address));
}

/* Is the address free? A port that the system is to choose is. */
static bool is_free(const struct sockaddr_storage *address, socklen_t len)
{
    if (port_of(address) == 0) {
        return true;
    }
    int fd = bound_socket(address, len, false);
    if (fd < 0) {
        return false;
    }
    close(fd);
    return true;
}

enum err listen_open(const char *where, bool shared, unsigned count, int *fds, char url[LISTEN_URL_MAX],
                     struct fault *fault)
{
    struct sockaddr_storage address = {0};
    socklen_t len = sizeof address;
    enum err err = resolve(where, &address, &len, fault);
    if (err != OK) {
        return err;
    }
    unsigned opened = 0;
    if (shared && !is_free(&address, len)) {
        goto failed;
    }
    for (; opened < count; opened++) {
        fds[opened] = bound_socket(&address, len, shared);
        if (fds[opened] < 0) {
            goto failed;
        }
        socklen_t room = sizeof address;
        if (listen(fds[opened], LISTEN_BACKLOG) != 0 ||
            getsockname(fds[opened], (struct sockaddr *)&address, &room) != 0) {
            opened++;
            goto failed;
        }
    }
    format_url(&address, url);
    return OK;

failed:
    err = bind_fault(errno, where, fault);
    while (opened > 0) {
        close(fds[--opened]);
    }
    return err;
}
