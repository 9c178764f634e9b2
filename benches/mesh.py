#!/usr/bin/env python3
"""Prints a mesh: `mesh.py 10x1000`. It is the mesh of compile.rs: v1 of each service in one cluster, v2 and v3 in the next."""

import sys


def mesh(clusters, services):
    yield "apiVersion: meshgen/v1\nkind: Topology\nclusters:\n"
    for c in range(clusters):
        yield f"  cluster{c}: {{gateway: 203.0.{c // 250}.{c % 250 + 1}}}\n"
    yield "services:\n"
    for s in range(services):
        own, other = s % clusters, (s + 1) % clusters
        yield f"  service{s}: {{ports: 9080, versions: {{v1: cluster{own}, v2: cluster{other}, v3: cluster{other}}}}}\n"
    yield "---\napiVersion: meshgen/v1\nkind: Routing\nroutes:\n"
    for s in range(services):
        yield f"  service{s}:\n  - match: {{headers: {{end-user: jason}}}}\n    to: {{v2: 50, v3: 50}}\n  - to: v1\n"


if __name__ == "__main__":
    sys.stdout.writelines(mesh(*map(int, sys.argv[1].split("x"))))
