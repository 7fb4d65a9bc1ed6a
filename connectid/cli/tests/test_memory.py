"""Memory that is free goes back to the system."""

import subprocess
import sys

import pytest

PROGRAM = """
import threading
from argon2.low_level import Type, hash_secret
from connectid.cli import memory

def resident():
    with open("/proc/self/statm") as file:
        return int(file.read().split()[1]) * 4096 // 1024**2

def hashing(everybody):
    everybody.wait()
    for _ in range(2):
        hash_secret(b"123456", b"saltsalt", time_cost=1, memory_cost=19456, parallelism=1, hash_len=32, type=Type.ID)
    everybody.wait()

memory.return_large_blocks()
everybody = threading.Barrier(9)
for _ in range(8):
    threading.Thread(target=hashing, args=(everybody,), daemon=True).start()
before = resident()
everybody.wait()
everybody.wait()
print(resident() - before)
"""


@pytest.mark.skipif(sys.platform != "linux", reason="reads /proc")
def test_threads_keep_nothing_of_their_argon2_hashes() -> None:
    done = subprocess.run([sys.executable, "-c", PROGRAM], capture_output=True, text=True, check=True)  # noqa: S603
    assert int(done.stdout) < 19  # megabytes: one hash of the eight at most
