#!/usr/bin/env bash
# Runs a command with MariaDB installed: only the programs, no service.
set -euo pipefail
as_root() { if [ "$(id -u)" = 0 ]; then "$@"; else sudo "$@"; fi; }
if ! PATH=$PATH:/usr/sbin command -v mariadbd >/dev/null; then
  as_root apt-get update -qq
  packages=(mariadb-server-core mariadb-client-core)
  as_root env DEBIAN_FRONTEND=noninteractive apt-get install -y -qq --no-install-recommends "${packages[@]}" >/dev/null
fi
exec "$@"
