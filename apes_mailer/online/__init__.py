"""Asking addresses of the web, with an end in sight."""
