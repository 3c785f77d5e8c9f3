docker run --name debug --pull never --user app:staff --pid container:db --ipc container:db --network container:db \
  --cgroupns host --security-opt no-new-privileges:false --security-opt seccomp=unconfined \
  --security-opt apparmor=unconfined --security-opt label=disable --security-opt systempaths=unconfined \
  --cpu-quota 25000 --cpu-period 50000 --no-healthcheck --restart unless-stopped \
  registry.example.org/debug:stable /bin/debug
