"""ns-3: one stream over 1 Gbit/s and 5 ms. Run by a Python that has the package ``ns3``.

python ns3_bulk.py OCTETS     prints {"value": data segments per second, ...}
Only the simulation is timed, not ns-3's long start.
"""

import json
import resource
import sys
import time

from ns import ns

PAYLOAD = 1448
BUFFER = 4 << 20


def main() -> None:
    """Two nodes, one wire, CUBIC, timestamps, buffers that the path does not fill."""
    octets = int(sys.argv[1])
    default = ns.Config.SetDefault
    default("ns3::TcpL4Protocol::SocketType", ns.StringValue("ns3::TcpCubic"))
    default("ns3::TcpSocket::SegmentSize", ns.UintegerValue(PAYLOAD))
    default("ns3::TcpSocket::SndBufSize", ns.UintegerValue(BUFFER))
    default("ns3::TcpSocket::RcvBufSize", ns.UintegerValue(BUFFER))
    default("ns3::DropTailQueue<Packet>::MaxSize", ns.StringValue("100000p"))
    nodes = ns.NodeContainer()
    nodes.Create(2)
    wire = ns.PointToPointHelper()
    wire.SetDeviceAttribute("DataRate", ns.StringValue("1Gbps"))
    wire.SetChannelAttribute("Delay", ns.StringValue("5ms"))
    devices = wire.Install(nodes)
    ns.InternetStackHelper().Install(nodes)
    addresses = ns.Ipv4AddressHelper()
    addresses.SetBase(ns.Ipv4Address("10.0.0.0"), ns.Ipv4Mask("255.255.255.0"))
    interfaces = addresses.Assign(devices)
    ns.TrafficControlHelper().Uninstall(devices)  # FqCoDel: our links have nothing of the kind
    sink = ns.PacketSinkHelper(
        "ns3::TcpSocketFactory", ns.InetSocketAddress(ns.Ipv4Address.GetAny(), 80).ConvertTo()
    )
    sinks = sink.Install(nodes.Get(1))
    sinks.Start(ns.Seconds(0))
    source = ns.BulkSendHelper(
        "ns3::TcpSocketFactory", ns.InetSocketAddress(interfaces.GetAddress(1), 80).ConvertTo()
    )
    source.SetAttribute("MaxBytes", ns.UintegerValue(octets))
    source.SetAttribute("SendSize", ns.UintegerValue(PAYLOAD))
    source.Install(nodes.Get(0)).Start(ns.Seconds(0))
    ns.Simulator.Stop(ns.Seconds(3600))
    used = resource.getrusage(resource.RUSAGE_SELF)
    begin = time.perf_counter()
    ns.Simulator.Run()
    seconds = time.perf_counter() - begin
    now = resource.getrusage(resource.RUSAGE_SELF)
    got = sinks.Get(0).GetTotalRx()
    ns.Simulator.Destroy()
    if got != octets:
        sys.exit(f"ns-3 delivered {got} of {octets} octets")
    print(
        json.dumps(
            {
                "value": -(-octets // PAYLOAD) / seconds,
                "unit": "data segments/s",
                "user": now.ru_utime - used.ru_utime,
                "system": now.ru_stime - used.ru_stime,
                "gigabytes": octets / 1e9,
            }
        )
    )


if __name__ == "__main__":
    main()
