"""The app's database: its role, who may reach it from afar, and the listening address."""
