"""An app's own Redis on its primary: one process, one port and one account for each app (docs/adr/0025-redis.md)."""
