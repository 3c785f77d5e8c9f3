job "agent" {
  group "agent" {
    task "agent" {
      driver = "docker"
      user   = "0"
      config {
        image        = "registry.example.org/agent"
        entrypoint   = ["/bin/agent"]
        privileged   = true
        pid_mode     = "host"
        ipc_mode     = "host"
        network_mode = "host"
        uts_mode     = "host"
        userns_mode  = "host"
        cap_add      = ["ALL"]
        volumes      = ["/var/run/docker.sock:/var/run/docker.sock", "/:/host:rslave"]
      }
      restart { mode = "delay" }
      resources { memory = 1024 }
    }
  }
}
