"""Wiring: settings, routes, Celery and the embedded services. Nothing here knows a business rule."""

from config.celery import app as celery_app

__all__ = ["celery_app"]
