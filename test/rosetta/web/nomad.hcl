job "web" {
  group "web" {
    network {
      port "web" {
        static = 18080
        to     = 8080
      }
      port "tls" {
        static       = 18443
        to           = 8443
        host_network = "private"
      }
    }
    service {
      port = "web"
      check {
        type = "tcp"
        check_restart { limit = 3 }
      }
    }
    task "web" {
      driver = "docker"
      user   = "10001:10002"
      config {
        image           = "registry.example.org/team/web:1.4.2@sha256:0c7a5d3f6e2b194a8d7c6b5a493827160f1e2d3c4b5a69788796a5b4c3d2e1f0"
        force_pull      = true
        entrypoint      = ["/bin/web"]
        args            = ["--port", "8080"]
        work_dir        = "/srv"
        group_add       = ["10003", "10004"]
        privileged      = false
        readonly_rootfs = true
        init            = true
        ports           = ["web", "tls"]
        security_opt = [
          "no-new-privileges",
          "seccomp=./seccomp.json",
          "apparmor=web",
          "label=user:system_u",
          "label=role:system_r",
          "label=type:container_t",
          "label=level:s0:c1,c2",
        ]
        cap_drop     = ["ALL"]
        cap_add      = ["NET_BIND_SERVICE", "CHOWN"]
        ipc_mode     = "private"
        userns_mode  = "private"
        network_mode = "backend"
        mount {
          type     = "bind"
          source   = "/srv/data"
          target   = "/data"
          readonly = true
          bind_options { propagation = "rslave" }
        }
        mount {
          type   = "volume"
          source = "cache"
          target = "/cache"
        }
        mount {
          type   = "tmpfs"
          target = "/tmp"
        }
        volumes = ["/srv/web.conf:/etc/web.conf:ro"]
        devices = [{ host_path = "/dev/null", container_path = "/dev/blank", cgroup_permissions = "rw" }]
        sysctl  = { "net.ipv4.ip_unprivileged_port_start" = "80" }
        ulimit  = { nofile = "512:1024" }
        pids_limit    = 100
        storage_opt   = { size = "1g" }
        oom_score_adj = 100
        shm_size      = 33554432
        runtime       = "runsc"
        logging { type = "local" }
      }
      env { LOG_LEVEL = "info" }
      template {
        data = "TOKEN={{ with secret \"web\" }}{{ .Data.token }}{{ end }}"
        env  = true
      }
      restart { attempts = 3 }
      resources {
        cores      = 2
        cpu        = 512
        memory     = 128
        memory_max = 256
      }
    }
  }
}
