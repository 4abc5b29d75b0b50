"""Firewall rules: ufw where it is active, else a table of Fairlead's own."""
