"""What Prometheus learns about recovery."""

from prometheus_client import Counter

CHECKS = Counter("connectid_backup_code_checks", "Backup codes checked, by outcome.", ["outcome"])
