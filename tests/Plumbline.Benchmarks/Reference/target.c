// What the probers connect to: accepts, sends nothing, and closes when the peer has closed.
// usage: target PORT
#define _GNU_SOURCE
#include <arpa/inet.h>
#include <netinet/in.h>
#include <stdio.h>
#include <stdlib.h>
#include <sys/epoll.h>
#include <sys/resource.h>
#include <sys/socket.h>
#include <unistd.h>

int main(int count, char **arguments) {
    if (count != 2)
        return 2;
    // A target that lags behind leaves the probers more farewells than they wait for, and the two of them not the same number.
    setpriority(PRIO_PROCESS, 0, -20);
    struct rlimit files;
    getrlimit(RLIMIT_NOFILE, &files);
    files.rlim_cur = files.rlim_max;
    setrlimit(RLIMIT_NOFILE, &files);
    int listener = socket(AF_INET, SOCK_STREAM | SOCK_NONBLOCK | SOCK_CLOEXEC, 0), epoll = epoll_create1(EPOLL_CLOEXEC), on = 1;
    struct sockaddr_in at = {.sin_family = AF_INET, .sin_port = htons(atoi(arguments[1]))};
    setsockopt(listener, SOL_SOCKET, SO_REUSEADDR, &on, sizeof on);
    if (bind(listener, (struct sockaddr *)&at, sizeof at) || listen(listener, 65535)) {
        perror("listen");
        return 1;
    }
    struct epoll_event e = {.events = EPOLLIN, .data.fd = listener};
    epoll_ctl(epoll, EPOLL_CTL_ADD, listener, &e);
    puts("ready");
    fflush(stdout);
    for (;;) {
        struct epoll_event events[256];
        int n = epoll_wait(epoll, events, 256, -1);
        for (int i = 0; i < n; i++) {
            char buffer[4096];
            if (events[i].data.fd != listener) {
                if (recv(events[i].data.fd, buffer, sizeof buffer, MSG_DONTWAIT) == 0 || events[i].events & (EPOLLERR | EPOLLHUP))
                    close(events[i].data.fd);
                continue;
            }
            for (int s; (s = accept4(listener, NULL, NULL, SOCK_NONBLOCK | SOCK_CLOEXEC)) >= 0;) {
                struct epoll_event c = {.events = EPOLLIN | EPOLLRDHUP, .data.fd = s};
                epoll_ctl(epoll, EPOLL_CTL_ADD, s, &c);
            }
        }
    }
}
