"""The Content-Security-Policy of every page: what comes from this host, and nothing else."""

from collections.abc import Callable
from urllib.parse import urlsplit

from django.conf import settings
from django.http import HttpRequest, HttpResponse

# The admin and the API documentation bring inline scripts of their own libraries.
LOOSE_PATHS = ("/admin", "/api/docs", "/api/redoc")


def tile_host(url: str) -> str:
    """Return the source expression of a map tile template, "" without one.

    "https://{s}.tiles.example/{z}/{x}/{y}.png" becomes "https://*.tiles.example".
    """
    parts = urlsplit(url)
    if not parts.netloc:
        return ""
    return f"{parts.scheme}://{parts.netloc.replace('{s}', '*')}"


def policy(*, loose: bool, host: str = "", tiles: str = "") -> str:
    """Return the header's value. `loose` allows inline scripts and evaluation."""
    code = "'self' 'unsafe-inline' 'unsafe-eval'" if loose else "'self'"
    style = "'self' 'unsafe-inline'" if loose else "'self'"
    directives = {
        "default-src": "'self'",
        "script-src": code,
        "style-src": style,
        "img-src": f"'self' data: blob: {tiles}".strip(),
        # Older Safari does not count a socket to the same host as 'self'.
        "connect-src": f"'self' ws://{host} wss://{host}" if host else "'self'",
        "object-src": "'none'",
        "base-uri": "'self'",
        "form-action": "'self'",
        "frame-ancestors": "'none'",
    }
    return "; ".join(f"{name} {value}" for name, value in directives.items())


class ContentSecurityPolicyMiddleware:
    """Sets the policy on every answer that has not set its own."""

    def __init__(self, get_response: Callable[[HttpRequest], HttpResponse]) -> None:
        self.get_response = get_response
        self.tiles = tile_host(settings.MAP_TILE_URL)

    def __call__(self, request: HttpRequest) -> HttpResponse:
        response = self.get_response(request)
        if "Content-Security-Policy" not in response:
            # A host that is not allowed must not reach the header; get_host() would raise here.
            host = request.META.get("HTTP_HOST", "")
            safe = host if all(c.isalnum() or c in ".:-[]" for c in host) else ""
            loose = request.path.startswith(LOOSE_PATHS)
            response["Content-Security-Policy"] = policy(loose=loose, host=safe, tiles=self.tiles)
        return response
