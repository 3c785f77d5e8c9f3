// The module that Quadlet's generator is built from (github.com/containers/podman/v5/cmd/quadlet): test/real/quadlet.test.ts.
package main

import _ "github.com/containers/podman/v5/pkg/systemd/quadlet"

func main() {}
