"""/import/…/upload: how the file is read, with its first rows."""

import reflex as rx

from rxcrm.components.importing import source_form, step_page
from rxcrm.state.importing.uploading import UploadStep

on_load = UploadStep.open


def page() -> rx.Component:
    return step_page(UploadStep, source_form(UploadStep))
