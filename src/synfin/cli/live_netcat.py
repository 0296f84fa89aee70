"""``synfin listen`` and ``connect`` at work; imported on Linux only."""

import sys
from ipaddress import IPv4Address, IPv4Interface

from synfin.cli.app import App
from synfin.cli.errors import UserError
from synfin.cli.framework import stop
from synfin.core.settings import SECOND
from synfin.tun.device import DeviceError, TunDevice
from synfin.tun.driver import Driver
from synfin.tun.interface import Interface
from synfin.tun.netcat import Netcat


def run(app: App, tun: str, address: str, peer: str, mtu: int, host: str, port: int) -> None:
    """Opens device ``tun`` with synfin on ``address``, and copies until both sides end.
    ``host`` "" listens."""
    own = read_address(address)
    other = read_address(peer).ip
    target = str(read_address(host).ip) if host else ""
    commands = setup(tun, IPv4Interface(f"{other}/{own.network.prefixlen}"), mtu)
    kept = Interface(tun).exists()
    try:
        device = TunDevice.open(tun, mtu)
    except DeviceError as error:
        words = error.strerror or str(error)
        how = " && ".join(commands)
        raise UserError("live-error-device", name=tun, words=words, commands=how) from None
    try:
        if not is_configured(tun):  # and one that we have just made goes when we do
            how = " && ".join(commands[1:] if kept else commands)
            raise UserError("live-error-configure", name=tun, commands=how)
        _copy(app, device, own, target, port)
    finally:
        device.close()


def is_configured(tun: str) -> bool:
    """Whether the kernel has an address on the device, and has it up."""
    interface = Interface(tun)
    return interface.is_up() and bool(interface.address())


def _copy(app: App, device: TunDevice, own: IPv4Interface, host: str, port: int) -> None:
    driver = Driver(device, str(own.ip), prefix_len=own.network.prefixlen)
    copier = Netcat(driver, sys.stdin.fileno(), sys.stdout.fileno())
    try:
        if host:
            app.note(app.ui("live-connecting", host=host, port=port))
            copier.connect(host, port)
        else:
            copier.listen(port)
            app.note(app.ui("live-listening", address=str(own.ip), port=port))
        while not copier.done:
            copier.step(SECOND)
        copier.finish()
    finally:
        driver.close()
    if copier.failed:
        app.note(app.ui("live-connection-failed", error=copier.failed))
        stop(1)


def read_address(text: str) -> IPv4Interface:
    """``10.77.0.2`` or ``10.77.0.2/24`` (24 unless said); UserError for anything else."""
    try:
        if "/" in text:
            return IPv4Interface(text)
        return IPv4Interface(f"{IPv4Address(text)}/24")
    except ValueError:
        raise UserError("live-error-address", text=text) from None


def setup(tun: str, kernel: IPv4Interface, mtu: int) -> list[str]:
    """The commands that make the device and give the kernel its address."""
    return [
        f"sudo ip tuntap add {tun} mode tun user $USER",
        f"sudo ip addr add {kernel} dev {tun}",
        f"sudo ip link set {tun} up mtu {mtu} txqueuelen 5000",
    ]
