job "shop" {
  group "shop" {
    network {
      port "http" {
        to           = 8080
        host_network = "private"
      }
    }
    task "web" {
      driver = "docker"
      user   = "10001:10002"
      config {
        image           = "registry.example.org/web:1.4.2@sha256:0c7a5d3f6e2b194a8d7c6b5a493827160f1e2d3c4b5a69788796a5b4c3d2e1f0"
        ports           = ["http"]
        readonly_rootfs = true
        cap_drop        = ["ALL"]
        pids_limit      = 100
        security_opt = [
          "no-new-privileges",
          "seccomp=../../profiles/seccomp/web-static.json",
          "apparmor=docker-default",
        ]
        mount {
          type   = "tmpfs"
          target = "/tmp"
        }
      }
      service {
        provider = "nomad"
        check {
          type = "tcp"
          check_restart {
            limit = 3
          }
        }
      }
      resources {
        cores  = 1
        memory = 256
      }
    }
  }
}
