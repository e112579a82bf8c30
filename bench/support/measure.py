"""Runs a command to its end and writes its resource usage (wait4, with all descendants) to file descriptor 3."""

import json
import os
import sys
import time

begun = time.monotonic()
pid = os.posix_spawnp(sys.argv[1], sys.argv[1:], os.environ, file_actions=[(os.POSIX_SPAWN_CLOSE, 3)])
_, status, usage = os.wait4(pid, 0)
cost = {
    "code": os.waitstatus_to_exitcode(status),
    "seconds": time.monotonic() - begun,
    "cpuSeconds": usage.ru_utime + usage.ru_stime,
    "peakMemory": usage.ru_maxrss / 1024,
}
os.write(3, json.dumps(cost).encode())
