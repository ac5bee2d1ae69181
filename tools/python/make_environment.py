"""Makes a virtual environment with these packages, unless it is there. Of several processes that want it, one makes it and the others wait.

Arguments: its folder; packages.
"""

import fcntl
import os
import subprocess
import sys

folder, *packages = sys.argv[1:]
wanted = "\n".join(packages)
marker = os.path.join(folder, "packages.txt")


def is_made():
    if not os.path.exists(marker):
        return False
    with open(marker, encoding="utf-8") as made_of:
        return made_of.read() == wanted


os.makedirs(os.path.dirname(folder), exist_ok=True)
with open(f"{folder}.lock", "w", encoding="utf-8") as lock:
    fcntl.flock(lock, fcntl.LOCK_EX)
    if not is_made():
        subprocess.check_call([sys.executable, "-m", "venv", "--clear", folder])
        subprocess.check_call([f"{folder}/bin/python", "-m", "pip", "install", "--quiet", *packages])
        with open(marker, "w", encoding="utf-8") as made_of:
            made_of.write(wanted)
