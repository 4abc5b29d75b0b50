"""Notes, and who took them down."""

from django.db import models


class Note(models.Model):
    """One note."""

    body = models.CharField(max_length=500)
    server = models.CharField(max_length=255)
