#!/bin/sh
set -eu
image=registry.example.org/team/web:1.4.2@sha256:0c7a5d3f6e2b194a8d7c6b5a493827160f1e2d3c4b5a69788796a5b4c3d2e1f0
docker run -d --name web \
  --pull always --platform linux/amd64 \
  --entrypoint /bin/web --workdir /srv \
  --user 10001:10002 --group-add 10003 --group-add=10004 \
  --privileged=false --read-only --init --restart on-failure:3 \
  --security-opt no-new-privileges:true \
  --security-opt seccomp=./seccomp.json \
  --security-opt apparmor=web \
  --security-opt label=user:system_u --security-opt label=role:system_r \
  --security-opt label=type:container_t --security-opt label=level:s0:c1,c2 \
  --cap-drop ALL --cap-add NET_BIND_SERVICE --cap-add CHOWN \
  --ipc private --userns private --cgroupns private --network backend \
  --mount type=bind,source=/srv/data,target=/data,readonly,bind-propagation=rslave \
  -v cache:/cache:nocopy \
  --tmpfs /tmp:size=16m,noexec \
  --device /dev/null:/dev/blank:rw --device-cgroup-rule 'c 1:5 r' \
  --sysctl net.ipv4.ip_unprivileged_port_start=80 --ulimit nofile=512:1024 \
  -p 127.0.0.1:18080:8080 -p 127.0.0.1:18443:8443/udp --expose 9090 \
  -e LOG_LEVEL=info -e TOKEN \
  --health-cmd "/bin/web check" \
  -m 256m --memory-reservation 128m --memory-swap 384m \
  --cpus 0.5 --cpu-shares 512 --cpuset-cpus 0-1 --pids-limit 100 \
  --blkio-weight 300 --storage-opt size=1g --oom-score-adj 100 --shm-size 32m \
  --cgroup-parent /plimsoll --runtime runsc --log-driver local \
  "$image" --port 8080
