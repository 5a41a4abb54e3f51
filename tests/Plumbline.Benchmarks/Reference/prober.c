// The reference: what a TCP probe costs when nothing but the kernel's work is done for it. One thread, one epoll instance, a pool of
// slots; for each probe the same facts and the same orderly end as the product's engine, in the fewest system calls known to us:
//   [open namespace, setns, ] socket [, setns back, close], IP_RECVERR, connect, EPOLL_CTL_ADD once (edge-triggered, both directions),
//   TCP_INFO (and SO_ERROR only where the connection does not stand), shutdown, recv until the end unless epoll already tells of it, close.
// usage: prober ADDRESS COUNT PORT IN_FLIGHT [NAMESPACE_PREFIX NAMESPACES]
//   targets are ADDRESS, ADDRESS+1 ... (COUNT of them); probe i starts in the namespace file NAMESPACE_PREFIX(i % NAMESPACES)
// commands on standard input, each answered with one line of JSON:
//   saturate N      IN_FLIGHT connects under way at any time
//   pace N RATE     each start at its own time, RATE a second, whatever became of those before
//   enter N         open, setns, socket, setns back, close; and a bare socket, close to compare with
#define _GNU_SOURCE
#include <arpa/inet.h>
#include <errno.h>
#include <fcntl.h>
#include <netinet/in.h>
#include <netinet/tcp.h>
#include <sched.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/epoll.h>
#include <sys/resource.h>
#include <sys/socket.h>
#include <time.h>
#include <unistd.h>

enum { MAX_SLOTS = 8192, MAX_LINGERING = 512, MAX_DRAINED = 64 * 1024 };
static const uint64_t CONNECT_TIMEOUT = 2500000000ull, LINGER_TIMEOUT = 500000000ull;

struct list;
struct slot {
    struct slot *previous, *next;
    struct list *list;
    uint64_t started, deadline;
    int descriptor;
    uint32_t drained;
};

// All members of a list have the same timeout, so the list is in the order of its deadlines.
struct list {
    struct slot *first, *last;
    int count;
};

static struct slot slots[MAX_SLOTS];
static struct list spare, connecting, lingering;
static uint32_t first_address, addresses;
static int port, in_flight, epoll, home, namespaces;
static char (*namespace_path)[128];
static uint32_t *rtt;
static int started, done, failed;

static uint64_t clock_of(clockid_t id) {
    struct timespec t;
    clock_gettime(id, &t);
    return t.tv_sec * 1000000000ull + t.tv_nsec;
}

static void die(const char *what) {
    perror(what);
    exit(1);
}

static void take_out(struct slot *s) {
    struct list *l = s->list;
    *(s->previous ? &s->previous->next : &l->first) = s->next;
    *(s->next ? &s->next->previous : &l->last) = s->previous;
    l->count--;
}

static void append(struct list *l, struct slot *s) {
    s->list = l;
    s->next = NULL;
    s->previous = l->last;
    *(l->last ? &l->last->next : &l->first) = s;
    l->last = s;
    l->count++;
}

static int open_socket(int i) {
    const int type = SOCK_STREAM | SOCK_NONBLOCK | SOCK_CLOEXEC;
    if (!namespaces)
        return socket(AF_INET, type, 0);
    int namespace = open(namespace_path[i % namespaces], O_RDONLY | O_CLOEXEC);
    if (namespace < 0 || setns(namespace, CLONE_NEWNET))
        die(namespace_path[i % namespaces]);
    int s = socket(AF_INET, type, 0);
    if (setns(home, CLONE_NEWNET))
        die("setns back");
    close(namespace);
    return s;
}

static void release(struct slot *s) {
    close(s->descriptor);
    take_out(s);
    append(&spare, s);
}

static void fail(struct slot *s) {
    failed++;
    done++;
    release(s);
}

static void connected(struct slot *s, uint32_t events) {
    struct tcp_info info;
    socklen_t length = 104;
    getsockopt(s->descriptor, IPPROTO_TCP, TCP_INFO, &info, &length);
    int error = 0;
    if (events & EPOLLERR || (info.tcpi_state != TCP_ESTABLISHED && info.tcpi_state != TCP_CLOSE_WAIT)) {
        length = sizeof error;
        getsockopt(s->descriptor, SOL_SOCKET, SO_ERROR, &error, &length);
    }
    if (error) {
        fail(s);
    } else {
        rtt[done++ - failed] = info.tcpi_rtt;
        if (lingering.count + connecting.count > MAX_LINGERING || shutdown(s->descriptor, SHUT_WR)) {
            release(s);
        } else {
            take_out(s);
            append(&lingering, s);
            s->deadline = clock_of(CLOCK_MONOTONIC) + LINGER_TIMEOUT;
        }
    }
}

static void start(void) {
    struct slot *s = spare.first;
    if (!s)
        return;
    int i = started++, on = 1;
    s->descriptor = open_socket(i);
    if (s->descriptor < 0)
        die("socket");
    take_out(s);
    append(&connecting, s);
    s->drained = 0;
    s->started = clock_of(CLOCK_MONOTONIC);
    s->deadline = s->started + CONNECT_TIMEOUT;
    setsockopt(s->descriptor, IPPROTO_IP, IP_RECVERR, &on, sizeof on);
    struct sockaddr_in to = {.sin_family = AF_INET, .sin_port = htons(port), .sin_addr.s_addr = htonl(first_address + i % addresses)};
    if (connect(s->descriptor, (struct sockaddr *)&to, sizeof to) && errno != EINPROGRESS) {
        fail(s);
        return;
    }
    struct epoll_event e = {.events = EPOLLIN | EPOLLOUT | EPOLLRDHUP | EPOLLET, .data.ptr = s};
    if (epoll_ctl(epoll, EPOLL_CTL_ADD, s->descriptor, &e))
        die("epoll_ctl");
}

static void drain(struct slot *s) {
    char buffer[4096];
    while (s->drained < MAX_DRAINED) {
        ssize_t got = recv(s->descriptor, buffer, sizeof buffer, 0);
        if (got < 0 && errno == EAGAIN)
            return;
        if (got <= 0)
            break;
        s->drained += got;
    }
    release(s);
}

static void handle(struct slot *s, uint32_t events) {
    if (s->list == &connecting)
        connected(s, events);
    else if (s->list == &lingering && events & (EPOLLHUP | EPOLLERR))
        release(s);
    else if (s->list == &lingering && events & (EPOLLIN | EPOLLRDHUP))
        drain(s);
}

static void expire(void) {
    uint64_t now = clock_of(CLOCK_MONOTONIC);
    while (connecting.first && connecting.first->deadline <= now)
        fail(connecting.first);
    while (lingering.first && lingering.first->deadline <= now)
        release(lingering.first);
}

static void wait_and_handle(uint64_t until) {
    if (connecting.first && connecting.first->deadline < until)
        until = connecting.first->deadline;
    if (lingering.first && lingering.first->deadline < until)
        until = lingering.first->deadline;
    uint64_t now = clock_of(CLOCK_MONOTONIC), wait = until > now ? until - now : 0;
    struct timespec timeout = {wait / 1000000000, wait % 1000000000};
    struct epoll_event events[256];
    int n = epoll_pwait2(epoll, events, 256, &timeout, NULL);
    for (int i = 0; i < n; i++)
        handle(events[i].data.ptr, events[i].events);
    expire();
}

static int ascending(const void *a, const void *b) {
    uint32_t x = *(const uint32_t *)a, y = *(const uint32_t *)b;
    return x < y ? -1 : x > y;
}

static void run(int n, double rate) {
    rtt = calloc(n, sizeof *rtt);
    started = done = failed = 0;
    uint64_t cpu = clock_of(CLOCK_PROCESS_CPUTIME_ID), begun = clock_of(CLOCK_MONOTONIC);
    while (done < n || lingering.count) {
        uint64_t until = UINT64_MAX;
        if (rate > 0) {
            uint64_t now = clock_of(CLOCK_MONOTONIC);
            while (started < n && begun + (uint64_t)(started * (1e9 / rate)) <= now)
                start();
            if (started < n)
                until = begun + (uint64_t)(started * (1e9 / rate));
        } else {
            while (started < n && connecting.count < in_flight && spare.first)
                start();
        }
        wait_and_handle(until);
    }
    cpu = clock_of(CLOCK_PROCESS_CPUTIME_ID) - cpu;
    int good = n - failed;
    qsort(rtt, good, sizeof *rtt, ascending);
    printf("{\"probes\":%d,\"failed\":%d,\"cpuNanoseconds\":%llu,\"connectMedian\":%u,\"connectP99\":%u}\n", n, failed, (unsigned long long)cpu,
           good ? rtt[good / 2] : 0, good ? rtt[(int)(good * 0.99)] : 0);
    free(rtt);
}

static void enter(int n) {
    uint64_t t0 = clock_of(CLOCK_THREAD_CPUTIME_ID);
    for (int i = 0; i < n; i++)
        close(open_socket(i));
    uint64_t t1 = clock_of(CLOCK_THREAD_CPUTIME_ID);
    for (int i = 0; i < n; i++)
        close(socket(AF_INET, SOCK_STREAM | SOCK_NONBLOCK | SOCK_CLOEXEC, 0));
    uint64_t t2 = clock_of(CLOCK_THREAD_CPUTIME_ID);
    printf("{\"probes\":%d,\"failed\":0,\"cpuNanoseconds\":%lld}\n", n, (long long)(t1 - t0) - (long long)(t2 - t1));
}

int main(int count, char **arguments) {
    if (count != 5 && count != 7) {
        fprintf(stderr, "usage: prober ADDRESS COUNT PORT IN_FLIGHT [NAMESPACE_PREFIX NAMESPACES]\n");
        return 2;
    }
    struct in_addr address;
    if (!inet_aton(arguments[1], &address))
        return 2;
    first_address = ntohl(address.s_addr);
    addresses = atoi(arguments[2]);
    port = atoi(arguments[3]);
    in_flight = atoi(arguments[4]);
    namespaces = count == 7 ? atoi(arguments[6]) : 0;
    namespace_path = calloc(namespaces + 1, sizeof *namespace_path);
    for (int i = 0; i < namespaces; i++)
        snprintf(namespace_path[i], sizeof *namespace_path, "%s%d", arguments[5], i);

    struct rlimit files;
    getrlimit(RLIMIT_NOFILE, &files);
    files.rlim_cur = files.rlim_max;
    setrlimit(RLIMIT_NOFILE, &files);
    home = open("/proc/self/ns/net", O_RDONLY | O_CLOEXEC);
    epoll = epoll_create1(EPOLL_CLOEXEC);
    if (home < 0 || epoll < 0)
        die("start");
    for (int i = 0; i < MAX_SLOTS; i++)
        append(&spare, &slots[i]);

    setvbuf(stdout, NULL, _IOLBF, 0);
    puts("ready");
    char line[128];
    while (fgets(line, sizeof line, stdin)) {
        int n;
        double rate;
        if (sscanf(line, "pace %d %lf", &n, &rate) == 2)
            run(n, rate);
        else if (sscanf(line, "saturate %d", &n) == 1)
            run(n, 0);
        else if (sscanf(line, "enter %d", &n) == 1)
            enter(n);
        else
            return 2;
    }
    return 0;
}
