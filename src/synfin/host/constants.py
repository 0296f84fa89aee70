"""Socket constants with Linux's numbers, the same on every platform."""

from typing import Final

AF_INET: Final = 2
AF_INET6: Final = 10
SOCK_STREAM: Final = 1
SOCK_DGRAM: Final = 2

SOL_SOCKET: Final = 1
SO_REUSEADDR: Final = 2
SO_TYPE: Final = 3
SO_ERROR: Final = 4
SO_BROADCAST: Final = 6
SO_SNDBUF: Final = 7
SO_RCVBUF: Final = 8
SO_KEEPALIVE: Final = 9
SO_PRIORITY: Final = 12
SO_LINGER: Final = 13
SO_ACCEPTCONN: Final = 30
SO_MARK: Final = 36
SO_TIMESTAMPING: Final = 37
SO_MAX_PACING_RATE: Final = 47
SO_ZEROCOPY: Final = 60

IPPROTO_IP: Final = 0
IPPROTO_TCP: Final = 6
IPPROTO_UDP: Final = 17
IPPROTO_IPV6: Final = 41
IP_TOS: Final = 1
IP_TTL: Final = 2
IP_OPTIONS: Final = 4
IP_MTU_DISCOVER: Final = 10
IP_RECVERR: Final = 11
IP_FREEBIND: Final = 15
IP_MULTICAST_TTL: Final = 33
IP_MULTICAST_LOOP: Final = 34
IP_ADD_MEMBERSHIP: Final = 35
IP_DROP_MEMBERSHIP: Final = 36
IP_PMTUDISC_DONT: Final = 0
IP_PMTUDISC_WANT: Final = 1
IP_PMTUDISC_DO: Final = 2
IPV6_UNICAST_HOPS: Final = 16
IPV6_TCLASS: Final = 67

TCP_NODELAY: Final = 1
TCP_MAXSEG: Final = 2
TCP_CORK: Final = 3
TCP_KEEPIDLE: Final = 4
TCP_KEEPINTVL: Final = 5
TCP_KEEPCNT: Final = 6
TCP_SYNCNT: Final = 7
TCP_LINGER2: Final = 8
TCP_DEFER_ACCEPT: Final = 9
TCP_INFO: Final = 11
TCP_QUICKACK: Final = 12
TCP_CONGESTION: Final = 13
TCP_MD5SIG: Final = 14
TCP_USER_TIMEOUT: Final = 18
TCP_FASTOPEN: Final = 23
TCP_FASTOPEN_CONNECT: Final = 30
TCP_MD5SIG_EXT: Final = 32

# FreeBSD's own, with numbers that Linux leaves free
TCP_NOOPT: Final = 0x1008
TCP_KEEPINIT: Final = 0x1080
TCP_REMOTE_UDP_ENCAPS_PORT: Final = 0x1047

SHUT_RD: Final = 0
SHUT_WR: Final = 1
SHUT_RDWR: Final = 2

MSG_OOB: Final = 0x1
MSG_PEEK: Final = 0x2
MSG_TRUNC: Final = 0x20
MSG_DONTWAIT: Final = 0x40
MSG_ERRQUEUE: Final = 0x2000
MSG_NOSIGNAL: Final = 0x4000
MSG_MORE: Final = 0x8000
MSG_ZEROCOPY: Final = 0x400_0000
MSG_FASTOPEN: Final = 0x2000_0000
