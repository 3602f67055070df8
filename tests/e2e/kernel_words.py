# SPDX-License-Identifier: GPL-2.0-only
"""usage: kernel_words.py SYSTEM_MAP SIZE:NAME...: prints what variables of a simulated x86-64
machine's kernel hold while it measures. The current folder has the machine's status.log, and the
socket of QEMU's monitor, 'monitor'. SIZE is the monitor's: b, w or g for 1, 4 or 8 bytes; of an
address in 8 bytes the symbol is printed."""
import os, socket, sys, time

LIMIT_S = 120
KERNEL_MAP = 0xFFFFFFFF80000000  # physical address 0, where there is no KASLR


def wait_for(what, condition):
    end = time.monotonic() + LIMIT_S
    while not condition():
        if time.monotonic() > end:
            sys.exit(f"no {what} within {LIMIT_S} s")
        time.sleep(0.01)


def is_measuring():
    try:
        with open("status.log") as status:
            return status.read().splitlines()[-1].startswith("manycore: fine ")
    except (FileNotFoundError, IndexError):
        return False


def answer(monitor):
    text = b""
    while not text.endswith(b"(qemu) "):
        more = monitor.recv(4096)
        if not more:
            sys.exit("QEMU has ended")
        text += more
    return text.decode()


def read(monitor, size, address):
    monitor.sendall(f"xp /1{size}x {address - KERNEL_MAP:#x}\n".encode())
    # The command's echo, then "0000000001a03008: 0x00000000".
    return int(answer(monitor).splitlines()[1].split(": ")[1], 16)


with open(sys.argv[1]) as system_map:
    addresses = {name: int(address, 16) for address, _, name in map(str.split, system_map)}
names = {address: name for name, address in addresses.items()}
wait_for("monitor", lambda: os.path.exists("monitor"))
monitor = socket.socket(socket.AF_UNIX)
monitor.settimeout(LIMIT_S)
monitor.connect("monitor")
answer(monitor)
wait_for("measurement", is_measuring)
for variable in sys.argv[2:]:
    size, name = variable.split(":")
    value = read(monitor, size, addresses[name])
    print(name, names.get(value, value) if size == "g" else value)
if not is_measuring():
    sys.exit("the measurement was over before all of them were read")
