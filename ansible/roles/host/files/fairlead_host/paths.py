"""Every path that this program writes, in one place. Names built here come from parsed values only."""

from __future__ import annotations

from pathlib import Path

STATE = Path("/var/lib/fairlead")
RUN = Path("/run/fairlead")
LOCKS = RUN / "locks"
RUNNING = RUN / "running"
BUILDS = RUN / "builds"
FENCE = STATE / "fence"

NGINX_ROOT = Path("/etc/nginx/fairlead")
NGINX_HTTP = NGINX_ROOT / "http"
NGINX_STREAM = NGINX_ROOT / "stream"
NGINX_STATUS = NGINX_ROOT / "status"
NGINX_FILES = (NGINX_HTTP, NGINX_STREAM, NGINX_STATUS)
NGINX_STAGING = NGINX_ROOT / ".staging"
NGINX_KEPT = NGINX_ROOT / "replaced"
NGINX_SOCKET = RUN / "nginx.sock"
NGINX_REPLACED = RUN / "nginx-replaced.json"
NGINX_CLOSING = RUN / "closing"
NGINX_JOURNAL = STATE / "journal" / "nginx.json"
REVISIONS = STATE / "revisions"
REPLACED_RECORDS = STATE / "replaced"

SRV = Path("/srv/fairlead")
ENV = Path("/etc/fairlead/apps")
UNITS = Path("/etc/systemd/system")
WANTS = UNITS / "multi-user.target.wants"
APPS = STATE / "apps"
CONTAINER = Path("/usr/lib/fairlead/container")
ACME_CHALLENGES = Path("/var/lib/fairlead-acme/.well-known/acme-challenge")
CERTIFICATES = Path("/etc/fairlead/certificates")
CERTIFICATE_STAGING = CERTIFICATES / ".staging"
CERTIFICATE_RECORDS = STATE / "certificates"
PHP_SOCKETS = Path("/run/php")

FIREWALL_STATE = STATE / "firewall.json"
FIREWALL_RULES = STATE / "firewall.nft"
DATABASE_STATE = STATE / "database"
REDIS = Path("/etc/fairlead/redis")
REDIS_STATE = STATE / "redis"
