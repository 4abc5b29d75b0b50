"""An app on this server: its user, its directories, its environment, its units."""
