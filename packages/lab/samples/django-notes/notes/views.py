"""Pages of the site."""

import os
import socket

from django.http import HttpResponse, HttpResponseRedirect, JsonResponse
from django.utils.html import escape
from django.views.decorators.csrf import csrf_exempt

from .models import Note


def whoami(_):
    """Which backend answers, and with which release."""
    return JsonResponse({"server": socket.gethostname(), "release": os.environ.get("FAIRLEAD_RELEASE")})


def visits(request):
    """How often this visitor was here, whichever backend answered."""
    request.session["visits"] = request.session.get("visits", 0) + 1
    return JsonResponse({"server": socket.gethostname(), "visits": request.session["visits"]})


@csrf_exempt
def add(request):
    """Takes a note down."""
    Note.objects.create(body=request.POST.get("body", "")[:500], server=socket.gethostname())
    return HttpResponseRedirect("/")


def listed(_):
    """All notes."""
    items = "".join(f"<li>{escape(note.body)} ({escape(note.server)})</li>" for note in Note.objects.order_by("id"))
    return HttpResponse(f"<!doctype html><html lang=en><meta charset=utf-8><title>Notes</title><ul>{items}</ul></html>")
