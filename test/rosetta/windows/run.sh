docker run --name agent --platform windows/amd64 --security-opt 'credentialspec=config://agent' \
  registry.example.org/agent:2.0.1 'C:\agent.exe'
