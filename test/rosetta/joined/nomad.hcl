job "debug" {
  group "db" {
    task "debug" {
      driver = "docker"
      user   = "app:staff"
      lifecycle {
        hook    = "poststart"
        sidecar = true
      }
      config {
        image        = "registry.example.org/debug:stable"
        args         = ["/bin/debug"]
        pid_mode     = "container:db"
        ipc_mode     = "container:db"
        network_mode = "container:db"
        security_opt = ["no-new-privileges=false", "seccomp=unconfined", "apparmor=unconfined", "label=disable", "systempaths=unconfined"]
      }
    }
  }
}
