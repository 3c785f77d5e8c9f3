job "web" {
  group "web" {
    task "web" {
      driver = "docker"
      config { image = "registry.example.org/web:1.4.2" }
    }
  }
}
