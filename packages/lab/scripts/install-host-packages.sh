#!/bin/sh
# Installs by apt what the lab needs on this host. Quick when all is there.
set -eu

missing=
for package in systemd-container mmdebstrap nftables iproute2 git openssh-client util-linux \
  debian-archive-keyring ca-certificates pebble libnginx-mod-stream; do
  status=$(dpkg-query -W -f '${db:Status-Status}' "$package" 2>/dev/null || true)
  [ "$status" = installed ] || missing="$missing $package"
done
[ -n "$missing" ] || exit 0

echo "Installing$missing"
export DEBIAN_FRONTEND=noninteractive
apt-get update -q
# shellcheck disable=SC2086
apt-get install -q -y --no-install-recommends $missing
