"""The TCP ports on which Wireshark takes TLS for another protocol.

A dissector that has a port for its own reads whatever comes there. Where it refuses the bytes, and on a port
without a dissector, Wireshark recognises TLS by its form. The table was measured with TLS on every
port that Wireshark 4.0 knows; ``tests/exports/test_capture_ports.py`` measures again.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

from simulator.trace.connections import connections_of
from simulator.trace.facts import Sent
from simulator.views.story.fields import is_telnet

if TYPE_CHECKING:
    from simulator.trace.trace import Trace

# Wireshark's name of the protocol, and its ports.
_TABLE = """
echo 7; daytime 13; chargen 19; ftp-data 20; ftp 21; ssh 22 29418; telnet 23; smtp 25 587; time 37;
winsrepl 42; whois 43; tacplus 49; dns 53 5353; gopher 70; finger 79;
http 80 631 1900 2710 2869 3128 3132 3689 5985 8080 8088 11371; kerberos 88; tpkt 102; pop 110; rpc 111;
nntp 119; ntp 123; nbss 139 445; snmp 161-162; bgp 179; z3950 210; rpkirtr 323; ldap 389 3268;
srvloc 427; kpasswd 464; isakmp 500; exec 512; rlogin 513; rsh 514; lpd 515; ncp 524;
dhcpv6.bulk_leasequery 547; dsi 548; rtsp 554 7236 8554; 9p 564; msdp 639; dhcpfo 647; agentx 705;
dlep 854; twamp.control 862; rsync 873; acdr 925; lnet 988; socks 1080; ff 1090; rmi 1099; idmp 1102;
c1222 1153; openvpn 1194; gift 1213; icap 1344; tds 1433 2433; sametime 1533; laplink 1547; pptp 1723;
vicp 1861; msnms 1863; mqtt 1883; rtmpt 1935; h501 2099; gtp 2123 2152; cops 2126 3288 3918;
slsk 2234 2240 5534; mikey 2269; tpm 2321-2322; knet 2345; cvspserver 2401; iec60870_104 2404;
kdsp 2502; r3 2571 8023; hl7 2575; zebra 2600; atmtcp 2812; megaco 2944; h248 2945;
gsm_ipa 3002-3003 3006 4222 4249-4250 5000; ndps 3014 3016-3019 3369; opa.fe 3245-3248; mysql 3306;
ax4000 3357; gtpprime 3386; sabp 3452; stun 3478; distcc 3632; kip 3671; wow 3724; hiqnet 3804;
sasp 3860; asap 3863; diameter 3868; opsi 4002; bzr 4155; pcep 4189; tfp 4223; lisp-tcp 4342;
nvme-tcp 4420; mih 4551; rsip 4555; tcpcl 4556; synphasor 4712; gearman 4730; cflow 4739; xmcp 4788;
opcua 4840; hislip 4880; ipsictl 5010; sip 5060; llrp 5084; hart_ip 5094; xmpp 5222; netsync 5253;
pgsql 5432; artemis 5445; vnc 5500-5501 5900-5901; amqp 5672; coap 5683; hzlcst 5701; elcom 5997;
x11 6000-6063; ancp 6068; reload-framing 6084; spdy 6121; ecmp 6160; gnutella 6346; resp 6379; sir 6417;
openflow 6653; irc 6667 57000; ipdc 6668; bittorrent 6881-6889; gryphon 7000; nano 7075;
tibia 7171-7172; ulp 7275; ilp 7276; dpp 7871; omapi 7911; ajp13 8009; gadu-gadu 8074; woww 8085;
dtps 8567; jdwp 9009; kafka 9092; elasticsearch 9300; git 9418; ajns 9956; beep 10288; memcache 11211;
doip 13400; uma 14001; ptpip 15740; db-lsp 17500; scop 17755-17756; eti 19006 19043 19506 19543;
xti 19042; dlm3 21064; synergy 24800; ecatf 34980; pcp 44321; pmproxy 44322; enip 44818; cbsp 48049;
ams 48898
"""


def _read_table() -> dict[int, str]:
    """Port → the protocol that Wireshark takes it for."""
    found: dict[int, str] = {}
    for entry in _TABLE.split(";"):
        name, *ranges = entry.split()
        for span in ranges:
            first, _, last = span.partition("-")
            found.update(dict.fromkeys(range(int(first), int(last or first) + 1), name))
    return found


FOREIGN_PORTS = _read_table()


def port_remarks(trace: Trace) -> list[str]:
    """A remark for each port of a run on which Wireshark does not see by itself what is there."""
    found = []
    for connection in connections_of(trace):
        port = connection.setup.port
        clear = any(sent.protocol == "cleartext" for _, sent in connection.facts(Sent))
        if clear and is_telnet(connection.setup):  # its dissector hands over to TLS behind START-TLS
            found.append(telnet_remark(port))
        else:
            found.append(port_remark(port))
    return list(dict.fromkeys(remark for remark in found if remark is not None))


def telnet_remark(port: int) -> str | None:
    """A remark that says how to see telnet in clear on this port, or None where Wireshark does so."""
    if FOREIGN_PORTS.get(port) == "telnet":
        return None
    return (
        f"The connection begins with telnet in clear. To see it: tshark -d tcp.port=={port},telnet, or "
        f"Analyze > Decode As, TCP port {port}, TELNET. What follows START-TLS is shown as TLS either way."
    )


def port_remark(port: int) -> str | None:
    """A remark that says how to see TLS on this port, or None if Wireshark sees it by itself."""
    if port not in FOREIGN_PORTS:
        return None
    return (
        f"Wireshark takes port {port} for {FOREIGN_PORTS[port]}. To see TLS: tshark -d tcp.port=={port},tls, "
        f"or Analyze > Decode As, TCP port {port}, TLS."
    )
