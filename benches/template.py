#!/usr/bin/env python3
"""What people write instead of a compiler: `template.py 10x1000 DIRECTORY`.

A jinja2 template emits the kinds of documents that meshgen emits for the mesh of mesh.py, and checks nothing.
"""

import pathlib
import sys

import jinja2

TEMPLATE = """
{%- macro meta(name) -%}
metadata:
  name: {{ name }}
  namespace: default
  labels:
    app.kubernetes.io/managed-by: template
    app.kubernetes.io/part-of: mesh
{%- endmacro -%}
# For cluster{{ here }}.
apiVersion: networking.istio.io/v1
kind: Gateway
{{ meta("east-west") }}
spec:
  selector:
    istio: eastwestgateway
  servers:
  - port:
      name: tls
      number: 15443
      protocol: TLS
    tls:
      mode: AUTO_PASSTHROUGH
    hosts:
    - "*.local"
{% for s in services -%}
{%- set name = "service%d" % s.number -%}
{%- set plain = name ~ ".default.svc.cluster.local" -%}
{%- if s.here -%}
---
# Tells apart what runs here of {{ name }}.
apiVersion: networking.istio.io/v1
kind: DestinationRule
{{ meta(name) }}
spec:
  host: {{ plain }}
  subsets:
{%- for version in s.here %}
  - name: {{ version }}
    labels:
      version: {{ version }}
{%- endfor %}
{% endif -%}
---
# Callers here reach {{ name }} by this name, through the gateway there.
apiVersion: networking.istio.io/v1
kind: ServiceEntry
{{ meta(name ~ "-global") }}
spec:
  hosts:
  - {{ name }}.default.global
  addresses:
  - 240.{{ s.number // 65536 }}.{{ s.number // 256 % 256 }}.{{ s.number % 256 }}
  location: MESH_INTERNAL
  resolution: STATIC
  ports:
  - name: http
    number: 9080
    protocol: HTTP
  endpoints:
{%- for far in s.clusters %}
  - address: 203.0.113.{{ far + 1 }}
    ports:
      http: 15443
    labels:
      cluster: cluster{{ far }}
{%- endfor %}
---
# The SNI by which the gateways know what callers here want of {{ name }}.
apiVersion: networking.istio.io/v1
kind: DestinationRule
{{ meta(name ~ "-global") }}
  annotations:
    galley.istio.io/analyze-suppress: IST0173
spec:
  host: {{ name }}.default.global
  trafficPolicy:
    tls:
      mode: ISTIO_MUTUAL
      sni: outbound_.9080_._.{{ plain }}
  subsets:
{%- for version, far in s.far %}
  - name: {{ version }}--cluster{{ far }}
    labels:
      cluster: cluster{{ far }}
    trafficPolicy:
      tls:
        mode: ISTIO_MUTUAL
        sni: outbound_.9080_.{{ version }}_.{{ plain }}
{%- endfor %}
---
# Sends requests of callers here to {{ name }} where its routes say.
apiVersion: networking.istio.io/v1
kind: VirtualService
{{ meta(name) }}
spec:
  hosts:
  - {{ plain }}
  - {{ name }}.default.global
  http:
  - match:
    - headers:
        end-user:
          exact: jason
    route:
{%- for subset in s.split %}
    - destination:
        host: {{ name }}.default.global
        subset: {{ subset }}
        port:
          number: 9080
      weight: 50
{%- endfor %}
  - route:
    - destination:
        host: {{ name }}.default.global
        subset: {{ s.rest }}
        port:
          number: 9080
{% if not s.here -%}
---
apiVersion: v1
kind: Service
metadata:
  name: {{ name }}
  namespace: default
  labels:
    stand-in: "true"
spec:
  ports:
  - name: http
    port: 9080
{% endif -%}
{% endfor -%}
"""


def services(clusters, count, here):
    for number in range(count):
        own, other = number % clusters, (number + 1) % clusters
        runs = [("v1", own), ("v2", other), ("v3", other)]
        subset = {version: version if at == here else f"{version}--cluster{at}" for version, at in runs}
        yield {
            "number": number,
            "here": [version for version, at in runs if at == here],
            "far": [(version, at) for version, at in runs if at != here],
            "clusters": [at for at in (own, other) if at != here],
            "split": [subset["v2"], subset["v3"]],
            "rest": subset["v1"],
        }


def main(size, directory):
    clusters, count = map(int, size.split("x"))
    template = jinja2.Environment(keep_trailing_newline=True).from_string(TEMPLATE)
    directory = pathlib.Path(directory)
    directory.mkdir(parents=True, exist_ok=True)
    for here in range(clusters):
        text = template.render(here=here, services=services(clusters, count, here))
        (directory / f"cluster{here}.yaml").write_text(text)


if __name__ == "__main__":
    main(*sys.argv[1:])
