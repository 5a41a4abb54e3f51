// A link of fixed delay between two network namespaces: a TUN device in each, and this relay between them, which holds every packet for
// the same time. It is also the witness: for each TCP handshake through it, the time from taking the SYN to handing back the SYN-ACK.
// usage: delay NAMESPACE_FILE_A NAMESPACE_FILE_B MICROSECONDS_EACH_WAY
// a line on standard input is answered with what was witnessed since the last one.
#define _GNU_SOURCE
#include <fcntl.h>
#include <linux/if.h>
#include <linux/if_tun.h>
#include <netinet/ip.h>
#include <netinet/tcp.h>
#include <poll.h>
#include <sched.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/ioctl.h>
#include <sys/prctl.h>
#include <time.h>
#include <unistd.h>

enum { QUEUE = 4096, PACKET = 1600, MAX_SEEN = 1 << 20, SPIN = 150000 };

static struct packet {
    uint64_t due;
    int to, length;
    unsigned char data[PACKET];
} queue[QUEUE];
static unsigned head, tail;
static uint64_t syn_at[65536];
static uint32_t witnessed[MAX_SEEN];
static int seen;

static uint64_t now(void) {
    struct timespec t;
    clock_gettime(CLOCK_MONOTONIC, &t);
    return t.tv_sec * 1000000000ull + t.tv_nsec;
}

static int device_in(const char *namespace) {
    // A TUN device is made in the namespace that its file was opened in.
    int file = open(namespace, O_RDONLY | O_CLOEXEC), device = -1;
    struct ifreq request = {.ifr_flags = IFF_TUN | IFF_NO_PI, .ifr_name = "slow0"};
    if (file >= 0 && setns(file, CLONE_NEWNET) == 0)
        device = open("/dev/net/tun", O_RDWR | O_NONBLOCK | O_CLOEXEC);
    if (device < 0 || ioctl(device, TUNSETIFF, &request)) {
        perror(namespace);
        exit(1);
    }
    close(file);
    return device;
}

static const struct tcphdr *tcp_of(const struct packet *p) {
    const struct iphdr *ip = (const void *)p->data;
    int header = ip->ihl * 4;
    return ip->version == 4 && ip->protocol == IPPROTO_TCP && p->length >= header + (int)sizeof(struct tcphdr) ? (const void *)(p->data + header) : NULL;
}

static int ascending(const void *a, const void *b) {
    uint32_t x = *(const uint32_t *)a, y = *(const uint32_t *)b;
    return x < y ? -1 : x > y;
}

static void hand_on(struct packet *p) {
    const struct tcphdr *tcp = tcp_of(p);
    uint64_t t = now();
    // A write delivers the packet before it returns, so the time is taken before it.
    if (write(p->to, p->data, p->length) > 0 && tcp && tcp->syn && tcp->ack && syn_at[ntohs(tcp->dest)] && seen < MAX_SEEN) {
        witnessed[seen++] = (t - syn_at[ntohs(tcp->dest)]) / 1000;
        syn_at[ntohs(tcp->dest)] = 0;
    }
}

static void take(int from, int to, uint64_t delay) {
    while (tail - head < QUEUE) {
        struct packet *p = &queue[tail % QUEUE];
        p->length = read(from, p->data, PACKET);
        if (p->length <= 0)
            return;
        uint64_t t = now();
        p->due = t + delay;
        p->to = to;
        tail++;
        const struct tcphdr *tcp = tcp_of(p);
        if (tcp && tcp->syn && !tcp->ack)
            syn_at[ntohs(tcp->source)] = t;
    }
}

static void tell(void) {
    qsort(witnessed, seen, sizeof *witnessed, ascending);
    printf("{\"probes\":%d,\"failed\":0,\"connectMedian\":%u,\"connectP99\":%u}\n", seen, seen ? witnessed[seen / 2] : 0, seen ? witnessed[(int)(seen * 0.99)] : 0);
    fflush(stdout);
    seen = 0;
}

int main(int count, char **arguments) {
    if (count != 4)
        return 2;
    uint64_t delay = atoi(arguments[3]) * 1000ull;
    int a = device_in(arguments[1]), b = device_in(arguments[2]);
    // The relay must not add waits of its own: it goes before ordinary work, and is awake shortly before a packet is due.
    struct sched_param first = {.sched_priority = 1};
    sched_setscheduler(0, SCHED_FIFO, &first);
    prctl(PR_SET_TIMERSLACK, 1);
    puts("ready");
    fflush(stdout);
    struct pollfd ready[3] = {{a, POLLIN, 0}, {b, POLLIN, 0}, {0, POLLIN, 0}};
    for (;;) {
        uint64_t t = now();
        for (; head != tail && queue[head % QUEUE].due <= t; head++)
            hand_on(&queue[head % QUEUE]);
        struct timespec timeout = {0, 0}, *wait = NULL;
        if (head != tail) {
            uint64_t left = queue[head % QUEUE].due - t;
            timeout.tv_nsec = left > SPIN ? left - SPIN : 0;
            wait = &timeout;
        }
        ppoll(ready, 3, wait, NULL);
        take(a, b, delay);
        take(b, a, delay);
        if (ready[2].revents) {
            char line[64];
            if (read(0, line, sizeof line) <= 0)
                return 0;
            tell();
        }
    }
}
