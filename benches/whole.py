#!/usr/bin/env python3
"""Whole processes, all checks on: `whole.py target/release/meshgen 5x200 10x1000 20x5000`.

By turns: meshgen, a program that only writes the same bytes (`cat`), and the template. Of each the least processor time of several
turns, the time by the clock of that turn, and the most memory.
"""

import os
import pathlib
import shutil
import subprocess
import sys
import tempfile
import time

import mesh

HERE = pathlib.Path(__file__).parent
TURNS = 5


def run(command, directory):
    shutil.rmtree(directory, ignore_errors=True)
    directory.mkdir()
    started = time.monotonic()
    process = subprocess.Popen(command, stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL, shell=isinstance(command, str))
    _, status, used = os.wait4(process.pid, 0)
    process.returncode = os.waitstatus_to_exitcode(status)
    if process.returncode != 0:
        sys.exit(f"{command} ended with {process.returncode}")
    return used.ru_utime + used.ru_stime, time.monotonic() - started, used.ru_maxrss / 1024


def measure(meshgen, size, work):
    source = work / "mesh.yaml"
    source.write_text("".join(mesh.mesh(*map(int, size.split("x")))))
    made, copied, rendered = work / "made", work / "copied", work / "rendered"
    commands = [
        ("meshgen", made, [meshgen, "build", str(source), "-o", str(made)]),
        ("bytes", copied, f"exec cat {made}/*.yaml > {copied}/all"),
        ("template", rendered, [sys.executable, str(HERE / "template.py"), size, str(rendered)]),
    ]
    turns = {name: [] for name, _, _ in commands}
    for _ in range(TURNS):
        for name, directory, command in commands:
            turns[name].append(run(command, directory))
    base = None
    for name, directory, _ in commands:
        processor, clock, _ = min(turns[name])
        memory = max(turn[2] for turn in turns[name])
        size_of = sum(file.stat().st_size for file in directory.iterdir()) / 1e6
        base = base or processor
        print(
            f"{size:>9}  {name:>8}  {size_of:6.1f} MB  {processor:6.3f} s  {clock:6.3f} s  {memory:6.1f} MiB  "
            f"{size_of / processor:6.0f} MB/s  meshgen takes {base / processor:5.2f} times",
            flush=True,
        )


def main(meshgen, *sizes):
    for size in sizes or ["5x200", "10x1000"]:
        with tempfile.TemporaryDirectory() as work:
            measure(meshgen, size, pathlib.Path(work))


if __name__ == "__main__":
    main(*sys.argv[1:])
