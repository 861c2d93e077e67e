// SPDX-License-Identifier: EUPL-1.2
#include "cmd/demo_client.h"

#include <arpa/inet.h>
#include <netinet/in.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/socket.h>
#include <sys/time.h>
#include <unistd.h>

static int connect_here(uint16_t port) {
    int fd = socket(AF_INET, SOCK_STREAM | SOCK_CLOEXEC, 0);
    struct timeval patience = {.tv_sec = 20};
    struct sockaddr_in here = {
        .sin_family = AF_INET, .sin_port = htons(port), .sin_addr.s_addr = htonl(INADDR_LOOPBACK)};
    if (fd >= 0 && setsockopt(fd, SOL_SOCKET, SO_RCVTIMEO, &patience, sizeof patience) == 0 &&
        connect(fd, (struct sockaddr *)&here, sizeof here) == 0) {
        return fd;
    }
    if (fd >= 0) {
        close(fd);
    }
    return -1;
}

static void head_write(buffer *out, uint16_t port, const demo_request *r) {
    buffer_printf(out, "%s %s HTTP/1.1\r\nHost: 127.0.0.1:%u\r\nConnection: close\r\nContent-Length: %zu\r\n",
                  r->method, r->path, port, r->body.len);
    if (r->type != NULL) {
        buffer_printf(out, "Content-Type: %s\r\n", r->type);
    }
    if (r->token != NULL) {
        buffer_printf(out, "Authorization: Bearer %s\r\n", r->token);
    }
    buffer_add(out, "\r\n");
}

static bool send_all(int fd, const char *bytes, size_t len) {
    while (len > 0) {
        ssize_t sent = send(fd, bytes, len, MSG_NOSIGNAL);
        if (sent <= 0) {
            return false;
        }
        bytes += sent;
        len -= (size_t)sent;
    }
    return true;
}

static void read_all(int fd, buffer *out) {
    char part[8192];
    for (ssize_t len; (len = recv(fd, part, sizeof part, 0)) > 0;) {
        buffer_append(out, part, (size_t)len);
    }
}

int demo_client_send(uint16_t port, const demo_request *request, buffer *answer) {
    buffer_clear(answer);
    int fd = connect_here(port), code = 0;
    if (fd < 0) {
        return 0;
    }
    buffer out = {0}, in = {0};
    head_write(&out, port, request);
    buffer_append(&out, request->body.ptr, request->body.len);
    if (send_all(fd, out.ptr, out.len)) {
        read_all(fd, &in);
    }
    close(fd);
    const char *body = in.len > 0 ? strstr(in.ptr, "\r\n\r\n") : NULL;
    if (body != NULL && strncmp(in.ptr, "HTTP/1.1 ", 9) == 0) {
        code = atoi(in.ptr + 9);
        body += 4;
        buffer_append(answer, body, in.len - (size_t)(body - in.ptr));
    }
    buffer_free(&out);
    buffer_free(&in);
    return code;
}
