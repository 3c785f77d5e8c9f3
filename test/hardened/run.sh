#!/bin/sh
docker run --name web \
  --read-only \
  --restart on-failure:3 \
  --network shop \
  --cgroupns private \
  --cap-drop ALL \
  --security-opt no-new-privileges \
  --security-opt seccomp=builtin \
  --security-opt apparmor=docker-default \
  --memory 256m \
  --cpus 0.5 \
  --pids-limit 100 \
  -p 127.0.0.1:8080:8080 \
  -v cache:/cache \
  --tmpfs /tmp:size=16m,noexec \
  -e LOG_LEVEL=info \
  registry.example.org/web:1.4.2@sha256:0c7a5d3f6e2b194a8d7c6b5a493827160f1e2d3c4b5a69788796a5b4c3d2e1f0
